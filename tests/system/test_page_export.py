"""A saved page: it opens from disk, offline, shows what the page shows, and runs nothing that a user logged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assay import Run, Session
from assay.serving.saved_page import MOST_ARTIFACT_BYTES, save_page_as
from tests.system.browser import PHONE, WIDE, Look, looking
from tests.system.page import browser, logged, url
from tests.system.page_runs import Logged

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser", "logged", "url"]

EVIL = "</script><script>document.title='ran'</script>\u2028<!--"
SHOWN = "</script><script>document.title='ran'</script>"


def saved(folder: Path, uids: list[str], path: Path) -> Path:
    store = Session(str(folder)).fresh_store()
    save_page_as(store, uids, str(path), place="a store", most_artifact_bytes=MOST_ARTIFACT_BYTES)
    return path


@contextmanager
def opened(browser: Browser, path: Path, size: dict[str, int] = WIDE) -> Iterator[Look]:
    """The file in a browser without a network, which notes whatever would leave it."""
    with looking(browser, path.as_uri(), size=size) as look:
        look.page.context.set_offline(True)
        asked: list[str] = []
        look.page.on("request", lambda request: asked.append(request.url))
        look.page.goto(path.as_uri())
        look.settle()
        yield look
        assert [] == [one for one in asked if not one.startswith(("file:", "data:", "blob:"))]


@pytest.fixture(scope="module")
def one(logged: Logged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(logged.folder, [logged.uids["trial-13"]], tmp_path_factory.mktemp("saved") / "one run.html")


def go(look: Look, texts: str) -> None:
    look.page.evaluate("texts => { location.hash = location.hash.split('?')[0] + texts }", texts)
    look.settle()


def test_file_opens_on_its_run_offline_with_charts_and_evaluation(browser: Browser, one: Path, logged: Logged) -> None:
    with opened(browser, one) as look:
        look.page.get_by_role("heading", name="trial-13").wait_for()
        look.page.get_by_text("saved on").wait_for()
        assert look.page.url.endswith(f"#/runs/{logged.uids['trial-13']}")
        go(look, "?tab=charts")
        look.page.get_by_text("of 5,000 points, all extremes kept").first.wait_for()
        assert look.page.locator("canvas").count() >= 3
        go(look, "?tab=evaluation")
        look.page.get_by_text("Confusion").first.wait_for()
        assert [] == look.complaints
        assert [] == look.axe()


def test_what_needs_a_server_is_not_there(browser: Browser, one: Path) -> None:
    with opened(browser, one) as look:
        assert 0 == look.page.get_by_text("Save as one file").count()
        assert 0 == look.page.get_by_label("Settings").count()
        assert 0 == look.page.get_by_role("button", name="Live").count()
        look.page.evaluate("location.hash = '#/experiments/vision'")
        look.settle()
        look.page.wait_for_selector(".run-row")
        assert 0 == look.page.get_by_label("Filter runs").count()
        assert 0 == look.page.get_by_text("Trash").count()
        assert [] == look.complaints


def test_several_runs_open_on_their_comparison_and_the_table_sorts(
    browser: Browser, logged: Logged, tmp_path: Path
) -> None:
    names = ["trial-03", "trial-01", "trial-02"]
    path = saved(logged.folder, [logged.uids[name] for name in names], tmp_path / "three.html")
    with opened(browser, path) as look:
        look.page.get_by_role("heading", name="3 runs").wait_for()
        go(look, look.page.evaluate("'?' + location.hash.split('?')[1]") + "&tab=charts")
        look.page.wait_for_selector("canvas")
        look.page.evaluate("location.hash = '#/experiments/vision?sort=params.depth&layout=table'")
        look.settle()
        look.page.wait_for_selector(".run-row")
        found: list[str] = look.page.eval_on_selector_all(
            ".run-row",
            "rows => rows.map(row => [row.getBoundingClientRect().top, row.querySelector('a').textContent])"
            ".sort((one, other) => one[0] - other[0]).map(row => row[1])",
        )
        assert ["trial-01", "trial-02", "trial-03"] == found
        assert [] == look.complaints


def test_names_and_texts_that_would_run_do_not(browser: Browser, tmp_path: Path) -> None:
    session = Session(str(tmp_path / "store"))
    with Run("evil", "run", sagemaker_session=session, run_display_name=EVIL, tags={"tag": EVIL}) as run:
        run.log_parameters({"text": EVIL})
        run.log_metric("a</script><b>", 1.0)
        run.log_text("notes", EVIL)
        run.log_artifact("where", EVIL)
    path = saved(tmp_path / "store", [run.id], tmp_path / "evil.html")
    with opened(browser, path) as look:
        assert SHOWN in look.page.inner_text("h1")
        go(look, "?tab=charts")
        look.page.wait_for_selector("canvas")
        go(look, "?tab=artifacts")
        look.page.get_by_text(SHOWN).first.wait_for()
        assert "ran" != look.page.title()
        assert [] == look.complaints


def test_html_that_was_logged_is_shown_and_runs_nothing(browser: Browser, logged: Logged, tmp_path: Path) -> None:
    path = saved(logged.folder, [logged.uids["values"]], tmp_path / "odd.html")
    with opened(browser, path) as look:
        go(look, "?tab=artifacts&artifact=out:report.html")
        look.page.frame_locator("iframe").get_by_role("heading", name="Report").wait_for()
        assert "ran" != look.page.title()


def test_artifact_that_was_left_out_is_said_to_be(browser: Browser, logged: Logged, tmp_path: Path) -> None:
    path = tmp_path / "small.html"
    store = Session(str(logged.folder)).fresh_store()
    done = save_page_as(store, [logged.uids["values"]], str(path), place="a store", most_artifact_bytes=30)
    assert "odd/values: report.html" in done.left_out
    with opened(browser, path) as look:
        go(look, "?tab=artifacts&artifact=out:report.html")
        look.page.get_by_text("left out of this file").first.wait_for()


def test_file_fits_a_phone(browser: Browser, one: Path) -> None:
    with opened(browser, one, PHONE) as look:
        assert look.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_file_that_was_cut_short_says_so(browser: Browser, one: Path, tmp_path: Path) -> None:
    text = one.read_text(encoding="ascii")
    start = text.index('<script type="application/json" data-saved="end">')
    cut = tmp_path / "cut.html"
    cut.write_text(text[:start] + text[text.index("</script>", start) + 9 :], encoding="ascii")
    with looking(browser, cut.as_uri()) as look:
        look.page.goto(cut.as_uri())
        look.page.get_by_text("This file was cut short").wait_for()


def test_button_saves_the_run_as_a_file_that_opens(browser: Browser, url: str, logged: Logged, tmp_path: Path) -> None:
    path = tmp_path / "from the page.html"
    with looking(browser, url) as look:
        look.open(f"/runs/{logged.uids['trial-13']}")
        with look.page.expect_download() as loading:
            look.page.get_by_role("link", name="Save as one file").click()
        assert "trial-13.html" == loading.value.suggested_filename
        loading.value.save_as(path)
    with opened(browser, path) as look:
        look.page.get_by_role("heading", name="trial-13").wait_for()
        look.page.get_by_text("saved on").wait_for()
        assert [] == look.complaints
