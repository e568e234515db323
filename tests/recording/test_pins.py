"""What journals pin, until the store has the artifact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import ContextError
from assay.recording.cutting import Cutter
from assay.recording.journal import Journal
from assay.recording.pins import Pins, read_pins


def refuse(error: OSError) -> None:
    raise error


def listed(sha256: str) -> tuple[str, ...]:
    return ("a", "b") if sha256 == "listing" else ()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    run = {"uid": "run1", "experiment": "digits", "name": "baseline"}
    journal = Journal(str(tmp_path), run, entered=True, last_steps={}, durable_calls=False, on_refused=refuse)
    yield journal
    journal.seal()
    journal.remove()


def send(journal: Journal, cutter: Cutter) -> None:
    """Note a segment of what was logged; the store has those before it."""
    assert cutter.next_segment() is not None
    cutter.taken()


def log_artifact(journal: Journal, sha256: str, kind: str = "file") -> None:
    journal.log_event("artifact", {"name": "model", "is_output": True, "kind": kind, "sha256": sha256})


def pins(journal: Journal) -> set[str]:
    return read_pins(journal.folder, listed).sha256s


def test_a_pin_holds_until_the_store_has_the_artifact_for_certain(journal: Journal) -> None:
    cutter = Cutter(journal)
    journal.pin("one")
    assert {"one"} == pins(journal)
    log_artifact(journal, "one")
    assert {"one"} == pins(journal)
    send(journal, cutter)
    assert {"one"} == pins(journal)

    journal.log_event("parameters", {"values": {"lr": 0.1}})
    send(journal, cutter)
    assert set() == pins(journal)


def test_an_object_that_is_pinned_again_is_pinned(journal: Journal) -> None:
    cutter = Cutter(journal)
    for _ in range(2):
        journal.pin("one")
        log_artifact(journal, "one")
        send(journal, cutter)
    journal.pin("one")
    log_artifact(journal, "other")
    send(journal, cutter)

    assert {"one", "other"} == pins(journal)


def test_the_files_of_a_directory_are_pinned_until_the_store_has_its_listing(journal: Journal) -> None:
    cutter = Cutter(journal)
    for sha256 in ("a", "b", "listing", "alone"):
        journal.pin(sha256)
    log_artifact(journal, "listing", "directory")
    send(journal, cutter)
    assert {"a", "b", "listing", "alone"} == pins(journal)

    journal.log_event("parameters", {"values": {"lr": 0.1}})
    send(journal, cutter)
    assert {"alone"} == pins(journal)


def test_runs_that_have_a_journal_are_named(journal: Journal) -> None:
    assert {"run1"} == read_pins(journal.folder, listed).runs


def test_a_folder_that_is_not_there_pins_nothing(tmp_path: Path) -> None:
    assert Pins() == read_pins(str(tmp_path / "nowhere"), listed)


@pytest.mark.parametrize(
    ("body", "told"), [(b"", "shorter"), (b"x" * 100, "not an events file"), (b"ASSAYEV\n\x09\0\0\0\4\3\2\1", "newer")]
)
def test_a_journal_that_can_t_be_read_is_told(tmp_path: Path, body: bytes, told: str) -> None:
    (tmp_path / "0.events").write_bytes(body)

    found = read_pins(str(tmp_path), listed)

    assert 1 == len(found.unreadable)
    assert told in found.unreadable[0]


def test_a_closed_journal_pins_nothing_more(tmp_path: Path, journal: Journal) -> None:
    journal.seal()

    with pytest.raises(ContextError):
        journal.pin("one")
    assert set() == pins(journal)
