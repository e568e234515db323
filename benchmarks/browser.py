"""A browser that measures itself: what happens on a page is marked among its own performance entries.

The system's Chromium, driven by Playwright. Marks are set by a script that the page does not know of: when there is
what somebody waits for, when a line was last drawn on a canvas, when frames were shown. Nothing is timed from out here,
since a message to the browser takes some milliseconds each way.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

WIDE = {"width": 1280, "height": 800}
PATIENCE_MS = 60_000
QUIET_MS = 500
"""Where nothing was drawn for so long, what was drawn last was the end of it."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
)

WATCH = """
(() => {
  const state = { stroke_ms: 0, strokes: 0, wanted: null, name: "", frames: [], counting: false };
  window.bench = state;
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    state.strokes += 1;
    state.stroke_ms = performance.now();
    return stroke.apply(this, path);
  };
  const frame = (now) => {
    if (state.counting) state.frames.push(now);
    if (state.wanted !== null && state.wanted()) {
      state.wanted = null;
      const name = state.name;
      // The frame that shows it, and whatever the page still has to do before it can listen.
      requestAnimationFrame(() => setTimeout(() => performance.mark(name), 0));
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  for (const kind of ["keydown", "pointerup", "mouseup"]) {
    addEventListener(kind, () => performance.mark(kind), true);
  }
})();
"""


class Tab:
    """A tab of a browser, and the entries that it makes.

    Args:
        page: Playwright's page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools: CDPSession = page.context.new_cdp_session(page)

    def open(self, url: str, seen: str, script: str = "") -> float:
        """Load a page; how long until what `seen` says is there, in ms from the start of the navigation."""
        self.page.goto("about:blank")
        self.page.add_init_script(f"{WATCH}; bench.name = 'seen'; bench.wanted = () => {seen}; {script}")
        self.page.goto(url)
        return self.mark("seen")

    def mark(self, name: str) -> float:
        """When a mark was last set, in ms since the page was opened; waits until it is."""
        for _ in range(PATIENCE_MS // 20):
            found = self.page.evaluate(f"performance.getEntriesByName('{name}').map((one) => one.startTime)")
            if found:
                return float(found[-1])
            self.page.wait_for_timeout(20)
        raise TimeoutError(f"there never was what {name!r} waits for, on {self.page.url}")

    def wish(self, name: str, seen: str) -> None:
        """Have a mark set as soon as something is seen."""
        self.page.evaluate(
            f"performance.clearMarks('{name}'); bench.name = '{name}'; bench.wanted = () => {seen}; undefined"
        )

    def wait(self, seen: str) -> None:
        """Wait until something is there."""
        for _ in range(PATIENCE_MS // 30):
            if self.page.evaluate(seen):
                return
            self.page.wait_for_timeout(30)
        raise TimeoutError(f"never true on {self.page.url}: {seen}")

    def go(self, place: str) -> float:
        """Go elsewhere within the page; the moment of it, in ms since the page was opened."""
        self.page.evaluate("bench.strokes = 0")
        return float(
            self.page.evaluate(f"(() => {{ const at = performance.now(); location.hash = {place!r}; return at; }})()")
        )

    def drawn(self, since_ms: float) -> float:
        """When the last line was drawn after a moment, in ms from it; waits until nothing is drawn any more."""
        for _ in range(PATIENCE_MS // 50):
            self.page.wait_for_timeout(50)
            last_ms, now_ms, waits = self.page.evaluate(
                "[bench.stroke_ms, performance.now(), document.querySelectorAll('.chart-wait').length]"
            )
            if last_ms > since_ms and waits == 0 and now_ms - last_ms > QUIET_MS:
                return float(last_ms - since_ms)
        raise TimeoutError(f"nothing was drawn on {self.page.url}")

    @contextlib.contextmanager
    def frames(self) -> Iterator[list[float]]:
        """Gathers how many frames a second the page showed while the block lasted."""
        rates: list[float] = []
        self.page.evaluate("bench.frames = []; bench.counting = true; undefined")
        yield rates
        shown = self.page.evaluate("(() => { bench.counting = false; return bench.frames; })()")
        if len(shown) > 1:
            rates.append((len(shown) - 1) / (shown[-1] - shown[0]) * 1000)

    def heap_bytes(self) -> float:
        """What the page's scripts hold, rubbish taken away."""
        self.devtools.send("HeapProfiler.collectGarbage")
        found = self.devtools.send("Runtime.getHeapUsage")
        return float(found["usedSize"])

    def script_bytes(self) -> float:
        """The scripts that came over the line so far, as they came: packed."""
        return float(
            self.page.evaluate(
                "performance.getEntriesByType('resource').filter((one) => /\\.js(\\?|$)/.test(one.name))"
                ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
            )
        )


@contextlib.contextmanager
def browsing(size: dict[str, int] | None = None) -> Iterator[Any]:
    """A browser's profile that knows nobody, while the block lasts; `tab_of` makes tabs in it.

    Raises:
        RuntimeError: There is no Chromium here.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise RuntimeError("there is no Chromium here (on Debian and Ubuntu: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser.new_context(viewport=size or WIDE)  # type: ignore[arg-type]
        finally:
            browser.close()


def tab_of(profile: Any) -> Tab:
    """A new tab."""
    page = profile.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return Tab(page)
