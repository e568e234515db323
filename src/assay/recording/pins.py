"""Pins: which objects writers rely on, by what their journals say, before any artifact in the catalog names these.

A writer notes an object's name before it looks whether the object is stored already. The pin holds until the store has
the artifact that the object was stored for, so a run of weeks that logs its checkpoint every hour pins only the last.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from assay.errors import AssayError
from assay.formats.event import VERSION, Damage, Event, decode_events, read_header
from assay.recording.journal_files import events_files
from assay.recording.remains import numbers_of

PIN = "pin"
"""The kind of a journal's note that names an object."""
DIRECTORY = "directory"


@dataclass(slots=True)
class Pins:
    """What the journals of a folder hold on to.

    Attributes:
        sha256s: Objects.
        runs: Ids of the runs that somebody has a journal for.
        unreadable: Journals that can't be read, with the reason: what they pin is not known.
    """

    sha256s: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)


def read_pins(folder: str, listed: Callable[[str], tuple[str, ...]]) -> Pins:
    """What the journals in a folder pin.

    A journal that goes away meanwhile pins nothing any more: the store has all of it. So the catalog is to be read
    after this.

    Args:
        folder: Where journals lie.
        listed: The objects that the listing of a directory names.
    """
    pins = Pins()
    for path in events_files(folder):
        try:
            with open(path, "rb") as file:
                data = file.read()
            version = read_header(data)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            pins.unreadable.append(f"{path}: {error}")
            continue
        if version > VERSION:
            pins.unreadable.append(f"{path} was written by a newer Assay")
            continue
        try:
            _add_pins(pins, [event for event in decode_events(data) if not isinstance(event, Damage)], listed)
        except (KeyError, TypeError, AssayError) as error:
            pins.unreadable.append(f"{os.path.basename(path)}: {type(error).__name__}: {error}")
    return pins


def _add_pins(pins: Pins, events: list[Event], listed: Callable[[str], tuple[str, ...]]) -> None:
    held: Counter[str] = Counter()
    artifacts: dict[int, Event] = {}
    segments = []
    for event in events:
        if event.kind == "open":
            pins.runs.add(event.body["run"]["uid"])
        elif event.kind == PIN:
            held[event.body["sha256"]] += 1
        elif event.kind == "segment":
            segments.append(event.body)
        elif event.kind == "artifact" and event.body.get("sha256") is not None:
            artifacts[event.body["n"]] = event
    # The store has each segment but the last one for certain: the next is cut when it has taken the one before.
    for segment in segments[:-1]:
        for number in numbers_of(segment):
            done = artifacts.pop(number, None)
            if done is not None:
                held[done.body["sha256"]] -= 1
                if done.body["kind"] == DIRECTORY:
                    for one in listed(done.body["sha256"]):
                        held[one] -= 1
    pins.sha256s |= {sha256 for sha256, count in held.items() if count > 0}
    pins.sha256s |= {event.body["sha256"] for event in artifacts.values()}
