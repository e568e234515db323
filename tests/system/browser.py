"""A real browser on a real server, and runs to look at.

The browser is the system's Chromium, driven by Playwright's Python package. Where it is missing, or the page is not
built, these tests are skipped and say what is to be done.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assay.serving.opening import Workspaces
from assay.serving.settings import Place
from tests.serving.running import serving, serving_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from assay.serving.access.members import Members
    from assay.serving.process import ServerProcess

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_S = 15.0
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def find_chromium() -> str | None:
    """Where the system's Chromium is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, while the block lasts; it loads nothing and knows nobody."""
    from assay.serving import page

    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    if not page.is_built():
        pytest.skip("the page is not built: make page")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Look:
    """A tab, and what it complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, place: str) -> None:
        """Go somewhere on the page, and wait until nothing is being read any more."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/#{place}")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being read."""
        self.page.wait_for_selector("main")
        self.until("!document.querySelector('.skeleton, .chart-wait')")

    def until(self, expression: str) -> None:
        """Wait until an expression is true; the page's policy lets the browser itself look only once."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline_s, f"never true: {expression}"
            self.page.wait_for_timeout(30)

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the address."""
        from urllib.parse import parse_qsl

        return dict(parse_qsl(self.page.url.partition("#")[2].partition("?")[2]))

    def axe(self) -> list[str]:
        """What axe finds that is serious."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("async () => (await axe.run(document)).violations")
        return [
            f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


@contextmanager
def looking(
    browser: Browser, url: str, *, theme: str = "light", size: dict[str, int] = WIDE, **options: Any
) -> Iterator[Look]:
    """A tab of a user who was never here, while the block lasts; `options` are Playwright's of a profile."""
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme=theme,  # type: ignore[arg-type]
        has_touch=size == PHONE,
        **options,
    )
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        look = Look(page, url)
        page.on("pageerror", lambda error: look.complaints.append(str(error)))

        def heard(message: Any) -> None:
            # That an answer was a 4xx the browser says by itself; whether it should have been is the test's affair.
            if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
                look.complaints.append(message.text)

        page.on("console", heard)
        yield look
    finally:
        context.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def served_at(folder: Path, port: int) -> Iterator[ServerProcess]:
    """A server of a store at a port, which may be stopped before the block ends."""
    workspaces = Workspaces(Place(str(folder)))
    try:
        with serving_at(port, workspaces.open_store) as (_, process):
            yield process
    finally:
        workspaces.close()


@contextmanager
def served(folder: Path, members: Members | None = None) -> Iterator[str]:
    """The URL of a server of a store, while the block lasts."""
    workspaces = Workspaces(Place(str(folder)))
    try:
        with serving(workspaces.open_store, members) as url:
            yield url
    finally:
        workspaces.close()
