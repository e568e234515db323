"""What people do on the page, and what comes of it."""

from __future__ import annotations

import re
from typing import Any

from tests.system.browser import Look
from tests.system.page import browser, logged, look, url
from tests.system.page_runs import LONG, Logged

__all__ = ["browser", "logged", "look", "url"]


def rows(look: Look) -> list[str]:
    """The names in the run table, top to bottom."""
    look.page.wait_for_selector(".run-row")
    found: list[tuple[float, str]] = look.page.eval_on_selector_all(
        ".run-row", "rows => rows.map(row => [row.getBoundingClientRect().top, row.querySelector('a').textContent])"
    )
    return [name for _, name in sorted(found)]


def test_filter_narrows_table_and_charts_and_stands_in_the_address(look: Look) -> None:
    look.open("/experiments/vision")
    look.page.keyboard.press("/")
    look.page.keyboard.type("params.depth < 2")
    look.page.keyboard.press("Enter")
    look.page.get_by_role("status").get_by_text("2 runs").wait_for()

    assert ["trial-01", "trial-00"] == rows(look)
    assert "params.depth < 2" == look.texts["filter"]


def test_back_undoes_a_filter(look: Look) -> None:
    look.open("/experiments/vision")
    look.page.get_by_label("Filter runs").fill("params.depth = 3")
    look.page.keyboard.press("Enter")
    look.page.get_by_text("1 run", exact=True).wait_for()
    look.page.go_back()
    look.page.get_by_text("14 runs").wait_for()

    assert "" == look.page.get_by_label("Filter runs").input_value()


def test_filter_that_cannot_be_read_is_pointed_at_and_hides_nothing(look: Look) -> None:
    look.open("/experiments/vision")
    look.page.get_by_label("Filter runs").fill("params.depth < 2 an")
    look.page.keyboard.press("Enter")
    told = look.page.get_by_role("alert")
    told.get_by_text("at column 18").wait_for()

    assert "  params.depth < 2 an\n" + " " * 19 + "^" == told.locator("pre").inner_text().rstrip()
    assert 14 == len(rows(look))


def test_filter_is_completed_by_the_names_that_runs_have(look: Look) -> None:
    look.open("/experiments/vision")
    look.page.get_by_label("Filter runs").press_sequentially("metrics.loss")
    look.page.get_by_role("option", name="metrics.val/loss").wait_for()
    look.page.keyboard.press("ArrowDown")
    look.page.keyboard.press("Tab")

    assert "metrics.val/loss" == look.page.get_by_label("Filter runs").input_value()


def test_table_is_sorted_by_the_server(look: Look) -> None:
    look.open("/experiments/vision?layout=table")
    look.page.get_by_role("columnheader", name="val/loss").get_by_role("button").click()
    look.page.wait_for_selector("[aria-sort=descending]")
    look.settle()
    assert "trial-13" == rows(look)[0]

    look.page.get_by_role("columnheader", name="val/loss").get_by_role("button").click()
    look.page.wait_for_selector("[aria-sort=ascending]")
    look.until("document.querySelector('.run-row a').textContent === 'trial-00'")
    assert "trial-00" == rows(look)[0]


def test_ten_newest_runs_are_drawn_and_the_eye_adds_another(look: Look) -> None:
    look.open("/experiments/vision")
    shown = look.page.locator(".eye[aria-pressed=true]")
    assert 10 == shown.count()

    look.page.get_by_role("button", name="Show trial-00 in charts").click()
    look.until("document.querySelectorAll('.eye[aria-pressed=true]').length === 11")
    assert "show" in look.texts


def test_columns_are_chosen_and_stand_in_the_address(look: Look) -> None:
    look.open("/experiments/vision?layout=table")
    look.page.get_by_role("button", name="Columns").click()
    look.page.get_by_role("checkbox", name="only those that differ").check()
    look.until("!document.querySelector('.run-head').textContent.includes('optimizer')")
    look.page.keyboard.press("Escape")

    heads = look.page.get_by_role("columnheader").all_inner_texts()
    assert "depth" in heads
    assert "same" not in heads
    assert "1" == look.texts["differ"]


def test_selected_runs_are_compared(look: Look, logged: Logged) -> None:
    look.open("/experiments/vision")
    look.page.get_by_role("checkbox", name="Select trial-13").check()
    look.page.get_by_role("checkbox", name="Select trial-11").check(force=True)
    look.page.get_by_role("link", name="Compare 2").click()
    look.page.get_by_role("heading", name="2 runs").wait_for()

    assert f"{logged.uids['trial-13']},{logged.uids['trial-11']}" == look.texts["runs"]


def test_dragging_zooms_with_every_point_and_double_click_shows_all(look: Look, logged: Logged) -> None:
    look.open(f"/runs/{logged.uids['trial-13']}?tab=charts&metric=train/loss")
    over = look.page.locator(".u-over")
    over.wait_for()
    look.page.get_by_text(f"of {LONG:,} points").wait_for()
    box = over.bounding_box()
    assert box is not None
    with look.page.expect_response(lambda one: "first_step" in (one.request.post_data or "")) as answer:
        look.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 50)
        look.page.mouse.down()
        look.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=4)
        look.page.mouse.up()
    asked: Any = answer.value.request.post_data_json
    low, high = map(float, look.texts["zoom"].split(":"))
    assert LONG * 0.35 < low < high < LONG * 0.55
    assert asked["first_step"] <= low
    assert high <= asked["end_step"]

    over.dblclick(position={"x": 80, "y": 80})
    look.until("!location.hash.includes('zoom')")


def test_pointing_at_a_chart_tells_runs_by_their_values(look: Look) -> None:
    look.open("/experiments/vision?metric=train/accuracy&s=0.7")
    over = look.page.locator(".u-over")
    over.wait_for()
    over.hover(position={"x": 120, "y": 90})
    look.page.locator(".tooltip").wait_for()

    values = [float(text.replace("−", "-")) for text in look.page.locator(".tooltip td:nth-child(2)").all_inner_texts()]
    assert sorted(values, reverse=True) == values
    heights = look.page.eval_on_selector_all(".tooltip tr", "rows => rows.map(row => row.offsetHeight)")
    assert 24 > max(heights)  # each run in one line
    assert re.search(r"step \d+ · ", look.page.locator(".tooltip-head").inner_text())


def test_nothing_in_an_artifact_or_a_name_runs(look: Look, logged: Logged) -> None:
    look.page.on("dialog", lambda dialog: look.complaints.append(f"a script ran: {dialog.message}"))
    look.open(f"/runs/{logged.uids['values']}?tab=artifacts&artifact=out:report.html")
    look.page.frame_locator("iframe").get_by_role("heading", name="Report").wait_for()
    look.page.wait_for_timeout(300)

    assert "ran" != look.page.title()
    # The browser says itself that it kept the script from running; that is what is wanted here.
    look.complaints[:] = [one for one in look.complaints if "script" not in one.lower() or "ran" in one.split(":")[0]]


def test_key_leads_to_any_run(look: Look, logged: Logged) -> None:
    look.open("/")
    look.page.keyboard.press("Control+k")
    look.page.get_by_label("Go to an experiment or a run").last.fill("trial-07")
    look.page.get_by_role("option", name="trial-07").wait_for()
    look.page.keyboard.press("Enter")
    look.page.wait_for_url(f"**/#/runs/{logged.uids['trial-07']}")


def test_chosen_theme_lasts(look: Look) -> None:
    look.open("/")
    look.page.get_by_label("Theme: system").click()
    look.page.get_by_label("Theme: light").click()
    look.open("/experiments/vision")

    assert "dark" == look.page.evaluate("document.documentElement.dataset.theme")


def test_selected_runs_are_drawn_alone(look: Look) -> None:
    look.open("/experiments/vision")
    look.page.get_by_role("checkbox", name="Select trial-12").check()
    look.page.get_by_role("button", name="Draw", exact=True).click()
    look.until("document.querySelectorAll('.eye[aria-pressed=true]').length === 1")

    assert look.page.get_by_role("button", name="Show trial-12 in charts").get_attribute("aria-pressed") == "true"


def test_trashed_runs_come_back_by_undo(look: Look) -> None:
    look.open("/experiments/odd")
    look.page.get_by_role("checkbox", name="Select empty").check()
    look.page.get_by_role("button", name="Trash 1").click()
    undo = look.page.get_by_role("button", name="undo")
    undo.wait_for()
    look.page.get_by_role("link", name="empty").wait_for(state="detached")
    undo.click()
    look.page.get_by_role("link", name="empty").wait_for()

    assert {"empty", "failing"} < set(rows(look))


def test_link_to_a_trashed_run_says_so_and_restores_it(look: Look, logged: Logged) -> None:
    from assay import Session

    session = Session(str(logged.folder))
    session.trash("odd/empty")
    look.open(f"/runs/{logged.uids['empty']}")
    look.page.get_by_text("is in the trash").wait_for()
    look.page.get_by_role("button", name="Restore it").click()
    look.page.get_by_role("heading", name="empty").wait_for()

    assert "empty" in [run.run_name for run in session.search_runs(experiment_name="odd")]


def test_groups_are_drawn_with_a_band_that_is_chosen(look: Look) -> None:
    with look.page.expect_response("**/v1/grouped") as answer:
        look.open("/experiments/vision?group=params.lr&metric=train/loss")
    groups = answer.value.json()["items"]
    assert (4, 14) == (len(groups), sum(one["runs"] for one in groups))
    assert {4, 3} == {max(one["n"]) for one in groups}

    look.page.get_by_label("band").select_option("minmax")
    look.until("location.hash.includes('band=minmax')")
    look.page.get_by_text("4 groups of 14 runs").wait_for()
