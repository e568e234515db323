"""`assay ui`: the page, on the store of this machine."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter


def ui(
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    open_: Annotated[bool, Parameter(name="--open", negative="--no-open")] = True,
    store: str | None = None,
) -> int:
    """Look at your runs in a browser, as they go.

    It serves the folder that `assay where` names to your own user on this
    machine, for as long as it runs, and opens a browser on it. Scripts go on
    logging to the folder; the page follows them. Where the store is a server,
    that one's page is opened.

        assay ui
        assay ui --store /data/experiments --port 0 --no-open

    Ctrl-C ends it. For a team, see `assay server`.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        open_: Open a browser, or only print the address.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.extra import need_server
    from assay.place import SERVER_SCHEMES, where

    named = where()[0] if store is None else store
    if named.startswith(SERVER_SCHEMES):
        _show(named.partition("/w/")[0].rstrip("/") + "/", is_opened=open_)
        return 0
    need_server()
    from assay.serving import page
    from assay.serving.server import Server
    from assay.serving.settings import Settings, place_of

    settings = Settings(place_of(named, None, None, None), host=host, port=port, log_level="warning")

    def announce(url: str) -> None:
        if not page.is_built():
            print("assay: the page is not built in this checkout; `make page` builds it", file=sys.stderr)
        print(f"assay: {settings.place} at this address, until Ctrl-C:", file=sys.stderr)
        _show(url + "/", is_opened=open_)

    Server(settings).run(announce)
    return 0


def _show(url: str, *, is_opened: bool) -> None:
    print(url, flush=True)
    if is_opened:
        import webbrowser

        webbrowser.open(url)  # False where there is no browser; the address has been printed
