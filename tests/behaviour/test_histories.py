"""Histories of many runs at once, grouped, one point a step where asked, and streamed."""

from __future__ import annotations

import csv
import math
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from assay import Run, Session, list_runs, load_run
from assay.errors import (
    ExperimentNotFoundError,
    InvalidInputError,
    MetricNotFoundError,
    MissingExtraError,
    RunNotFoundError,
)


@pytest.fixture
def session(store: Path) -> Session:
    """Experiment `digits`: three seeds of each of two learning rates, and a run that logged another metric."""
    for lr in (0.1, 0.2):
        for seed in range(3):
            with Run("digits", f"lr-{lr}-seed-{seed}") as run:
                run.log_parameters({"lr": lr, "seed": seed, "depth": 6})
                for step in range(40):
                    run.log_metrics({"loss": lr / (step + 1) + seed, "acc": step * lr}, step=step)
    with Run("digits", "other") as run:
        run.log_metric("odd", 1.0)
    return Session()


def resumed(name: str = "resumed") -> Run:
    """A run that went on from a checkpoint at step 2, and had logged steps 2 and 3 before."""
    for first, end, value in ((0, 4, 1.0), (2, 6, 2.0)):
        with Run("digits", name) as run:
            for step in range(first, end):
                run.log_metric("loss", value, step=step)
    return load_run(name, "digits")


def test_histories_are_found_by_run_and_metric(session: Session) -> None:
    runs = list_runs("digits")

    found = session.metric_histories(runs, ["loss", "acc", "odd"])

    assert 13 == len(found)
    assert {(run.run_name, name) for run, name in found} == {
        *((f"lr-{lr}-seed-{seed}", name) for lr in (0.1, 0.2) for seed in range(3) for name in ("loss", "acc")),
        ("other", "odd"),
    }
    for run in runs:
        for name in run.metrics:
            assert run.metric_history(name).values.tolist() == found[run, name].values.tolist()
            assert run.metric_history(name).values.tolist() == found[f"digits/{run.run_name}", name].values.tolist()


def test_a_series_that_a_run_lacks_is_not_there(session: Session) -> None:
    found = session.metric_histories(list_runs("digits"), ["loss", "odd"])

    assert ("other", "loss") not in found
    assert ("other", "odd") in found
    assert found.get(("other", "loss")) is None
    with pytest.raises(MetricNotFoundError, match="nearest: 'odd'"):
        found["other", "od"]


def test_a_metric_that_no_run_has_is_an_error_with_the_nearest(session: Session) -> None:
    with pytest.raises(MetricNotFoundError, match=r"no metric 'los' in any of these runs \(nearest: 'loss'"):
        session.metric_histories(list_runs("digits"), ["loss", "los"])


def test_runs_may_be_named(session: Session) -> None:
    found = session.metric_histories("digits/lr-0.1-seed-0", "loss")

    assert ["lr-0.1-seed-0"] == [run.run_name for run, _ in found]
    with pytest.raises(RunNotFoundError):
        session.metric_histories(["digits/nothing"], "loss")
    with pytest.raises(InvalidInputError):
        session.metric_histories("lr-0.1-seed-0", "loss")
    with pytest.raises(InvalidInputError):
        session.metric_histories([3], "loss")


def test_a_run_of_another_store_is_refused(session: Session, tmp_path: Path) -> None:
    with Run("digits", "elsewhere", sagemaker_session=Session(tmp_path / "elsewhere")) as run:
        run.log_metric("loss", 1.0)

    with pytest.raises(InvalidInputError, match="elsewhere"):
        session.metric_histories(run, "loss")


@pytest.mark.parametrize("max_points", [4, 11, 1000])
def test_what_is_kept_of_a_series_does_not_depend_on_the_others(session: Session, max_points: int) -> None:
    with Run("digits", "long") as run:
        for step, value in enumerate(np.random.default_rng(1).standard_normal(30_000)):
            run.log_metric("loss", value, step=step)

    together = session.metric_histories(list_runs("digits"), ["loss", "acc"], max_points)[run, "loss"]

    alone = session.metric_histories(run, "loss", max_points)[run, "loss"]
    by_itself = run.metric_history("loss", max_points)
    for one in (alone, by_itself):
        assert one.steps.tobytes() == together.steps.tobytes()
        assert one.timestamps.tobytes() == together.timestamps.tobytes()
        assert one.values.tobytes() == together.values.tobytes()


def test_steps_logged_again_stay_or_one_is_chosen(session: Session) -> None:
    run = resumed()

    assert [0, 1, 2, 2, 3, 3, 4, 5] == run.metric_history("loss").steps.tolist()
    assert [1.0, 1.0, 1.0, 1.0, 2.0, 2.0] == run.metric_history("loss", repeated="first").values.tolist()
    assert [1.0, 1.0, 2.0, 2.0, 2.0, 2.0] == run.metric_history("loss", repeated="last").values.tolist()
    assert [2, 3] == run.metric_history("loss", None, 2, 4, repeated="last").steps.tolist()
    found = session.metric_histories(run, "loss", repeated="last", first_step=2, end_step=5)
    assert [2.0, 2.0, 2.0] == found[run, "loss"].values.tolist()


@pytest.mark.parametrize("repeated", ["newest", None, 1])
def test_another_choice_of_repeated_is_refused(session: Session, repeated: str) -> None:
    run = resumed()

    with pytest.raises(InvalidInputError, match="repeated"):
        run.metric_history("loss", repeated=repeated)
    with pytest.raises(InvalidInputError, match="repeated"):
        session.metric_histories(run, "loss", repeated=repeated)


def test_runs_that_differ_in_the_seed_are_one_group(session: Session) -> None:
    runs = [run for run in list_runs("digits") if run.run_name != "other"]

    groups = session.metric_histories(runs, "loss").grouped(over="seed")

    assert [0.1, 0.2] == sorted(group.parameters["lr"] for group in groups)
    for group in groups:
        assert {"lr"} == set(group.parameters)
        table = np.array([run.metric_history("loss").values for run in group.runs])
        assert (3, 40) == table.shape
        np.testing.assert_allclose(table.mean(axis=0), group.mean)
        np.testing.assert_allclose(table.std(axis=0), group.std)
        assert (table.min(axis=0).tolist(), table.max(axis=0).tolist()) == (group.min.tolist(), group.max.tolist())
        assert [3] * 40 == group.n.tolist()


def test_runs_are_grouped_by_parameters_or_all_together(session: Session) -> None:
    histories = session.metric_histories(list_runs("digits"), ["loss", "acc"])

    by_seed = histories.grouped(by=["seed"])
    together = histories.grouped()

    assert {("loss", seed) for seed in range(3)} | {("acc", seed) for seed in range(3)} == {
        (group.name, group.parameters["seed"]) for group in by_seed
    }
    assert [("loss", 6), ("acc", 6)] == [(group.name, len(group.runs)) for group in together]


def test_a_parameter_that_no_run_has_is_refused(session: Session) -> None:
    histories = session.metric_histories(list_runs("digits"), "loss")

    with pytest.raises(InvalidInputError, match="nearest: 'seed'"):
        histories.grouped(over="sed")
    with pytest.raises(InvalidInputError, match="not both"):
        histories.grouped(by="lr", over="seed")


def test_a_run_counts_once_at_a_step_that_it_logged_again(session: Session) -> None:
    run = resumed()

    (latest,) = session.metric_histories(run, "loss").grouped()
    (earliest,) = session.metric_histories(run, "loss", repeated="first").grouped()

    assert [1] * 6 == latest.n.tolist()
    assert [1.0, 1.0, 2.0, 2.0, 2.0, 2.0] == latest.mean.tolist()
    assert [1.0, 1.0, 1.0, 1.0, 2.0, 2.0] == earliest.mean.tolist()


def test_groups_of_thinned_histories_are_those_of_all_points_thinned(session: Session) -> None:
    runs = [run for run in list_runs("digits") if run.run_name != "other"]

    (whole,) = session.metric_histories(runs, "loss").grouped()
    (few,) = session.metric_histories(runs, "loss", max_points=10).grouped()

    assert len(few) <= 10
    assert whole.mean[few.steps].tolist() == few.mean.tolist()
    assert [6] * len(few) == few.n.tolist()


def test_tables_of_all_points_have_a_row_each(session: Session) -> None:
    with Run("digits", "odd-values") as run:
        for step, value in ((-5, math.nan), (2**53 + 1, math.inf), (0, -0.0)):
            run.log_metric("loss", value, timestamp=1.25, step=step)
    histories = session.metric_histories(run, "loss")

    table = histories.to_pandas()

    assert ["run", "metric", "step", "timestamp", "value"] == list(table.columns)
    assert [-5, 0, 2**53 + 1] == table["step"].tolist()
    assert ["odd-values"] * 3 == table["run"].tolist()
    assert [1.25] * 3 == [moment.timestamp() for moment in table["timestamp"]]
    assert repr([math.nan, -0.0, math.inf]) == repr(table["value"].tolist())
    assert repr([math.nan, -0.0, math.inf]) == repr(histories.to_polars()["value"].to_list())
    assert repr([math.nan, -0.0, math.inf]) == repr(histories.to_arrow()["value"].to_pylist())
    assert table.equals(histories.to_arrow().to_pandas())


def test_tables_of_groups_have_a_row_for_each_step(session: Session) -> None:
    groups = session.metric_histories(list_runs("digits"), ["loss"]).grouped(by=["lr", "seed"])

    table = groups.to_pandas()

    assert ["metric", "params.lr", "params.seed", "step", "mean", "std", "min", "max", "n"] == list(table.columns)
    assert 240 == len(table)
    assert table["mean"].tolist() == groups.to_polars()["mean"].to_list() == groups.to_arrow()["mean"].to_pylist()


def test_histories_show_themselves_in_a_notebook(session: Session) -> None:
    with Run("digits", "strange") as run:
        run.log_metric("<b>", 1.0)
    histories = session.metric_histories(run, "<b>")

    assert "&lt;b&gt;" in histories._repr_html_()
    assert "&lt;b&gt;" in histories.grouped()._repr_html_()


def test_a_stream_gives_all_points_of_an_experiment(session: Session) -> None:
    stream = session.stream_histories("digits")

    found: dict[tuple[str, str], list[float]] = {}
    for batch in stream:
        assert len(batch) == len(batch.values) == len(batch.timestamps)
        found.setdefault((batch.run, batch.metric), []).extend(batch.values.tolist())

    expected = {
        (run.run_name, name): run.metric_history(name).values.tolist()
        for run in list_runs("digits")
        for name in run.metrics
    }
    assert expected == found


def test_a_stream_can_be_of_some_runs_metrics_and_steps(session: Session) -> None:
    table = session.stream_histories("digits", "params.lr = 0.1", names="loss", first_step=3, end_step=5).to_pandas()

    assert {f"lr-0.1-seed-{seed}" for seed in range(3)} == set(table["run"])
    assert {"loss"} == set(table["metric"])
    assert [3, 4] * 3 == table["step"].tolist()
    resumed()
    named = session.stream_histories(runs=["digits/resumed", "digits/other"], repeated="last").to_polars()
    assert ["resumed"] * 6 + ["other"] == named["run"].to_list()


def test_a_stream_of_several_experiments_says_which(session: Session) -> None:
    with Run("letters", "other") as run:
        run.log_metric("odd", 2.0)

    table = session.stream_histories(names="odd").to_pandas()

    assert ["digits/other", "letters/other"] == table["run"].tolist()


def test_a_stream_becomes_one_file(session: Session, tmp_path: Path) -> None:
    import pandas as pd
    import pyarrow.parquet

    stream = session.stream_histories("digits")
    target = tmp_path / "digits.parquet"

    assert 6 * 2 * 40 + 1 == stream.to_parquet(target)
    assert ["digits.parquet"] == [path.name for path in tmp_path.iterdir() if "parquet" in path.name]
    table = pd.read_parquet(target)
    assert ["run", "metric", "step", "timestamp", "value"] == list(table.columns)
    assert table["value"].tolist() == stream.to_pandas()["value"].tolist()
    assert stream.to_arrow().schema.equals(pyarrow.parquet.read_schema(target))
    lines = tmp_path / "digits.csv"
    assert 6 * 2 * 40 + 1 == stream.to_csv(lines)
    with open(lines, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert table["value"].tolist() == [float(row["value"]) for row in rows]
    assert table["step"].tolist() == [int(row["step"]) for row in rows]
    assert table["timestamp"].tolist() == [datetime.fromisoformat(row["timestamp"]) for row in rows]


def test_a_file_that_can_not_be_written_is_told(session: Session, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="can't write"):
        session.stream_histories("digits").to_parquet(tmp_path / "missing" / "digits.parquet")


def test_a_stream_goes_on_while_its_run_does(session: Session) -> None:
    with Run("digits", "living") as run:
        for step in range(200_000):
            run.log_metric("loss", float(step), step=step)
        run.flush()
        batches = iter(session.stream_histories(runs=run))
        found = next(batches).values.tolist()
        for step in range(200_000, 400_000):
            run.log_metric("loss", float(step), step=step)
        run.flush()
        for batch in batches:
            found += batch.values.tolist()

    assert found == [float(step) for step in range(len(found))]
    assert 200_000 <= len(found)


@pytest.mark.parametrize("given", [{"experiment_name": "digits", "runs": []}, {"filter": "metrics.", "names": "a"}])
def test_wrong_questions_for_a_stream_are_refused_at_once(session: Session, given: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        session.stream_histories(**given)  # type: ignore[arg-type]


def test_a_stream_of_an_experiment_that_is_not_there_is_an_error(session: Session) -> None:
    with pytest.raises(ExperimentNotFoundError, match="nearest: 'digits'"):
        session.stream_histories("digit")


@pytest.mark.parametrize(("package", "extra"), [("pandas", "pandas"), ("polars", "polars"), ("pyarrow", "arrow")])
def test_a_table_without_its_package_names_the_extra(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str, extra: str
) -> None:
    histories = session.metric_histories(list_runs("digits"), "loss")
    stream = session.stream_histories("digits")
    monkeypatch.setitem(sys.modules, package, None)

    for table in (histories, histories.grouped(), stream):
        with pytest.raises(MissingExtraError, match=rf"assay\[{extra}\]"):
            getattr(table, {"pyarrow": "to_arrow"}.get(package, f"to_{package}"))()


def test_a_trashed_run_is_in_no_stream(session: Session) -> None:
    session.trash("digits/other")

    assert "odd" not in {batch.metric for batch in session.stream_histories("digits")}
