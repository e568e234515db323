"""What people do with many runs beside each other: brush, point, weigh parameters, read a matrix of 100 classes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session
from tests.system.browser import Look, looking, served
from tests.system.page import browser
from tests.system.page_runs import Logged

__all__ = ["browser"]

RUNS = 500
CLASSES = 100


@pytest.fixture(scope="module")
def sweep(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Logged:
    """Many runs whose loss depends on one parameter, and two with charts."""
    folder = tmp_path_factory.mktemp("compare") / "store"
    source = random.Random(5)
    uids = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_QUIET", "1")
        session = Session(str(folder))
        for number in range(RUNS):
            with Run("sweep", f"trial-{number:03}", sagemaker_session=session) as run:
                lr, kind = 10 ** source.uniform(-5, -1), ("adam", "sgd")[number % 2]
                run.log_parameters({"lr": lr, "kind": kind, "noise": source.random()})
                run.define_metric("loss", "min")
                run.log_metrics({"loss": 3 * lr + source.random() / 1000, "seconds": source.random()})
        for number in range(2):
            with Run("charts", f"run-{number}", sagemaker_session=session) as run:
                truth = [step % CLASSES for step in range(2000)]
                guess = [(one + (step % (7 + number) == 0)) % CLASSES for step, one in enumerate(truth)]
                run.log_confusion_matrix([f"class {one:02}" for one in truth], [f"class {one:02}" for one in guess])
                score = [((step * 7) % 40) / 40 for step in range(200)]
                run.log_precision_recall([int(one > 0.5) for one in score], score)
                run.log_roc_curve([int(one > 0.5) for one in score], score)
                uids[f"run-{number}"] = run.id
    return Logged(folder, uids)


@pytest.fixture(scope="module")
def url(sweep: Logged) -> Iterator[str]:
    """The URL of their server."""
    with served(Path(sweep.folder)) as one:
        yield one


@pytest.fixture
def look(browser: Any, url: str) -> Iterator[Look]:
    """A tab on it, which must have had nothing to complain of at the end."""
    with looking(browser, url) as one:
        yield one
        assert [] == one.complaints


def test_brush_over_an_axis_keeps_runs_and_stands_in_the_address(look: Look) -> None:
    look.open("/compare?experiment=sweep&axes=params.kind,params.lr,metrics.loss")
    look.page.get_by_text("500 of 500 runs").wait_for()
    box = look.page.locator(".parallel-plot").bounding_box()
    assert box is not None
    x, bottom = box["x"] + 28, box["y"] + box["height"] - 30
    look.page.mouse.move(x, bottom - 20)
    look.page.mouse.down()
    look.page.mouse.move(x, bottom + 4, steps=4)
    look.page.mouse.up()
    look.page.get_by_text("250 of 500 runs").wait_for()

    assert "adam:adam:params.kind" == look.texts["brush"]
    assert [] == look.axe()


def test_axis_is_moved_by_the_arrow_keys(look: Look) -> None:
    look.open("/compare?experiment=sweep&axes=params.kind,params.lr,metrics.loss")
    look.page.locator(".axis-name", has_text="kind").focus()
    look.page.keyboard.press("ArrowRight")
    look.until("location.hash.includes('axes=params.lr,params.kind,metrics.loss')")


def test_parameter_that_the_loss_depends_on_is_first(look: Look) -> None:
    look.open("/compare?experiment=sweep&tab=importance")
    first = look.page.locator(".weights tbody tr").first
    first.wait_for()

    assert "lr" == first.locator("th").inner_text()
    assert "n = 500 runs" in look.page.locator(".explore .bar").inner_text()


def test_too_few_runs_are_not_weighed(look: Look) -> None:
    look.open("/compare?experiment=sweep&tab=importance&filter=params.noise < 0.01")
    look.page.get_by_text("Too few runs").wait_for()


def test_point_of_a_scatter_leads_to_its_run(look: Look) -> None:
    look.open("/compare?experiment=sweep&tab=scatter&sx=params.lr&sy=metrics.loss&filter=name = 'trial-007'")
    look.page.get_by_text("1 of 1 runs").wait_for()
    plot = look.page.locator(".scatter-plot").bounding_box()
    assert plot is not None
    # The point of a single run stands in the middle of the axes.
    x, y = plot["x"] + 64 + (plot["width"] - 80) / 2, plot["y"] + 12 + (plot["height"] - 56) / 2
    look.page.mouse.move(x, y)
    look.page.locator(".scatter-tip").get_by_text("trial-007").wait_for()
    look.page.mouse.click(x, y)
    look.page.get_by_role("heading", name="trial-007").wait_for()


def test_threshold_is_shared_by_the_plots(look: Look, sweep: Logged) -> None:
    look.open(f"/compare?runs={sweep.uids['run-0']},{sweep.uids['run-1']}&tab=evaluation")
    look.page.get_by_role("slider").first.focus()
    look.page.keyboard.press("End")
    look.until("document.querySelectorAll('.curve-chart circle').length === 4")

    assert "0.975" == look.texts["threshold"]


def test_matrix_of_a_hundred_classes_is_read_by_the_arrow_keys(look: Look, sweep: Logged) -> None:
    look.open(f"/runs/{sweep.uids['run-0']}?tab=evaluation")
    look.page.get_by_label("Confusion matrix of 100 classes").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        look.page.keyboard.press(key)
    look.page.locator(".matrix-chart [aria-live]").get_by_text("class 01").first.wait_for()
    look.page.get_by_text("Classes and the most confused pairs").click()
    look.page.get_by_label("Find a class").fill("class 42")

    assert 1 == look.page.get_by_label("Scores of classes").locator("tbody tr").count()
    assert [] == look.axe()
