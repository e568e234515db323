"""The page follows what goes on: points of another process, runs that begin, tabs that share a stream."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.system.browser import free_port, looking, served, served_at
from tests.system.page import browser

__all__ = ["browser"]

LATE_S = 2.0
TRAINING = """
import sys, time
from assay import Run, Session
with Run("live", "now", sagemaker_session=Session(sys.argv[1])) as run:
    run.log_metric("loss", 1.0, step=0)
    for line in sys.stdin:
        run.log_metric("loss", float(line), step=run.metric_history("loss").steps[-1] + 1)
        print(time.time(), flush=True)
"""


@contextmanager
def training(folder: Path) -> Iterator[Any]:
    """Another process that logs what it is told; `say` gives the time of the call."""
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def say(value: float) -> float:
        process.stdin.write(f"{value}\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return float(process.stdout.readline())  # type: ignore[union-attr]

    try:
        yield say
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def test_point_of_another_process_is_on_the_page_in_two_seconds(browser: Any, store: Path) -> None:
    with served(store) as url, training(store) as say:
        say(2.0)
        with looking(browser, url) as look:
            look.open("/experiments/live")
            look.page.get_by_role("gridcell", name="2", exact=True).wait_for()
            look.until("document.querySelector('.live-live')")
            took = []
            for value in (3.0, 4.0, 5.0):
                called_s = say(value)
                look.page.get_by_role("gridcell", name=f"{value:g}", exact=True).wait_for()
                took.append(time.time() - called_s)

            assert LATE_S > max(took), took
            assert [] == look.complaints


def test_run_that_begins_comes_up_by_itself(browser: Any, store: Path) -> None:
    from assay import Run, Session

    session = Session(str(store))
    with Run("live", "before", sagemaker_session=session):
        pass
    with served(store) as url, looking(browser, url) as look:
        look.open("/experiments/live")
        look.until("document.querySelector('.live-live')")
        with Run("live", "after", sagemaker_session=session):
            look.page.get_by_role("link", name="after").wait_for()
            look.page.get_by_text("Running").wait_for()
        look.until("!document.body.textContent.includes('Running')")


def test_tabs_share_one_stream(browser: Any, store: Path) -> None:
    from assay import Run, Session

    session = Session(str(store))
    with Run("live", "one", sagemaker_session=session) as run, served(store) as url:
        context = browser.new_context()
        try:
            streams: list[str] = []
            tabs = [context.new_page() for _ in range(8)]
            for tab in tabs:
                tab.on("request", lambda request: streams.append(request.url) if "/v1/live" in request.url else None)
                tab.goto(f"{url}/#/experiments/live")
                tab.get_by_role("link", name="one").wait_for()
            run.log_metric("loss", 7.5, step=1)
            for tab in tabs:
                tab.get_by_role("gridcell", name="7.5", exact=True).wait_for()

            assert 8 > len(streams)
        finally:
            context.close()


def test_server_that_goes_is_told_of_and_that_comes_back_is_followed(browser: Any, store: Path) -> None:
    from assay import Run, Session

    session = Session(str(store))
    with Run("live", "one", sagemaker_session=session) as run, ExitStack() as stack:
        port = free_port()
        server = stack.enter_context(served_at(store, port))
        look = stack.enter_context(looking(browser, f"http://127.0.0.1:{port}"))
        look.open("/experiments/live")
        look.until("!!document.querySelector('.live-live')")
        server.stop()
        look.page.get_by_role("button", name="Connection lost").wait_for()
        run.log_metric("loss", 7.5, step=1)
        stack.enter_context(served_at(store, port))
        look.page.get_by_role("gridcell", name="7.5", exact=True).wait_for()
        look.until("!!document.querySelector('.live-live')")
