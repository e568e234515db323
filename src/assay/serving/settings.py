"""What a server is told when it starts, and what of it can't go together.

Nothing here opens a file or a socket: the same settings say where the data lies to the commands that make tokens or
backups, while a server runs or while none does.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from assay.errors import InvalidInputError, RefusedError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")
OBJECT_SCHEMES = ("s3", "gs", "az", "file")
DATABASE_SCHEMES = ("postgresql", "postgres")

_PASSWORD_PARAMETER = re.compile(r"(?i)(password=)[^&\s]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server's data lies.

    Attributes:
        folder: Of the store. With a database and a bucket, only what belongs to this one machine lies there.
        database: `postgresql://…`; None keeps the catalog in the folder.
        objects: `s3://bucket/prefix` and the like; None keeps objects in the folder.
    """

    folder: str
    database: str | None = None
    objects: str | None = None

    def __post_init__(self) -> None:
        if self.database is not None and urlsplit(self.database).scheme not in DATABASE_SCHEMES:
            raise InvalidInputError(
                f"the database is one such as postgresql://user@host/name, not {without_password(self.database)!r}"
            )
        if self.objects is not None and urlsplit(self.objects).scheme not in OBJECT_SCHEMES:
            raise InvalidInputError(
                "objects can lie in s3://bucket/prefix, gs://bucket/prefix, az://account/container/prefix or "
                f"file:///folder, not in {self.objects!r}"
            )

    def __str__(self) -> str:
        """For people: no password stands in it."""
        catalog = self.folder if self.database is None else without_password(self.database)
        return catalog if self.objects is None else f"{catalog} with objects in {self.objects}"

    def __repr__(self) -> str:
        return f"Place({self})"

    @property
    def uses_folder(self) -> bool:
        """Whether anything of the data lies in the folder."""
        return self.database is None or self.objects is None


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is reached, and by whom.

    Attributes:
        place: Where its data lies.
        host: The address that it listens on.
        port: The port; 0 takes a free one.
        certificate: A file with the TLS certificate and its chain.
        key: A file with the certificate's private key.
        public_url: The URL by which users reach it, where a proxy stands in front or names matter.
        allowed_hosts: More names that it goes by.
        trusted_proxies: Addresses or networks whose `X-Forwarded-…` headers count.
        plain_http: Whether it may speak without TLS to other machines.
        log_format: One of `LOG_FORMATS`.
        log_level: One of `LOG_LEVELS`.
    """

    place: Place
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    certificate: str | None = None
    key: str | None = None
    public_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    plain_http: bool = False
    log_format: str = "text"
    log_level: str = "info"

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InvalidInputError(f"a port lies between 0 and 65535; {self.port} does not")
        if (self.certificate is None) != (self.key is None):
            given, missing = ("certificate", "key") if self.key is None else ("key", "certificate")
            raise InvalidInputError(f"TLS takes a certificate and its key; --{given} was given, --{missing} was not")
        if self.public_url is not None:
            parts = urlsplit(self.public_url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
                raise InvalidInputError(
                    f"the public URL is one such as https://assay.example, without a path, not {self.public_url!r}"
                )
        if self.log_format not in LOG_FORMATS:
            raise InvalidInputError(f"the log format is one of {', '.join(LOG_FORMATS)}, not {self.log_format!r}")
        if self.log_level not in LOG_LEVELS:
            raise InvalidInputError(f"the log level is one of {', '.join(LOG_LEVELS)}, not {self.log_level!r}")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine's processes can reach it."""
        return is_loopback(self.host)

    @property
    def is_private(self) -> bool:
        """Whether what it says to others is encrypted on its way, here or by a proxy."""
        return self.is_loopback or self.certificate is not None or self._proxy_is_private

    @property
    def _proxy_is_private(self) -> bool:
        return self.public_url is not None and self.public_url.startswith("https://")

    def url(self, port: int) -> str:
        """The URL by which it is reached, once it listens on a port.

        Args:
            port: The one that it has; `self.port` may be 0.
        """
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        return self.own_url(port)

    def own_url(self, port: int) -> str:
        """The URL of the socket itself, whatever stands in front of it."""
        host = self.host
        if host in ("0.0.0.0", "::", ""):
            import socket

            host = socket.gethostname()
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    def check_opening(self, *, has_members: bool) -> None:
        """Raise unless what is asked for is safe to be opened to others.

        Args:
            has_members: Whether there is a token; without one nobody else could come in.

        Raises:
            InvalidInputError: It is not; the message says what to do.
        """
        if self.is_loopback:
            return
        if not has_members:
            raise InvalidInputError(
                f"{self.host} can be reached by other machines, and this server has no token that would let one of "
                "them in; make one first: assay token create --name NAME --role admin (with the same --store or "
                "--database as here)"
            )
        if not self.is_private and not self.plain_http:
            raise InvalidInputError(
                f"on {self.host} tokens would travel to other machines as they are, for all to read; give "
                "--certificate and --key, or --public-url https://… where a proxy speaks TLS, or --plain-http where "
                "the network itself is private"
            )


def is_loopback(host: str) -> bool:
    """Whether a host to listen on is this machine's alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_password(url: str) -> str:
    """A URL as it may be shown."""
    parts = urlsplit(url)
    if parts.password is not None:
        user = f"{parts.username}@" if parts.username else ""
        parts = parts._replace(netloc=user + parts.netloc.rpartition("@")[2])
    return _PASSWORD_PARAMETER.sub(r"\1…", urlunsplit(parts))


def read_secret(path: str, what: str) -> str:
    """The first line of a file that holds a secret.

    Raises:
        RefusedError: It can't be read, or holds nothing.
    """
    try:
        with open(path, encoding="utf-8") as file:
            found = file.readline().strip()
    except OSError as error:
        raise RefusedError(f"can't read {what} from {path}: {error.strerror or error}", cause=error) from error
    except UnicodeDecodeError as error:
        raise RefusedError(f"can't read {what} from {path}: it is no text", path=path) from error
    if not found:
        raise RefusedError(f"can't read {what} from {path}: its first line is empty", path=path)
    return found


def place_of(
    folder: str | None,
    database: str | None,
    database_file: str | None,
    objects: str | None,
) -> Place:
    """Where a server's data lies, by what a command was given.

    Args:
        folder: `--store`; None takes the one that `assay where` names.
        database: `--database`.
        database_file: `--database-file`, whose first line is the database's URL.
        objects: `--objects`.

    Raises:
        InvalidInputError: They contradict each other, or are none.
        RefusedError: The file can't be read.
    """
    folder, database, database_file, objects = (one or None for one in (folder, database, database_file, objects))
    if database is not None and database_file is not None:
        raise InvalidInputError("--database and --database-file both say which database; give one of them")
    if database_file is not None:
        database = read_secret(database_file, "the database's URL")
    if folder is None:
        from assay.place import where

        folder, reason = where()
        if "://" in folder:
            raise InvalidInputError(
                f"the store is {folder}, since {reason}: a server elsewhere. This command works where the data lies: "
                "give --store FOLDER, or --database"
            )
    elif "://" in folder:
        raise InvalidInputError(f"--store is a folder, not {folder!r}; a database is given by --database")
    return Place(os.path.realpath(os.path.expanduser(folder)), database, objects)
