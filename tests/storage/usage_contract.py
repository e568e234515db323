"""A store's contract, of usage: what runs take, and what deleting them would give back."""

from __future__ import annotations

import io
import json
from typing import Any

from assay.formats.event import Event
from assay.storage.contract import RunRecord, Store
from tests.storage.writing import Writer, artifact, new_run, rows


def kept(store: Store, name: str, content: bytes, **fields: Any) -> Event:
    """An artifact whose bytes are in the store."""
    info = store.objects.put(io.BytesIO(content))
    return artifact(
        name, **{"kind": "file", "value": None, "sha256": info.sha256, "size_bytes": len(content), **fields}
    )


def folder(store: Store, name: str, **files: bytes) -> Event:
    """An artifact that is a directory of files."""
    entries = []
    for path, content in files.items():
        info = store.objects.put(io.BytesIO(content))
        entries.append({"path": path, "sha256": info.sha256, "size_bytes": len(content)})
    listing = json.dumps({"files": entries}).encode()
    return kept(store, name, listing, kind="directory", size_bytes=sum(len(one) for one in files.values()))


def logged(store: Store, name: str, *parts: Any, experiment: str = "digits") -> RunRecord:
    run = new_run(store, experiment, name)
    Writer(store, run).leave(*parts)
    return run


class UsageContract:
    def test_a_store_takes_its_points_and_each_object_once(self, store: Store) -> None:
        logged(store, "one", kept(store, "model", b"m" * 50_000), rows("loss", [0.5] * 100))
        logged(store, "two", kept(store, "copy", b"m" * 50_000), kept(store, "own", b"o" * 7_000), experiment="other")

        found = store.usages.measure()

        assert (2, 57_000) == (found.runs, found.object_bytes)
        assert {"digits": 50_000, "other": 57_000} == {one.name: one.object_bytes for one in found.experiments.values()}
        by_name = {one.name: one for one in found.experiments.values()}
        assert by_name["digits"].point_bytes > 0 == by_name["other"].point_bytes
        assert found.point_bytes == by_name["digits"].point_bytes
        assert (0, 0) == (store.usages.of_trash().things, store.usages.of_trash().frees_bytes)

    def test_deleting_a_run_frees_what_no_other_names(self, store: Store) -> None:
        first = logged(store, "one", kept(store, "model", b"m" * 50_000), kept(store, "own", b"o" * 70_000))
        second = logged(store, "two", kept(store, "model", b"m" * 50_000))

        assert 70_000 <= store.usages.frees([first.uid]) < 75_000
        assert store.usages.frees([second.uid]) < 5_000
        assert 120_000 <= store.usages.frees([first.uid, second.uid]) < 130_000
        assert 0 == store.usages.frees(["nobody"]) == store.usages.frees([])

    def test_a_folder_s_files_are_not_freed_while_others_name_them(self, store: Store) -> None:
        first = logged(store, "one", folder(store, "all", a=b"a" * 20_000, b=b"b" * 30_000, c=b"c" * 40_000))
        second = logged(store, "two", kept(store, "b", b"b" * 30_000))
        third = logged(store, "three", folder(store, "some", c=b"c" * 40_000, d=b"d" * 50_000))

        assert 20_000 <= store.usages.frees([first.uid]) < 25_000
        assert 50_000 <= store.usages.frees([first.uid, second.uid]) < 56_000
        assert 140_000 <= store.usages.frees([first.uid, second.uid, third.uid]) < 150_000

    def test_the_trash_says_what_each_thing_in_it_frees(self, store: Store) -> None:
        logged(store, "stays", kept(store, "model", b"m" * 50_000), kept(store, "gone", b"g" * 11_000))
        run = logged(store, "goes", kept(store, "model", b"m" * 50_000), kept(store, "own", b"o" * 70_000))
        other = logged(store, "inside", kept(store, "pair", b"p" * 20_000), experiment="old")
        logged(store, "more", kept(store, "pair", b"p" * 20_000), kept(store, "x", b"x" * 30_000), experiment="old")
        store.trash.trash_runs([run.uid, other.uid])
        store.trash.trash_experiment(other.experiment_uid)
        stays = store.find_run("digits", "stays")
        store.trash.change_artifact(stays.uid, "gone", "trash")

        found = store.usages.of_trash()

        frees = {(one.kind, one.id, one.name): one.frees_bytes for one in found.items}
        assert [("run", run.uid, ""), ("experiment", other.experiment_uid, ""), ("artifact", stays.uid, "gone")] == (
            list(frees)
        )
        assert 70_000 <= frees["run", run.uid, ""] < 75_000
        assert 50_000 <= frees["experiment", other.experiment_uid, ""] < 56_000
        assert 11_000 == frees["artifact", stays.uid, "gone"]
        assert (3, sum(frees.values())) == (found.things, found.frees_bytes)

    def test_what_only_things_in_the_trash_share_is_freed_when_it_is_emptied(self, store: Store) -> None:
        runs = [logged(store, name, kept(store, "model", b"m" * 50_000)) for name in ("one", "two")]
        store.trash.trash_runs([one.uid for one in runs])

        found = store.usages.of_trash()

        assert all(one.frees_bytes < 5_000 for one in found.items)
        assert 50_000 <= found.frees_bytes < 60_000
        store.trash.delete_runs([one.uid for one in runs])
        assert 0 == store.usages.of_trash().frees_bytes == store.usages.measure().object_bytes
