"""What each kind of event does to the catalog. An event that can't be applied is set aside, and holds up nothing."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from typing import Any

from assay.formats.event import Event
from assay.storage.sql.database import Connection, Names

ENDED = "Ended"
"""How a writer without a `with` block ends: it decides nothing about its run."""
NO_WRITER = -1
"""The number of no writer: what is bound where there is none, and equals nothing."""
ENDS = ("Completed", "Failed", "Stopped", ENDED)
"""How a writer can end; one that says something else has ended all the same."""
_SEVERITY = {"Failed": 2, "Stopped": 1}


def apply_events(
    connection: Connection, names: Names, run_id: int, events: Sequence[Event], *, writer_id: int | None = None
) -> list[tuple[Event, str]]:
    """Apply events to a run, in order, within a write transaction.

    Args:
        connection: Within a write transaction.
        names: The catalog's names.
        run_id: The run's number.
        events: What was said, in order.
        writer_id: The number of the writer that said it, None where it was none.

    Returns:
        The events that could not be applied, each with the reason.
    """
    set_aside: list[tuple[Event, str]] = []
    parameters: list[Event] = []
    for event in events:
        try:
            if event.kind == "parameters":
                json.dumps(dict(event.body["values"]), ensure_ascii=False).encode()  # half a character fits no column
                parameters.append(event)
            elif (handler := _HANDLERS.get(event.kind)) is not None:
                handler(connection, run_id, event)
            elif event.kind != "leave":
                set_aside.append((event, f"unknown kind {event.kind!r}"))
        except (KeyError, TypeError, ValueError) as error:
            set_aside.append((event, f"{type(error).__name__}: {error}"))
    if parameters:
        _apply_parameters(connection, names, run_id, parameters, writer_id)
    return set_aside


def _apply_parameters(
    connection: Connection, names: Names, run_id: int, events: Sequence[Event], writer_id: int | None
) -> None:
    text, created_us = connection.execute("SELECT parameters, created_us FROM runs WHERE id = ?", (run_id,)).fetchone()
    current = json.loads(text)
    others: dict[str, int] = {}
    if current:
        # Another writer's later value stays. Of one writer's values its order decides, whatever its clock says.
        others = dict(
            connection.execute(
                "SELECT name, set_after_us FROM parameters JOIN names ON names.id = name_id "
                "WHERE run_id = ? AND (writer_id IS NULL OR writer_id != ?)",
                (run_id, NO_WRITER if writer_id is None else writer_id),
            ).fetchall()
        )
    set_after_us: dict[str, int] = {}
    for event in events:
        after_us = event.time_ns // 1000 - created_us  # small numbers take fewer bytes, and there are many
        for name, value in event.body["values"].items():
            if others.get(name, after_us) <= after_us:
                others.pop(name, None)
                set_after_us[name] = after_us
                current[name] = value
    names.prepare(set_after_us)
    connection.executemany(
        "INSERT INTO parameters (name_id, run_id, number, text, set_after_us, writer_id) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (run_id, name_id) DO UPDATE SET number = excluded.number, text = excluded.text, "
        "set_after_us = excluded.set_after_us, writer_id = excluded.writer_id",
        [
            (names.give(connection, name), run_id, *searchable(current[name]), after_us, writer_id)
            for name, after_us in set_after_us.items()
        ],
    )
    connection.execute(
        "UPDATE runs SET parameters = ? WHERE id = ?",
        (json.dumps(current, ensure_ascii=False, separators=(",", ":")), run_id),
    )


def searchable(value: Any) -> tuple[float | None, str | None]:
    """A parameter as filters look for it: its number, its text; the table stands in `filters.py`."""
    if isinstance(value, bool):
        return float(value), "true" if value else "false"
    if isinstance(value, (int, float)):
        if value != value:
            return 0.0, "nan"  # SQLite keeps no NaN as a number
        try:
            return float(value), repr(value) if abs(value) > 2**53 else None
        except OverflowError:
            return (math.inf if value > 0 else -math.inf), repr(value)
    if value is None or isinstance(value, str):
        return None, value if value is None else value.encode("utf-8", "replace").decode()
    return None, json.dumps(value, ensure_ascii=True)


def _apply_tags(connection: Connection, run_id: int, event: Event) -> None:
    tags = json.loads(connection.execute("SELECT tags FROM runs WHERE id = ?", (run_id,)).fetchone()[0])
    tags.update(event.body["values"])
    tags = {key: value for key, value in tags.items() if value is not None}  # one that is set to nothing is taken away
    connection.execute("UPDATE runs SET tags = ? WHERE id = ?", (_text(json.dumps(tags, ensure_ascii=False)), run_id))


def _apply_description(connection: Connection, run_id: int, event: Event) -> None:
    text = _text(event.body["text"])
    connection.execute("UPDATE runs SET description = ? WHERE id = ?", (text, run_id))


def _apply_goal(connection: Connection, run_id: int, event: Event) -> None:
    goals = json.loads(connection.execute("SELECT goals FROM runs WHERE id = ?", (run_id,)).fetchone()[0])
    goals[event.body["name"]] = {"goal": event.body["goal"], "step_metric": event.body["step_metric"]}
    connection.execute("UPDATE runs SET goals = ? WHERE id = ?", (_text(json.dumps(goals, ensure_ascii=False)), run_id))


def _apply_artifact(connection: Connection, run_id: int, event: Event) -> None:
    body = event.body
    is_output, name, step = int(bool(body["is_output"])), str(body["name"]), _whole(body.get("step"))
    if step is None:
        connection.execute(
            "DELETE FROM artifacts WHERE run_id = ? AND is_output = ? AND name = ? AND step IS NULL "
            "AND trashed_us IS NULL",
            (run_id, is_output, name),
        )
    connection.execute(
        "INSERT INTO artifacts (run_id, is_output, name, step, kind, value, media_type, size_bytes, sha256, caption, "
        "created_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            is_output,
            name,
            step,
            _text(body["kind"]),
            *(None if body.get(one) is None else _text(body[one]) for one in ("value", "media_type")),
            _whole(body.get("size_bytes")),
            *(None if body.get(one) is None else _text(body[one]) for one in ("sha256", "caption")),
            _whole(body.get("timestamp_us", event.time_ns // 1000)),
        ),
    )


def _apply_refused(connection: Connection, run_id: int, event: Event) -> None:
    calls = _whole(event.body["calls"])
    connection.execute("UPDATE runs SET refused = refused + ? WHERE id = ?", (calls, run_id))


def _text(value: object) -> str:
    """A text that every database keeps: a transaction in which one was refused may be good for nothing more.

    Raises:
        TypeError: It is none.
        ValueError: It holds half a character.
    """
    if not isinstance(value, str):
        raise TypeError(f"a text, not {type(value).__name__}")
    value.encode()
    return value


def _whole(value: object) -> int | None:
    """A whole number that every database keeps, or none.

    Raises:
        TypeError: It is something else.
        ValueError: It has more than 64 bits.
    """
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise TypeError(f"a whole number, not {type(value).__name__}")
    if value is not None and not -(2**63) <= value < 2**63:
        raise ValueError(f"{value} has more than 64 bits")
    return value


_HANDLERS = {
    "tags": _apply_tags,
    "description": _apply_description,
    "goal": _apply_goal,
    "artifact": _apply_artifact,
    "refused": _apply_refused,
}


def _storable(text: object) -> str | None:
    """The text, half characters in it written out: an exception's message may name a file that is not in UTF-8."""
    return None if text is None else str(text).encode("utf-8", "backslashreplace").decode()


def end_writer(connection: Connection, writer_id: int, run_id: int, leave: Event) -> str:
    """End a writer as its `leave` event says; the last entered one to leave decides the run's status.

    Returns:
        The writer's status.
    """
    body, end_us = leave.body, min(leave.time_ns, time.time_ns()) // 1000  # a clock may be ahead; what has come is over
    ended = body.get("status")
    if ended not in ENDS:
        ended = ENDED
    message, traceback = _storable(body.get("message")), _storable(body.get("traceback"))
    connection.execute(
        "UPDATE writers SET status = ?, message = ?, traceback = ?, end_us = ? WHERE id = ?",
        (ended, message, traceback, end_us, writer_id),
    )
    since = connection.execute("SELECT entered_writer FROM runs WHERE id = ?", (run_id,)).fetchone()[0]
    if since is None:
        return ended
    together = connection.execute(
        "SELECT status, message, process, end_us FROM writers WHERE run_id = ? AND id >= ? AND entered = 1 ORDER BY id",
        (run_id, since),
    ).fetchall()
    if any(status == "InProgress" for status, *_ in together):
        return ended
    status, message, process, _ = max(together, key=lambda row: _SEVERITY.get(row[0], 0))
    if message is not None and len(together) > 1 and status == "Failed":
        who = json.loads(process)
        message = f"writer {who.get('host', '')}/{who.get('pid', '')}: {message}"[:1024]
    end_us = max(row[3] for row in together if row[3] is not None)
    connection.execute(
        "UPDATE runs SET status = ?, status_message = ?, end_us = ?, entered_writer = NULL WHERE id = ?",
        (status, message, end_us, run_id),
    )
    return ended
