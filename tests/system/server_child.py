"""A server in a process of its own, so that it can be killed, on a port that it comes back to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SCRIPT = """
import sys, tempfile
from assay.serving.access.file import AccessFile
from assay.serving.access.gate import Gate
from assay.serving.access.members import Members
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.app import make_app
from assay.serving.process import ServerProcess, listen
from assay.serving.site import Site
from assay.storage.sql.store import SqlStore

folder, port = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory() as access:
    gate = Gate(Members(AccessFile(access)), Origins(), peers=Peers())
    sock = listen("127.0.0.1", port)
    app = make_app(Site(lambda _: SqlStore(folder)), gate, version="0")
    ServerProcess(app, sock).run(lambda: print(sock.getsockname()[1], flush=True))
"""


class ServerChild:
    """A server of one folder.

    Args:
        folder: The folder of its store; made where it does not exist.
        port: Its port; 0 takes a free one, which it keeps.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        arguments = [sys.executable, "-c", SCRIPT, str(self.folder), str(self.port)]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the server did not start"
        self.port = int(line)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it end."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            os.kill(process.pid, how)
            process.wait(60)
            assert process.stdout is not None
            process.stdout.close()
