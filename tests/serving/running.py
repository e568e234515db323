"""A server in the test's own process, on a free port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assay.serving.app import make_app
from assay.serving.process import ServerProcess, listen
from assay.serving.site import Site
from assay.storage.contract import Store


@contextmanager
def serving(open_store: Callable[[str], Store]) -> Iterator[str]:
    """The URL of a server of these workspaces, while the block lasts."""
    sock = listen("127.0.0.1", 0)
    process = ServerProcess(make_app(Site(open_store), version="0"), sock)
    process.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        process.stop()
