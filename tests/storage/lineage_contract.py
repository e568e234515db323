"""A store's contract, of lineage: what came from what, through runs of any experiment, however odd."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from assay.errors import ArtifactNotFoundError, ExperimentNotFoundError, InvalidInputError, RunNotFoundError
from assay.formats.event import Event
from assay.storage.contract import RunRecord, Store
from assay.storage.lineage import Lineage
from tests.storage.writing import NOW_US, Writer, artifact, new_run


def hashed(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def made(name: str, content: str, **fields: Any) -> Event:
    """A file that came out of a run."""
    known = {"kind": "file", "value": None, "sha256": hashed(content), "size_bytes": len(content)}
    return artifact(name, **{**known, **fields})


def used(name: str, content: str, **fields: Any) -> Event:
    """A file that went into a run."""
    return made(name, content, is_output=False, **fields)


def logged(store: Store, name: str, *events: Event, experiment: str = "digits", created_us: int = NOW_US) -> RunRecord:
    run = new_run(store, experiment, name, created_us=created_us)
    Writer(store, run).leave(*events)
    return run


def run_names(found: Lineage) -> set[str]:
    return {one.name for one in found.runs}


def artifact_names(found: Lineage) -> set[str]:
    return {one.name for one in found.artifacts}


def arrows(found: Lineage) -> set[tuple[str, str]]:
    """What leads to what, by names: from an input to its run, from a run to its output."""
    runs = {one.uid: one.name for one in found.runs}
    return {
        (runs[one.run], one.name) if one.is_output else (one.name, runs[one.run])
        for one in found.links
        if one.artifact in {known.key for known in found.artifacts}
    }


class LineageContract:
    def pipeline(self, store: Store) -> dict[str, RunRecord]:
        """Data is made, two runs train on it, one of the models is evaluated; and something else happens beside."""
        return {
            "prepare": logged(
                store,
                "prepare",
                artifact("raw", is_output=False, value="s3://bucket/raw.csv"),
                made("data", "rows"),
                experiment="prepare",
            ),
            "train": logged(store, "train", used("input", "rows"), made("model", "weights"), made("log", "a line")),
            "other": logged(store, "other", used("input", "rows"), made("model", "other weights")),
            "judge": logged(
                store,
                "judge",
                used("model", "weights"),
                used("truth", "labels"),
                made("report", "fine"),
                experiment="e",
            ),
            "apart": logged(store, "apart", used("numbers", "1 2"), made("sum", "3")),
        }

    def test_a_run_s_lineage_leads_to_what_it_came_from_and_to_what_came_from_it(self, store: Store) -> None:
        runs = self.pipeline(store)

        found = store.lineages.of_run(runs["train"].uid)

        assert {
            ("raw", "prepare"),
            ("prepare", "data"),
            ("input", "train"),
            ("train", "model"),
            ("train", "log"),
            ("model", "judge"),
            ("judge", "report"),
        } == arrows(found)
        assert {"prepare": "prepare", "train": "digits", "judge": "e"} == {
            one.name: one.experiment_name for one in found.runs
        }
        assert not found.truncated

    def test_an_artifact_is_the_same_under_any_name_and_says_how_many_runs_made_and_used_it(self, store: Store) -> None:
        runs = self.pipeline(store)

        found = store.lineages.of_run(runs["train"].uid)

        (data,) = [one for one in found.artifacts if one.sha256 == hashed("rows")]
        assert ("data", "file", 4, None, 1, 2) == (
            data.name,
            data.kind,
            data.size_bytes,
            data.value,
            data.made_by,
            data.used_by,
        )
        (raw,) = [one for one in found.artifacts if one.sha256 is None]
        assert ("s3://bucket/raw.csv", 0, 1) == (raw.value, raw.made_by, raw.used_by)

    def test_an_artifact_s_lineage_has_the_runs_that_made_it_and_all_that_used_it(self, store: Store) -> None:
        self.pipeline(store)

        assert {"prepare", "train", "other", "judge"} == run_names(store.lineages.of_object(sha256=hashed("rows")))
        assert {"prepare", "train", "judge"} == run_names(store.lineages.of_object(sha256=hashed("weights")))
        found = store.lineages.of_object(value="s3://bucket/raw.csv")
        assert {"prepare", "train", "other", "judge"} == run_names(found)

    def test_an_experiment_s_lineage_has_its_runs_and_those_next_to_them(self, store: Store) -> None:
        self.pipeline(store)
        new_run(store, "digits", "without-artifacts")

        found = store.lineages.of_experiment("digits")

        assert {"prepare", "train", "other", "judge", "apart"} == run_names(found)
        assert {"data", "model", "log", "numbers", "sum"} == artifact_names(found)

    def test_a_value_is_not_the_bytes_whose_hash_it_names(self, store: Store) -> None:
        logged(store, "bytes", made("model", "weights"))
        logged(store, "text", artifact("hash", is_output=False, value=hashed("weights")))

        assert {"bytes"} == run_names(store.lineages.of_object(sha256=hashed("weights")))
        assert {"text"} == run_names(store.lineages.of_object(value=hashed("weights")))

    @pytest.mark.parametrize(
        "value",
        ["", "<script>alert(1)</script>", "a\0b", "\1", "𝄞 ü", "x" * 7000, "'; DROP TABLE artifacts; --", "%_\\"],
    )
    def test_values_of_any_kind_and_length_lead_from_run_to_run(self, store: Store, value: str) -> None:
        logged(store, "first", artifact("<b>bold</b>", value=value))
        second = logged(store, "second", artifact("given", is_output=False, value=value))
        logged(store, "third", artifact("given", is_output=False, value=value[:-1] + "Y"))

        found = store.lineages.of_run(second.uid)

        assert {("first", "<b>bold</b>"), ("given", "second")} == arrows(found)
        assert {"first", "second"} == run_names(store.lineages.of_object(value=value))

    def test_a_value_longer_than_any_address_is_kept_and_leads_on(self, store: Store) -> None:
        logged(store, "first", artifact("text", value="y" * 200_000))
        second = logged(store, "second", artifact("text", is_output=False, value="y" * 200_000))

        assert {("first", "text"), ("text", "second")} == arrows(store.lineages.of_run(second.uid))

    def test_a_run_whose_output_is_its_own_input_goes_round_once(self, store: Store) -> None:
        run = logged(store, "loop", used("state", "same"), made("state", "same"))
        other = logged(store, "back", used("a", "b to a"), made("b", "a to b"))
        logged(store, "forth", used("b", "a to b"), made("a", "b to a"))

        assert {("state", "loop"), ("loop", "state")} == arrows(store.lineages.of_run(run.uid))
        assert {("a", "back"), ("back", "b"), ("b", "forth"), ("forth", "a")} == arrows(
            store.lineages.of_run(other.uid)
        )

    def test_an_artifact_of_very_many_runs_is_given_with_the_newest_and_says_that_there_are_more(
        self, store: Store
    ) -> None:
        first = logged(store, "maker", made("data", "rows"))
        for number in range(60):
            logged(store, f"user-{number}", used("data", "rows"), experiment="many")

        found = store.lineages.of_object(sha256=hashed("rows"), limit=20)

        assert (20, True) == (len(found.runs) + len(found.artifacts), found.truncated)
        assert "maker" in run_names(found)
        assert "user-59" in run_names(found)
        assert [(1, 60)] == [(one.made_by, one.used_by) for one in found.artifacts]
        assert store.lineages.of_run(first.uid, limit=20).truncated
        assert not store.lineages.of_run(first.uid).truncated

    def test_what_leads_on_goes_before_what_ends(self, store: Store) -> None:
        first = logged(store, "first", *(made(f"file-{one}", f"{one}") for one in range(50)), made("model", "weights"))
        logged(store, "second", used("model", "weights"))

        found = store.lineages.of_run(first.uid, limit=10)

        assert ({"first", "second"}, True) == (run_names(found), found.truncated)
        assert "model" in artifact_names(found)

    def test_of_an_experiment_what_its_runs_share_goes_before_what_each_has_alone(self, store: Store) -> None:
        for number in range(12):
            logged(
                store,
                f"run-{number}",
                used("data", "rows"),
                *(made(f"file-{one}", f"{number} {one}") for one in range(3)),
                made("config", "lr = 1"),
                created_us=NOW_US + number,
            )

        found = store.lineages.of_experiment("digits", limit=20)

        assert ({"data", "config"}, True) == (artifact_names(found) & {"data", "config"}, found.truncated)
        assert {f"run-{number}" for number in range(1, 12)} == run_names(found)

    def test_pictures_at_steps_are_given_only_where_a_run_took_one(self, store: Store) -> None:
        pictures = [made("picture", f"pixels {step}", kind="image", step=step) for step in range(5)]
        first = logged(store, "first", *pictures, made("model", "weights"))
        logged(store, "second", used("start", "pixels 3"))

        found = store.lineages.of_run(first.uid)

        assert {("first", "picture"), ("first", "model"), ("start", "second")} == arrows(found)
        assert {hashed("pixels 3"), hashed("weights")} == {one.sha256 for one in found.artifacts}

    def test_what_is_in_the_trash_is_left_out(self, store: Store) -> None:
        runs = self.pipeline(store)
        store.trash.trash_runs([runs["judge"].uid])
        store.trash.change_artifact(runs["train"].uid, "log", "trash")
        store.trash.trash_experiment(store.run(runs["prepare"].uid).experiment_uid)

        found = store.lineages.of_run(runs["train"].uid)

        assert {("input", "train"), ("train", "model")} == arrows(found)
        assert {(0, 2), (1, 0)} == {(one.made_by, one.used_by) for one in found.artifacts}

    def test_a_run_without_artifacts_stands_alone(self, store: Store) -> None:
        run = new_run(store)

        found = store.lineages.of_run(run.uid)

        assert (["baseline"], [], [], False) == (
            [one.name for one in found.runs],
            found.artifacts,
            found.links,
            found.truncated,
        )

    def test_what_is_not_there_is_an_error(self, store: Store) -> None:
        new_run(store, "digits")

        with pytest.raises(RunNotFoundError):
            store.lineages.of_run("nobody")
        with pytest.raises(ExperimentNotFoundError, match="nearest: 'digits'"):
            store.lineages.of_experiment("digit")
        with pytest.raises(ArtifactNotFoundError, match=hashed("nothing")):
            store.lineages.of_object(sha256=hashed("nothing"))
        with pytest.raises(ArtifactNotFoundError, match="'nothing'"):
            store.lineages.of_object(value="nothing")
        with pytest.raises(InvalidInputError):
            store.lineages.of_object()
        with pytest.raises(InvalidInputError):
            store.lineages.of_object(sha256=hashed("x"), value="x")
