"""A bucket: what is asked of an object store, with bounded waits, our errors, and nothing of Assay's own objects.

`obstore` speaks to S3 and what is like it, to Google's and Azure's stores, and to folders. It takes credentials and
endpoints from the environment, as those stores' own tools do. What a store does not answer is asked again for a few
seconds; then the store is unavailable.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.errors import InvalidInputError, MissingExtraError, RefusedError, StoreError, UnavailableError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

SCHEMES = ("s3", "gs", "az", "file", "memory")
RETRIED_S = 8.0
"""How long what fails is asked again: an object store's node that restarts is back within that time."""
CONNECT_S = 3.0
"""How long a connection may take to be made."""
ANSWER_S = 30.0
"""How long one request may take: `CHUNK_BYTES` over a slow line."""
CHUNK_BYTES = 8 << 20
"""What is sent in one request; what is larger goes in several, at least 5 MiB each, and appears when all are there."""
CHUNKS_AT_ONCE = 4
"""How many requests carry one object: with `CHUNK_BYTES`, 32 MiB of memory."""
MOST_CHUNKS = 9_000
"""Into how many chunks an object is cut; S3 takes 10,000."""
MOST_COPIED_BYTES = 5 << 30
"""What a store copies by itself; what is larger is read and sent."""
CLOCK_KEPT_S = 3600
"""For how long the store's clock is told from ours."""
_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|specified bucket does not exist")
_SAID = re.compile(r"<Code>(.*?)</Code>(?:.*?<Message>(.*?)</Message>)?", re.DOTALL)
_STATUS = re.compile(r"status code: (\d{3})")
_NO_ANSWER = re.compile(
    r"Error performing \w+ (\w+://[^/\s]+)\S* in (\S+?)(?:, after (\d+) retr.*?)?\s+- HTTP error: (.*)"
)
_STATUS_TEXT = re.compile(r"status code: (\d{3} [\w ]+)")
_ROLE_OF_MACHINE = re.compile(r"/latest/api/token\b|/latest/meta-data/|/computeMetadata/v1/|/metadata/identity/oauth2/")
"""Where a machine in a cloud is told its credentials; who has them elsewhere is not sent there."""


class Facts(NamedTuple):
    """What a store tells of an object without its bytes."""

    size_bytes: int
    modified_s: float


class Bucket:
    """A place in an object store: `s3://bucket/prefix`, `gs://…`, `az://container/prefix` or `file:///folder`.

    Args:
        url: The place.
        options: What is not to come from the environment, by obstore's names, such as `endpoint`.

    Raises:
        InvalidInputError: It is no such place, or there is no such option.
        MissingExtraError: obstore is not installed.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self._scheme, _, rest = url.partition("://")
        self.url = f"{self._scheme}://{rest.rstrip('/')}"
        if self._scheme not in SCHEMES or "://" not in url:
            raise InvalidInputError(
                f"objects can lie in s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or "
                f"file:///folder, not in {url!r}"
            )
        self._store = self._connect(options)
        self._clock = threading.Lock()
        self._ahead_s, self._asked_s = 0.0, -CLOCK_KEPT_S - 1.0

    def _connect(self, options: dict[str, Any]) -> ObjectStore:
        try:
            from obstore.exceptions import BaseError
            from obstore.store import LocalStore, MemoryStore, from_url
        except ImportError as error:
            raise MissingExtraError(
                f"objects in {self.url} need obstore, which is not installed: pip install 'assay[server]'"
            ) from error
        if self._scheme == "memory":
            return MemoryStore()
        try:
            if self._scheme == "file":
                return LocalStore.from_url(self.url, mkdir=True)
            client: ClientConfig = {
                "allow_http": True,  # an endpoint that is given as http:// is meant
                "connect_timeout": timedelta(seconds=CONNECT_S),
                "timeout": timedelta(seconds=ANSWER_S),
            }
            retry: RetryConfig = {
                "max_retries": 50,  # so that the time is what counts
                "retry_timeout": timedelta(seconds=RETRIED_S),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=2),
                    "base": 2,
                },
            }
            return from_url(self.url, client_options=client, retry_config=retry, **options)
        except (BaseError, ValueError) as error:
            raise InvalidInputError(f"objects can't lie in {self.url}: {_reason(error)}") from error

    def facts(self, path: str) -> Facts | None:
        """How long an object is and when it was stored, None if it is not there."""
        import obstore

        with self._asking("look for"):
            try:
                found = obstore.head(self._store, path)
            except FileNotFoundError:
                return None
        return Facts(found["size"], found["last_modified"].timestamp())

    def read(self, path: str, start: int, length: int) -> bytes | None:
        """A piece of an object, None if it is not there."""
        import obstore

        if not length:
            return b""
        with self._asking("read"):
            try:
                return bytes(obstore.get_range(self._store, path, start=start, length=length))
            except FileNotFoundError as error:
                if _NO_BUCKET.search(str(error)):
                    raise
                return None

    def put(self, path: str, data: bytes) -> None:
        """Store an object, in one request."""
        import obstore

        with self._asking("store"):
            obstore.put(self._store, path, data, use_multipart=False)

    def put_pieces(self, path: str, pieces: Iterable[bytes], size_bytes: int) -> None:
        """Store an object of about that length piece by piece.

        It appears when `pieces` has ended, or not at all: where `pieces` raises, that comes out of here.
        """
        import obstore

        chunk_bytes = max(CHUNK_BYTES, -(-size_bytes // MOST_CHUNKS))
        with self._asking("store"):
            writer = obstore.open_writer(self._store, path, buffer_size=chunk_bytes, max_concurrency=CHUNKS_AT_ONCE)
        # Not by `obstore.put`: it asks for pieces inside its own event loop, in which nothing can be read from a store.
        for piece in pieces:
            with self._asking("store"):
                writer.write(piece)
        with self._asking("store"):
            writer.close()

    def copy(self, path: str, to: str, size_bytes: int) -> bool:
        """Copy an object; False if it is not there."""
        import obstore

        if size_bytes > MOST_COPIED_BYTES:
            return self._copy_by_hand(path, to, size_bytes)
        with self._asking("copy"):
            try:
                obstore.copy(self._store, path, to)
            except FileNotFoundError:
                return False
        return True

    def _copy_by_hand(self, path: str, to: str, size_bytes: int) -> bool:
        class _GoneError(Exception):
            pass

        def pieces() -> Iterator[bytes]:
            for start in range(0, size_bytes, CHUNK_BYTES):
                piece = self.read(path, start, min(CHUNK_BYTES, size_bytes - start))
                if piece is None:
                    raise _GoneError
                yield piece

        try:
            self.put_pieces(to, pieces(), size_bytes)
        except _GoneError:
            return False
        return True

    def delete(self, paths: Iterable[str]) -> None:
        """Delete objects, as far as they are there."""
        import obstore

        rest = list(paths)
        with self._asking("delete"):
            try:
                obstore.delete(self._store, rest)
            except FileNotFoundError:  # of a store that minds
                for path in rest:
                    with contextlib.suppress(FileNotFoundError):
                        obstore.delete(self._store, path)

    def below(self, folder: str) -> Iterator[tuple[str, Facts]]:
        """All objects below a folder, as (path, facts), by path where the store lists so."""
        import obstore

        stream = obstore.list(self._store, folder, chunk_size=1000)
        while True:
            with self._asking("list"):
                try:
                    found = next(stream, None)
                except FileNotFoundError as error:
                    if _NO_BUCKET.search(str(error)):
                        raise
                    return
            if found is None:
                return
            for one in found:
                yield one["path"], Facts(one["size"], one["last_modified"].timestamp())

    def folders(self, folder: str | None = None) -> list[str]:
        """The names of what lies one below a folder and has something below itself, in order."""
        import obstore

        with self._asking("list"):
            try:
                found = obstore.list_with_delimiter(self._store, folder)["common_prefixes"]
            except FileNotFoundError as error:
                if _NO_BUCKET.search(str(error)):
                    raise
                return []
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    def now_s(self) -> float:
        """The time by the store's clock, which is what objects are dated by."""
        with self._clock:
            since_s = time.monotonic()
            if since_s - self._asked_s > CLOCK_KEPT_S:
                self.put("clock", b"")
                found = self.facts("clock")
                if found is None:
                    raise StoreError(f"{self.url} does not keep what is stored there: an object was gone at once")
                self._ahead_s, self._asked_s = found.modified_s - since_s, since_s
            return time.monotonic() + self._ahead_s

    @contextlib.contextmanager
    def _asking(self, act: str) -> Iterator[None]:
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise self._refusal(act, error) from error
        except FileNotFoundError as error:
            raise StoreError(f"can't {act} objects in {self.url}: there is no such bucket; create it first") from error
        except BaseError as error:
            text = str(error)
            if _ROLE_OF_MACHINE.search(text):
                raise UnavailableError(
                    f"can't {act} objects in {self.url}: there are no credentials for it in the environment, and this "
                    f"machine's own could not be had: {_reason(error)}"
                ) from error
            if _NO_BUCKET.search(text):
                raise StoreError(
                    f"can't {act} objects in {self.url}: there is no such bucket; create it first"
                ) from error
            status = _STATUS.search(text)
            if status is not None and status[1] in ("401", "403"):
                raise self._refusal(act, error) from error
            if status is not None and status[1][0] == "4" and status[1] not in ("408", "429"):
                raise StoreError(f"can't {act} objects in {self.url}: {_reason(error)}") from error
            raise UnavailableError(
                f"can't {act} objects in {self.url}: {_reason(error)}; is it running, and is its address right?"
            ) from error

    def _refusal(self, act: str, error: Exception) -> RefusedError:
        return RefusedError(
            f"{self.url} did not let us {act} objects: {_reason(error)}; check the credentials in the environment, "
            "and that they may read, write, list and delete there",
            path=self.url,
        )


def in_parallel(act: Callable[[str], bool], names: Iterable[str]) -> list[str]:
    """Do something to each of many objects, several at a time; those for which it was True, in order."""
    from concurrent.futures import ThreadPoolExecutor

    listed = list(names)
    with ThreadPoolExecutor(8) as pool:
        return [name for name, done in zip(listed, pool.map(act, listed), strict=True) if done]


def _reason(error: Exception) -> str:
    """What a store said, without the trail of the library that asked it."""
    text = str(error).partition("\n\nDebug source")[0]
    said = _SAID.search(text)
    if said is not None:
        return f"{said[2]} ({said[1]})" if said[2] else said[1]
    silent = _NO_ANSWER.search(text)
    if silent is not None:
        asked = f", asked {int(silent[3]) + 1} times" if silent[3] else ""
        return f"no answer from {silent[1]} in {silent[2]}{asked} ({silent[4].strip()})"
    status = _STATUS_TEXT.search(text)
    return status[1] if status is not None else " ".join(text.split())
