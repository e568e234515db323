from __future__ import annotations

import io
import math
import tarfile
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats import export
from assay.formats.export import ExportedRun, ExportedSeries, ExportedWriter, PointsHead
from tests.formats.points import doubles, integers, names

numbers = st.none() | st.booleans() | st.integers() | doubles
values = st.recursive(numbers | names, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=6)


def series_of(last: float | None) -> ExportedSeries:
    return ExportedSeries("s", 1, 0, last, None, -0.0, last, last, None, 0, 0, None, None, 1, 1)


@st.composite
def runs(draw: st.DrawFn) -> ExportedRun:
    parameters = draw(st.dictionaries(names, values, max_size=4))
    return ExportedRun(
        uid=draw(names),
        experiment_uid=draw(names),
        name=draw(names),
        display_name=draw(names),
        description=draw(st.text(st.characters(codec="utf-8"))),
        status=draw(st.none() | names),
        status_message=draw(st.none() | names),
        start_us=draw(st.none() | integers),
        end_us=draw(st.none() | integers),
        created_us=draw(integers),
        entered_writer=draw(st.none() | st.integers(0, 3)),
        refused=draw(st.integers(0, 9)),
        parameters=parameters,
        parameters_set={name: (draw(integers), draw(st.none() | st.integers(0, 3))) for name in parameters},
        tags=draw(st.dictionaries(names, names, max_size=2)),
        goals={},
        writers=[ExportedWriter("w", 1, True, {"host": "h"}, "Failed", draw(names), None, 1, None, 2, 0)],
        series=[series_of(draw(st.none() | doubles))],
        objects=draw(st.lists(names, max_size=2)),
    )


@given(runs())
def test_a_run_comes_back_as_it_was(run: ExportedRun) -> None:
    line = export.encode_record(run)

    assert 1 == line.count(b"\n")
    assert repr(run) == repr(export.decode_record(line, ExportedRun))


def test_a_field_that_a_later_version_adds_is_passed_over() -> None:
    head = b'{"format":"assay-export","version":1,"exported_us":5,"compressed":false}\n'

    assert export.ExportHead("assay-export", 1, 5) == export.decode_record(head, export.ExportHead)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"", "Expecting value"),
        (b"[]", "object"),
        (b"{}", "missing required field `format`"),
        (b'{"format":7,"version":1,"exported_us":5}', "format"),
        (b'{"format":"a","version":1.5,"exported_us":5}', "version"),
        (b'{"format":"a","version":1,"exported_us":9223372036854775808}', "does not fit into 64 bits"),
        (b"[" * 100_000, "recursion"),
        (b'{"format":"\xff"}', "decode"),
    ],
)
def test_a_line_that_is_no_record_says_why(line: bytes, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        export.decode_record(line, export.ExportHead)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_head_of_points_or_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        export.decode_points_head(text)


def test_a_head_of_points_comes_back_behind_its_length() -> None:
    head = PointsHead(3, 1, "val/loss", None, 65536, -5, 2**62, True, 100, 5000)

    text = export.encode_points_head(head)
    length = export.points_head_bytes(text[: export.LENGTH_BYTES])

    assert len(text) == export.LENGTH_BYTES + length
    assert head == export.decode_points_head(text[export.LENGTH_BYTES :])
    assert 5100 == head.rest_bytes


@pytest.mark.parametrize(
    "fault", [{"run": -1}, {"writer": -1}, {"body_bytes": -1}, {"extremes_bytes": -1}, {"metric": None}, {"segment": 1}]
)
def test_a_head_of_points_that_makes_no_sense_is_refused(fault: dict[str, Any]) -> None:
    good = PointsHead(0, 0, "loss", None, 1, 0, 0, True, 0, 8)
    changed = {one.name: getattr(good, one.name) for one in fields(good)} | fault

    with pytest.raises(ValueError, match="points"):
        export.decode_points_head(export.encode_record(PointsHead(**changed)))


@given(st.integers(0, 2**50))
def test_an_entry_may_have_any_size(size_bytes: int) -> None:
    header = export.entry_header("objects/" + "a" * 64, size_bytes, 1_700_000_000_000_000)

    assert export.BLOCK_BYTES == len(header)
    assert ("objects/" + "a" * 64, size_bytes) == export.decode_entry_header(header)


def test_an_entry_that_is_no_file_is_refused() -> None:
    link = tarfile.TarInfo("assay-export.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"

    with pytest.raises(ValueError, match="is no file"):
        export.decode_entry_header(link.tobuf(tarfile.GNU_FORMAT))
    for block in (b"", bytes(512), b"x" * 512):
        with pytest.raises(ValueError, match="no header"):
            export.decode_entry_header(block)


def test_the_closing_ends_an_archive_that_tar_reads() -> None:
    body = export.encode_record(export.ExportHead("assay-export", 1, 5))
    start = export.entry_header(export.HEAD_NAME, len(body), 5) + body + export.padding(len(body))

    end = export.closing("0" * 64)
    with tarfile.open(fileobj=io.BytesIO(start + end)) as archive:
        found = {entry.name: entry.size for entry in archive}

    assert export.CLOSING_BYTES == len(end)
    assert {"assay-export.json": len(body), "sha256": 65} == found


def test_nan_and_infinity_of_figures_come_back() -> None:
    series = ExportedSeries("s", 3, 3, math.inf, -math.inf, -0.0, 5e-324, None, "00", 0, 2, None, None, 1, 1)

    assert repr(series) == repr(export.decode_record(export.encode_record(series), ExportedSeries))
