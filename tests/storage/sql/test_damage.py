"""What a store says of bytes that are not what it wrote: which file, and nothing of the runs beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.errors import ChecksumError, DamagedError, StoreVersionError
from assay.storage.sql import schema
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, new_run, rows

Harm = Callable[[sqlite3.Connection], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of two runs with the same 3,000 points each, one left and one still being written."""
    folder = tmp_path / "store"
    folder.mkdir()
    store = SqlStore(str(folder))
    values = [step / 7 for step in range(3000)]
    Writer(store, new_run(store, "digits", "left")).leave(rows("loss", values))
    Writer(store, new_run(store, "digits", "within")).send(rows("loss", values))
    store.close()
    return folder


def harm(folder: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(folder / "catalog.db", isolation_level=None)
    assert connection.execute(statement, values).rowcount > 0
    connection.close()


def flipped(column: str) -> str:
    """SQL for the column with its 40th byte changed."""
    return f"CAST(substr({column}, 1, 39) || x'5a' || substr({column}, 41) AS BLOB)"


def test_a_flipped_bit_in_a_chunk_is_told_with_file_chunk_and_metric(folder: Path) -> None:
    harm(folder, f"UPDATE chunks SET body = {flipped('body')}")
    store = SqlStore(str(folder))

    with pytest.raises(ChecksumError, match="chunk 1 of metric 'loss'") as caught:
        store.history(store.find_run("digits", "left").uid, "loss")

    assert str(folder / "catalog.db") in str(caught.value)
    assert 3000 == len(store.history(store.find_run("digits", "within").uid, "loss"))


def test_a_flipped_bit_in_extremes_is_told(folder: Path) -> None:
    harm(folder, f"UPDATE chunks SET extremes = {flipped('extremes')}")
    store = SqlStore(str(folder))
    uid = store.find_run("digits", "left").uid

    with pytest.raises(ChecksumError, match=r"'loss'.*extremes") as caught:
        store.history(uid, "loss", max_points=4)

    assert str(folder / "catalog.db") in str(caught.value)
    assert 3000 == len(store.history(uid, "loss"))


def test_a_flipped_bit_in_the_tail_is_told_with_file_segment_and_writer(folder: Path) -> None:
    harm(folder, f"UPDATE tail SET body = {flipped('body')}")
    store = SqlStore(str(folder))

    with pytest.raises(ChecksumError, match="segment 0 of writer") as caught:
        store.history(store.find_run("digits", "within").uid, "loss")

    assert str(folder / "catalog.db") in str(caught.value)
    assert 3000 == len(store.history(store.find_run("digits", "left").uid, "loss"))


@pytest.mark.parametrize("size_bytes", [16, 100, 4096])
def test_an_overwritten_header_is_told_with_the_file(folder: Path, size_bytes: int) -> None:
    with open(folder / "catalog.db", "r+b") as file:
        file.write(os.urandom(size_bytes))

    with pytest.raises(DamagedError) as caught:
        SqlStore(str(folder)).experiments()

    assert str(folder / "catalog.db") in str(caught.value)


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_text("dear diary\n" * 1000)

    with pytest.raises(DamagedError) as caught:
        SqlStore(str(tmp_path))

    assert str(path) in str(caught.value)
    assert "dear diary\n" * 1000 == path.read_text()


def test_a_store_of_a_newer_version_is_told_and_left_alone(folder: Path) -> None:
    harm_version = sqlite3.connect(folder / "catalog.db")
    harm_version.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    harm_version.close()
    before = (folder / "catalog.db").read_bytes()

    with pytest.raises(StoreVersionError, match=f"format {schema.VERSION + 1}") as caught:
        SqlStore(str(folder))

    assert str(folder / "catalog.db") in str(caught.value)
    assert before == (folder / "catalog.db").read_bytes()
