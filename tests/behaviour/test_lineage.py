"""What a run came from and what came of it: by what was logged, whatever it is called."""

from __future__ import annotations

from pathlib import Path

from assay import Run, load_run


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def pipeline(folder: Path) -> None:
    """Data is split, a model is fitted to a part of it and judged on the other; with files, a folder and an address."""
    rows = write(folder, "rows.csv", "1,2")
    write(folder, "images/one.txt", "pixels")
    with Run(experiment_name="prepare", run_name="split") as run:
        run.log_artifact("raw", "s3://bucket/raw.csv", is_output=False)
        run.log_file(rows)
        run.log_directory(folder / "images")
    with Run(experiment_name="digits", run_name="fit") as run:
        run.log_file(rows, name="data", is_output=False)
        run.log_directory(folder / "images", name="pictures", is_output=False)
        run.log_artifact("model", "s3://bucket/model")
        for step in range(3):
            run.log_text("sample", f"text at {step}", step=step)
    with Run(experiment_name="judging", run_name="judge") as run:
        run.log_artifact("candidate", "s3://bucket/model", is_output=False)
        run.log_text("verdict", "good")


def test_lineage_names_the_runs_before_and_after_with_what_leads_from_one_to_the_other(tmp_path: Path) -> None:
    pipeline(tmp_path)

    found = load_run(experiment_name="digits", run_name="fit").lineage()

    assert [("data", ["prepare/split"]), ("pictures", ["prepare/split"])] == [
        (one.name, one.runs) for one in found.inputs
    ]
    assert [("model", "s3://bucket/model", ["judging/judge"])] == [
        (one.name, one.value, one.runs) for one in found.outputs
    ]
    assert (["prepare/split"], ["judging/judge"], False) == (found.upstream, found.downstream, found.truncated)


def test_lineage_reads_well(tmp_path: Path) -> None:
    pipeline(tmp_path)

    found = load_run(experiment_name="prepare", run_name="split").lineage()

    assert "<RunLineage of 'prepare/split': 1 input, 2 outputs, 0 runs before it, 2 after it>" == repr(found)
    assert [
        "prepare/split",
        "  in   raw = 's3://bucket/raw.csv'",
        "  out  rows.csv (file, 3 bytes) used by digits/fit",
        "  out  images (directory, 6 bytes) used by digits/fit",
        "  led to digits/fit, judging/judge",
    ] == str(found).splitlines()


def test_lineage_within_the_block_has_what_was_just_logged() -> None:
    with Run(experiment_name="digits", run_name="fit") as run:
        run.log_artifact("data", "s3://bucket/data", is_output=False)

        assert ["data"] == [one.name for one in run.lineage().inputs]


def test_a_run_whose_output_is_its_own_input_is_neither_before_nor_after_itself() -> None:
    with Run(experiment_name="digits", run_name="loop") as run:
        run.log_artifact("<b>state</b>", "same", is_output=False)
        run.log_artifact("<b>state</b>", "same")

    found = run.lineage()

    assert ([], []) == (found.upstream, found.downstream)
    assert [["digits/loop"], ["digits/loop"]] == [one.runs for one in (*found.inputs, *found.outputs)]


def test_lineage_of_a_run_that_logged_nothing_is_empty() -> None:
    with Run(experiment_name="digits", run_name="fit") as run:
        pass

    assert "<RunLineage of 'digits/fit': 0 inputs, 0 outputs, 0 runs before it, 0 after it>" == repr(run.lineage())
