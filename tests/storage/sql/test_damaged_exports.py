"""Exports that were cut, altered or forged: a clear error before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.errors import ChecksumError, DamagedError, InvalidInputError, StoreVersionError
from assay.formats import export
from assay.formats.export import ExportHead
from assay.storage.export_file import ExportReader, ExportWriter
from assay.storage.sql.store import SqlStore
from tests.storage import small_store
from tests.storage.sql.carrying import bring_in, new_store, send_out
from tests.storage.sql.contents import objects_of


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqlStore]:
    """A store with nothing in it."""
    store = new_store(tmp_path / "other")
    yield store
    store.close()


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """An export of a run with chunks and an object, and one with a tail."""
    path = tmp_path / "runs.assay"
    store = small_store.fill(tmp_path / "store")
    send_out(store, path, "digits/first", "digits/short")
    store.close()
    return path


def places_of(path: Path) -> dict[str, int]:
    """A place in each kind of thing that an export consists of."""
    places = {"the first byte": 0, "the last byte": path.stat().st_size - 1}
    with ExportReader(str(path)) as file:
        for entry in file.entries():
            places[f"the header of {entry.name}"] = entry.at - 400
            places[f"the padding of the header of {entry.name}"] = entry.at - 1
            places[f"the first byte of {entry.name}"] = entry.at
            places[f"the middle of {entry.name}"] = entry.at + entry.size_bytes // 2
            places[f"behind {entry.name}"] = entry.at + entry.size_bytes
    end = path.stat().st_size - export.CLOSING_BYTES
    return places | {"the checksum's header": end + 1, "the checksum": end + 512, "behind the checksum": end + 600}


def test_a_flipped_bit_anywhere_is_found_before_anything_is_changed(
    tmp_path: Path, exported: Path, other: SqlStore
) -> None:
    whole = exported.read_bytes()
    taken = []
    for place, at in places_of(exported).items():
        exported.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((ChecksumError, InvalidInputError), match=r"runs\.assay is "):
            bring_in(other, exported)
        taken += [place] if other.experiments() or objects_of(tmp_path / "other") else []

    assert [] == taken


def test_a_file_cut_anywhere_is_found_before_anything_is_changed(
    tmp_path: Path, exported: Path, other: SqlStore
) -> None:
    whole = exported.read_bytes()
    for length in {*range(0, len(whole), 512), *range(1, len(whole), 997), len(whole) - 1}:
        exported.write_bytes(whole[:length])
        with pytest.raises((ChecksumError, InvalidInputError), match=r"runs\.assay is "):
            bring_in(other, exported)
    exported.write_bytes(whole + b"\0")
    with pytest.raises(ChecksumError, match="is cut short or was altered"):
        bring_in(other, exported)

    assert ([], {}) == (other.experiments(), objects_of(tmp_path / "other"))


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None], *, version: int = export.VERSION) -> Path:
    """The same export with a right checksum and other entries, as another program might write it."""
    entries = []
    with ExportReader(str(path)) as file:
        entries = [(entry.name, file.read(entry)) for entry in file.entries()][1:]
        exported_us = file.head.exported_us
    with ExportWriter(str(path), exported_us) as made:
        head = export.encode_record(ExportHead(export.FORMAT, version, exported_us))
        made.add(export.HEAD_NAME, len(head), [head])
        for name, body in entries:
            changed = change(name, body)
            if changed is not None:
                made.add(name, len(changed), [changed])
    return path


def test_a_newer_version_is_said_to_need_a_newer_assay(exported: Path, other: SqlStore) -> None:
    rewritten(exported, lambda _, body: body, version=2)

    with pytest.raises(StoreVersionError, match=r"written by a newer Assay \(format 2.*pip install --upgrade assay"):
        bring_in(other, exported)


@pytest.mark.parametrize(
    ("entry", "old", "new"),
    [
        ("00001/runs.jsonl", b'"name":"first"', b'"name":"../first"'),
        ("00001/runs.jsonl", b'"name":"first"', b'"name":7'),
        ("00001/runs.jsonl", b'"uid":"uid-short"', b'"uid":"uid-first"'),
        ("00001/runs.jsonl", b'"uid":"uid-short"', b'"uid":""'),
        ("00001/runs.jsonl", b'"uid":"uid-short"', b'"uid":"deleted-1"'),
        ("00001/runs.jsonl", b'"status":"Completed"', b'"status":"Splendid"'),
        ("00001/runs.jsonl", b'"created_us":1', b'"created_us":99999999999999999999'),
        ("00001/runs.jsonl", b'"experiment_uid":"uid-digits"', b'"experiment_uid":"none"'),
        ("00001/runs.jsonl", b'"refused":0', b'"refused":0.5'),
        ("00001/runs.jsonl", b'"lr":[', b'"rl":['),
        ("00001/runs.jsonl", b",0]}", b",3]}"),
        ("00001/runs.jsonl", b"{", b"["),
        ("00001/runs.jsonl", b'"objects":[', b'"objects":["0000",'),
        ("00001/points", b'"run":1', b'"run":9'),
        ("00001/points", b'"writer":0', b'"writer":5'),
        ("00001/points", b'"segment":null', b'"segment":-1  '),
        ("00001/points", b'"metric":"loss"', b'"metric":null  '),
        ("00001/points", b'"extremes_bytes":', b'"extremes_bytes":-'),
        ("experiments.jsonl", b'"uid":"uid-digits"', b'"uid":"uid-other"'),
        ("experiments.jsonl", b'"name":"digits"', b'"name":""'),
    ],
)
def test_a_whole_file_that_holds_nonsense_changes_nothing(
    tmp_path: Path, exported: Path, other: SqlStore, entry: str, old: bytes, new: bytes
) -> None:
    def change(name: str, body: bytes) -> bytes:
        assert name != entry or old in body
        return body.replace(old, new, 1) if name == entry else body

    rewritten(exported, change)

    with pytest.raises(DamagedError, match=r"runs\.assay is whole, but not what Assay writes"):
        bring_in(other, exported)
    assert ([], {}) == (other.experiments(), objects_of(tmp_path / "other"))


def test_an_object_that_is_not_in_the_file_is_found_before_anything_is_changed(
    tmp_path: Path, exported: Path, other: SqlStore
) -> None:
    rewritten(exported, lambda name, body: None if name.startswith("objects/") else body)

    with pytest.raises(DamagedError, match=r"the object [0-9a-f]{64} is not in it"):
        bring_in(other, exported)
    assert [] == other.experiments()


def test_an_object_of_other_bytes_than_its_name_says_brings_no_run(exported: Path, other: SqlStore) -> None:
    rewritten(exported, lambda name, body: b"forged" if name.startswith("objects/") else body)

    with pytest.raises(DamagedError, match=r"the object [0-9a-f]{64} has the SHA-256"):
        bring_in(other, exported)
    assert [] == other.experiments()


def test_something_else_is_said_to_be_no_export(tmp_path: Path, other: SqlStore) -> None:
    for content in (b"", b"PK\3\4", bytes(10_000)):
        path = tmp_path / "runs.assay"
        path.write_bytes(content)
        with pytest.raises(InvalidInputError, match="is no export of Assay"):
            bring_in(other, path)
