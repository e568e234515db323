"""Exports and imports through a server: whole, or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from assay.errors import ChecksumError, InvalidInputError, RunNotFoundError
from assay.storage.contract import RunQuery
from assay.storage.export_file import ExportReader
from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from tests.serving.routes.conftest import Api
from tests.serving.running import serving
from tests.storage.writing import Writer, new_run, parameters, rows


def test_runs_travel_from_server_to_server(api: Api, tmp_path: Path) -> None:
    writer = api.writer("traveller")
    writer.leave(parameters({"lr": float("nan")}), rows("loss", [0.5, 0.25]))
    path = tmp_path / "runs.assay"

    done = api.store.transfers.export_runs(str(path), [writer.run.uid], None, None)
    with serving(lambda _: SqlStore(str(tmp_path))) as url, ExportReader(str(path)) as file:
        other = HttpStore(url)
        first = other.transfers.import_runs(file)
        second = other.transfers.import_runs(file)
        found = other.list_runs(RunQuery()).runs
        values = other.history(writer.run.uid, "loss").values.tolist()
        other.close()

    assert (1, path.stat().st_size, str(path)) == (done.runs, done.size_bytes, done.path)
    assert (["of-traveller/traveller"], []) == (first.runs, first.skipped)
    assert ([], ["of-traveller/traveller"]) == (second.runs, second.skipped)
    assert [writer.run.uid] == [one.uid for one in found]
    assert [0.5, 0.25] == values


def test_an_export_of_nothing_leaves_no_file(api: Api, tmp_path: Path) -> None:
    with pytest.raises(RunNotFoundError):
        api.store.transfers.export_runs(str(tmp_path / "none.assay"), ["nowhere"], None, None)

    assert [] == list(tmp_path.glob("*.assay*"))


def test_a_file_that_is_no_export_is_not_replaced(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")

    with pytest.raises(InvalidInputError, match="is no export"):
        api.store.transfers.export_runs(str(path), None, None, None)

    assert "mine" == path.read_text()


@pytest.mark.parametrize("harm", ["cut", "altered", "foreign"])
def test_what_is_no_whole_export_changes_nothing(api: Api, tmp_path: Path, harm: str) -> None:
    store = SqlStore(str(tmp_path))
    Writer(store, new_run(store, "harmed", harm)).leave(rows("loss", [0.5]))
    path = tmp_path / "runs.assay"
    store.transfers.export_runs(str(path), None, None, None)
    store.close()
    data = bytearray(path.read_bytes())
    if harm == "cut":
        del data[-600:]
    elif harm == "altered":
        data[len(data) // 2] ^= 1
    else:
        data[:] = b"<html>"

    answer = api.http.post("/v1/imports", content=bytes(data))

    expected = (400, InvalidInputError) if harm == "foreign" else (422, ChecksumError)
    assert (expected[0], expected[1].__name__) == (answer.status_code, answer.json()["error"]["type"])
    assert "assay-import" not in answer.text
    assert [] == api.store.list_runs(RunQuery("harmed")).runs


def test_nothing_of_the_files_stays_behind(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    api.run("tidy")

    statuses = [
        api.http.post("/v1/exports", json={}).status_code,
        api.http.post("/v1/imports", content=b"x").status_code,
    ]

    assert [200, 400] == statuses
    assert [] == list(tmp_path.glob("assay-*"))
