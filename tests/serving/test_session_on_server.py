"""What a session does on a server across runs: finding, comparing, tidying, carrying; the same as in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay import Experiment, Run, Session, list_runs, load_run
from assay.errors import ExperimentNotFoundError, InvalidInputError, MetricNotFoundError, RunNotFoundError, StoreError
from tests.behaviour.processes import wait_until
from tests.serving.logging_runs import logged


def test_load_run_and_list_runs_find_it(url: str) -> None:
    first, second = logged("first"), logged("second", lr=0.3)

    assert first.id == load_run("first", "digits").id
    assert ["second", "first"] == [run.run_name for run in list_runs("digits")]
    page = list_runs("digits", max_results=1, sort_by="Name", sort_order="Ascending")
    assert ["first"] == [run.run_name for run in page]
    rest = list_runs("digits", next_token=page.next_token, sort_by="Name", sort_order="Ascending")
    assert [second.id] == [run.id for run in rest]
    assert [] == list_runs("nowhere")
    with pytest.raises(RunNotFoundError, match="second"):
        load_run("secnd", "digits")


def test_search_histories_and_comparison(url: str) -> None:
    runs = [logged(f"lr-{lr}", lr=lr, loss=lr) for lr in (0.1, 0.2, 0.3)]
    session = Session()
    wait_until(lambda: 3 == len(session.search_runs(filter="metrics.loss > 0")))  # a search is a second behind

    found = session.search_runs("digits", "params.lr > 0.1 and tags.team = 'vision'", "metrics.loss desc")
    assert ["lr-0.3", "lr-0.2"] == [run.run_name for run in found]
    table = session.search_runs().to_pandas()
    assert 3 == len(table)
    assert "metrics.loss" in table.columns
    histories = session.metric_histories(runs, "loss")
    assert [20, 20, 20] == [len(histories[run, "loss"]) for run in runs]
    assert pytest.approx(0.2) == histories.grouped()[0].mean[0]
    with pytest.raises(MetricNotFoundError, match="loss"):
        session.metric_histories(runs, "los")
    assert 60 == len(session.stream_histories("digits").to_pandas())
    comparison = session.compare(["digits/lr-0.1", "digits/lr-0.2"])
    assert {"lr"} == set(comparison.parameters)


def test_tidying(url: str) -> None:
    session = Session()
    keeps, goes = logged("keeps"), logged("goes")

    goes.trash()
    assert ["digits/goes"] == [one.name for one in session.trashed()]
    assert ["keeps"] == [run.run_name for run in list_runs("digits")]
    goes.restore(name="back")
    assert "back" == goes.run_name
    keeps.rename("Kept")
    assert ("kept", "Kept") == (keeps.run_name, keeps.display_name)
    Experiment.create("archive")
    keeps.move("archive")
    assert "archive" == load_run("kept", "archive").experiment_name
    assert ["archive/kept"] == session.retag(keeps, set={"stage": "done"}, remove=["team"])
    assert {"stage": "done"} == keeps.tags
    assert ["digits/back"] == session.delete("digits/back")
    with pytest.raises(RunNotFoundError):
        _ = goes.status


def test_experiments(url: str) -> None:
    logged("baseline")
    experiment = Experiment.load("digits")
    experiment.description = "All *digits*."

    assert "All *digits*." == Experiment.load("digits").description
    assert "All *digits*." == load_run("baseline", "digits")._experiment.description
    with pytest.raises(InvalidInputError):
        Experiment.create("digits")
    with pytest.raises(ExperimentNotFoundError, match="digits"):
        Experiment.load("digitz")
    experiment._delete_all("--force")
    with pytest.raises(ExperimentNotFoundError):
        Experiment.load("digits")


def test_exports_go_from_a_server_to_a_folder_and_back(url: str, tmp_path: Path) -> None:
    with Run("digits", "baseline") as run:
        run.log_metric("loss", 0.5)
        run.log_text("notes", "words")
    run.flush()
    folder = Session(str(tmp_path / "copy"))

    assert 1 == Session().export_runs(tmp_path / "runs.assay").runs
    assert ["digits/baseline"] == folder.import_runs(tmp_path / "runs.assay").runs
    copy = load_run("baseline", "digits", sagemaker_session=folder)
    assert b"words" == copy.artifacts()["notes"].read_bytes()
    run.delete()
    assert ["digits/baseline"] == Session().import_runs(tmp_path / "runs.assay").runs
    assert 0.5 == load_run("baseline", "digits").metrics["loss"].last


def test_what_needs_the_store_s_folder_says_where_to_run_it(url: str) -> None:
    with pytest.raises(StoreError, match="assay gc --store FOLDER"):
        Session().gc()
