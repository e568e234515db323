"""Recovery: what dead writers left in their journals goes into the store.

Whoever opens a store looks for journals that nobody holds. A journal's events file is locked by its living writer;
since a lock outlives its owner while a forked child lives, the process is asked for too. What is found is cut into
segments by the same rules, noted in the journal before it is sent, so that recovery itself may be killed anywhere.

Rows are trusted by their marks while the machine has not restarted since. After a restart, which may have been a power
cut, a row is trusted if a checksum over it holds, if it lies within one page of memory (pages reach the disk whole),
or if it reaches into the next page and a later row there is marked (that page was written after this row was).
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assay import system
from assay.errors import AssayError, RunNotFoundError
from assay.formats.event import HEADER_BYTES, VERSION, Damage, Event, decode_events, encode_event, read_header
from assay.formats.rows import WORD_BYTES, Layout, Piece, marked_runs
from assay.formats.segment import Rows
from assay.recording.outbox import SEGMENT_BYTES, SEGMENT_EVENTS, described, join_pieces
from assay.storage.contract import Store, WriterSpec

LOCK_FILE = "recovery.lock"
DAMAGED_FOLDER = "damaged"
WAIT_S = 10.0
PAGE_BYTES = 4096


@dataclass(slots=True)
class Recovered:
    """What recovery did with a journal.

    Attributes:
        path: The events file.
        run: `experiment/run`.
        rows: How many rows went into the store.
        events: How many events did.
        note: What there is to say, such as that the run was deleted or bytes were damaged; empty where nothing is.
    """

    path: str
    run: str
    rows: int = 0
    events: int = 0
    note: str = ""


@dataclass(slots=True)
class _Block:
    part: int
    layout: int
    at: int
    rows: int
    taken: bytearray
    trusted: bytearray


@dataclass(slots=True)
class _Contents:
    """What an events file says."""

    opening: dict[str, Any] = field(default_factory=dict)
    layouts: dict[int, Layout] = field(default_factory=dict)
    blocks: list[_Block] = field(default_factory=list)
    segments: list[dict[str, Any]] = field(default_factory=list)
    synced: list[list[int]] = field(default_factory=list)
    events: dict[int, Event] = field(default_factory=dict)
    damage: list[Damage] = field(default_factory=list)
    abandoned: bool = False

    @property
    def run(self) -> str:
        run = self.opening.get("run", {})
        return f"{run.get('experiment', '?')}/{run.get('name', '?')}"

    @property
    def process(self) -> system.Process:
        return system.Process(**self.opening["process"])


class JournalError(AssayError):
    """A journal that can't be recovered as it is."""


def read_contents(path: str) -> _Contents:
    """What an events file says.

    Raises:
        JournalError: It is not an events file, or one of a newer version.
        OSError: It can't be read.
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        version = read_header(data)
    except ValueError as error:
        raise JournalError(f"{path}: {error}") from error
    if version > VERSION:
        raise JournalError(f"{path} was written by a newer Assay (format {version}); upgrade to recover it")
    found = _Contents()
    for event in decode_events(data):
        if isinstance(event, Damage):
            found.damage.append(event)
        else:
            _take(found, event)
    if not found.opening:
        raise JournalError(f"{path}: nothing in it says which run it belongs to")
    return found


def _take(found: _Contents, event: Event) -> None:
    body = event.body
    if event.kind == "open":
        found.opening = body
    elif event.kind == "block":
        if "names" in body:
            found.layouts[body["layout"]] = Layout(tuple(body["names"]), bool(body["stamped"]))
        rows = int(body["rows"])
        found.blocks.append(_Block(body["part"], body["layout"], body["at"], rows, bytearray(rows), bytearray(rows)))
    elif event.kind == "segment":
        found.segments.append(body)
    elif event.kind == "abandoned":
        found.abandoned = True
    elif event.kind == "synced":
        found.synced += body["pieces"]
    elif "n" in body:
        found.events[body["n"]] = event


def recover(store: Store, folder: str, *, living: set[str] | None = None, force: bool = False) -> list[Recovered]:
    """Put what dead writers left in `folder` into the store.

    Args:
        store: Where it goes.
        folder: Where journals lie.
        living: Writers of this process, which are left alone.
        force: Also take journals of other machines on a network file system, whose writers can't be asked for.

    Returns:
        What was done, a journal each; journals that must wait are not among them.
    """
    living = living or set()
    paths = [path for path in _journals(folder) if _writer_of(path) not in living]
    if not paths:
        return []
    done = []
    with _alone(folder) as alone:
        if not alone:
            return []
        for path in paths:
            with _held(path, force=force or not system.is_network(folder)) as held:
                if held:
                    with contextlib.suppress(OSError):
                        done.append(_recover_one(store, folder, path))
    return done


def left_behind(folder: str, living: set[str], known: dict[str, system.Process]) -> bool:
    """Whether a writer that is neither here nor alive left a journal; a quick look, to be made at every read.

    Args:
        folder: Where journals lie.
        living: Writers of this process.
        known: Whose journals were met before; added to.
    """
    for path in _journals(folder):
        if _writer_of(path) in living:
            continue
        process = known.get(path)
        if process is None:
            try:
                process = known[path] = _owner(path)
            except (JournalError, OSError):
                continue
        if system.is_dead(process):
            return True
    return False


def _owner(path: str) -> system.Process:
    with open(path, "rb") as file:
        start = file.read(PAGE_BYTES)
    opening = next(decode_events(start), None) if len(start) > HEADER_BYTES else None
    if not isinstance(opening, Event) or opening.kind != "open":
        raise JournalError(f"{path}: nothing in it says which process it belongs to")
    return system.Process(**opening.body["process"])


def _journals(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(os.path.join(folder, name) for name in names if name.endswith(".events"))


def _writer_of(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[bool]:
    """Whether this process is the only one that recovers in a folder; waits for another one to be done."""
    try:
        fd = os.open(os.path.join(folder, LOCK_FILE), os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError:  # a folder that can't be written is read as it is
        yield False
        return
    try:
        deadline = time.monotonic() + WAIT_S
        while not (got := system.try_lock(fd)) and time.monotonic() < deadline:
            time.sleep(0.002)
        yield got
    finally:
        os.close(fd)


@contextlib.contextmanager
def _held(path: str, *, force: bool) -> Iterator[bool]:
    """Whether a journal's writer is dead and the journal is still there, its lock held where it can be had."""
    try:
        fd = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        yield False
        return
    try:
        locked = system.try_lock(fd)
        try:
            contents = read_contents(path)
            dead, abandoned = system.is_dead(contents.process), contents.abandoned
        except (JournalError, OSError, KeyError, TypeError):
            dead, abandoned = None, False
        # Where the process can't be asked for, a free lock tells, if all who reach the file share one kernel's locks.
        ours = bool(dead) or (locked and (abandoned or (dead is None and force)))
        try:
            there = os.path.samestat(os.fstat(fd), os.stat(path))
        except OSError:
            there = False
        yield ours and there
    finally:
        os.close(fd)


def _recover_one(store: Store, folder: str, path: str) -> Recovered:
    try:
        contents = read_contents(path)
    except JournalError as error:
        _set_aside(folder, path)
        return Recovered(path, "?", note=f"set aside in {DAMAGED_FOLDER}/: {error}")
    done = Recovered(path, contents.run)
    if contents.damage:
        size_bytes = sum(one.size_bytes for one in contents.damage)
        done.note = f"{size_bytes} damaged bytes were skipped"
    try:
        _send_rest(store, folder, path, contents, done)
    except RunNotFoundError:
        _set_aside(folder, path)
        done.note = f"its run is not in the store; set aside in {DAMAGED_FOLDER}/"
        return done
    if contents.damage and not _is_torn_end(contents, path):
        _set_aside(folder, path)
        done.note += f"; the journal was set aside in {DAMAGED_FOLDER}/"
    else:
        _remove(folder, path)
    return done


def _is_torn_end(contents: _Contents, path: str) -> bool:
    """Whether all damage is one unfinished frame at the end: a call that was killed before it returned."""
    last = contents.damage[-1]
    return len(contents.damage) == 1 and last.offset + last.size_bytes == os.path.getsize(path)


def _send_rest(store: Store, folder: str, path: str, contents: _Contents, done: Recovered) -> None:
    opening = contents.opening
    writer = opening["writer"]
    spec = WriterSpec(writer, bool(opening["entered"]), opening["process"], opening["opened_us"])
    words = _Words(folder, writer)
    _mark_taken(contents)
    here = system.this_process()
    _mark_trusted(contents, words, restarted=contents.process.boot != here.boot)
    index = 0
    if contents.segments:
        last = contents.segments[-1]
        index = last["index"] + 1
        events = [contents.events[n] for n in _numbers(last["events"]) if n in contents.events]
        rows = join_pieces(_bodies(contents, words, [Piece(*piece) for piece in last["pieces"]]))
        if _append(store, opening, spec, last["index"], events, rows, final=False):
            done.rows += sum(part.count for part in rows)
            done.events += len(events)
    sent = {n for segment in contents.segments for n in _numbers(segment["events"])}
    leave = next((event for event in contents.events.values() if event.kind == "leave"), None) or _death(contents)
    events = [one for n, one in sorted(contents.events.items()) if n not in sent and one is not leave]
    pieces = list(_left_pieces(contents, words))
    with open(path, "ab", buffering=0) as file:
        while True:
            some, size_bytes = [], 0
            while pieces and size_bytes < SEGMENT_BYTES:
                piece = pieces.pop(0)
                some.append(piece)
                size_bytes += piece.rows * contents.layouts[piece.layout].words * WORD_BYTES
            now, events = events[:SEGMENT_EVENTS], events[SEGMENT_EVENTS:]
            final = not pieces and not events
            if final:
                now = [*now, leave]
            noted = [event for event in now if "n" in event.body]
            file.write(encode_event(Event(time.time_ns(), "segment", described(index, noted, some))))
            rows = join_pieces(_bodies(contents, words, some))
            if _append(store, opening, spec, index, now, rows, final=final):
                done.rows += sum(part.count for part in rows)
                done.events += len(now)
            index += 1
            if final:
                return


def _append(
    store: Store,
    opening: dict[str, Any],
    spec: WriterSpec,
    index: int,
    events: list[Event],
    rows: list[Rows],
    *,
    final: bool,
) -> bool:
    try:
        return store.append(spec.uid, index, events, rows, final=final).accepted
    except RunNotFoundError:
        # A writer that never reached the store: a forked child that lived for less than the recorder's interval.
        store.open_writer(opening["run"]["uid"], spec)
        return store.append(spec.uid, index, events, rows, final=final).accepted


def _death(contents: _Contents) -> Event:
    process = contents.process
    if not contents.opening["entered"]:
        return Event(time.time_ns(), "leave", {"status": "Ended"})
    why = f"the process {process.pid} on {process.host} ended without leaving the run's with block"
    return Event(time.time_ns(), "leave", {"status": "Stopped", "message": why})


def _numbers(ranges: list[list[int]]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


class _Words:
    """The words of a dead writer's `.rows` files, read when first asked for; zeros where a file is gone or short."""

    def __init__(self, folder: str, writer: str) -> None:
        self._folder, self._writer = folder, writer
        self._files: dict[int, array[int]] = {}

    def of(self, part: int) -> array[int]:
        """The words of a part."""
        known = self._files.get(part)
        if known is None:
            known = self._files[part] = array("q")
            with contextlib.suppress(FileNotFoundError), open(self._path(part), "rb") as file:
                data = file.read()
                known.frombytes(data[: len(data) // WORD_BYTES * WORD_BYTES])
        return known

    def _path(self, part: int) -> str:
        return os.path.join(self._folder, f"{self._writer}.{part}.rows")


def _mark_taken(contents: _Contents) -> None:
    blocks = {(block.part, block.at): block for block in contents.blocks}
    starts = sorted(blocks)
    for segment in contents.segments:
        for piece in segment["pieces"]:
            block, first = _place(blocks, starts, contents, Piece(*piece))
            block.taken[first : first + piece[3]] = b"\1" * piece[3]


def _place(
    blocks: dict[tuple[int, int], _Block], starts: list[tuple[int, int]], contents: _Contents, piece: Piece
) -> tuple[_Block, int]:
    from bisect import bisect_right

    block = blocks[starts[bisect_right(starts, (piece.part, piece.at)) - 1]]
    return block, (piece.at - block.at) // contents.layouts[block.layout].words


def _mark_trusted(contents: _Contents, words: _Words, *, restarted: bool) -> None:
    if not restarted:
        for block in contents.blocks:
            block.trusted[:] = b"\1" * block.rows
        return
    for block in contents.blocks:
        width = contents.layouts[block.layout].words
        marks = words.of(block.part)[block.at : block.at + block.rows * width : width]
        for row in range(len(marks)):
            start = (block.at + row * width) * WORD_BYTES
            pages = (start + width * WORD_BYTES - 1) // PAGE_BYTES - start // PAGE_BYTES
            followed = row + 1 < len(marks) and marks[row + 1] > 0
            block.trusted[row] = pages == 0 or (pages == 1 and followed)
    blocks = {(block.part, block.at): block for block in contents.blocks}
    starts = sorted(blocks)
    for part, layout, at, rows, checksum in contents.synced:
        piece = Piece(part, layout, at, rows)
        body = words.of(part)[at : at + rows * contents.layouts[layout].words].tobytes()
        if zlib.crc32(body) == checksum:
            block, first = _place(blocks, starts, contents, piece)
            block.trusted[first : first + rows] = b"\1" * rows


def _left_pieces(contents: _Contents, words: _Words) -> Iterator[Piece]:
    for block in contents.blocks:
        width = contents.layouts[block.layout].words
        marks = words.of(block.part)[block.at : block.at + block.rows * width : width].tolist()
        usable = [
            mark if trusted and not taken else 0
            for mark, taken, trusted in zip(marks, block.taken, block.trusted, strict=False)
        ]
        for first, count in marked_runs(usable)[0]:
            yield Piece(block.part, block.layout, block.at + first * width, count)


def _bodies(contents: _Contents, words: _Words, pieces: list[Piece]) -> Iterator[tuple[Layout, Piece, bytes]]:
    for piece in pieces:
        layout = contents.layouts[piece.layout]
        body = words.of(piece.part)[piece.at : piece.at + piece.rows * layout.words].tobytes()
        if len(body) == piece.rows * layout.words * WORD_BYTES:
            yield layout, piece, body


def _files_of(folder: str, path: str) -> list[str]:
    writer = _writer_of(path)
    return [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(writer + ".")]


def _remove(folder: str, path: str) -> None:
    for one in sorted(_files_of(folder, path), key=lambda name: name == path):  # the events file goes last
        with contextlib.suppress(FileNotFoundError):
            os.unlink(one)


def _set_aside(folder: str, path: str) -> None:
    aside = os.path.join(folder, DAMAGED_FOLDER)
    os.makedirs(aside, exist_ok=True)
    for one in sorted(_files_of(folder, path), key=lambda name: name == path):
        os.replace(one, os.path.join(aside, os.path.basename(one)))


@dataclass(frozen=True, slots=True)
class JournalFinding:
    """A journal as an inspection finds it.

    Attributes:
        state: `living`, `left` (its writer is dead), `damaged` (in parts), `unreadable`, `aside` or `orphan`.
    """

    path: str
    run: str
    state: str
    detail: str


def inspect(folder: str) -> list[JournalFinding]:
    """What lies in a folder of journals; changes nothing."""
    findings = []
    for path in _journals(folder):
        try:
            contents = read_contents(path)
        except (JournalError, OSError) as error:
            findings.append(JournalFinding(path, "?", "unreadable", str(error)))
            continue
        dead = system.is_dead(contents.process)
        if contents.damage and dead and not _is_torn_end(contents, path):
            size_bytes = sum(one.size_bytes for one in contents.damage)
            detail = f"{size_bytes} bytes at {contents.damage[0].offset} belong to no whole event"
            findings.append(JournalFinding(path, contents.run, "damaged", detail))
        elif dead:
            findings.append(JournalFinding(path, contents.run, "left", json.dumps(contents.process.as_dict())))
        else:
            findings.append(JournalFinding(path, contents.run, "living", ""))
    with contextlib.suppress(FileNotFoundError):
        known = {_writer_of(path) for path in _journals(folder)}
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.endswith(".rows") and _writer_of(path) not in known:
                findings.append(JournalFinding(path, "?", "orphan", "rows without an events file"))
        aside = os.path.join(folder, DAMAGED_FOLDER)
        if os.path.isdir(aside):
            findings += [
                JournalFinding(os.path.join(aside, name), "?", "aside", "set aside by an earlier recovery")
                for name in sorted(os.listdir(aside))
            ]
    return findings
