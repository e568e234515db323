"""A secret in the store's folder that only its user can read, and the proof that a local client has read it.

Where the kernel does not tell a server whose process is at the other end of a connection, this does. The secret itself
never travels: a client sends the time and an HMAC of it and of the server's port. Another user's program that sits on
the port while the server is down learns nothing that is good for longer than a minute.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import stat
import tempfile
import time

from assay import system
from assay.errors import RefusedError

FILE_NAME = "local-secret"
SECRET_BYTES = 32
PROOF_S = 60
"""So far a proof's time may lie from the server's; both read the same machine's clock."""

_PROOF = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


class LocalSecret:
    """The secret of one folder.

    Args:
        folder: Where its file lies.
    """

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, FILE_NAME)
        self._secret: bytes | None = None

    def __repr__(self) -> str:
        return f"LocalSecret({self.path!r})"

    def create(self) -> None:
        """Make the file where it is not there; a server does so as it starts.

        Raises:
            RefusedError: The folder can't be written, or the file there is open to others.
        """
        if os.path.lexists(self.path):
            self._read()
            return
        try:
            fd, made = tempfile.mkstemp(prefix=FILE_NAME + "-", dir=os.path.dirname(self.path))  # mode 0600
            try:
                with os.fdopen(fd, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(SECRET_BYTES) + "\n")
                # A link fails where another server was quicker, and the file is never seen half written.
                with contextlib.suppress(FileExistsError):
                    os.link(made, self.path)
            finally:
                os.unlink(made)
        except OSError as error:
            raise RefusedError(f"can't make {self.path}: {error.strerror or error}", cause=error) from error
        self._read()

    def proof(self, port: int) -> str:
        """What a client sends in the header `Assay-Local` to the server on that port.

        Raises:
            RefusedError: The file is not there, or not this user's alone.
        """
        now_s = int(time.time())
        return f"{now_s}.{_hmac(self._read(), now_s, port)}"

    def accepts(self, proof: str, port: int) -> bool:
        """Whether a proof was made from this secret, within the last minute, for the server on that port."""
        found = _PROOF.fullmatch(proof)
        if found is None or self._secret is None:
            return False
        made_s = int(found[1])
        expected = _hmac(self._secret, made_s, port)
        return hmac.compare_digest(expected, found[2]) and abs(time.time() - made_s) <= PROOF_S

    def _read(self) -> bytes:
        try:
            fd = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
            with os.fdopen(fd, "rb") as file:
                facts = os.fstat(file.fileno())
                text = file.read(4 * SECRET_BYTES)
        except OSError as error:
            raise RefusedError(f"can't read {self.path}: {error.strerror or error}", cause=error) from error
        # Windows has no such mode: there the user's own folders are closed to others.
        if not system.WINDOWS and (stat.S_IMODE(facts.st_mode) & 0o077 or facts.st_uid not in (os.geteuid(), 0)):
            raise RefusedError(
                f"{self.path} is not this user's alone (mode {stat.S_IMODE(facts.st_mode):04o}, user {facts.st_uid}); "
                "delete it, and the server makes another when it starts",
                path=self.path,
            )
        try:
            self._secret = bytes.fromhex(text.decode("ascii").strip())
        except ValueError:
            self._secret = b""
        if len(self._secret) != SECRET_BYTES:
            self._secret = None
            raise RefusedError(
                f"{self.path} holds no secret; delete it, and the server makes another when it starts", path=self.path
            )
        return self._secret


def _hmac(secret: bytes, time_s: int, port: int) -> str:
    return hmac.new(secret, f"assay local\n{port}\n{time_s}".encode("ascii"), hashlib.sha256).hexdigest()
