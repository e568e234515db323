"""The views that other programs read a catalog by: what docs/sql.md promises of them, read by SQLite and by DuckDB."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session
from assay.storage.sql import schema

COLUMNS = {
    "v1_runs": "run_id experiment_name run_name display_name description status status_message created_us start_us "
    "end_us refused tags parameters goals",
    "v1_parameters": "run_id name number text",
    "v1_metrics": "run_id name last min max mean first count nonfinite_count first_step last_step min_step max_step "
    "first_timestamp_us last_timestamp_us",
    "v1_artifacts": "run_id name is_output kind step media_type size_bytes sha256 value caption created_us",
}
"""What is promised: names and order may be relied on, more may come behind."""


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("ASSAY_QUIET", "1")
    return Session(tmp_path / "store")


@pytest.fixture
def run(session: Session) -> Run:
    with Run("digits", "baseline", sagemaker_session=session, tags={"team": "vision"}) as run:
        run.log_parameters({"lr": 0.1, "big": 2**60 + 1, "on": True, "none": None, "text": "adam", "list": [1, 2]})
        run.log_parameters({"nan": math.nan, "inf": math.inf})
        for step in range(5):
            run.log_metric("loss", 1 / (step + 1), step=step)
        run.log_metric("odd", math.nan, step=7)
        run.log_metric("far", -math.inf, step=7)
        run.log_text("notes", "words")
        run.log_artifact("data", "s3://bucket/data", is_output=False)
    return run


@pytest.fixture
def reader(run: Run, session: Session) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{session.location}/catalog.db?mode=ro", uri=True)
    yield connection
    connection.close()


def test_views_have_the_columns_that_were_promised(reader: sqlite3.Connection) -> None:
    found = {view: [column[0] for column in reader.execute(f"SELECT * FROM {view}").description] for view in COLUMNS}

    assert {view: columns.split() for view, columns in COLUMNS.items()} == found


def test_views_take_a_few_hundred_bytes_each() -> None:
    statements = [text.strip() for text in schema.VIEWS.split(";\n") if text.strip()]

    assert 4 == len(statements)
    assert max(map(len, statements)) < 600


def test_v1_runs_has_what_the_run_has(run: Run, reader: sqlite3.Connection) -> None:
    row = reader.execute(
        "SELECT run_id, experiment_name, run_name, status, end_us - start_us, tags, parameters FROM v1_runs"
    ).fetchone()

    assert (run.id, "digits", "baseline", "Completed") == row[:4]
    assert run.start_time is not None
    assert run.end_time is not None
    assert round((run.end_time - run.start_time).total_seconds() * 1e6) == row[4]
    assert {"team": "vision"} == json.loads(row[5])
    assert repr(run.parameters) == repr(json.loads(row[6]))


def test_v1_parameters_has_numbers_and_texts(run: Run, reader: sqlite3.Connection) -> None:
    found = {row[0]: row[1:] for row in reader.execute("SELECT name, number, text FROM v1_parameters")}

    assert {
        "lr": (0.1, None),
        "big": (2.0**60, str(2**60 + 1)),
        "on": (1.0, "true"),
        "none": (None, None),
        "text": (None, "adam"),
        "list": (None, "[1, 2]"),
        "nan": (None, "nan"),
        "inf": (math.inf, "inf"),
    } == found


def test_v1_metrics_has_the_summaries_and_null_for_nan(run: Run, reader: sqlite3.Connection) -> None:
    found = {row[0]: row[1:] for row in reader.execute("SELECT name, last, min, max, count, last_step FROM v1_metrics")}

    assert {
        "loss": (0.2, 0.2, 1.0, 5, 4),
        "odd": (None, None, None, 1, 7),
        "far": (-math.inf, None, None, 1, 7),
    } == found


def test_v1_artifacts_has_each_artifact(run: Run, reader: sqlite3.Connection) -> None:
    found = reader.execute("SELECT run_id, name, is_output, kind, value, size_bytes FROM v1_artifacts").fetchall()

    assert [(run.id, "notes", 1, "text", None, 5), (run.id, "data", 0, "value", "s3://bucket/data", None)] == found


def test_what_is_in_the_trash_is_in_no_view(run: Run, session: Session, reader: sqlite3.Connection) -> None:
    session.trash(run)
    session.store.close()

    assert [0, 0, 0, 0] == [reader.execute(f"SELECT count(*) FROM {view}").fetchone()[0] for view in COLUMNS]


def test_views_are_read_while_a_run_is_logged(session: Session) -> None:
    with Run("digits", "living", sagemaker_session=session) as run:
        run.log_metric("loss", 0.5)
        run.flush()
        connection = sqlite3.connect(f"file:{session.location}/catalog.db?mode=ro", uri=True)
        before = connection.execute("SELECT status, last, count FROM v1_metrics JOIN v1_runs USING (run_id)").fetchall()
        run.log_metric("loss", 0.25)
        run.flush()
        after = connection.execute("SELECT last, count FROM v1_metrics").fetchall()
        connection.close()

    assert [("InProgress", 0.5, 1)] == before
    assert [(0.25, 2)] == after


def test_nothing_can_be_written_through_a_view(run: Run, reader: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("UPDATE v1_runs SET status = 'Failed'")


def test_duckdb_reads_the_views_with_their_types_while_a_run_is_logged(session: Session, run: Run) -> None:
    duckdb: Any = pytest.importorskip("duckdb", reason="duckdb is not among the packages that tests need")
    extension: Any = pytest.importorskip("duckdb_extension_sqlite_scanner", reason="DuckDB's extension for SQLite")
    (path,) = Path(extension.__path__[0]).rglob("*.duckdb_extension")
    connection = duckdb.connect()
    connection.execute(f"LOAD '{path}'")
    with Run("digits", "living", sagemaker_session=session) as living:
        living.log_metric("loss", 0.05)
        living.flush()
        connection.execute(f"ATTACH '{session.location}/catalog.db' AS store (TYPE sqlite, READ_ONLY)")
        kinds = {
            view: {row[0]: row[1] for row in connection.execute(f"DESCRIBE store.{view}").fetchall()}
            for view in COLUMNS
        }
        found = connection.execute(
            "SELECT r.run_name, m.last FROM store.v1_runs r JOIN store.v1_metrics m USING (run_id) "
            "WHERE m.name = 'loss' ORDER BY m.last"
        ).fetchall()
    connection.close()

    assert {view: columns.split() for view, columns in COLUMNS.items()} == {v: list(k) for v, k in kinds.items()}
    assert ("BIGINT", "VARCHAR") == (kinds["v1_runs"]["created_us"], kinds["v1_runs"]["status"])
    assert ("DOUBLE", "BIGINT") == (kinds["v1_metrics"]["last"], kinds["v1_metrics"]["count"])
    assert "DOUBLE" == kinds["v1_parameters"]["number"]
    assert [("living", 0.05), ("baseline", 0.2)] == found
