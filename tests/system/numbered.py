"""Calls by number: all that a writer's call logs can be told from its number, so a reader can check all of it."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import DamagedError

if TYPE_CHECKING:
    from assay import Run
    from assay.formats.summary import Summary

COLUMNS = {"row": 20, "wide": 150}
"""Metrics a call of `log_metrics`: 176 and 1,216 bytes a row, so that rows lie across pages of memory."""
SAME_TEXT = "the same text, stored once\n" * 300
TAG_KEYS = 6
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_CYCLE = (
    "point row parameter row point stamped text point row wide fresh tag point same row point item wide parameter "
    "point file row point row"
).split()


def kind_of(number: int) -> str:
    """What call `number` is."""
    return _CYCLE[number % len(_CYCLE)]


def value_of(writer: int, number: int, column: int = 0) -> float:
    """A value that no other call and no other column has, and that has all 52 bits of its fraction in use."""
    return (writer * 1e6 + number * 1e3 + column + 1) / 7


@cache
def text_of(writer: int, number: int) -> str:
    """A text of up to four pages."""
    draw = random.Random(f"{writer} {number}")
    return draw.randbytes(draw.randrange(1, 8000)).hex()


def log(run: Run, writer: int, number: int, scratch: Path) -> None:
    """Make call `number`; `scratch` is a folder for a file to be logged."""
    _CALLS[kind_of(number)](run, writer, number, scratch)


def _row(run: Run, writer: int, number: int, _: Path) -> None:
    kind = kind_of(number)
    values = {f"{writer}/{kind}/{column}": value_of(writer, number, column) for column in range(COLUMNS[kind])}
    run.log_metrics(values, step=number)


def _file(run: Run, writer: int, number: int, scratch: Path) -> None:
    path = scratch / f"{writer}.txt"  # one file again and again: the call must have taken a copy
    path.write_text(text_of(writer, number))
    run.log_file(str(path), name=f"{writer}/file/{number}")


def stamp_of(number: int) -> datetime:
    """The timestamp that call `number` gives."""
    return _EPOCH + timedelta(seconds=number, microseconds=number)


_CALLS: dict[str, Callable[[Run, int, int, Path], None]] = {
    "point": lambda run, writer, number, _: run.log_metric(f"{writer}/point", value_of(writer, number), step=number),
    "row": _row,
    "wide": _row,
    "fresh": lambda run, writer, number, _: run.log_metric(f"{writer}/fresh/{number}", value_of(writer, number)),
    "stamped": lambda run, writer, number, _: run.log_metric(
        f"{writer}/stamped", value_of(writer, number), stamp_of(number), step=-number
    ),
    "parameter": lambda run, writer, number, _: run.log_parameter(
        f"{writer}/parameter/{number}", value_of(writer, number)
    ),
    "tag": lambda run, writer, number, _: run.set_tags({f"{writer}-{number // len(_CYCLE) % TAG_KEYS}": str(number)}),
    "text": lambda run, writer, number, _: run.log_text(f"{writer}/text/{number}", text_of(writer, number)),
    "same": lambda run, writer, number, _: run.log_text(f"{writer}/same/{number}", SAME_TEXT),
    "item": lambda run, writer, number, _: run.log_text(f"{writer}/item", text_of(writer, number), step=number),
    "file": _file,
}


class Doubled(AssertionError):
    """Something that was logged once is there twice."""


@dataclass
class Found:
    """What is there of a run.

    Attributes:
        numbers: The calls, by writer, of which everything is there.
        without_bytes: Artifacts whose bytes are gone or damaged; their calls are not among the numbers.
    """

    numbers: dict[int, set[int]]
    without_bytes: list[str]


def read_back(run: Run) -> Found:
    """Read all of a run; whatever is there must be just what one of the calls logged."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    without_bytes: list[str] = []
    for one in (_points(run), _parameters(run), _artifacts(run, without_bytes)):
        for writer, number in one:
            found[writer][number] += 1
    for writer, numbers in found.items():
        if numbers and max(numbers.values()) > 1:
            raise Doubled(f"writer {writer}: {[number for number, times in numbers.items() if times > 1]}")
    for writer, number in _tags(run):
        found[writer][number] = 1
    return Found({writer: set(numbers) for writer, numbers in found.items()}, without_bytes)


def _points(run: Run) -> Iterator[tuple[int, int]]:
    summaries = run.metrics
    for name, summary in summaries.items():
        parts = name.split("/")
        writer, kind = int(parts[0]), parts[1]
        if kind == "fresh":
            number = int(parts[2])
            _same(kind_of(number), kind, name, "its name")
            _check_summary(summary, writer, [number], 0, name)
            _same((0, 0), (summary.first_step, summary.last_step), name, "the only step")
            yield writer, number
        elif len(parts) == 2 or parts[2] == "0":
            numbers = _numbers_of(run, name, writer, kind)
            yield from ((writer, number) for number in numbers)
            if kind in COLUMNS:  # the other columns of the same rows: by their summaries, which is faster
                for column in range(1, COLUMNS[kind]):
                    other = f"{writer}/{kind}/{column}"
                    assert other in summaries, f"{other} is missing beside {name}"
                    _check_summary(summaries[other], writer, numbers, column, other)


def _numbers_of(run: Run, name: str, writer: int, kind: str) -> list[int]:
    """The numbers of the calls whose points a series has; each point is as its call logged it."""
    history, numbers = run.metric_history(name), []
    for step, time_us, value in zip(
        history.steps.tolist(), history.timestamps.astype(int).tolist(), history.values.tolist(), strict=True
    ):
        number = abs(step)
        _same(kind_of(number), kind, name, step)
        _same(value_of(writer, number), value, name, step)
        if kind == "stamped":
            _same(stamp_of(number), datetime.fromtimestamp(0, UTC) + timedelta(microseconds=time_us), name, step)
        numbers.append(number)
    return numbers


def _check_summary(summary: Summary, writer: int, numbers: list[int], column: int, name: str) -> None:
    if summary.count > len(numbers):
        raise Doubled(f"{name} has {summary.count} points, not {len(numbers)}")
    values = [value_of(writer, number, column) for number in numbers]
    _same(len(values), summary.count, name, "all")
    _same((min(values), max(values)), (summary.min, summary.max), name, "its extremes")
    _same(value_of(writer, max(numbers), column), summary.last, name, "its last")
    assert summary.mean is not None
    assert math.isclose(math.fsum(values) / len(values), summary.mean, rel_tol=1e-12), f"the mean of {name}"


def _parameters(run: Run) -> Iterator[tuple[int, int]]:
    for name, value in run.parameters.items():
        writer, kind, number = name.split("/")
        _same(kind_of(int(number)), kind, name, number)
        _same(value_of(int(writer), int(number)), value, name, number)
        yield int(writer), int(number)


def _artifacts(run: Run, without_bytes: list[str]) -> Iterator[tuple[int, int]]:
    for name, latest in run.artifacts().items():
        writer, kind, *rest = name.split("/")
        for artifact in run.media(name) if kind == "item" else [latest]:
            number = int(rest[0]) if artifact.step is None else artifact.step
            _same(kind_of(number), kind, name, number)
            text = SAME_TEXT if kind == "same" else text_of(int(writer), number)
            try:
                _same(text, artifact.read_bytes().decode(), name, number)
            except DamagedError as error:
                without_bytes.append(f"{name}: {error}")
            else:
                yield int(writer), number


def _tags(run: Run) -> Iterator[tuple[int, int]]:
    for key, value in run.tags.items():
        writer, _, residue = key.partition("-")
        last = int(value)
        _same(kind_of(last), "tag", key, last)
        _same(last // len(_CYCLE) % TAG_KEYS, int(residue), key, last)
        # Of a key's earlier calls nothing can be seen: the last value stands for them.
        for number in range(last, -1, -len(_CYCLE) * TAG_KEYS):
            yield int(writer), number


def _same(expected: object, actual: object, name: str, at: object) -> None:
    assert expected == actual, f"{name} at {at}: {str(actual)[:80]!r} was never logged, but {str(expected)[:80]!r}"
