"""What every store must do, whatever it is made of: a store's tests inherit this class and say how to open one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assay.errors import (
    ExperimentNotFoundError,
    InvalidInputError,
    RunDeletedError,
    RunExistsError,
    RunNotFoundError,
    StoreError,
)
from assay.formats.event import Event
from assay.storage.contract import ExperimentRecord, RunQuery, Store
from tests.storage.histories_contract import HistoriesContract
from tests.storage.intake_contract import IntakeContract
from tests.storage.lineage_contract import LineageContract
from tests.storage.listing_contract import ListingContract
from tests.storage.many_runs_contract import ManyRunsContract
from tests.storage.points_contract import PointsContract
from tests.storage.search_contract import SearchContract
from tests.storage.usage_contract import UsageContract
from tests.storage.views_contract import ViewsContract
from tests.storage.writing import NOW_US, Writer, artifact, new_run, parameters, run_spec

OpenStore = Callable[[], Store]


class StoreContract(
    HistoriesContract,
    IntakeContract,
    LineageContract,
    ListingContract,
    ManyRunsContract,
    PointsContract,
    SearchContract,
    UsageContract,
    ViewsContract,
    ABC,
):
    @pytest.fixture
    @abstractmethod
    def open_store(self, tmp_path: Path) -> OpenStore:
        """Opens the test's store: the first time it is made, then opened again as another process would."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> Store:
        return open_store()

    # Runs

    def test_a_new_run_has_what_it_was_made_with_and_no_status(self, store: Store) -> None:
        spec = run_spec("digits", "baseline", run_display_name="Baseline", tags={"team": "vision"})

        run, created = store.open_run(spec)

        assert created
        assert (spec.uid, "digits", "baseline", "Baseline") == (
            run.uid,
            run.experiment_name,
            run.name,
            run.display_name,
        )
        assert ({"team": "vision"}, {}, "", NOW_US) == (run.tags, run.parameters, run.description, run.created_us)
        assert (None, None, None) == (run.status, run.start_us, run.end_us)

    def test_a_run_is_found_by_name_and_by_id_by_whoever_opens_the_store(self, open_store: OpenStore) -> None:
        run = new_run(open_store())

        other = open_store()

        assert run == other.find_run("digits", "baseline")
        assert run == other.run(run.uid)

    def test_an_existing_run_is_opened_with_its_own_tags_and_display_name(self, store: Store) -> None:
        first = new_run(store, run_display_name="First", tags={"a": "1"})

        again, created = store.open_run(run_spec(run_display_name="Second", tags={"b": "2"}))

        assert not created
        assert first == again

    def test_a_run_that_must_be_new_gets_the_next_free_name(self, store: Store) -> None:
        new_run(store, "digits", "baseline-2")
        names = [store.open_run(run_spec(if_exists="new"))[0].name for _ in range(3)]

        assert ["baseline", "baseline-3", "baseline-4"] == names

    def test_the_next_free_name_is_no_longer_than_a_name_may_be(self, store: Store) -> None:
        name = "x" * 56 + "-yz"
        names = [store.open_run(run_spec("digits", name, if_exists="new"))[0].name for _ in range(2)]

        assert [name, "x" * 56 + "-2"] == names

    def test_a_run_that_must_not_exist_but_does_is_an_error(self, store: Store) -> None:
        first = new_run(store)

        with pytest.raises(RunExistsError, match=r"'baseline'.*'digits'"):
            store.open_run(run_spec(if_exists="error"))

        assert [first] == store.list_runs(RunQuery("digits")).runs

    @pytest.mark.parametrize("if_exists", ["open", "new", "error"])
    def test_a_run_is_made_once_however_often_it_is_asked_for(self, store: Store, if_exists: str) -> None:
        spec = run_spec("digits", "baseline", if_exists=if_exists)
        run, _ = store.open_run(spec)
        assert (run, True) == store.open_run(spec)
        store.renaming.rename_run(run.uid, "renamed", "Renamed")
        new_run(store, "digits", "baseline")

        again, created = store.open_run(spec)

        assert (run.uid, "renamed", True) == (again.uid, again.name, created)

    def test_a_run_that_was_deleted_is_not_made_again_by_the_request_that_made_it(self, store: Store) -> None:
        spec = run_spec("digits", "baseline")
        store.open_run(spec)
        store.trash.delete_runs([spec.uid])

        with pytest.raises(RunDeletedError):
            store.open_run(spec)

        assert [] == store.list_runs(RunQuery("digits")).runs

    def test_names_that_join_alike_are_two_runs(self, store: Store) -> None:
        one, other = new_run(store, "a", "b-c"), new_run(store, "a-b", "c")

        assert (one, other) == (store.find_run("a", "b-c"), store.find_run("a-b", "c"))

    def test_a_run_that_is_not_there_is_not_found_and_the_nearest_named(self, store: Store) -> None:
        new_run(store, "mnist", "lr-3")

        with pytest.raises(RunNotFoundError, match=r"'lr-4'.*'mnist'.*nearest: 'lr-3'.*Run\(experiment_name='mnist'"):
            store.find_run("mnist", "lr-4")
        with pytest.raises(RunNotFoundError, match=r"'mnits'.*nearest: 'mnist'"):
            store.find_run("mnits", "lr-3")
        with pytest.raises(RunNotFoundError, match="nowhere"):
            store.run("nowhere")

    # Writers and status

    def test_a_writer_that_enters_makes_the_run_in_progress(self, store: Store) -> None:
        writer = Writer(store, new_run(store), opened_us=NOW_US + 5)

        run = store.run(writer.run.uid)

        assert ("InProgress", NOW_US + 5, None) == (run.status, run.start_us, run.end_us)
        assert (1, {}) == (writer.opened.attempt, writer.opened.last_steps)

    @pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
    def test_a_writer_that_leaves_decides_the_status(self, store: Store, status: str) -> None:
        writer = Writer(store, new_run(store))

        writer.leave(status=status, message="why", traceback="where", time_us=NOW_US + 50)

        run = store.run(writer.run.uid)
        assert (status, "why", NOW_US + 50) == (run.status, run.status_message, run.end_us)
        (attempt,) = store.attempts(run.uid)
        assert (1, status, "why", "where") == (attempt.number, attempt.status, attempt.message, attempt.traceback)
        assert (writer.uid, NOW_US, NOW_US + 50) == (attempt.writer, attempt.start_us, attempt.end_us)
        assert {"host": "box", "pid": 7} == attempt.process

    def test_a_message_that_utf8_can_not_hold_ends_its_writer_all_the_same(self, store: Store) -> None:
        writer = Writer(store, new_run(store))

        writer.leave(status="Failed", message="no file caf\udce9", traceback="caf\udce9")

        run = store.run(writer.run.uid)
        assert ("Failed", r"no file caf\udce9") == (run.status, run.status_message)

    def test_the_last_writer_to_leave_decides_and_a_failure_weighs_most(self, store: Store) -> None:
        run = new_run(store)
        writers = [Writer(store, run, pid=number) for number in (1, 2, 3)]
        seen = []
        for writer, status in zip(writers, ("Failed", "Stopped", "Completed"), strict=True):
            writer.leave(status=status, message=f"{status} here")
            seen.append(store.run(run.uid).status)

        assert ["InProgress", "InProgress", "Failed"] == seen
        message = store.run(run.uid).status_message
        assert message is not None
        assert "box/1" in message
        assert "Failed here" in message

    def test_a_failure_before_the_run_was_entered_again_does_not_count(self, store: Store) -> None:
        run = new_run(store)
        Writer(store, run).leave(status="Failed", message="no", time_us=NOW_US + 1)

        again = Writer(store, run, opened_us=NOW_US + 20)
        between = store.run(run.uid)
        again.leave(time_us=NOW_US + 30)

        assert ("InProgress", NOW_US, None) == (between.status, between.start_us, between.end_us)
        after = store.run(run.uid)
        assert ("Completed", None, NOW_US + 30) == (after.status, after.status_message, after.end_us)
        assert [1, 2] == [attempt.number for attempt in store.attempts(run.uid)]

    def test_a_writer_that_did_not_enter_decides_nothing(self, store: Store) -> None:
        run = new_run(store)
        inside = Writer(store, run)
        child = Writer(store, run, entered=False)

        child.send(parameters({"lr": 1}), final=True)
        between = store.run(run.uid).status
        inside.leave()

        assert ("InProgress", "Completed") == (between, store.run(run.uid).status)

    def test_a_writer_of_no_run_is_an_error(self, store: Store) -> None:
        with pytest.raises(RunNotFoundError):
            store.append("nobody", 0, [], [], final=False)

    def test_a_segment_sent_again_is_not_taken_again(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        events = [artifact("item", step=1), Event(1, "refused", {"calls": 3})]
        first = store.append(writer.uid, 0, events, [], final=False)

        again = store.append(writer.uid, 0, events, [], final=False)

        assert (True, False) == (first.accepted, again.accepted)
        assert 1 == len(store.artifacts(writer.run.uid))
        assert 3 == store.run(writer.run.uid).refused

    def test_a_segment_whose_forerunner_is_missing_is_refused(self, store: Store) -> None:
        writer = Writer(store, new_run(store))

        with pytest.raises(StoreError, match="segment 0 is missing"):
            store.append(writer.uid, 1, [parameters({"lr": 1})], [], final=False)

        assert {} == store.run(writer.run.uid).parameters

    # Events

    def test_the_last_of_one_writers_parameters_wins_even_when_its_clock_jumps_back(self, store: Store) -> None:
        writer = Writer(store, new_run(store))

        writer.send(parameters({"lr": 1, "depth": 1}, time_us=NOW_US + 100), parameters({"lr": 2}, time_us=NOW_US))
        writer.send(parameters({"depth": 2}, time_us=NOW_US))

        assert {"lr": 2, "depth": 2} == store.run(writer.run.uid).parameters

    def test_between_writers_the_later_call_wins_whichever_arrives_first(self, store: Store) -> None:
        run = new_run(store)
        quick, slow = Writer(store, run), Writer(store, run)

        quick.send(parameters({"lr": "later"}, time_us=NOW_US + 100))
        slow.send(parameters({"lr": "earlier"}, time_us=NOW_US))

        assert {"lr": "later"} == store.run(run.uid).parameters

    @pytest.mark.parametrize(
        "value",
        [None, True, False, 0, -1, 2**53 + 1, 10**30, 0.1, -0.0, 1e-323, "", "None", "nä\n\0", [1, [2.5]], {}],
        ids=repr,
    )
    def test_parameters_come_back_as_they_were(self, store: Store, value: object) -> None:
        writer = Writer(store, new_run(store))

        writer.send(parameters({"p": value}))

        kept = store.run(writer.run.uid).parameters["p"]
        assert (repr(value), type(value)) == (repr(kept), type(kept))

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    def test_parameters_may_be_nan_and_infinite(self, store: Store, value: float) -> None:
        writer = Writer(store, new_run(store))

        writer.send(parameters({"p": value}))

        assert repr(value) == repr(store.run(writer.run.uid).parameters["p"])

    def test_half_a_character_is_set_aside_and_holds_up_nothing(self, store: Store) -> None:
        broken = "caf\udce9"  # what Python makes of a file name in Latin-1
        writer = Writer(store, new_run(store))
        strange = [
            parameters({broken: 1}),
            parameters({"p": [broken]}),
            Event(1, "tags", {"values": {broken: broken}}),
            artifact(broken),
        ]

        appended = writer.send(*strange, parameters({"lr": 1}))

        assert strange == [event for event, _ in appended.set_aside]
        run = store.run(writer.run.uid)
        assert ({"lr": 1}, {}, []) == (run.parameters, run.tags, store.artifacts(run.uid))

    def test_events_apply_outside_writers_too(self, store: Store) -> None:
        run = new_run(store, tags={"a": "1", "b": "1"})

        store.apply(
            run.uid,
            [
                Event(1, "tags", {"values": {"b": "2"}}),
                Event(2, "description", {"text": "# It works"}),
                Event(3, "goal", {"name": "loss", "goal": "min", "step_metric": None}),
            ],
        )

        run = store.run(run.uid)
        assert ({"a": "1", "b": "2"}, "# It works") == (run.tags, run.description)
        assert {"loss": {"goal": "min", "step_metric": None}} == run.goals

    def test_what_can_not_be_applied_is_set_aside_and_holds_up_nothing(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        strange = [Event(1, "telepathy", {}), Event(2, "artifact", {"is_output": True}), Event(3, "parameters", {})]

        appended = writer.send(*strange, parameters({"lr": 1}))

        assert strange == [event for event, _ in appended.set_aside]
        assert {"lr": 1} == store.run(writer.run.uid).parameters

    # Artifacts

    def test_an_artifact_of_the_same_name_and_direction_replaces(self, store: Store) -> None:
        writer = Writer(store, new_run(store))

        writer.send(artifact("data", value="1"), artifact("data", is_output=False, value="in"))
        writer.send(artifact("other", value="x"), artifact("data", value="2"))

        found = [(one.name, one.is_output, one.value) for one in store.artifacts(writer.run.uid)]
        assert [("data", False, "in"), ("other", True, "x"), ("data", True, "2")] == found

    def test_items_with_a_step_are_all_kept(self, store: Store) -> None:
        writer = Writer(store, new_run(store))

        writer.send(*(artifact("picture", kind="image", step=step, caption=f"c{step}") for step in (2, 1, 2)))
        writer.send(artifact("picture", kind="image"))

        found = store.artifacts(writer.run.uid)
        assert [2, 1, 2, None] == [one.step for one in found]
        assert ["c2", "c1", "c2", None] == [one.caption for one in found]

    # Experiments

    def test_an_experiment_keeps_what_is_saved_of_it(self, store: Store) -> None:
        made = ExperimentRecord("e1", "digits", "Digits", "", {"team": "vision"}, NOW_US, 0)

        store.save_experiment(made, create=True)
        store.save_experiment(replace(made, description="# Why", display_name="D", tags={}))

        assert [replace(made, description="# Why", display_name="D", tags={})] == store.experiments()

    def test_an_experiment_is_created_once_and_saved_only_where_it_exists(self, store: Store) -> None:
        new_run(store, "digits")
        record = ExperimentRecord("e1", "digits", "Digits", "", {}, NOW_US, 0)

        with pytest.raises(InvalidInputError, match="'digits' exists already"):
            store.save_experiment(record, create=True)
        with pytest.raises(ExperimentNotFoundError, match=r"'digit'.*nearest: 'digits'"):
            store.save_experiment(replace(record, name="digit"))

    def test_experiments_come_last_changed_first(self, store: Store) -> None:
        new_run(store, "old", created_us=NOW_US)
        new_run(store, "new", created_us=NOW_US + 1)
        new_run(store, "old", "again", created_us=NOW_US + 2)

        assert [("old", 2), ("new", 1)] == [(one.name, one.run_count) for one in store.experiments()]

    def test_an_experiment_with_runs_is_deleted_only_with_them(self, store: Store) -> None:
        run = new_run(store, "digits")
        Writer(store, run).leave(parameters({"lr": 1}))
        kept = new_run(store, "kept")

        with pytest.raises(InvalidInputError, match="1 run"):
            store.delete_experiment("digits")
        store.delete_experiment("digits", with_runs=True)

        assert ["kept"] == [one.name for one in store.experiments()]
        assert [kept] == store.list_runs(RunQuery()).runs
        with pytest.raises(RunNotFoundError):
            store.run(run.uid)
        with pytest.raises(ExperimentNotFoundError):
            store.delete_experiment("digits")
