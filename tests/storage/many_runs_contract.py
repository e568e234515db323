"""The part of a store's contract that is about many runs at once, as a table of them is filled."""

from __future__ import annotations

import math

from assay.storage.contract import Activity, Store
from tests.storage.writing import NOW_US, Writer, leave, new_run, rows


class ManyRunsContract:
    def test_summaries_of_many_runs_are_those_of_each(self, store: Store) -> None:
        uids = []
        for number in range(5):
            writer = Writer(store, new_run(store, "digits", f"run-{number}"))
            writer.send(rows("loss", [float(number), math.nan, 2.0 + number]), rows("acc", [0.5]))
            if number % 2:
                writer.leave(rows("loss", [9.0], first_step=3))
            uids.append(writer.run.uid)
        empty = new_run(store, "digits", "empty").uid

        found = store.run_summaries([*uids, empty, "nobody"])

        assert [*uids, empty] == list(found)
        assert {} == found[empty]
        for uid in uids:
            assert list(store.summaries(uid).items()) == list(found[uid].items())
        named = store.run_summaries(uids, ["loss", "nothing"])
        assert {uid: {"loss": store.summaries(uid)["loss"]} for uid in uids} == named
        assert {} == store.run_summaries([])

    def test_last_attempt_of_each_run_tells_who_logs(self, store: Store) -> None:
        run, other, empty = (new_run(store, "digits", name) for name in ("run", "other", "empty"))
        Writer(store, run, pid=1).send(leave("Failed", message="no", traceback="deep"), final=True)
        Writer(store, run, pid=2)
        Writer(store, other, pid=3).send(leave("Failed", message="why", traceback="deep"), final=True)

        found = store.last_attempts([run.uid, empty.uid, other.uid, "nobody"])

        assert {run.uid: 2, other.uid: 3} == {uid: one.process["pid"] for uid, one in found.items()}
        assert ("InProgress", 2) == (found[run.uid].status, found[run.uid].number)
        assert ("Failed", "why", None) == (
            found[other.uid].status,
            found[other.uid].message,
            found[other.uid].traceback,
        )

    def test_activity_counts_runs_in_stretches_of_time(self, store: Store) -> None:
        day_us = 86_400_000_000
        for number, day in enumerate([0, 0, 1, 5]):
            new_run(store, "digits", f"run-{number}", created_us=NOW_US + day * day_us + number)
        new_run(store, "letters", "run", created_us=NOW_US + day_us)
        new_run(store, "before", "run", created_us=NOW_US - 1)

        found = store.activity(NOW_US, day_us)

        assert [
            Activity("digits", NOW_US, 2),
            Activity("digits", NOW_US + day_us, 1),
            Activity("digits", NOW_US + 5 * day_us, 1),
            Activity("letters", NOW_US + day_us, 1),
        ] == found

    def test_an_experiment_changes_when_a_run_of_it_ends(self, store: Store) -> None:
        first = Writer(store, new_run(store, "first", "run", created_us=NOW_US))
        second = Writer(store, new_run(store, "second", "run", created_us=NOW_US + 1))
        second.send(leave(time_us=NOW_US + 2), final=True)
        assert [("second", 0), ("first", 1)] == [(one.name, one.running_count) for one in store.experiments()]

        first.send(leave(time_us=NOW_US + 50), final=True)

        changed = {one.name: one.changed_us for one in store.experiments()}
        assert (NOW_US + 50, NOW_US + 2) == (changed["first"], changed["second"])
        assert ["first", "second"] == [one.name for one in store.experiments()]
