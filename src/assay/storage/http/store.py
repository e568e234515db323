"""The HTTP store: the contract's calls as requests to a server."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from assay.errors import AssayError, StoreError
from assay.formats.columns import Columns
from assay.formats.event import Event
from assay.formats.segment import Rows, encode_segment
from assay.formats.summary import Summary
from assay.formats.wire import (
    PARCELS_TYPE,
    POINTS_TYPE,
    encode_parcel,
    encode_parcels,
    from_wire,
    read_frames,
    to_wire,
)
from assay.storage.contract import (
    ALL_POINTS,
    Activity,
    Appended,
    ArtifactRecord,
    AttemptRecord,
    ExperimentRecord,
    OpenedWriter,
    Opening,
    Page,
    RunQuery,
    RunRecord,
    RunSpec,
    Store,
    View,
    WriterSpec,
)
from assay.storage.disk_objects import DiskObjects
from assay.storage.http.connection import Server, error_from, split_url
from assay.storage.http.identity import Identity
from assay.storage.http.lineage import HttpLineages
from assay.storage.http.objects import HttpObjects
from assay.storage.http.pages import PAGE_ITEMS, every
from assay.storage.http.snapshots import SnapshotObjects
from assay.storage.http.tidying import HttpAddressing, HttpRenaming, HttpTrash
from assay.storage.http.transfers import HttpTransfers
from assay.storage.http.usage import HttpUsages
from assay.storage.http.views import HttpViews
from assay.storage.parcel import Parcel
from assay.storage.search import FIELDS, TEXTS, FoundRuns, LastValues, SearchQuery

OPEN_TIMEOUT_S = 5.0
"""How long a server may take to open a run or to let a writer in: training waits for it, and can begin without."""

RUNS_AT_ONCE = 1000
"""Of so many runs the server is asked in one request."""


class HttpStore(Store):
    """A workspace of a server.

    Args:
        url: The server's URL, with the workspace where that is not the token's own.
        identity: What lets the client in.
        snapshots: The folder where the bytes of artifacts wait for their upload; None uploads them as they are put.
    """

    def __init__(self, url: str, *, identity: Identity | None = None, snapshots: str | None = None) -> None:
        base, workspace = split_url(url)
        self.location = url.rstrip("/")
        self.server = Server(base, identity=identity, workspace=workspace)
        remote = HttpObjects(self.server, self.location)
        self.objects = remote if snapshots is None else SnapshotObjects(DiskObjects(snapshots), remote)
        self.addressing = HttpAddressing(self.server)
        self.trash = HttpTrash(self.server)
        self.renaming = HttpRenaming(self.server)
        self.transfers = HttpTransfers(self.server)
        self.lineages = HttpLineages(self.server)
        self.usages = HttpUsages(self.server)
        self.views = HttpViews(self.server)

    @property
    def writable(self) -> bool:
        return True  # the server refuses what may not be; asking it here would make a log call wait

    @property
    def is_there(self) -> bool:
        return True

    def close(self) -> None:
        self.server.close()

    def open_run(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        answer = self.server.ask("POST", "/v1/runs", document=_spec_document(spec), timeout_s=OPEN_TIMEOUT_S)
        return _run_record(answer["run"]), bool(answer["created"])

    def find_run(self, experiment_name: str, run_name: str) -> RunRecord:
        path = f"/v1/experiments/{quote(experiment_name, safe='')}/runs/{quote(run_name, safe='')}"
        return _run_record(self.server.ask("GET", path))

    def run(self, uid: str) -> RunRecord:
        return _run_record(self.server.ask("GET", _path(uid)))

    def list_runs(self, query: RunQuery) -> Page:
        given: dict[str, Any] = {
            "experiment": query.experiment_name,
            "created_after_us": query.created_after_us,
            "created_before_us": query.created_before_us,
            "sort_by": query.sort_by,
            "descending": query.descending,
        }
        runs: list[RunRecord] = []
        token = query.token
        while True:
            left = PAGE_ITEMS if query.limit is None else min(PAGE_ITEMS, query.limit - len(runs))
            answer = self.server.ask("GET", "/v1/runs", query={**given, "limit": left, "token": token})
            runs += [_run_record(one) for one in answer["items"]]
            token = answer["next_token"]
            if token is None or (query.limit is not None and len(runs) >= query.limit):
                return Page(runs, token)

    def search_runs(self, query: SearchQuery) -> FoundRuns:
        document: dict[str, Any] = {
            "experiment_names": None if query.experiment_names is None else list(query.experiment_names),
            "filter": query.filter,
            "order_by": query.order_by,
        }
        found = _Found()
        token = query.token
        while True:
            left = PAGE_ITEMS if query.limit is None else min(PAGE_ITEMS, query.limit - len(found.rows))
            answer = self.server.ask("POST", "/v1/search", document={**document, "limit": left, "token": token})
            found.add(answer["items"])
            token = answer["next_token"]
            if token is None or (query.limit is not None and len(found.rows) >= query.limit):
                return found.result(token)

    def open_writer(self, run_uid: str, spec: WriterSpec) -> OpenedWriter:
        document = {
            "run": run_uid,
            "entered": spec.entered,
            "process": spec.process,
            "opened_us": spec.opened_us,
        }
        answer = self.server.ask(
            "PUT", f"/v1/writers/{quote(spec.uid, safe='')}", document=document, timeout_s=OPEN_TIMEOUT_S
        )
        return OpenedWriter(answer["attempt"], answer["last_steps"])

    def next_segment(self, writer_uid: str) -> int | None:
        found = self.server.ask("GET", f"/v1/writers/{quote(writer_uid, safe='')}")["next_segment"]
        return None if found is None else int(found)

    def append(
        self,
        writer_uid: str,
        index: int,
        events: Sequence[Event],
        rows: Sequence[Rows],
        *,
        final: bool,
        opening: Opening | None = None,
    ) -> Appended:
        body = encode_segment(rows) if rows else b""
        (done,) = self.take([Parcel(writer_uid, index, events, body, final, opening)])
        if isinstance(done, AssayError):
            raise done
        return done

    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        body = encode_parcels([encode_parcel(_head(one), one.events, one.rows) for one in parcels])
        answer = self.server.ask("POST", "/v1/segments", body=body, headers={"Content-Type": PARCELS_TYPE})
        return [_came_of(one) for one in answer["items"]]

    def heartbeat(self, writer_uids: Sequence[str]) -> None:
        self.server.ask("POST", "/v1/heartbeats", document={"writers": list(writer_uids)})

    def revisions(self, run_uids: Sequence[str]) -> dict[str, int]:
        return dict(self.server.ask("POST", "/v1/revisions", document={"runs": list(run_uids)})["revisions"])

    def apply(self, run_uid: str, events: Sequence[Event]) -> None:
        said = [{"time_ns": one.time_ns, "kind": one.kind, "body": to_wire(one.body)} for one in events]
        self.server.ask("POST", f"{_path(run_uid)}/events", document={"events": said})

    def summaries(self, run_uid: str) -> dict[str, Summary]:
        return _summaries(every(self.server, f"{_path(run_uid)}/metrics"))

    def run_summaries(
        self, run_uids: Sequence[str], names: Sequence[str] | None = None
    ) -> dict[str, dict[str, Summary]]:
        found = self._of_runs("/v1/summaries", run_uids, names=None if names is None else list(names))
        return {one["run"]: _summaries(one["metrics"]) for one in found}

    def _of_runs(self, path: str, run_uids: Sequence[str], **more: Any) -> Iterator[dict[str, Any]]:
        """What a server says of each of some runs, asked for so many at a time that no answer is too long."""
        for start in range(0, len(run_uids), RUNS_AT_ONCE):
            document = {"runs": list(run_uids[start : start + RUNS_AT_ONCE]), **more}
            yield from (from_wire(one) for one in self.server.ask("POST", path, document=document)["items"])

    def history(
        self,
        run_uid: str,
        name: str,
        *,
        max_points: int | None = None,
        first_step: int | None = None,
        end_step: int | None = None,
        repeated: str = "all",
    ) -> Columns:
        query = {
            "name": name,
            "max_points": max_points,
            "first_step": first_step,
            "end_step": end_step,
            "repeated": repeated,
        }
        return next(self._points("GET", f"{_path(run_uid)}/points", query=query))[1]

    def histories(self, run_uids: Sequence[str], names: Sequence[str], view: View) -> dict[tuple[str, str], Columns]:
        found = self._points("POST", "/v1/points", document=_wanted(run_uids, names, view))
        return {(head["run"], head["name"]): columns for head, columns in found}

    def writer_histories(
        self, run_uids: Sequence[str], names: Sequence[str], view: View
    ) -> dict[tuple[str, str, str], Columns]:
        document = {**_wanted(run_uids, names, view), "by_writer": True}
        found = self._points("POST", "/v1/points", document=document)
        return {(head["run"], head["name"], head["writer"]): columns for head, columns in found}

    def stream_histories(
        self, run_uid: str, names: Sequence[str] | None = None, view: View = ALL_POINTS
    ) -> Iterator[tuple[str, Columns]]:
        document = {
            "names": None if names is None else list(names),
            "first_step": view.first_step,
            "end_step": view.end_step,
            "repeated": view.repeated,
        }
        pieces = self._points("POST", f"{_path(run_uid)}/stream", document=document)
        first = next(pieces, None)  # whether the run is there is known now, not when somebody comes to look
        return _named(() if first is None else (first,), pieces)

    def _points(self, method: str, path: str, **given: Any) -> Iterator[tuple[dict[str, Any], Columns]]:
        with self.server.open(method, path, headers={"Accept": POINTS_TYPE}, **given) as answer:
            try:
                yield from read_frames(answer)
                answer.read()
            except ValueError as error:
                raise StoreError(f"{self.location} sent points that can't be read: {error}") from error

    def artifacts(self, run_uid: str) -> list[ArtifactRecord]:
        return [ArtifactRecord(**one) for one in every(self.server, f"{_path(run_uid)}/artifacts")]

    def attempts(self, run_uid: str) -> list[AttemptRecord]:
        return [AttemptRecord(**one) for one in every(self.server, f"{_path(run_uid)}/attempts")]

    def last_attempts(self, run_uids: Sequence[str]) -> dict[str, AttemptRecord]:
        found = self._of_runs("/v1/last-attempts", run_uids)
        return {one["run"]: AttemptRecord(**one["attempt"]) for one in found}

    def activity(self, since_us: int, bucket_us: int) -> list[Activity]:
        query = {"since_us": since_us, "bucket_us": bucket_us}
        return [
            Activity(one["experiment"], bucket["start_us"], bucket["runs"])
            for one in self.server.ask("GET", "/v1/activity", query=query)["items"]
            for bucket in one["buckets"]
        ]

    def experiments(self) -> list[ExperimentRecord]:
        return [ExperimentRecord(**one) for one in every(self.server, "/v1/experiments")]

    def save_experiment(self, record: ExperimentRecord, *, create: bool = False) -> ExperimentRecord:
        kept = ("uid", "display_name", "description", "tags", "created_us")
        document = {name: getattr(record, name) for name in kept}
        path = f"/v1/experiments/{quote(record.name, safe='')}"
        return ExperimentRecord(**self.server.ask("PUT", path, document={**document, "create": create}))

    def delete_experiment(self, name: str, *, with_runs: bool = False) -> None:
        path = f"/v1/experiments/{quote(name, safe='')}"
        self.server.ask("DELETE", path, query={"with_runs": with_runs})


def _wanted(run_uids: Sequence[str], names: Sequence[str], view: View) -> dict[str, Any]:
    fields = {name: getattr(view, name) for name in View.__slots__}
    return {"runs": list(run_uids), "names": list(names), **fields}


def _named(
    first: Iterable[tuple[dict[str, Any], Columns]], others: Iterable[tuple[dict[str, Any], Columns]]
) -> Iterator[tuple[str, Columns]]:
    for head, columns in itertools.chain(first, others):
        yield head["name"], columns


def _path(run_uid: str) -> str:
    return f"/v1/runs/{quote(run_uid, safe='')}"


def _summaries(documents: Iterable[dict[str, Any]]) -> dict[str, Summary]:
    return {one["name"]: Summary(**{name: one[name] for name in one if name != "name"}) for one in documents}


def _run_record(document: dict[str, Any]) -> RunRecord:
    fields = {name: document[name] for name in RunRecord.__slots__ if name in document}
    fields["parameters"] = from_wire(fields["parameters"])
    return RunRecord(**fields)


def _spec_document(spec: RunSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in RunSpec.__slots__}


def _head(parcel: Parcel) -> dict[str, Any]:
    opening = None
    if parcel.opening is not None:
        writer, spec = parcel.opening.writer, parcel.opening.run_spec
        opening = {
            "run": parcel.opening.run_uid,
            "entered": writer.entered,
            "process": writer.process,
            "opened_us": writer.opened_us,
            "run_spec": None if spec is None else _spec_document(spec),
        }
    return {"writer": parcel.writer_uid, "index": parcel.index, "final": parcel.final, "opening": opening}


def _came_of(answer: dict[str, Any]) -> Appended | AssayError:
    if answer.get("error"):
        return error_from(answer["error"])
    aside = [
        (Event(one["time_ns"], one["kind"], from_wire(one["body"])), one["reason"])
        for one in answer.get("set_aside", ())
    ]
    return Appended(answer.get("accepted", False), aside)


class _Found:
    """Runs of several pages of a search, put together."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self._experiments: dict[str, tuple[int, tuple[str, str, str]]] = {}
        self._numbers: dict[str, int] = {}
        self._last = LastValues()

    def add(self, items: list[dict[str, Any]]) -> None:
        for one in items:
            known = self._experiments.setdefault(
                one["experiment_uid"],
                (
                    len(self._experiments),
                    (one["experiment_uid"], one["experiment_name"], one["experiment_display_name"]),
                ),
            )
            place = len(self.rows)
            fields = {**one, "experiment": known[0]}
            for name in TEXTS:
                fields[name] = json.dumps(from_wire(one[name]), ensure_ascii=False)
            self.rows.append(tuple(fields[name] for name in FIELDS))
            for name, value in one["metrics"].items():
                self._last.places.append(place)
                self._last.numbers.append(self._numbers.setdefault(name, len(self._numbers)))
                self._last.values.append(from_wire(value))

    def result(self, token: str | None) -> FoundRuns:
        experiments = dict(self._experiments.values())
        return FoundRuns(
            self.rows, experiments, self._last, {number: name for name, number in self._numbers.items()}, token
        )
