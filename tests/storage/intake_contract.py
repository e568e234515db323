"""The part of a store's contract that is about segments as a server gets them: many at once, rows as they came."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assay.errors import AssayError, InvalidInputError, RunDeletedError, RunNotFoundError, SequenceError
from assay.formats.event import Event
from assay.formats.names import new_uid
from assay.formats.segment import Rows, encode_segment
from assay.storage.contract import Appended, Opening, RunRecord, RunSpec, Store, WriterSpec
from assay.storage.parcel import Parcel
from tests.storage.writing import NOW_US, leave, new_run, parameters, rows, run_spec

_uids = itertools.count(1)


class Sender:
    """A writer that makes parcels, which are not sent by that."""

    def __init__(self, run_uid: str, *, run_spec: RunSpec | None = None, entered: bool = True) -> None:
        self.uid = f"sender-{next(_uids):04}"
        self.opening = Opening(run_uid, WriterSpec(self.uid, entered, {"host": "box", "pid": 7}, NOW_US), run_spec)
        self.index = 0

    def parcel(self, *parts: Event | Rows, final: bool = False) -> Parcel:
        several = [part for part in parts if isinstance(part, Rows)]
        events = [part for part in parts if isinstance(part, Event)]
        body = encode_segment(several) if several else b""
        made = Parcel(self.uid, self.index, events, body, final, self.opening)
        self.index += 1
        return made


def accepted(store: Store, *parcels: Parcel) -> list[bool]:
    """Whether each was new; what was refused is raised."""
    answers = store.take(parcels)
    for one in answers:
        if isinstance(one, AssayError):
            raise one
    return [one.accepted for one in answers if isinstance(one, Appended)]


class IntakeContract:
    def test_segments_of_many_writers_are_taken_together(self, store: Store) -> None:
        runs = [new_run(store, "digits", f"run-{number}") for number in range(3)]
        senders = [Sender(run.uid) for run in runs for _ in range(2)]

        first = accepted(store, *(one.parcel(parameters({one.uid: 1}), rows("loss", [1.0, 2.0])) for one in senders))
        rest = accepted(
            store,
            *(one.parcel(rows("loss", [3.0], first_step=2)) for one in senders),
            *(one.parcel(leave(), final=True) for one in senders),
        )

        assert [True] * 6 == first
        assert [True] * 12 == rest
        for number, run in enumerate(runs):
            assert {one.uid: 1 for one in senders[2 * number : 2 * number + 2]} == store.run(run.uid).parameters
            assert [1.0, 1.0, 2.0, 2.0, 3.0, 3.0] == sorted(store.history(run.uid, "loss").values)
            assert (6, 3.0) == (store.summaries(run.uid)["loss"].count, store.summaries(run.uid)["loss"].last)
            assert "Completed" == store.run(run.uid).status

    def test_a_segment_that_comes_twice_is_taken_once_even_within_one_call(self, store: Store) -> None:
        run = new_run(store)
        parcel = Sender(run.uid).parcel(rows("loss", [1.0]))

        assert [True, False] == accepted(store, parcel, parcel)
        assert [False] == accepted(store, parcel)
        assert [1.0] == list(store.history(run.uid, "loss").values)

    def test_what_is_wrong_with_one_segment_keeps_none_of_the_others_away(self, store: Store) -> None:
        run, gone = new_run(store, "digits", "here"), new_run(store, "digits", "gone")
        store.trash.delete_runs([gone.uid])
        early, torn = Sender(run.uid), Sender(run.uid)
        early.parcel()
        whole = torn.parcel(rows("loss", [9.0]))

        answers = store.take(
            [
                early.parcel(rows("loss", [8.0])),
                Sender(gone.uid).parcel(rows("loss", [7.0])),
                Sender("run-that-never-was").parcel(rows("loss", [6.0])),
                replace(whole, rows=whole.rows[:-1] + b"\1"),
                Sender(run.uid).parcel(rows("loss", [1.0])),
            ]
        )

        assert [SequenceError, RunDeletedError, RunNotFoundError, InvalidInputError, Appended] == [
            type(answer) for answer in answers
        ]
        assert [1.0] == list(store.history(run.uid, "loss").values)
        assert 1 == len(store.attempts(run.uid))

    def test_a_run_that_began_while_the_store_was_away_is_made_with_its_first_segment(self, store: Store) -> None:
        spec = replace(run_spec("digits", "offline", tags={"team": "vision"}), uid=new_uid(), experiment_uid=new_uid())
        sender = Sender(spec.uid, run_spec=spec)

        accepted(store, sender.parcel(parameters({"lr": 1})), sender.parcel(rows("loss", [1.0]), leave(), final=True))

        run = store.find_run("digits", "offline")
        assert (spec.uid, {"team": "vision"}, {"lr": 1}, "Completed") == (
            run.uid,
            run.tags,
            run.parameters,
            run.status,
        )
        assert [1.0] == list(store.history(run.uid, "loss").values)

    def test_two_writers_of_a_run_that_began_while_the_store_was_away_are_in_one_run(self, store: Store) -> None:
        spec = replace(run_spec("digits", "offline"), uid=new_uid(), experiment_uid=new_uid())

        accepted(store, *(Sender(spec.uid, run_spec=spec).parcel(rows("loss", [1.0])) for _ in range(2)))

        assert 2 == store.summaries(spec.uid)["loss"].count
        assert [("digits", 1)] == [(one.name, one.run_count) for one in store.experiments()]

    def test_a_run_whose_name_was_taken_meanwhile_gets_the_next_free_one(self, store: Store) -> None:
        taken = new_run(store, "digits", "baseline")
        spec = replace(run_spec("digits", "baseline"), uid=new_uid(), experiment_uid=new_uid())

        accepted(store, Sender(spec.uid, run_spec=spec).parcel(rows("loss", [1.0])))

        assert ("baseline", "baseline-2") == (store.run(taken.uid).name, store.run(spec.uid).name)

    def test_a_run_that_was_deleted_is_not_made_again_by_what_comes_late(self, store: Store) -> None:
        spec = replace(run_spec("digits", "offline"), uid=new_uid(), experiment_uid=new_uid())
        accepted(store, Sender(spec.uid, run_spec=spec).parcel(rows("loss", [1.0])))
        store.trash.delete_runs([spec.uid])

        (answer,) = store.take([Sender(spec.uid, run_spec=spec).parcel(rows("loss", [2.0]))])

        assert isinstance(answer, RunDeletedError)

    def test_the_store_hears_of_writers_that_have_nothing_to_say(self, store: Store) -> None:
        run = new_run(store)
        sender, ended = Sender(run.uid), Sender(run.uid)
        accepted(store, sender.parcel(), ended.parcel(leave(), final=True))
        before = {attempt.writer: attempt.heard_us for attempt in store.attempts(run.uid)}

        store.heartbeat([sender.uid, ended.uid, "nobody"])

        after = {attempt.writer: attempt.heard_us for attempt in store.attempts(run.uid)}
        assert None not in before.values()
        assert before[ended.uid] == after[ended.uid]
        assert before[sender.uid] < after[sender.uid]  # type: ignore[operator]

    @pytest.mark.parametrize(
        "body",
        [
            {"status": 5},
            {"status": None},
            {},
            {"status": "Finished at last"},
            {"status": "Failed", "message": 7, "traceback": ["x"]},
        ],
        ids=repr,
    )
    def test_an_end_that_says_nothing_sensible_ends_its_writer_all_the_same(
        self, store: Store, body: dict[str, Any]
    ) -> None:
        run = new_run(store)
        sender = Sender(run.uid)

        assert [True] == accepted(store, sender.parcel(Event(NOW_US * 1000, "leave", body), final=True))

        assert store.next_segment(sender.uid) is None
        assert "InProgress" not in {attempt.status for attempt in store.attempts(run.uid)}

    def test_what_no_database_keeps_is_set_aside_and_holds_up_nothing(self, store: Store) -> None:
        run = new_run(store)
        artifact = {"name": "a", "is_output": True, "kind": "value"}
        strange = [
            Event(1, "artifact", {**artifact, "step": 2**70}),
            Event(2, "artifact", {**artifact, "size_bytes": "many"}),
            Event(3, "artifact", {**artifact, "value": ["no", "text"]}),
            Event(4, "description", {"text": 5}),
            Event(5, "refused", {"calls": "some"}),
            Event(6, "tags", {"values": [1, 2, 3]}),
        ]

        (answer,) = store.take([Sender(run.uid).parcel(*strange, parameters({"lr": 1}), rows("loss", [1.0]))])

        assert isinstance(answer, Appended)
        assert [1, 2, 3, 4, 5, 6] == [event.time_ns for event, _ in answer.set_aside]
        found = store.run(run.uid)
        assert ({"lr": 1}, "", {}, []) == (found.parameters, found.description, found.tags, store.artifacts(run.uid))

    def test_a_revision_grows_with_everything_that_happens_to_a_run(self, store: Store) -> None:
        run, other = new_run(store, "digits", "watched"), new_run(store, "digits", "other")
        sender = Sender(run.uid)
        acts: list[Callable[[], object]] = [
            lambda: accepted(store, sender.parcel(rows("loss", [1.0]))),
            lambda: accepted(store, sender.parcel(parameters({"lr": 1}))),
            lambda: store.apply(run.uid, [Event(1, "description", {"text": "why"})]),
            lambda: store.renaming.retag([run.uid], {"a": "b"}, []),
            lambda: store.renaming.rename_run(run.uid, "renamed", "Renamed"),
            lambda: store.renaming.rename_experiment(run.experiment_uid, "numbers", "Numbers"),
            lambda: store.trash.trash_runs([run.uid]),
            lambda: store.trash.restore_runs([run.uid]),
            lambda: accepted(store, sender.parcel(leave(), final=True)),
        ]
        seen = [revision(store, run)]
        for act in acts:
            act()
            seen.append(revision(store, run))

        assert sorted(set(seen)) == seen
        before = revision(store, run)
        accepted(store, Sender(other.uid).parcel(rows("loss", [1.0])))
        assert before == revision(store, run)


def revision(store: Store, run: RunRecord) -> int:
    return store.revisions([run.uid])[run.uid]
