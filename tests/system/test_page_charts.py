"""What people do with charts, and what comes of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run, Session
from tests.system.browser import Look, browsing, looking, served
from tests.system.page import browser

__all__ = ["browser", "browsing"]

RUNS = 30
LONG = 6_000


def _log(folder: Path) -> dict[str, str]:
    session = Session(str(folder))
    uids = {}
    for number in range(RUNS):
        with Run("overlaid", f"run-{number:02}", sagemaker_session=session) as run:
            for step in range(60):
                run.log_metric("loss", math.exp(-step / 20) + number / 10, step=step)
            uids[f"run-{number:02}"] = run.id
    with Run("axes", "one", sagemaker_session=session) as run:
        run.define_metric("accuracy", goal="max", step_metric="epoch")
        for step in range(200):
            run.log_metrics({"epoch": step / 50, "loss": math.cos(step / 20)}, step=step)
            if step % 20 == 0:
                run.log_metric("accuracy", step / 200, step=step)
        uids["axes"] = run.id
    with Run("long", "one", sagemaker_session=session) as run:
        for step in range(LONG):
            run.log_metric("loss", math.sin(step), step=step)
        uids["long"] = run.id
    with Run("wide", "one", sagemaker_session=session) as run:
        for number in range(60):
            run.log_metric(f"{'few' if number < 10 else 'many'}/metric{number}", number, step=0)
        uids["wide"] = run.id
    with Run("far", "one", sagemaker_session=session) as run:
        for step in range(50):
            run.log_metric("far", step, step=2**60 + step)
            run.log_metric("huge", 1e308 * (-1) ** step, step=step)
            run.log_metric("nan", math.nan, step=step)
        run.log_metric("one", 1, step=0)
        uids["far"] = run.id
    return uids


@pytest.fixture(scope="module")
def place(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The URL of a server of runs to draw, and their ids."""
    folder = tmp_path_factory.mktemp("charts") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_QUIET", "1")
        uids = _log(folder)
    with served(folder) as url:
        yield url, uids


@pytest.fixture
def uids(place: tuple[str, dict[str, str]]) -> dict[str, str]:
    """The ids of the runs."""
    return place[1]


@pytest.fixture
def look(browser: object, place: tuple[str, dict[str, str]]) -> Iterator[Look]:
    """A tab, which must have had nothing to complain of at the end."""
    with looking(browser, place[0]) as one:  # type: ignore[arg-type]
        yield one
        assert [] == one.complaints


def _lines(look: Look, count: int) -> None:
    look.until(f"document.querySelector('.line-chart')?.dataset.lines === '{count}'")


def test_legend_leaves_out_a_run_shows_one_alone_and_stands_in_the_address(look: Look, uids: dict[str, str]) -> None:
    look.open("/experiments/overlaid?metric=loss")
    _lines(look, 10)
    legend = look.page.get_by_role("list", name="Legend")
    legend.get_by_role("button", name="run-29").click()
    _lines(look, 9)
    assert uids["run-29"] == look.texts["off"]

    legend.get_by_role("button", name="run-28").dblclick()
    _lines(look, 1)
    assert uids["run-28"] == look.texts["only"]

    look.page.get_by_role("button", name="Show all lines").click()
    _lines(look, 10)


def test_legend_of_many_runs_is_a_few_lines_and_a_count(look: Look, uids: dict[str, str]) -> None:
    shown = ",".join(uids[f"run-{number:02}"] for number in range(RUNS))
    look.open(f"/experiments/overlaid?show={shown}")
    _lines(look, RUNS)
    more = look.page.get_by_role("list", name="Legend").get_by_role("button", name=re.compile(r"^\+ \d+$"))
    before = look.page.get_by_role("list", name="Legend").get_by_role("button").count()
    more.click()

    assert RUNS + 1 == look.page.get_by_role("list", name="Legend").get_by_role("button").count()
    assert before < 12


def test_chart_is_drawn_over_the_metric_that_its_run_defined(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['axes']}?tab=charts&metric=accuracy")
    _lines(look, 1)
    look.page.locator(".u-over").hover(position={"x": 500, "y": 90})

    assert re.match(r"epoch [\d.]+ · step \d+ · ", look.page.locator(".tooltip-head").inner_text())


def test_another_metric_is_chosen_as_the_axis_and_a_drag_zooms_within_it(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['axes']}?tab=charts&metric=loss")
    _lines(look, 1)
    look.page.get_by_role("combobox", name="x", exact=True).select_option("metric:epoch")
    look.until("location.hash.includes('x=metric:epoch')")
    _drag(look, 0.25, 0.5)
    low, high = map(float, look.texts["zoom"].split(":"))

    assert 0.5 < low < high < 3


def _drag(look: Look, start: float, end: float, *, shift: bool = False) -> None:
    box = look.page.locator(".u-over").bounding_box()
    assert box is not None
    if shift:
        look.page.keyboard.down("Shift")
    look.page.mouse.move(box["x"] + box["width"] * start, box["y"] + 50)
    look.page.mouse.down()
    look.page.mouse.move(box["x"] + box["width"] * end, box["y"] + 60, steps=4)
    look.page.mouse.up()
    if shift:
        look.page.keyboard.up("Shift")
    look.until("location.hash.includes('zoom')")


def test_shift_and_drag_move_a_zoomed_chart(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['long']}?tab=charts&metric=loss&zoom=1000:2000")
    _lines(look, 1)
    _drag(look, 0.5, 0.4, shift=True)
    look.until("!location.hash.includes('zoom=1000:')")
    low, high = map(float, look.texts["zoom"].split(":"))

    assert 1000 == round(high - low)
    assert 1050 < low < 1150


def test_keys_move_the_crosshair_zoom_and_show_all(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['axes']}?tab=charts&metric=loss")
    _lines(look, 1)
    look.page.get_by_role("group", name="Chart of loss").focus()
    look.page.keyboard.press("ArrowRight")
    look.page.locator(".tooltip").wait_for()
    first = look.page.locator(".tooltip-head").inner_text()
    look.page.keyboard.press("ArrowRight")
    look.until(f"document.querySelector('.tooltip-head').textContent !== {first!r}")
    step = [int(text.split()[1].replace(",", "")) for text in (first, look.page.locator(".tooltip-head").inner_text())]
    assert 1 == step[1] - step[0]

    look.page.keyboard.press("+")
    look.until("location.hash.includes('zoom')")
    look.page.keyboard.press("0")
    look.until("!location.hash.includes('zoom')")


def test_table_of_a_chart_has_every_point(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['long']}?tab=charts&metric=loss")
    _lines(look, 1)
    look.page.get_by_role("button", name="Save loss").click()
    with look.page.expect_download() as saving:
        look.page.get_by_role("button", name="Save all points as CSV").click()
    rows = Path(saving.value.path()).read_text(encoding="utf-8").splitlines()

    assert "run,metric,step,timestamp_us,value" == rows[0]
    assert LONG + 1 == len(rows)
    assert math.sin(LONG - 1) == float(rows[-1].split(",")[-1])


def test_picture_of_a_chart_is_saved(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['long']}?tab=charts&metric=loss")
    _lines(look, 1)
    look.page.get_by_role("button", name="Save loss").click()
    with look.page.expect_download() as saving:
        look.page.get_by_role("button", name="Save as PNG").click()

    assert b"\x89PNG" == Path(saving.value.path()).read_bytes()[:4]


def test_sections_of_many_panels_are_closed_at_first_and_hold_no_panels(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['wide']}?tab=charts")
    look.page.get_by_role("heading", name="many").wait_for()
    assert 10 == look.page.locator(".panel").count()

    look.page.get_by_role("heading", name="many").click()
    look.until("document.querySelectorAll('.panel').length === 60")


def test_values_that_nobody_should_log_are_drawn_or_named(look: Look, uids: dict[str, str]) -> None:
    for scale in ("", "&log=1", "&logx=1", "&x=relative", "&x=metric:far"):
        look.open(f"/runs/{uids['far']}?tab=charts{scale}")
        look.page.wait_for_selector(".line-chart")

    look.open(f"/runs/{uids['far']}?tab=charts&metric=far")
    _lines(look, 1)
    look.page.locator(".u-over").hover()  # numbers there are 256 apart: all fifty points lie in the middle
    look.page.locator(".tooltip").wait_for()
    assert re.search(r"step 1,152,921,504,606,84[67],\d{3}", look.page.locator(".tooltip-head").inner_text())


def test_crosshair_stands_on_all_charts_at_once(look: Look, uids: dict[str, str]) -> None:
    look.open(f"/runs/{uids['axes']}?tab=charts&x=step")
    look.until("document.querySelectorAll('.line-chart .u-over').length === 3")
    look.page.locator(".u-over").first.hover(position={"x": 150, "y": 60})

    look.until("document.querySelectorAll('.u-cursor-x:not(.u-off)').length === 3")
    places = look.page.eval_on_selector_all(".u-cursor-x", "all => all.map(one => one.style.transform)")
    assert all(re.search(r"translate\(1\d\d", one) for one in places)
