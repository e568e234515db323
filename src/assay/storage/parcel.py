"""Parcels: segments on their way to a store, their rows as the journal has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.formats.event import Event
from assay.storage.contract import Opening


@dataclass(frozen=True, slots=True)
class Parcel:
    """A writer's segment.

    Attributes:
        writer_uid: Who sends it.
        index: Its number in its writer, from 0.
        events: What it says but rows, in order.
        rows: A segment of rows as `assay.formats.segment` draws it; empty where there are none.
        final: Whether the writer ends with it.
        opening: What the store must know of a writer that it may not have met.
    """

    writer_uid: str
    index: int
    events: Sequence[Event] = ()
    rows: bytes = b""
    final: bool = False
    opening: Opening | None = None
