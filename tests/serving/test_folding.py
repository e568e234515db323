"""The thread that folds in a server: what it is told of, what it finds by itself, and what other servers leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.formats.segment import encode_segment
from assay.serving import folding
from assay.serving.folding import Folder
from assay.storage.parcel import Parcel
from assay.storage.sql.folding import Folding
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, leave, new_run, rows

PATIENCE_S = 20
POINTS = 300
"""Enough that a writer which ends with them has chunks."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    (tmp_path / "store").mkdir()
    store = SqlStore(str(tmp_path / "store"))
    yield store
    store.close()


@pytest.fixture
def folder(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setattr(folding, "SCAN_S", 0.2)
    folder = Folder(Folding(store.database))
    yield folder
    folder.close()


def segment(writer: Writer, index: int, *, final: bool = False) -> Parcel:
    body = encode_segment([rows("loss", [0.5] * POINTS, first_step=index * POINTS)])
    return Parcel(writer.uid, index, [leave()] if final else [], body, final)


def wait_until_folded(store: SqlStore) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while left := Folding(store.database).tails():
        assert time.monotonic() < deadline_s, left
        time.sleep(0.02)


def test_what_it_is_told_of_is_folded_when_the_writer_ends(store: SqlStore, folder: Folder) -> None:
    writer = Writer(store, new_run(store))
    parcels = [segment(writer, 0), segment(writer, 1, final=True)]

    folder.taken(parcels, store.take(parcels))

    wait_until_folded(store)
    assert 2 * POINTS == len(store.history(writer.run.uid, "loss"))


def test_what_a_server_that_is_gone_left_is_found_and_folded(store: SqlStore, folder: Folder) -> None:
    writer = Writer(store, new_run(store))

    store.take([segment(writer, 0), segment(writer, 1, final=True)])

    wait_until_folded(store)


def test_an_end_that_another_server_took_is_found_though_the_writer_is_known(store: SqlStore, folder: Folder) -> None:
    writer = Writer(store, new_run(store))
    own = [segment(writer, 0)]
    folder.taken(own, store.take(own))

    store.take([segment(writer, 1, final=True)])

    wait_until_folded(store)
    assert 2 * POINTS == store.summaries(writer.run.uid)["loss"].count
