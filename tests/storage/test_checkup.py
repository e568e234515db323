"""A check-up finds each kind of damage, names its file, and mends what can be mended."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.errors import RefusedError, StoreVersionError
from assay.formats.event import Event
from assay.storage.checkup import check_contents, check_header, damaged_folder
from assay.storage.finding import Checkup, Finding
from assay.storage.sql import schema
from assay.storage.sql.store import SqlStore
from tests.storage.small_store import POINTS, change, fill, flip_bit


def object_file(folder: Path, sha256: str) -> Path:
    return folder / "objects" / sha256[:2] / sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole store, closed."""
    fill(tmp_path / "store").close()
    return tmp_path / "store"


def examine(folder: Path, *, repair: bool = False) -> Checkup:
    checkup = Checkup(str(folder))
    damaged = damaged_folder(str(folder)) if repair else None
    if check_header(checkup, damaged=damaged):
        check_contents(checkup, damaged=damaged)
    return checkup


def only_finding(checkup: Checkup) -> Finding:
    (finding,) = checkup.findings
    return finding


def everything(folder: Path) -> Any:
    """All that readers are given of every run, comparable."""
    store = SqlStore(str(folder))
    found = {}
    for name in ("first", "second", "open", "short"):
        run = store.find_run("digits", name)
        series = {
            metric: [part.tolist() for part in (points.steps, points.timestamps_us, points.values)]
            for metric in store.summaries(run.uid)
            for points in [store.history(run.uid, metric)]
        }
        found[name] = (run, store.summaries(run.uid), series, store.artifacts(run.uid))
    store.close()
    return found


def test_a_whole_store_has_no_findings_and_is_counted(folder: Path) -> None:
    checkup = examine(folder)

    assert [] == checkup.findings
    assert checkup.is_whole
    counted = {
        name: checkup.counts[name] for name in ("experiments", "runs", "chunks", "segments", "points", "objects")
    }
    expected = {"experiments": 1, "runs": 4, "chunks": 4, "segments": 2, "points": 2 * POINTS + 230, "objects": 2}
    assert expected == counted


def test_a_check_without_repair_changes_no_byte(folder: Path) -> None:
    flip_bit(next(folder.glob("objects/*/*")), 3)
    change(folder, "UPDATE series SET count = count + 1")
    change(folder, "INSERT INTO set_aside VALUES (1, 0, 'unknown kind', '{}')")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    examine(folder)

    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "lock" not in path.name}
    assert {path: data for path, data in before.items() if "lock" not in path.name} == after


@pytest.mark.parametrize("size_bytes", [16, 100, 512, 2048])
@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"SQLite format 3\0"])
def test_an_overwritten_header_is_found_and_rebuilt(folder: Path, size_bytes: int, filler: bytes) -> None:
    before = everything(folder)
    catalog = folder / "catalog.db"
    with catalog.open("r+b") as file:
        file.write((filler * size_bytes)[:size_bytes] if size_bytes > 16 else b"\0" * 16)

    found = only_finding(examine(folder))
    repaired = only_finding(examine(folder, repair=True))

    assert ("catalog", str(catalog), True) == (found.kind, found.path, found.repairable)
    assert "first page was made anew" in repaired.repaired
    assert [] == examine(folder).findings
    assert before == everything(folder)


def test_a_rebuilt_catalog_finds_its_free_pages_again(folder: Path) -> None:
    change(folder, "DELETE FROM chunks WHERE run_id = 1")
    change(folder, "DELETE FROM series WHERE run_id = 1")
    catalog = folder / "catalog.db"
    with catalog.open("r+b") as file:
        file.write(b"\0" * 100)

    checkup = examine(folder, repair=True)

    assert ["catalog", "catalog"] == [finding.kind for finding in checkup.findings]
    assert "never used" in checkup.findings[1].what
    assert checkup.is_whole
    assert [] == examine(folder).findings
    connection = sqlite3.connect(catalog)
    facts = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "auto_vacuum", "user_version")
    ]
    connection.close()
    assert ["wal", 2, schema.VERSION] == facts


def test_free_pages_are_found_in_a_catalog_that_was_written_anew_before(folder: Path) -> None:
    found = []
    for run in (1, 2):
        change(folder, f"DELETE FROM chunks WHERE run_id = {run}")
        change(folder, f"DELETE FROM series WHERE run_id = {run}")
        with (folder / "catalog.db").open("r+b") as file:
            file.write(b"\0" * 100)
        found.append(
            [finding.what for finding in examine(folder, repair=True).findings if "never used" in finding.what]
        )

    assert [1, 1] == [len(one) for one in found]
    views = sqlite3.connect(folder / "catalog.db")
    assert 3 == views.execute("SELECT count(*) FROM v1_runs WHERE status IS NOT 'InProgress'").fetchone()[0]
    views.close()


def test_a_header_is_rebuilt_under_what_the_wal_still_holds(folder: Path, tmp_path: Path) -> None:
    before = everything(folder)
    connection = sqlite3.connect(folder / "catalog.db")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("UPDATE runs SET description = 'newer than the file'")
    connection.commit()
    wal = (folder / "catalog.db-wal").read_bytes()
    connection.close()
    (folder / "catalog.db-wal").write_bytes(wal)  # as a kill leaves it
    with (folder / "catalog.db").open("r+b") as file:
        file.write(b"\0" * 100)

    examine(folder, repair=True)

    assert [] == examine(folder).findings
    after = everything(folder)
    assert {"newer than the file"} == {run.description for run, *_ in after.values()}
    assert {name: found[1:] for name, found in before.items()} == {name: found[1:] for name, found in after.items()}


def test_a_store_whose_first_page_is_still_in_the_wal_is_whole(tmp_path: Path) -> None:
    store = fill(tmp_path / "living")
    shutil.copytree(tmp_path / "living", tmp_path / "store")  # the files as a kill leaves them
    store.close()

    assert [] == examine(tmp_path / "store").findings


def test_a_header_that_the_wal_holds_too_is_no_fault(tmp_path: Path) -> None:
    store = fill(tmp_path / "living")
    with closing(sqlite3.connect(tmp_path / "living" / "catalog.db")) as catalog:
        catalog.execute(f"PRAGMA user_version = {schema.VERSION}")  # writes the first page, which is in the WAL then
    shutil.copytree(tmp_path / "living", tmp_path / "store")
    store.close()
    with (tmp_path / "store" / "catalog.db").open("r+b") as file:
        file.write(b"\0" * 100)

    assert [] == examine(tmp_path / "store").findings
    assert everything(tmp_path / "living") == everything(tmp_path / "store")


def test_what_stood_in_an_overwritten_header_is_kept(folder: Path) -> None:
    with (folder / "catalog.db").open("r+b") as file:
        file.write(b"something else wrote here")

    examine(folder, repair=True)

    (kept,) = folder.glob("damaged/*/catalog-first-page.bin")
    assert kept.read_bytes().startswith(b"something else wrote here")


def test_a_catalog_that_is_none_is_left_as_it_is(folder: Path) -> None:
    catalog = folder / "catalog.db"
    catalog.write_bytes(b"no database, whatever follows" * 1000)
    before = catalog.read_bytes()

    checkup = examine(folder, repair=True)

    assert "" == only_finding(checkup).repaired
    assert "restore the file from a backup" in only_finding(checkup).what
    assert before == catalog.read_bytes()


@pytest.mark.parametrize("size_bytes", [0, 50])
def test_a_cut_catalog_is_found(folder: Path, size_bytes: int) -> None:
    os.truncate(folder / "catalog.db", size_bytes)

    finding = only_finding(examine(folder))

    assert str(folder / "catalog.db") == finding.path


def test_a_missing_catalog_beside_objects_is_found(folder: Path) -> None:
    (folder / "catalog.db").unlink()

    finding = only_finding(examine(folder))

    assert (str(folder / "catalog.db"), False) == (finding.path, finding.repairable)
    assert "restore it from a backup" in finding.what


def test_damage_within_the_tables_is_found_and_the_rest_is_looked_at(folder: Path) -> None:
    flip_bit(next(folder.glob("objects/*/*")), 0)
    connection = sqlite3.connect(folder / "catalog.db")
    (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'tail'").fetchone()
    connection.close()
    with (folder / "catalog.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xaa" * 4096)

    checkup = examine(folder)

    assert {"catalog", "object"} == {finding.kind for finding in checkup.findings}
    assert not checkup.is_whole


def test_damaged_indexes_are_written_anew(folder: Path) -> None:
    connection = sqlite3.connect(folder / "catalog.db", isolation_level=None)
    connection.execute("PRAGMA writable_schema=ON")
    (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'runs_by_creation'").fetchone()
    connection.execute("DELETE FROM sqlite_schema WHERE name = 'runs_by_creation'")
    connection.close()
    # Without its index in the schema the table changes alone; then the index is there again, and stale.
    connection = sqlite3.connect(folder / "catalog.db", isolation_level=None)
    (root,) = [page for page in range(2, 80) if _is_unused(connection, page)][:1] or (0,)
    connection.execute("UPDATE runs SET created_us = created_us + 5")
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute("INSERT INTO sqlite_schema VALUES ('index', 'runs_by_creation', 'runs', ?, ?)", (root, sql))
    connection.close()

    found = examine(folder)
    repaired = examine(folder, repair=True)

    assert any("index" in finding.what for finding in found.findings)
    assert repaired.is_whole
    assert [] == examine(folder).findings


def _is_unused(connection: sqlite3.Connection, page: int) -> bool:
    return any(f"Page {page} is never used" in row[0] for row in connection.execute("PRAGMA integrity_check"))


def test_a_flipped_bit_in_a_chunk_is_found_with_the_points_that_are_lost(folder: Path) -> None:
    body = _body(folder, "chunks", 1)
    change(folder, "UPDATE chunks SET body = ? WHERE id = 1", _flipped(body, len(body) // 2))

    finding = only_finding(examine(folder, repair=True))

    assert ("chunk", str(folder / "catalog.db"), ("digits/first",)) == (finding.kind, finding.path, finding.runs)
    assert f"chunk 1 of metric 'loss', {POINTS} points of steps 0 to {POINTS - 1}" in finding.what
    assert (False, "") == (finding.repairable, finding.repaired)


def test_damaged_extremes_are_derived_anew(folder: Path) -> None:
    extremes = _body(folder, "chunks", 1, "extremes")
    change(folder, "UPDATE chunks SET extremes = ? WHERE id = 1", _flipped(extremes, 20))

    found = only_finding(examine(folder))
    repaired = only_finding(examine(folder, repair=True))

    assert ("extremes", True, "") == (found.kind, found.repairable, found.repaired)
    assert "" != repaired.repaired
    assert [] == examine(folder).findings
    assert extremes == _body(folder, "chunks", 1, "extremes")


@pytest.mark.parametrize(
    "change_to",
    [
        "count = count - 1",
        "last = 0.125",
        "bits = zeroblob(40)",
        "min = -1.0",
        "mean = mean + 0.001",
        "max_step = 7",
    ],
)
def test_a_summary_that_is_not_its_points_is_derived_anew(folder: Path, change_to: str) -> None:
    before = everything(folder)
    change(folder, f"UPDATE series SET {change_to} WHERE run_id = 1 AND count = {POINTS}")

    found = only_finding(examine(folder))
    repaired = only_finding(examine(folder, repair=True))

    assert ("summary", ("digits/first",), True) == (found.kind, found.runs, found.repairable)
    assert "metric 'loss'" in found.what
    assert "" != repaired.repaired
    assert [] == examine(folder).findings
    assert before == everything(folder)


def test_a_missing_summary_is_derived_anew(folder: Path) -> None:
    before = everything(folder)
    change(folder, "DELETE FROM series WHERE run_id = 2")

    examine(folder, repair=True)

    assert [] == examine(folder).findings
    assert before == everything(folder)


def test_summaries_of_strange_values_are_right(tmp_path: Path) -> None:
    store = fill(tmp_path / "store")
    run = store.find_run("digits", "open")
    values = [np.nan, -0.0, 0.0, np.inf, -np.inf, 5e-324, 1.7e308, 1.7e308, np.nan]
    body = b"".join(
        np.array([1000, 5 - index], "=i8").tobytes() + np.float64(value).tobytes() for index, value in enumerate(values)
    )
    from assay.formats.rows import Layout
    from assay.formats.segment import Rows

    store.append("writer-open", 1, [], [Rows(Layout(("odd",), stamped=False), len(values), body)], final=True)
    store.close()

    assert ["loss", "odd"] == list(store.summaries(run.uid))
    store.close()
    assert [] == examine(tmp_path / "store").findings


def test_a_damaged_segment_is_moved_aside_so_that_its_run_can_be_read(folder: Path) -> None:
    body = _body(folder, "tail", 1)
    change(folder, "UPDATE tail SET body = ? WHERE rowid = 1", _flipped(body, 60))

    found = only_finding(examine(folder))
    repaired = examine(folder, repair=True)

    assert ("segment", ("digits/open",)) == (found.kind, found.runs)
    assert ["segment", "summary"] == [finding.kind for finding in repaired.findings]
    (kept,) = folder.glob("damaged/*/*.seg")
    assert _flipped(body, 60) == kept.read_bytes()
    assert str(kept) in repaired.findings[0].repaired
    assert [] == examine(folder).findings
    assert {} == everything(folder)["open"][1]


def test_a_damaged_segment_that_summaries_cover_is_taken_out_of_them(folder: Path) -> None:
    body = _body(folder, "tail", 2)
    change(folder, "UPDATE tail SET body = ? WHERE rowid = 2", _flipped(body, 60))

    found = examine(folder)
    repaired = examine(folder, repair=True)

    assert [("segment", ("digits/short",))] == [(finding.kind, finding.runs) for finding in found.findings]
    assert ["segment", "summary"] == [finding.kind for finding in repaired.findings]
    assert repaired.is_whole
    assert [] == examine(folder).findings
    assert {} == everything(folder)["short"][1]


def test_a_missing_summary_of_a_tail_is_derived_anew(folder: Path) -> None:
    before = everything(folder)
    change(folder, "DELETE FROM series WHERE count = 20")

    found = only_finding(examine(folder))
    examine(folder, repair=True)

    assert ("summary", ("digits/short",)) == (found.kind, found.runs)
    assert [] == examine(folder).findings
    assert before == everything(folder)


def test_an_event_set_aside_is_named_and_moved_aside(folder: Path) -> None:
    body = json.dumps({"k": "of a later version", "name": "x"})
    change(folder, "INSERT INTO set_aside VALUES (1, 4, 'unknown kind', ?)", body)

    found = only_finding(examine(folder))
    examine(folder, repair=True)

    assert ("event", ("digits/first",)) == (found.kind, found.runs)
    assert "unknown kind" in found.what
    (kept,) = folder.glob("damaged/*/event*.json")
    assert body == kept.read_text()
    assert [] == examine(folder).findings


def test_a_text_that_is_no_json_is_found(folder: Path) -> None:
    change(folder, "UPDATE runs SET parameters = '{\"lr\": 0.' WHERE name = 'second'")

    finding = only_finding(examine(folder))

    assert ("run", ("digits/second",)) == (finding.kind, finding.runs)
    assert "parameters" in finding.what


def test_a_run_of_no_experiment_is_found(folder: Path) -> None:
    change(folder, "UPDATE runs SET experiment_id = 99 WHERE name = 'second'")

    finding = examine(folder).findings[0]

    assert "belongs to none of experiments" in finding.what


def test_a_damaged_object_is_found_and_moved_aside(folder: Path) -> None:
    store = SqlStore(str(folder))
    (artifact,) = store.artifacts(store.find_run("digits", "second").uid)
    assert artifact.sha256 is not None
    path = object_file(folder, artifact.sha256)
    store.close()
    flip_bit(path, 5)

    found = only_finding(examine(folder))
    repaired = only_finding(examine(folder, repair=True))

    assert ("object", str(path), ("digits/second",)) == (found.kind, found.path, found.runs)
    assert "artifact 'model' of digits/second" in found.what
    (kept,) = folder.glob("damaged/*/objects/*")
    assert artifact.sha256 == kept.name
    assert str(kept) in repaired.repaired
    assert not path.exists()
    assert "is missing" in only_finding(examine(folder)).what


def test_a_missing_object_is_found(folder: Path) -> None:
    path = sorted(folder.glob("objects/*/*"))[0]
    path.unlink()

    finding = only_finding(examine(folder, repair=True))

    assert ("object", str(path)) == (finding.kind, finding.path)
    assert not finding.repaired


def test_an_object_that_nothing_names_is_no_fault(folder: Path) -> None:
    change(folder, "DELETE FROM artifacts WHERE run_id = 1")

    checkup = examine(folder)

    assert "named by no artifact" in only_finding(checkup).what
    assert checkup.is_whole


def test_files_of_a_directory_are_named_by_its_listing(folder: Path) -> None:
    store = SqlStore(str(folder))
    file = store.objects.put(io.BytesIO(b"a file in a directory"))
    listing = store.objects.put(io.BytesIO(json.dumps({"files": [{"path": "a.txt", "sha256": file.sha256}]}).encode()))
    body = {"name": "data", "is_output": False, "kind": "directory", "sha256": listing.sha256, "size_bytes": 21}
    store.apply(store.find_run("digits", "open").uid, [Event(1, "artifact", body)])
    store.close()

    assert [] == examine(folder).findings
    object_file(folder, file.sha256).unlink()
    finding = only_finding(examine(folder))
    assert (str(object_file(folder, file.sha256)), ("digits/open",)) == (finding.path, finding.runs)
    assert "artifact 'data/a.txt' of digits/open" in finding.what


def test_what_a_dead_process_left_half_stored_is_deleted_when_old(folder: Path) -> None:
    old, young = folder / "objects" / "new-old", folder / "objects" / "new-young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))

    checkup = examine(folder, repair=True)

    assert (str(old), "deleted") == (only_finding(checkup).path, only_finding(checkup).repaired)
    assert (False, True) == (old.exists(), young.exists())


def test_a_store_of_a_newer_version_is_refused(folder: Path) -> None:
    change(folder, "PRAGMA user_version=99")

    with pytest.raises(StoreVersionError, match="newer Assay"):
        examine(folder)


def test_a_read_only_store_is_checked_and_not_repaired(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access
    # Root may write anywhere, so permissions alone show nothing here.
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and real(path, mode, **more))

    assert [] == examine(folder).findings
    with pytest.raises(RefusedError, match="read-only"):
        examine(folder, repair=True)
    with (folder / "catalog.db").open("r+b") as file:
        file.write(b"\0" * 100)
    with pytest.raises(RefusedError, match="read-only"):
        examine(folder, repair=True)


def test_a_header_over_tables_of_another_version_is_not_made_up(folder: Path) -> None:
    change(folder, "ALTER TABLE experiments ADD COLUMN owner TEXT")
    with (folder / "catalog.db").open("r+b") as file:
        file.write(b"\0" * 100)

    assert "" == only_finding(examine(folder, repair=True)).repaired


def _body(folder: Path, table: str, rowid: int | None, column: str = "body") -> bytes:
    connection = sqlite3.connect(folder / "catalog.db")
    where = "" if rowid is None else f"WHERE rowid = {rowid}"
    (body,) = connection.execute(f"SELECT {column} FROM {table} {where}").fetchone()
    connection.close()
    return bytes(body)


def _flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
