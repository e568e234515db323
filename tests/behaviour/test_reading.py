"""Reading a run: inside and outside its block, here and in other processes, while it goes on."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from assay import Run, Session, list_runs, load_run
from assay.errors import MetricNotFoundError
from assay.experiments import Experiment
from tests.behaviour.processes import Processes, hear, say

STATUSES = {None, "InProgress", "Completed", "Failed", "Stopping", "Stopped"}


def test_parameters_and_tags_are_dicts_of_the_callers_own(run: Run) -> None:
    run.log_parameter("lr", 0.1)
    run.set_tags({"team": "vision"})

    for found in (run.parameters, run.tags):
        assert isinstance(found, dict)
        found["other"] = "1"

    assert ({"lr": 0.1}, {"team": "vision"}) == (run.parameters, run.tags)


def test_tags_are_added_and_replaced(run: Run) -> None:
    run.set_tags({"team": "vision", "stage": "dev"})
    run.set_tags({"stage": "done"})

    assert {"team": "vision", "stage": "done"} == run.tags


def test_tags_beyond_their_limits_are_refused_and_change_nothing(run: Run) -> None:
    run.set_tags({str(number): "" for number in range(50)})

    for tags in ({"one more": ""}, {"k" * 129: ""}, {"0": "v" * 257}):
        with pytest.raises(ValueError, match="tag"):
            run.set_tags(tags)

    assert {str(number): "" for number in range(50)} == run.tags


def test_a_colour_is_a_tag_that_can_be_taken_away(run: Run) -> None:
    assert run.color is None

    run.set_tags({"team": "vision"})
    run.color = "#D55E00"
    assert {"team": "vision", "assay.color": "#d55e00"} == run.tags
    run.color = "blue"
    assert "#0072b2" == run.color

    run.color = None
    assert run.color is None
    assert {"team": "vision"} == run.tags


def test_a_colour_is_set_outside_the_block() -> None:
    run = Run("digits", "outside")
    run.color = "#123456"
    with run:
        pass
    assert "#123456" == load_run("outside", "digits").color

    load_run("outside", "digits").color = None
    assert {} == run.tags


def test_a_colour_that_is_none_is_refused_and_changes_nothing(run: Run) -> None:
    run.color = "#123456"

    for colour in ("red", "#fff", 5):
        with pytest.raises(ValueError, match="colour"):
            run.color = colour  # type: ignore[assignment]

    assert "#123456" == run.color


def test_times_are_aware_and_in_order() -> None:
    before = datetime.now(UTC) - timedelta(microseconds=1)
    run = Run("digits", "baseline")
    with run:
        pass
    times = [run.creation_time, run.start_time, run.end_time]

    known = [one for one in times if one is not None]
    assert 3 == len(known)
    assert [timedelta(0)] * 3 == [one.utcoffset() for one in known]
    in_order = [before, *known, datetime.now(UTC)]
    assert sorted(in_order) == in_order


def test_every_status_on_the_way_is_one_of_the_services() -> None:
    run = Run("digits", "baseline")
    seen = [run.status]
    with run:
        seen.append(run.status)
    seen.append(run.status)
    with pytest.raises(KeyboardInterrupt), run:
        raise KeyboardInterrupt
    seen.append(run.status)

    assert [None, "InProgress", "Completed", "Stopped"] == seen
    assert set(seen) <= STATUSES


# Summaries


def test_a_summary_says_what_the_series_looks_like(run: Run) -> None:
    for step, value in [(7, 3.0), (-2, 1.0), (9, 4.0), (9, 2.0), (5, math.nan), (6, math.inf)]:
        run.log_metric("loss", value, step=step)

    summary = run.metrics["loss"]
    assert (2.0, 1.0, 4.0, 2.5) == (summary.last, summary.min, summary.max, summary.mean)
    assert (6, 2) == (summary.count, summary.nonfinite_count)
    assert (-2, 9, -2, 9) == (summary.first_step, summary.last_step, summary.min_step, summary.max_step)


def test_a_summary_without_finite_values_has_no_extremes_and_no_mean(run: Run) -> None:
    run.log_metric("loss", math.nan, step=0)
    run.log_metric("loss", -math.inf, step=1)

    summary = run.metrics["loss"]
    assert [None] * 5 == [summary.min, summary.max, summary.mean, summary.min_step, summary.max_step]
    assert (-math.inf, 2, 2) == (summary.last, summary.count, summary.nonfinite_count)


def test_the_last_value_is_the_latest_at_the_greatest_step_finite_or_not(run: Run) -> None:
    run.log_metric("loss", 1.0, step=10)
    run.log_metric("loss", math.nan, step=10)
    run.log_metric("loss", 2.0, step=3)

    assert math.isnan(run.metrics["loss"].last)


@pytest.mark.parametrize("count", [10, 600, 70_000])
def test_summaries_hold_against_numpy_inside_and_after_the_block(count: int) -> None:
    values = np.random.default_rng(count).standard_normal(count)
    with Run("digits", "baseline") as run:
        for step, value in enumerate(values.tolist()):
            run.log_metric("loss", value, step=step)
        within = run.metrics["loss"]

    for summary in (within, run.metrics["loss"]):
        assert (count, values[-1], values.min(), values.max()) == (
            summary.count,
            summary.last,
            summary.min,
            summary.max,
        )
        assert values.mean() == pytest.approx(summary.mean, rel=1e-9)
        assert (int(values.argmin()), int(values.argmax())) == (summary.min_step, summary.max_step)


@pytest.mark.parametrize(("goal", "best", "best_step"), [("min", 1.0, 1), ("max", 3.0, 0), (None, None, None)])
def test_a_defined_metric_has_its_best(goal: Any, best: float | None, best_step: int | None) -> None:
    with Run("digits", "baseline") as run:
        run.define_metric("loss", goal=goal, step_metric="epoch")
        for step, value in enumerate([3.0, 1.0, 2.0]):
            run.log_metrics({"loss": value, "epoch": step}, step=step)

    summary = load_run("baseline", "digits").metrics["loss"]
    assert (best, best_step) == (summary.best, summary.best_step)


def test_another_goal_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="goal"):
        run.define_metric("loss", goal="least")


# Histories


def test_a_history_has_typed_columns(run: Run) -> None:
    run.log_metric("loss", 0.5, step=3, timestamp=1_700_000_000.123456)

    history = run.metric_history("loss")
    assert (np.dtype("int64"), np.dtype("datetime64[us]"), np.dtype("float64")) == (
        history.steps.dtype,
        history.timestamps.dtype,
        history.values.dtype,
    )
    assert [np.datetime64("2023-11-14T22:13:20.123456", "us")] == list(history.timestamps)


def test_a_history_from_a_first_step_up_to_an_end(run: Run) -> None:
    for step in range(-5, 20):
        run.log_metric("loss", step / 2, step=step)

    assert list(range(3, 9)) == run.metric_history("loss", first_step=3, end_step=9).steps.tolist()
    assert list(range(-5, 0)) == run.metric_history("loss", end_step=0).steps.tolist()
    assert [19] == run.metric_history("loss", first_step=19).steps.tolist()
    assert [] == run.metric_history("loss", first_step=5, end_step=5).steps.tolist()
    assert [] == run.metric_history("loss", first_step=100).values.tolist()


@pytest.mark.parametrize("most", [1, 2, 3, 10, 101, 1000])
def test_a_history_of_few_points_keeps_every_extreme(most: int) -> None:
    random = np.random.default_rng(0)
    values = np.cumsum(random.standard_normal(60_000))
    spikes = random.integers(0, 60_000, 4)
    values[spikes] = [1e6, -1e6, 2e6, -2e6]
    with Run("digits", "baseline") as run:
        for step, value in enumerate(values.tolist()):
            run.log_metric("loss", value, step=step)
        within = run.metric_history("loss", max_points=most)
    after = run.metric_history("loss", max_points=most)
    zoom = run.metric_history("loss", max_points=most, first_step=10_000, end_step=30_000)

    for history in (within, after):
        assert len(history.steps) <= most
        assert values[history.steps].tolist() == history.values.tolist()
        assert 59_999 == history.steps[-1]
        if most >= 3:
            assert {2e6, -2e6} <= set(history.values.tolist())
    assert len(zoom.steps) <= most
    assert ((zoom.steps >= 10_000) & (zoom.steps < 30_000)).all()


@pytest.mark.parametrize("most", [0, -1, 1.5, "10"])
def test_a_number_of_points_that_is_none_is_refused(run: Run, most: Any) -> None:
    run.log_metric("loss", 1.0)

    with pytest.raises(ValueError, match=r"max_points|step must be int"):
        run.metric_history("loss", max_points=most)


def test_an_unknown_metric_is_not_found_and_the_nearest_named(run: Run) -> None:
    run.log_metric("val/loss", 1.0)

    with pytest.raises(LookupError, match=r"'val/los'.*'baseline'.*'digits'.*nearest: 'val/loss'") as caught:
        run.metric_history("val/los")

    assert isinstance(caught.value, MetricNotFoundError)


# Who sees what, when


def test_a_process_is_never_behind_itself(run: Run) -> None:
    other = load_run("baseline", "digits")
    for number in range(30):
        run.log_metric("loss", float(number), step=number)
        run.log_parameter("number", number)
        run.log_artifact("data", str(number))
        run.set_tags({"number": str(number)})

        for reader in (run, other, list_runs("digits")[0]):
            assert number == reader.metric_history("loss").steps[-1]
            assert (number, number + 1) == (reader.parameters["number"], reader.metrics["loss"].count)
            assert (str(number), str(number)) == (reader.artifacts()["data"].value, reader.tags["number"])


def test_another_process_is_at_most_a_second_behind(processes: Processes) -> None:
    writer = processes.start(
        """
        import sys
        from assay import Run
        with Run("digits", "baseline") as run:
            for number, line in enumerate(sys.stdin):
                run.log_metric("loss", float(number), step=number)
                run.log_parameter("number", number)
                print("logged", flush=True)
        """
    )
    for number in range(2):
        say(writer, "log")
        assert "logged" == hear(writer)
        logged = time.monotonic()
        run = load_run("baseline", "digits")
        while run.parameters.get("number") != number or run.metrics["loss"].last != number:
            assert time.monotonic() - logged < 2, "not seen in time"  # a second, and what a busy machine adds
            time.sleep(0.01)
    processes.finish(writer)

    assert "Completed" == run.status


def test_flush_returns_when_all_is_durable_in_the_store(run: Run, store: Any, processes: Processes) -> None:
    run.log_metric("loss", 0.5)
    run.log_parameter("lr", 0.1)

    run.flush()

    script = """
    import sqlite3, sys
    catalog = sqlite3.connect(f"file:{sys.argv[1]}/catalog.db?mode=ro", uri=True)
    print(catalog.execute("SELECT parameters FROM runs").fetchone()[0])
    print(sum(catalog.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("tail", "chunks")))
    """
    assert ['{"lr":0.1}', "1"] == processes.run(script, store).splitlines()


# Descriptions, and how things show themselves


def test_descriptions_are_markdown_that_stays() -> None:
    run = Run("digits", "baseline")
    assert "" == run.description

    run.description = "# Outside"
    assert "# Outside" == load_run("baseline", "digits").description
    with run:
        run.description = "# Inside\n\n*it works* ✓"
    experiment = Experiment.load("digits")
    experiment.description = "# Why"

    assert "# Inside\n\n*it works* ✓" == load_run("baseline", "digits").description
    assert "# Why" == Experiment.load("digits").description


def test_a_description_that_is_no_text_is_refused(run: Run) -> None:
    with pytest.raises((TypeError, ValueError), match="description"):
        run.description = 5  # type: ignore[assignment]


def test_runs_and_lists_show_their_names(run: Run) -> None:
    run.log_parameter("lr", 0.1)
    run.log_metric("loss", 0.5)
    history = run.metric_history("loss")

    assert "digits" in repr(run)
    assert "baseline" in repr(run)
    assert "loss" in repr(history)
    for html in (run._repr_html_(), list_runs("digits")._repr_html_()):
        assert "baseline" in html
        assert "loss" in html
        assert "0.5" in html


def test_html_escapes_what_users_typed() -> None:
    evil = "<script>alert(1)</script>"
    with Run("digits", "baseline", tags={"t": evil}) as run:
        run.log_parameter(evil, evil)
        run.log_metric(evil, 1.0)
        run.log_artifact(evil, evil, media_type=evil)
        run.set_tags({evil: evil})
        run.description = evil
    with pytest.raises(ValueError, match="script"), run:
        raise ValueError(evil)

    for html in (run._repr_html_(), list_runs("digits")._repr_html_()):
        assert "<script" not in html.lower()


def test_a_run_says_where_it_is(run: Run, store: Any) -> None:
    assert str(store) == Session().location
    assert str(store) in run.url


def test_entering_says_where_it_goes_on_one_line_of_stderr(processes: Processes, monkeypatch: Any, store: Any) -> None:
    script = """
    from assay import Run
    run = Run("digits", "baseline")
    with run:
        run.log_metric("loss", 1.0)
    """
    quiet = processes.errors_of(script)
    monkeypatch.delenv("ASSAY_QUIET")
    said = processes.errors_of(script)

    assert "" == quiet
    (line,) = said.splitlines()
    assert line.startswith("assay: digits/baseline → ")
    assert str(store) in line


def test_without_a_named_store_the_nearest_assay_folder_is_used_then_the_users(
    monkeypatch: pytest.MonkeyPatch, isolated: Any
) -> None:
    monkeypatch.delenv("ASSAY_STORE")
    assert str(isolated / "data" / "assay") == Session().location

    (isolated / ".assay").mkdir()
    assert str(isolated / ".assay") == Session().location
    nearer = isolated / "work" / ".assay"
    nearer.mkdir()
    assert str(nearer) == Session().location
