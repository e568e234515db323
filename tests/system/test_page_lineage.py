"""What came from what, as people look at it: followed, folded, moved about, and told as a list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay import Run, Session
from tests.system.browser import PHONE, WIDE, Look, looking
from tests.system.lineage_runs import FILES, LONG_NAME, USERS, log_lineage
from tests.system.page import browser, look, url
from tests.system.page_runs import Logged

__all__ = ["browser", "look", "url"]


@pytest.fixture(scope="module")
def logged(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """A pipeline to look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_QUIET", "1")
        yield log_lineage(tmp_path_factory.mktemp("page") / "store")


def opened(look: Look, place: str) -> None:
    look.open(place)
    look.page.wait_for_selector(".lineage-node")


def names(look: Look) -> list[str]:
    """The names of the nodes, left to right, top to bottom."""
    return look.page.locator(".lineage-node .lineage-name").all_inner_texts()


def place_of(look: Look, name: str) -> tuple[float, float]:
    box = look.page.locator(".lineage-node", has_text=name).first.bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    "place",
    ["/runs/{named}?tab=lineage&as=graph", "/lineage?experiment=many&as=graph", "/lineage?value=same&as=list"],
    ids=["run", "experiment", "artifact"],
)
def test_screen_opens_without_complaint(
    browser: object, url: str, logged: Logged, place: str, size: dict[str, int], theme: str
) -> None:
    with looking(browser, url, theme=theme, size=size) as look:  # type: ignore[arg-type]
        look.open(place.format(**logged.uids))
        look.page.wait_for_selector(".lineage-node, .lineage-cell")

        assert look.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [] == look.complaints
        assert [] == look.axe()


def test_a_run_s_lineage_is_drawn_from_left_to_right_and_leads_to_other_runs_and_artifacts(
    look: Look, logged: Logged
) -> None:
    opened(look, f"/runs/{logged.uids['fit-0']}?tab=lineage")
    assert ["raw", "split", "rows.csv", "fit-0"] == names(look)[:4]
    assert {"model", "ROC curve", "log.txt", "judge", "verdicts"} == set(names(look)[4:])
    assert "fit-0" in look.page.locator(".lineage-node[aria-current]").inner_text()
    assert [] == look.axe()

    look.page.get_by_role("link", name="rows.csv").click()
    look.page.get_by_role("heading", name="rows.csv").wait_for()
    look.page.get_by_text("made by 1 run, used by 3 runs").wait_for()
    look.page.wait_for_selector(".lineage-node")
    assert {"fit-0", "fit-1", "fit-2", "split", "judge"} <= set(names(look))

    look.page.get_by_role("link", name="Completed judge judge").click()
    look.until(f"location.hash.startsWith('#/runs/{logged.uids['judge']}?tab=lineage')")


def test_a_pointer_on_a_node_brings_out_what_it_came_from_and_what_came_of_it(look: Look) -> None:
    opened(look, "/lineage?experiment=train")
    look.page.locator(".lineage-run", has_text="fit-1").hover()
    look.page.wait_for_selector(".lineage-node.is-lit")

    lit = look.page.locator(".lineage-node.is-lit .lineage-name").all_inner_texts()

    assert {"split", "rows.csv", "fit-1", "model", "log.txt", "ROC curve", "judge"} == set(lit)
    assert 1 == lit.count("model")


def test_many_that_are_alike_are_folded_and_open(look: Look, logged: Logged) -> None:
    opened(look, f"/runs/{logged.uids['maker']}?tab=lineage")
    folded = len(names(look))
    assert ["+ 52 more", "+ 32 more runs"] == look.page.locator(".lineage-fold").all_inner_texts()

    look.page.get_by_role("button", name="+ 32 more runs").click()
    look.until(f"document.querySelectorAll('.lineage-run').length === {USERS + 1}")
    assert folded + 2 * 32 == len(names(look))
    look.page.get_by_role("button", name="+ 52 more").click()
    look.until("document.querySelectorAll('.lineage-fold').length === 0")
    assert FILES + 2 * USERS + 2 == len(names(look))

    look.page.go_back()
    look.until("document.querySelectorAll('.lineage-fold').length === 1")


def test_the_view_is_dragged_and_zoomed_and_stands_in_the_address(look: Look) -> None:
    opened(look, "/lineage?experiment=train")
    x, y = place_of(look, "rows.csv")
    look.page.mouse.move(640, 640)
    look.page.mouse.down()
    look.page.mouse.move(660, 600)
    look.page.mouse.move(700, 560)
    look.page.mouse.up()
    assert (x + 60, y - 80) == place_of(look, "rows.csv")

    look.page.mouse.move(640, 400)
    look.page.mouse.wheel(0, -300)
    look.page.keyboard.press("Tab")
    look.until("location.hash.includes('at=')")
    look.page.wait_for_timeout(400)
    moved = place_of(look, "rows.csv")
    look.page.reload()
    look.page.wait_for_selector(".lineage-node")
    assert all(abs(one - other) <= 2 for one, other in zip(moved, place_of(look, "rows.csv"), strict=True))

    look.page.get_by_role("button", name="Show all").click()
    assert (x, y) == place_of(look, "rows.csv")


def test_a_drag_that_begins_on_a_node_leads_nowhere(look: Look) -> None:
    opened(look, "/lineage?experiment=train")
    x, y = place_of(look, "rows.csv")
    look.page.mouse.move(x + 20, y + 10)
    look.page.mouse.down()
    look.page.mouse.move(x + 60, y + 60, steps=4)
    look.page.mouse.up()

    assert (x + 40, y + 50) == place_of(look, "rows.csv")
    assert "experiment" in look.texts


def test_keys_lead_from_node_to_node_along_the_arrows(look: Look) -> None:
    opened(look, "/lineage?experiment=train")
    look.page.locator(".lineage-node[tabindex='0']").focus()
    look.page.keyboard.press("ArrowRight")
    look.page.keyboard.press("ArrowRight")
    focused = "document.activeElement.querySelector('.lineage-name').textContent"
    assert "fit-1" == look.page.evaluate(focused)
    look.page.keyboard.press("ArrowDown")
    look.page.keyboard.press("ArrowRight")
    assert look.page.evaluate(focused) in ("model", "log.txt")
    before = place_of(look, "rows.csv")
    look.page.keyboard.press("-")
    look.until("document.querySelector('.lineage-world') !== null")
    assert before != place_of(look, "rows.csv")


def test_the_list_tells_the_same_and_is_what_a_phone_shows(browser: object, url: str, logged: Logged) -> None:
    with looking(browser, url, size=PHONE) as look:  # type: ignore[arg-type]
        look.open(f"/runs/{logged.uids['fit-0']}?tab=lineage")
        look.page.wait_for_selector(".lineage-list")

        rows = [one.split() for one in look.page.locator(".lineage-list tbody tr").all_inner_texts()]

        assert ["raw", "split", "rows.csv", "data", "fit-0", "model", "ROC", "log.txt", "candidate-0", "judge"] == [
            one for one in dict.fromkeys(word for row in rows for word in row) if one in WORDS
        ]
        assert look.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [] == look.axe()
        assert [] == look.complaints


def test_whoever_prefers_the_list_keeps_it_from_one_to_the_next(look: Look, logged: Logged) -> None:
    look.open(f"/runs/{logged.uids['fit-0']}?tab=lineage")
    look.page.get_by_role("button", name="List").click()
    look.page.get_by_role("link", name="candidate-0").click()
    look.page.get_by_role("heading", name="model").wait_for()
    look.page.locator(".lineage-list").get_by_role("link", name="judge").first.click()
    look.until(f"location.hash.startsWith('#/runs/{logged.uids['judge']}')")
    look.page.wait_for_selector(".lineage-list")

    assert {"tab": "lineage", "as": "list"} == look.texts


WORDS = ("raw", "split", "rows.csv", "data", "fit-0", "model", "ROC", "log.txt", "candidate-0", "judge")


def test_names_that_are_long_or_look_like_code_are_only_texts(look: Look, logged: Logged) -> None:
    opened(look, f"/runs/{logged.uids['named']}?tab=lineage")
    long = look.page.locator(".lineage-artifact", has_text="weights-of-the-model")

    assert LONG_NAME in (long.get_attribute("title") or "")
    assert look.page.evaluate("document.querySelectorAll('.lineage img').length") == 0
    assert "ran" not in look.page.title().split(" · ")
    assert 1 == look.page.locator(".lineage-edge.is-back").count()


def test_an_artifact_of_a_run_says_who_used_it_and_leads_to_its_lineage(look: Look, logged: Logged) -> None:
    look.open(f"/runs/{logged.uids['fit-0']}?tab=artifacts&artifact=out:model")
    look.page.get_by_role("link", name="made by 1 run, used by 1 run").click()
    look.page.get_by_role("heading", name="model").wait_for()

    assert "sha256" in look.texts


def test_a_run_that_begins_to_use_an_artifact_comes_into_the_picture(look: Look, logged: Logged) -> None:
    opened(look, "/lineage?value=s3://bucket/raw/2026/11/all.parquet")
    before = place_of(look, "split")
    with Run("prepare", "late", sagemaker_session=Session(str(logged.folder))) as run:
        run.log_artifact("input", "s3://bucket/raw/2026/11/all.parquet", is_output=False)
        run.flush()
        look.page.locator(".lineage-run", has_text="late").wait_for()

    assert before[0] == place_of(look, "split")[0]


def test_what_is_not_there_is_said(look: Look) -> None:
    look.open("/lineage?value=nothing")
    look.page.get_by_role("alert").get_by_text("no run in").wait_for()
    look.open("/lineage")
    look.page.get_by_role("heading", name="Whose lineage?").wait_for()
