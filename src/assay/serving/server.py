"""A server as a process: it opens its data, lets requests in, and ends without losing any.

Signals come to the main thread, which does nothing else; the application runs in a thread of its own. The first
SIGTERM, or Ctrl-C, lets requests that are under way end; a second one ends the process at once. What clients were told
is durable is so in either case.
"""

from __future__ import annotations

import logging
import os
import signal
import ssl
import threading
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from types import FrameType

from assay import system
from assay.errors import AssayError, RefusedError, StoreError
from assay.serving.access.gate import Gate
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.access.proxies import Proxies
from assay.serving.leftovers import Leftovers
from assay.serving.logs import RequestLog, start_logging, stop_logging, tell
from assay.serving.opening import Workspaces
from assay.serving.process import ServerProcess, listen
from assay.serving.settings import Settings
from assay.serving.upkeep import Upkeep
from assay.storage.local_secret import LocalSecret

LOCK_FILE = "server.lock"
SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))
"""SIGHUP among them: there is nothing to be read anew, and a terminal that closes is an end like any other."""


class Server:
    """A server with these settings.

    Args:
        settings: How it is reached, and where its data lies.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stop = threading.Event()

    def run(self, when_ready: Callable[[str], None]) -> None:
        """Serve until a signal says to stop.

        Args:
            when_ready: Called with the server's URL once it answers there.

        Raises:
            AssayError: It can't start; the message says why.
        """
        handler = start_logging(self.settings.log_format, self.settings.log_level)
        try:
            with ExitStack() as undo:
                self._serve(undo, when_ready)
            tell(logging.INFO, "stopped")
        finally:
            stop_logging(handler)

    def _serve(self, undo: ExitStack, when_ready: Callable[[str], None]) -> None:
        settings = self.settings
        check_certificate(settings.certificate, settings.key)
        workspaces = Workspaces(settings.place)
        undo.callback(workspaces.close)
        for odd in workspaces.check():
            tell(logging.WARNING, "odd", message=odd)
        settings.check_opening(has_members=workspaces.members.has_members())
        self._share_folder(undo)
        sock = listen(settings.host, settings.port)
        undo.callback(sock.close)
        port = sock.getsockname()[1]
        url = workspaces.location = settings.url(port)  # what clients are told of a store: no folder, no database
        upkeep = Upkeep(workspaces)
        app = self._app(workspaces, upkeep)
        process = ServerProcess(app, sock, certificate=settings.certificate, key=settings.key)
        undo.callback(save_uses, workspaces)
        undo.callback(upkeep.stop)
        self._heed_signals(undo)
        process.start()
        undo.callback(process.stop)
        upkeep.start()
        leftovers = Leftovers(workspaces)
        undo.callback(leftovers.stop)
        leftovers.start()
        tell(
            logging.INFO,
            "started",
            url=url,
            listens=settings.own_url(port),
            store=str(settings.place),
            version=version("assay"),
            pid=os.getpid(),
        )
        when_ready(url)
        while not self._stop.wait(1.0):
            if not process.is_alive:
                raise StoreError("the server's thread ended by itself; its log says why")
        tell(logging.INFO, "stopping")

    def _app(self, workspaces: Workspaces, upkeep: Upkeep) -> RequestLog:
        from assay.serving.app import make_app
        from assay.serving.site import Site

        settings, secret = self.settings, None
        if settings.place.uses_folder:
            secret = LocalSecret(settings.place.folder)
            secret.create()
        gate = Gate(
            workspaces.members,
            Origins(settings.allowed_hosts, public_url=settings.public_url),
            proxies=Proxies(settings.trusted_proxies),
            peers=Peers(secret),
        )
        return RequestLog(make_app(Site(upkeep.open_store), gate, version=version("assay")))

    def _share_folder(self, undo: ExitStack) -> None:
        """Say so where another server has the folder too; that is allowed, since its catalog has a lock."""
        folder = self.settings.place.folder
        if self.settings.place.database is not None or not os.path.isdir(folder):
            return
        fd = os.open(os.path.join(folder, LOCK_FILE), os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        undo.callback(os.close, fd)
        if not system.try_lock(fd):
            tell(
                logging.WARNING,
                "shared",
                message=f"another server serves {folder} too: both write to one catalog in turns, which is safe and no "
                "faster than one; each sees what the other took within a second. For more than one server, use "
                "--database postgresql://…",
            )

    def _heed_signals(self, undo: ExitStack) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            undo.callback(signal.signal, number, signal.signal(number, self._told))

    def _told(self, number: int, _: FrameType | None) -> None:
        if self._stop.is_set():
            os._exit(128 + number)
        self._stop.set()

    def stop(self) -> None:
        """End as the first SIGTERM does."""
        self._stop.set()


def save_uses(workspaces: Workspaces) -> None:
    """Write down which tokens were used; a database that is away by now keeps no server from ending well."""
    try:
        workspaces.members.save_uses(everything=True)
    except AssayError as error:
        tell(logging.WARNING, "uses not saved", message=str(error))


def check_certificate(certificate: str | None, key: str | None) -> None:
    """Raise RefusedError unless a certificate and its key can be used."""
    if certificate is None or key is None:
        return
    for path in (certificate, key):
        if not os.access(path, os.R_OK):
            raise RefusedError(f"can't read {path}; is it there, and readable by this user?", path=path)
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or str(error)
        raise RefusedError(
            f"{certificate} and {key} are no certificate with its key in PEM form ({reason})", path=certificate
        ) from error
