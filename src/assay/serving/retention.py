"""Retention: runs that ended long ago go to the trash, and what has lain there for a month goes for good.

A run that has not ended is never touched, however long it has been silent, and neither is one with a tag `keep`. The
trash is emptied only in workspaces that have a policy: where nobody asked for it, nothing goes by itself. Objects go by
the rules of `assay.storage.collection`: what a writer pinned, or stored within the day, stays.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from assay.recording.pins import Pins, read_pins
from assay.serving.policies import FREE, WORKSPACE, Policy
from assay.storage.collection import References, collecting
from assay.storage.shelf import Shelf
from assay.storage.sql.store import SqlStore

KEEP_TAG = "keep"
"""A run with a tag of that name, whatever its value, stays."""
TRASH_DAYS = 30
"""So long what is in the trash can be taken back."""
DAY_US = 86_400 * 1_000_000
GROUP = 250
"""So many runs are trashed in one transaction."""
UPLOADED_WITHIN = timedelta(days=7)
"""How long the parts of an upload wait for the rest: longer than a machine is away over a weekend."""


@dataclass(slots=True)
class Retained:
    """What was done.

    Attributes:
        trashed: The names of runs that went to the trash.
        deleted: The names of runs that went for good.
        objects: How many objects went with them.
        object_bytes: Their bytes.
    """

    trashed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    objects: int = 0
    object_bytes: int = 0


def retain(
    store: SqlStore, policies: Mapping[str, Policy], *, journals: Path | None = None, now_us: int | None = None
) -> Retained:
    """Do what a workspace's policies ask for; nothing where they ask for nothing.

    Args:
        store: The workspace.
        policies: By the experiment's id, the workspace's own under `WORKSPACE`.
        journals: Where processes of this machine that use the folder without a server have their journals.
        now_us: The time, in microseconds since 1970.
    """
    done = Retained()
    if not any(policy.keep_days is not None for policy in policies.values()):
        return done
    now_us = time.time_ns() // 1000 if now_us is None else now_us
    due = runs_due(store, policies, now_us)
    for start in range(0, len(due), GROUP):
        done.trashed += store.trash.trash_runs(due[start : start + GROUP])
    empty(store, now_us - TRASH_DAYS * DAY_US, journals=journals, done=done)
    return done


def empty(store: SqlStore, before_us: int, *, journals: Path | None = None, done: Retained | None = None) -> Retained:
    """Delete for good what has been in the trash since a time, and the objects that nothing names.

    Args:
        store: The workspace.
        before_us: In microseconds since 1970.
        journals: As for `retain`.
        done: Where it is noted what was done.
    """
    done = Retained() if done is None else done
    with collecting(store.objects):
        shelf = store.objects.shelf()
        shelf.put_back_all()
        spared = _journal_pins(store, journals).runs | runs_written_to(store)
        done.deleted += store.trash.empty_runs(before_us, spared)
        _collect(store, shelf, journals, done)
        shelf.drop_old_pins()
        store.objects.drop_parts(UPLOADED_WITHIN)
    return done


def runs_due(store: SqlStore, policies: Mapping[str, Policy], now_us: int) -> list[str]:
    """The ids of the runs that have ended longer ago than is kept, outside the trash."""
    whole = policies.get(WORKSPACE, FREE)
    shortest = min(policy.keep_days for policy in policies.values() if policy.keep_days is not None)
    with store.reading() as connection:
        found = connection.execute(
            "SELECT runs.uid, experiments.uid, end_us, runs.tags FROM runs "
            "JOIN experiments ON experiments.id = runs.experiment_id "
            "WHERE runs.trashed_us IS NULL AND experiments.trashed_us IS NULL AND runs.uid NOT LIKE 'deleted-%' "
            "AND status <> 'InProgress' AND end_us < ? ORDER BY runs.id",
            (now_us - shortest * DAY_US,),
        ).fetchall()
    due = []
    for uid, experiment_uid, end_us, tags in found:
        # An experiment's policy goes before the workspace's; one that is only a quota says nothing of time.
        days = policies.get(experiment_uid, FREE).keep_days or whole.keep_days
        if days is not None and end_us < now_us - days * DAY_US and KEEP_TAG not in json.loads(tags):
            due.append(uid)
    return due


def runs_written_to(store: SqlStore) -> set[str]:
    """The ids of the runs that a writer has not left."""
    with store.reading() as connection:
        return {
            uid
            for (uid,) in connection.execute(
                "SELECT DISTINCT runs.uid FROM writers JOIN runs ON runs.id = writers.run_id "
                "WHERE writers.status = 'InProgress' AND runs.trashed_us IS NOT NULL"
            ).fetchall()
        }


def _journal_pins(store: SqlStore, journals: Path | None) -> Pins:
    if journals is None or not journals.is_dir():
        return Pins()
    return read_pins(str(journals), References(store.objects).listed)


def _collect(store: SqlStore, shelf: Shelf, journals: Path | None, done: Retained) -> None:
    needed = _needed(store, shelf, journals)
    if needed is None:
        return
    sizes = {info.sha256: info.size_bytes for info in shelf.collectable() if info.sha256 not in needed}
    aside = shelf.set_aside(sorted(sizes))
    try:
        needed = _needed(store, shelf, journals)
    except BaseException:
        shelf.put_back(aside)
        raise
    back = aside if needed is None else [sha256 for sha256 in aside if sha256 in needed]
    shelf.put_back(back)
    gone = sorted(set(aside) - set(back))
    done.object_bytes += shelf.drop(gone)
    done.objects += len(gone)


def _needed(store: SqlStore, shelf: Shelf, journals: Path | None) -> set[str] | None:
    """The objects that somebody needs; None where that can't be known, and nothing may go."""
    pins = _journal_pins(store, journals)  # first: what a journal pinned that is gone by now stands in the catalog
    pinned = shelf.pinned()
    references = References(store.objects)
    with store.reading() as connection:
        named = references.named(connection)
    if pins.unreadable or references.unreadable:
        return None
    return named | pinned | pins.sha256s
