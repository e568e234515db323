"""What the store has already of a journal whose notes do not tell, because damage took some of them.

A note says which rows and events a segment held. Where notes are gone, a row is taken for sent if the store has its
first point: the same step, time and value of the same metric. It costs a read of each series, and only damage pays.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from assay.errors import DamagedError, MetricNotFoundError
from assay.formats.event import Event
from assay.formats.rows import WORD_BYTES, Layout, Piece
from assay.storage.contract import Store

_POINT = struct.Struct("=qqd")
_NS_PER_US = 1000


class Already:
    """What a store has of a run.

    Args:
        store: The store.
        run_uid: The run.
    """

    def __init__(self, store: Store, run_uid: str) -> None:
        self._store, self._run_uid = store, run_uid
        self._points: dict[str, set[bytes] | None] = {}
        self._items = {(one.name, one.step, one.sha256, one.created_us) for one in store.artifacts(run_uid)}

    def missing_events(self, events: Iterable[Event], journal: Mapping[int, Event]) -> Iterator[Event]:
        """The events that must be applied, without what a later one of the journal, by number, has replaced."""
        last = {what: number for number, event in sorted(journal.items()) for what in _replaced_by(event)}
        for event in events:
            body, number = event.body, event.body["n"]
            if event.kind in ("parameters", "tags"):
                values = {name: one for name, one in body["values"].items() if last[event.kind, name] == number}
                if values:
                    yield replace(event, body={**body, "values": values})
            elif event.kind == "artifact" and body.get("step") is not None:
                time_us = body.get("timestamp_us", event.time_ns // _NS_PER_US)
                if (body["name"], body["step"], body.get("sha256"), time_us) not in self._items:
                    yield event
            elif all(last[what] == number for what in _replaced_by(event)):
                yield event

    def missing_rows(self, layout: Layout, piece: Piece, body: bytes) -> Iterator[Piece]:
        """The runs of rows of a piece that the store does not have; none where its own points can't be read."""
        width = layout.words * WORD_BYTES
        start = None
        for row in range(piece.rows + 1):
            there = row == piece.rows or self._has(layout, body[row * width : (row + 1) * width])
            if not there and start is None:
                start = row
            elif there and start is not None:
                yield Piece(piece.part, piece.layout, piece.at + start * layout.words, row - start)
                start = None

    def _has(self, layout: Layout, row: bytes) -> bool:
        points = self._points_of(layout.names[0])
        mark, step, third = struct.unpack_from("=qqq", row)
        time_us = third if layout.stamped else mark // _NS_PER_US
        (value,) = struct.unpack_from("=d", row, layout.first_value * WORD_BYTES)
        return points is None or _POINT.pack(step, time_us, value) in points

    def _points_of(self, name: str) -> set[bytes] | None:
        if name not in self._points:
            self._points[name] = self._read(name)
        return self._points[name]

    def _read(self, name: str) -> set[bytes] | None:
        try:
            columns = self._store.history(self._run_uid, name)
        except MetricNotFoundError:
            return set()
        except DamagedError:
            return None
        points = zip(columns.steps.tolist(), columns.timestamps_us.tolist(), columns.values.tolist(), strict=True)
        return {_POINT.pack(*point) for point in points}


def _replaced_by(event: Event) -> list[tuple[object, ...]]:
    """What an event sets anew."""
    body = event.body
    if event.kind in ("parameters", "tags"):
        return [(event.kind, name) for name in body["values"]]
    if event.kind == "artifact":
        return [(event.kind, body["is_output"], body["name"])] if body.get("step") is None else []
    return [(event.kind, body.get("name"))] if event.kind in ("goal", "description") else []
