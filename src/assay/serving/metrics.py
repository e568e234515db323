"""What a server counts of itself, for Prometheus: in a registry of its own, so several servers in a process don't mix.

No label names a workspace, a run or a person: whoever may read the figures learns nothing of others' work from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from assay.errors import AssayError
from assay.formats.segment import count_points
from assay.storage.contract import Appended
from assay.storage.parcel import Parcel

if TYPE_CHECKING:
    from assay.serving.site import Site

MEDIA_TYPE = "text/plain; version=0.0.4"
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "assay_request_seconds",
            "How long requests took, by method, route and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._segments = Counter("assay_ingested_segments", "Segments that were taken.", registry=self.registry)
        self._again = Counter("assay_repeated_segments", "Segments that were there already.", registry=self.registry)
        self._refused = Counter("assay_refused_segments", "Segments that were not taken.", registry=self.registry)
        self._points = Counter("assay_ingested_points", "Points that were taken.", registry=self.registry)
        self._bytes = Counter("assay_ingested_bytes", "Bytes of rows that were taken.", registry=self.registry)
        self._timers: dict[tuple[str, str, int], Any] = {}

    def watch(self, site: Site) -> None:
        """Show what a site has at the time of each reading."""
        self.registry.register(_Gauges(site))

    def answered(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count an answer."""
        timer = self._timers.get((method, route, status))
        if timer is None:
            known = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "other"
            timer = self._timers[known, route, status] = self._seconds.labels(known, route, str(status))
        timer.observe(took_s)

    def taken(self, parcels: Sequence[Parcel], answers: Sequence[Appended | AssayError]) -> None:
        """Count what a store took."""
        accepted = [
            one
            for one, answer in zip(parcels, answers, strict=True)
            if isinstance(answer, Appended) and answer.accepted
        ]
        refused = sum(isinstance(one, AssayError) for one in answers)
        self._segments.inc(len(accepted))
        self._refused.inc(refused)
        self._again.inc(len(answers) - len(accepted) - refused)
        self._bytes.inc(sum(len(one.rows) for one in accepted))
        self._points.inc(sum(count_points(one.rows) for one in accepted if one.rows))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Gauges:
    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterable[Any]:
        """What there is now."""
        rooms = self._site.open_rooms()
        folders = [room.folder for room in rooms if room.folder is not None]
        yield _gauge("assay_open_workspaces", "Workspaces that are open.", len(rooms))
        yield _gauge(
            "assay_intake_waiting_bytes",
            "Bytes that wait to be stored.",
            sum(one.intake.waiting_bytes for one in rooms),
        )
        yield _gauge(
            "assay_intake_waiting_requests",
            "Requests that wait to be stored.",
            sum(one.intake.waiting_requests for one in rooms),
        )
        yield _gauge("assay_live_listeners", "Connections to live events.", sum(len(one.feed) for one in rooms))
        yield _gauge(
            "assay_fold_backlog_bytes", "Bytes that wait to be folded.", sum(one.backlog_bytes for one in folders)
        )
        yield _gauge(
            "assay_fold_failures", "Times that folding had to wait or gave up.", sum(one.failures for one in folders)
        )


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value)
