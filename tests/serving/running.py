"""A server in the test's own process, on a free port, which lets in whoever the real one would."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assay.serving.access.file import AccessFile
from assay.serving.access.gate import Gate
from assay.serving.access.members import Members
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.app import make_app
from assay.serving.process import ServerProcess, listen
from assay.serving.site import Site
from assay.storage.contract import Store


@contextmanager
def serving(open_store: Callable[[str], Store], members: Members | None = None) -> Iterator[str]:
    """The URL of a server of these workspaces, while the block lasts; without members it knows the test's own user."""
    with serving_at(0, open_store, members) as (port, _):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving_at(
    port: int, open_store: Callable[[str], Store], members: Members | None = None
) -> Iterator[tuple[int, ServerProcess]]:
    """The port of such a server and the server, which may be stopped before the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(members or Members(AccessFile(folder)), Origins(), peers=Peers())
        sock = listen("127.0.0.1", port)
        process = ServerProcess(make_app(Site(open_store), gate, version="0"), sock)
        process.start()
        try:
            yield sock.getsockname()[1], process
        finally:
            process.stop()
