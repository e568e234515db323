"""What nobody should log is shown as it is: nothing of it runs, nothing breaks, and nothing large is loaded unasked."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session
from tests.system.browser import PHONE, WIDE, Look, looking, served
from tests.system.page import browser

__all__ = ["browser"]

HTML = "<img src=x onerror=alert(1)><script>alert(2)</script>"
NAMES = {
    "html": HTML,
    "emoji": "🦊👩‍👩‍👧‍👦🏳️‍🌈 e\u0301",
    "rtl": "تجربة ١ \u202e live",
    "long": "a-name-that-goes-on-and-on-" * 7 + "to-its-end!",
    "spaces": "a" * 20 + " " * 60 + "b" * 120,
}
GREAT_BYTES = 2 << 30
EXPERIMENT_SCREENS = ["/", "/experiments/bad", "/experiments/bad?layout=table"]
RUN_SCREENS = ["/runs/{}", "/runs/{}?tab=charts", "/runs/{}?tab=artifacts"]
KEPT_FROM_RUNNING = "Blocked script execution"
"""What the browser says of a frame in which scripts may not run, and did not."""


@pytest.fixture(scope="module")
def uids(browser: object, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Runs of all these names, whose metrics, parameters, tags and artifacts are called so too; and where they are."""
    folder = tmp_path_factory.mktemp("bad")
    session = Session(str(folder / "store"))
    found = {"folder": str(folder / "store")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_QUIET", "1")
        for name, text in NAMES.items():
            shown = {"experiment_display_name": HTML, "run_display_name": text[:120]}
            with Run("bad", name, sagemaker_session=session, tags={"note": text[:250]}, **shown) as run:
                run.description = text
                run.log_parameters({text: text, "n": 1})
                run.log_metrics({text: 1.0, "loss": 0.5}, step=0)
                run.log_metrics({text: 2.0, "loss": 0.25}, step=1)
                run.log_text(text.replace("/", "-"), text)
                found[name] = run.id
        found["values"] = _log_values(session)
        found["empty"] = _log_nothing(session)
        found["files"] = _log_files(session, folder)
    return found


def _log_values(session: Session) -> str:
    with Run("bad", "values", sagemaker_session=session) as run:
        for step in range(5):
            run.log_metrics({"nan": math.nan, "great": 1e308 * (-1) ** step, "inf": math.inf}, step=step)
        run.log_metric("one", 3.25)
        run.log_metric("far", 1.0, step=2**62)
        run.log_metric("far", 2.0, step=-(2**62))
        return run.id


def _log_nothing(session: Session) -> str:
    with Run("bad", "empty", sagemaker_session=session) as run:
        return run.id


def _log_files(session: Session, folder: Path) -> str:
    page, picture, great = folder / "page.html", folder / "picture.png", folder / "great.txt"
    page.write_text(f"<h1>Report</h1><script>parent.document.title = 'ran'</script>{HTML}", encoding="utf-8")
    picture.write_text("not a picture at all", encoding="utf-8")
    with great.open("wb") as file:
        os.truncate(file.fileno(), GREAT_BYTES)
    with Run("bad", "files", sagemaker_session=session) as run:
        run.log_file(str(page), name="page.html")
        run.log_file(str(picture), name="picture.png")
        run.log_file(str(page), name="said to be a picture", media_type="image/png")
        run.log_file(str(page), name="said to be nothing", media_type="<b>/;;")
        run.log_file(str(great), name="great.txt")
        great.unlink()
        return run.id


@pytest.fixture(scope="module")
def url(uids: dict[str, str]) -> Iterator[str]:
    """The URL of their server."""
    with served(Path(uids["folder"])) as one:
        yield one


@pytest.fixture
def look(browser: Any, url: str) -> Iterator[Look]:
    """A tab on it in which nothing may run that was logged."""
    with looking(browser, url) as one:
        one.page.on("dialog", lambda dialog: one.complaints.append(f"a script ran: {dialog.message}"))
        yield one
        assert [] == [said for said in one.complaints if KEPT_FROM_RUNNING not in said]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", [None, *NAMES, "values", "empty", "files"])
def test_any_name_and_value_is_shown_and_fits(
    browser: Any, url: str, uids: dict[str, str], name: str | None, size: dict[str, int]
) -> None:
    with looking(browser, url, size=size) as look:
        look.page.on("dialog", lambda dialog: look.complaints.append(f"a script ran: {dialog.message}"))
        for screen in EXPERIMENT_SCREENS if name is None else RUN_SCREENS:
            look.open(screen.format(uids.get(name or "")))
            overflow = look.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert 0 >= overflow, screen
            assert 0 == look.page.locator("main img[src=x], main script").count(), screen

        assert [] == [said for said in look.complaints if KEPT_FROM_RUNNING not in said]


def test_names_stand_on_the_page_as_they_were_logged(look: Look, uids: dict[str, str]) -> None:
    for name, text in NAMES.items():
        look.open(f"/runs/{uids[name]}")

        shown = look.page.locator("main").inner_text()
        assert " ".join(text.split()) in " ".join(shown.split()), name


def test_values_that_cannot_be_drawn_are_told(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['values']}?tab=charts")
    assert {"nan", "great", "inf", "one", "far"} <= set(look.page.locator("figcaption .cut").all_inner_texts())

    look.open(f"/runs/{uids['values']}")
    rows = {row.split("\t")[0]: row for row in look.page.locator("table.metrics tbody tr").all_inner_texts()}
    assert "NaN" in rows["nan"]
    assert "1e308" in rows["great"]
    assert "∞" in rows["inf"]


@pytest.mark.parametrize("name", ["page.html", "picture.png", "said to be a picture", "said to be nothing"])
def test_file_that_is_not_what_it_says_is_shown_or_offered_and_never_run(
    look: Look, uids: dict[str, str], name: str
) -> None:
    title = look.page.title()
    look.open(f"/runs/{uids['files']}?tab=artifacts&artifact=out:{name}")
    look.page.get_by_role("link", name="Download").first.wait_for()
    look.page.wait_for_timeout(300)

    assert "ran" not in (title, look.page.title())


def test_two_gigabytes_are_offered_and_not_loaded(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['files']}?tab=artifacts&artifact=out:great.txt")
    look.page.get_by_text("2.15 GB").first.wait_for()
    look.page.wait_for_timeout(500)

    loaded = look.page.evaluate(
        "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"
    )
    assert 5_000_000 > loaded
