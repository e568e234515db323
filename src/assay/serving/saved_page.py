"""Saving runs as one HTML file: the page, built into one script, and beside it all that it would ask a server for.

Written in one pass, a block of points and an artifact at a time, so memory does not grow with what is saved.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import groupby
from typing import IO, Any

import msgspec

from assay.errors import AssayError, InvalidInputError, NotFoundError, ObjectMissingError, RefusedError
from assay.formats import saved_page
from assay.formats.wire import to_wire
from assay.serving.documents import (
    ArtifactList,
    AttemptList,
    ExperimentList,
    FoundRun,
    SummaryList,
    artifact_document,
    attempt_document,
    experiment_document,
    run_document,
    summary_document,
)
from assay.storage.contract import ArtifactRecord, Store

TEMPLATE = os.path.join(os.path.dirname(__file__), "page", "saved.html")
"""What the build makes of the page for this."""
MOST_ARTIFACT_BYTES = 5_000_000
"""A longer artifact is left out unless somebody asks for it."""
ARTIFACTS_IN_ALL = 4
"""All artifacts together may be so many times as long as one."""
MOST_RUNS = 500


class SavedHead(msgspec.Struct):
    """What a saved page says of itself: when it was made, of which runs of which store, by which version."""

    version: int
    saved_us: int
    store: str
    assay: str
    runs: list[str]


class SavedSeries(msgspec.Struct):
    """A series that lies in the file."""

    name: str
    element: str
    count: int


class SavedSeriesList(msgspec.Struct):
    """The series of a run."""

    items: list[SavedSeries]


class LeftOut(msgspec.Struct):
    """An artifact's bytes that are not in the file: it was too long, or the store did not have it."""

    sha256: str
    size_bytes: int | None


class LeftOutList(msgspec.Struct):
    """What is not in the file, and how long an artifact might have been."""

    items: list[LeftOut]
    most_bytes: int


@dataclass(slots=True)
class SavedPage:
    """What was saved.

    Attributes:
        runs: How many runs.
        points: How many points.
        objects: How many artifacts have their bytes in it.
        left_out: Names of artifacts that have not, as `experiment/run: name`.
        size_bytes: How long the file is.
    """

    runs: int = 0
    points: int = 0
    objects: int = 0
    left_out: list[str] = field(default_factory=list)
    size_bytes: int = 0


def save_page(
    store: Store,
    run_uids: Sequence[str],
    file: IO[bytes],
    *,
    place: str,
    most_artifact_bytes: int = MOST_ARTIFACT_BYTES,
) -> SavedPage:
    """Write the page of some runs.

    Args:
        store: Where they are.
        run_uids: Their ids, in the order in which they are shown.
        file: Written from where it stands.
        place: What the page says that it was saved from.
        most_artifact_bytes: A longer artifact is left out.

    Raises:
        RunNotFoundError: There is no such run.
        InvalidInputError: There are too many of them, or none.
        NotFoundError: The page is not built.
        DamagedError: Something of the runs is damaged.
    """
    uids = list(dict.fromkeys(run_uids))
    if not 1 <= len(uids) <= MOST_RUNS:
        raise InvalidInputError(f"one file holds 1 to {MOST_RUNS} runs, not {len(uids)}")
    before, after = _template()
    writer = _Writer(store, place, most_artifact_bytes)
    for piece in (before, *writer.pieces(uids), after):
        file.write(piece.encode())
        writer.saved.size_bytes += len(piece.encode())
    return writer.saved


def file_name(store: Store, run_uids: Sequence[str]) -> str:
    """What the file of some runs is called where nobody says: `RUN.html`, or of several `EXPERIMENT.html`.

    Raises:
        RunNotFoundError: There is no such run.
    """
    records = [store.run(uid) for uid in dict.fromkeys(run_uids)]
    experiments = {one.experiment_name for one in records}
    name = records[0].name if len(records) == 1 else experiments.pop() if len(experiments) == 1 else "runs"
    # What no file system takes, or takes for something else.
    plain = "".join("_" if one in '<>:"/\\|?*' or not one.isprintable() else one for one in name)
    return f"{plain.strip('. ')[:100] or 'run'}.html"


def save_page_as(
    store: Store, run_uids: Sequence[str], path: str, *, place: str, most_artifact_bytes: int
) -> SavedPage:
    """Write the page of some runs to a file, which appears under its name once it is whole.

    Raises:
        InvalidInputError: There is something of that name that is no saved page.
        RefusedError: The file can't be written.
    """
    partial = f"{path}.{os.getpid()}.part"
    try:
        if os.path.lexists(path) and not _is_saved_page(path):
            raise InvalidInputError(
                f"{path} is there already and is no saved page, so it is not replaced: name another file, or delete it"
            )
        try:
            with open(partial, "wb") as file:
                done = save_page(store, run_uids, file, place=place, most_artifact_bytes=most_artifact_bytes)
            os.replace(partial, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(partial)
    except OSError as error:
        if isinstance(error, AssayError):
            raise
        raise RefusedError(f"{path} can't be written", cause=error, path=path) from error
    return done


def _is_saved_page(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        found = file.read(len(saved_page.MARK))
    return found in (b"", saved_page.MARK.encode())


def _template() -> tuple[str, str]:
    try:
        with open(TEMPLATE, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError as error:
        raise NotFoundError(
            "the page is not built, so it can't be saved: `make page` builds it in a checkout"
        ) from error
    before, _, after = text.partition(saved_page.PLACE)
    return before, after


class _Writer:
    """Makes the elements of one file."""

    def __init__(self, store: Store, place: str, most_artifact_bytes: int) -> None:
        self.saved = SavedPage()
        self._store = store
        self._place = place
        self._most_bytes = most_artifact_bytes
        self._elements = 0
        self._artifacts: dict[str, tuple[ArtifactRecord, str]] = {}
        """What has bytes, by their name: and whose it is."""

    def pieces(self, uids: Sequence[str]) -> Iterator[str]:
        records = [self._store.run(uid) for uid in uids]
        head = SavedHead(saved_page.VERSION, time.time_ns() // 1000, self._place, version("assay"), list(uids))
        yield from _json("head", head)
        for record in records:
            yield from self._run(record.uid)
        names = {one.experiment_name for one in records}
        experiments = [experiment_document(one) for one in self._store.experiments() if one.name in names]
        for one in experiments:
            one.run_count = sum(record.experiment_name == one.name for record in records)
        yield from _json("/v1/experiments", ExperimentList(experiments))
        yield from self._objects()
        # A file that was cut short lacks it.
        yield from _json("end", {})

    def _run(self, uid: str) -> Iterator[str]:
        record = self._store.run(uid)
        summaries = self._store.summaries(uid)
        artifacts = self._store.artifacts(uid)
        found = run_document(record)
        last = {name: to_wire(one.last) for name, one in summaries.items()}
        fields = {name: getattr(found, name) for name in found.__struct_fields__}
        yield from _json(f"/v1/runs/{uid}", FoundRun(**fields, metrics=last))
        metrics = [summary_document(name, one) for name, one in summaries.items()]
        yield from _json(f"/v1/runs/{uid}/metrics", SummaryList(metrics))
        yield from _json(f"/v1/runs/{uid}/artifacts", ArtifactList([artifact_document(one) for one in artifacts]))
        attempts = [attempt_document(one) for one in self._store.attempts(uid)]
        yield from _json(f"/v1/runs/{uid}/attempts", AttemptList(attempts))
        # An address in whole: what is asked for, with its query.
        yield from _json(f"/v1/lineage?run={uid}", self._store.lineages.of_run(uid))
        yield from self._points(uid)
        for one in artifacts:
            if one.sha256 is not None:
                self._artifacts.setdefault(one.sha256, (one, f"{record.experiment_name}/{record.name}"))
        self.saved.runs += 1

    def _points(self, uid: str) -> Iterator[str]:
        series: list[SavedSeries] = []
        for name, pieces in groupby(self._store.stream_histories(uid), key=lambda one: one[0]):
            element = f"points-{self._elements}"
            self._elements += 1
            one = SavedSeries(name, element, 0)
            yield from saved_page.data_element(element, saved_page.points_text(_counted(pieces, one)))
            series.append(one)
            self.saved.points += one.count
        yield from _json(f"/v1/runs/{uid}/series", SavedSeriesList(series))

    def _objects(self) -> Iterator[str]:
        left_out: list[LeftOut] = []
        room = ARTIFACTS_IN_ALL * self._most_bytes
        # What the page draws goes first, then what is small.
        shown = sorted(self._artifacts.items(), key=lambda one: (not _is_shown(one[1][0]), one[1][0].size_bytes or 0))
        for sha256, (record, run) in shown:
            size_bytes = record.size_bytes or 0
            data = self._read(sha256) if size_bytes <= min(room, self._most_bytes) else None
            if data is None:
                left_out.append(LeftOut(sha256, record.size_bytes))
                self.saved.left_out.append(f"{run}: {record.name}")
                continue
            room -= len(data)
            self.saved.objects += 1
            yield from saved_page.data_element(f"object-{sha256}", [saved_page.bytes_text(data)])
        yield from _json("left-out", LeftOutList(left_out, self._most_bytes))

    def _read(self, sha256: str) -> bytes | None:
        try:
            return b"".join(self._store.objects.read_checked(sha256))
        except ObjectMissingError:  # its upload has not ended yet
            return None


def _json(identity: str, document: Any) -> Iterator[str]:
    return saved_page.json_element(identity, msgspec.json.encode(document))


def _counted(pieces: Iterable[tuple[str, Any]], series: SavedSeries) -> Iterator[Any]:
    for _, columns in pieces:
        series.count += len(columns)
        yield columns


def _is_shown(record: ArtifactRecord) -> bool:
    kind = (record.media_type or "").partition(";")[0].lower()
    return kind.startswith(("image/", "text/")) or "json" in kind
