"""Storage: what runs take, and what deleting them would give back."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.policies import FREE
from assay.serving.quota import QuotaStore
from assay.serving.routes.fields import Uids
from assay.storage.contract import Store
from assay.storage.sql.schema import VERSION
from assay.storage.sql.store import SqlStore


class ExperimentStorage(msgspec.Struct):
    """What an experiment takes; objects that it shares with others count in each."""

    uid: str
    name: str
    trashed: bool
    runs: int
    point_bytes: int
    object_bytes: int


class TrashedStorage(msgspec.Struct):
    """What deleting a thing in the trash for good would free; `name` and `is_output` are an artifact's."""

    kind: str
    id: str
    frees_bytes: int
    name: str
    is_output: bool | None


class TrashStorage(msgspec.Struct):
    """What emptying the trash would free: more than the items together where several share what nothing else names."""

    things: int
    frees_bytes: int
    items: list[TrashedStorage]


class StorageDocument(msgspec.Struct):
    """What the workspace takes, the trash too; experiments by what they take, the greatest first.

    `keep_days` after its end a run goes to the trash, and `quota_bytes` may be taken; null where nobody said so.
    `format` is the version of the catalog's tables.
    """

    runs: int
    point_bytes: int
    object_bytes: int
    experiments: list[ExperimentStorage]
    trash: TrashStorage
    keep_days: int | None
    quota_bytes: int | None
    format: int | None


class Doomed(msgspec.Struct):
    """Runs that may be deleted."""

    runs: Uids


class Frees(msgspec.Struct):
    """About so many bytes would be given back."""

    bytes: int


@get("/v1/storage", sync_to_thread=True, opt={"role": "viewer"})
def read_storage(store: NamedDependency[Store]) -> StorageDocument:
    """What the workspace's points and artifacts take, by experiment, and what emptying the trash would free.

    Counted is what was logged, in the form in which it is kept; what several artifacts hold alike counts once.
    """
    policy = store.quota.policy() if isinstance(store, QuotaStore) else FREE
    usage, trash = store.usages.measure(), store.usages.of_trash()
    experiments = sorted(usage.experiments.items(), key=lambda pair: (-pair[1].total_bytes, pair[1].name))
    return StorageDocument(
        usage.runs,
        usage.point_bytes,
        usage.object_bytes,
        [
            ExperimentStorage(uid, one.name, one.trashed, one.runs, one.point_bytes, one.object_bytes)
            for uid, one in experiments
        ],
        TrashStorage(
            trash.things,
            trash.frees_bytes,
            [TrashedStorage(one.kind, one.id, one.frees_bytes, one.name, one.is_output) for one in trash.items],
        ),
        policy.keep_days,
        policy.quota_bytes,
        VERSION if isinstance(store, SqlStore) else None,
    )


@post("/v1/frees", sync_to_thread=True, status_code=200, opt={"role": "viewer"}, request_max_body_size=MAX_BODY_BYTES)
def read_frees(store: NamedDependency[Store], data: JSONBody[Doomed]) -> Frees:
    """What deleting runs for good would free; artifacts whose bytes others name too do not count."""
    return Frees(store.usages.frees(data.runs))


HANDLERS = (read_storage, read_frees)
