"""The disk budget of an outbox."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from assay.errors import InvalidInputError
from assay.recording import budget
from assay.recording.budget import Budget, read_size


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("20GB", 20 * 10**9),
        ("512MiB", 512 << 20),
        ("1.5 tb", 1_500_000_000_000),
        ("64kib", 65536),
        ("1000", 1000),
        ("0", 0),
    ],
)
def test_sizes_are_read_in_powers_of_ten_and_of_two(text: str, size_bytes: int) -> None:
    assert size_bytes == read_size(text)


@pytest.mark.parametrize("text", ["", "much", "-1GB", "10 apples", "1GBB"])
def test_a_size_that_is_none_is_refused_by_the_name_of_its_variable(text: str) -> None:
    with pytest.raises(InvalidInputError, match="ASSAY_OUTBOX_LIMIT"):
        read_size(text)


def test_without_a_limit_ten_gibibytes_or_a_tenth_of_the_free_disk_are_allowed(tmp_path: Path) -> None:
    import shutil

    free_bytes = shutil.disk_usage(tmp_path).free

    allowed = Budget(str(tmp_path / "not" / "there")).limit_bytes

    assert 0 < allowed <= budget.MOST_BYTES
    assert allowed < free_bytes / 5


def test_what_other_processes_have_there_counts_and_what_is_gone_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_OUTBOX_LIMIT", "10MB")
    monkeypatch.setattr(budget, "LOOK_S", 0.0)
    monkeypatch.setattr(budget, "SOON_S", 0.0)
    spent = Budget(str(tmp_path))
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "one").write_bytes(bytes(6_000_000))
    spent.take(4_000_000)
    with pytest.raises(OSError, match="ASSAY_OUTBOX_LIMIT") as refused:
        spent.take(4_000_001)
    assert errno.ENOSPC == refused.value.errno

    (tmp_path / "objects" / "one").unlink()
    spent.take(10_000_000)


def test_what_this_process_takes_counts_before_it_is_seen_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_OUTBOX_LIMIT", "1MB")
    monkeypatch.setattr(budget, "LOOK_S", 3600.0)
    spent = Budget(str(tmp_path))
    for _ in range(10):
        spent.take(100_000)

    with pytest.raises(OSError, match="takes 1,000,000"):
        spent.take(1)


def test_four_fifths_are_warned_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ASSAY_OUTBOX_LIMIT", "1MB")
    spent = Budget(str(tmp_path))
    spent.take(800_000)
    assert [] == caplog.messages

    spent.take(1)
    spent.take(1)

    assert 1 == len(caplog.messages)
    assert "80 %" in caplog.messages[0]
