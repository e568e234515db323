"""Trash, restore, delete, rename and move in any order, against plain dicts that say where each run is."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assay.errors import InvalidInputError, RunDeletedError
from assay.storage.contract import RunQuery
from assay.storage.sql.addressing import experiment_uid
from tests.storage.sql.conftest import new_store
from tests.storage.writing import Writer, new_run, parameters, rows

EXPERIMENTS = ("digits", "letters")
NAMES = ("a", "b", "c")


@dataclass
class ModelRun:
    experiment: str
    name: str
    number: int
    trashed: int = 0  # the turn in which it was
    deleted: bool = False


class Tidying(RuleBasedStateMachine):
    """A store with a few names, so that they meet often."""

    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.closing = contextlib.ExitStack()
        self.store = self.closing.enter_context(new_store(self.kind, Path(self.folder.name)))
        self.runs: dict[str, ModelRun] = {}
        self.turn = 0

    def teardown(self) -> None:
        self.closing.close()
        self.folder.cleanup()

    def living(self, experiment: str, name: str) -> str | None:
        for uid, run in self.runs.items():
            if (run.experiment, run.name) == (experiment, name) and not run.trashed and not run.deleted:
                return uid
        return None

    def there(self) -> list[str]:
        return sorted(uid for uid, run in self.runs.items() if not run.deleted)

    @rule(experiment=st.sampled_from(EXPERIMENTS), name=st.sampled_from(NAMES))
    def make(self, experiment: str, name: str) -> None:
        if self.living(experiment, name) is None:
            number = len(self.runs) + 1
            run = new_run(self.store, experiment, name)
            Writer(self.store, run).leave(parameters({"number": number}), rows("loss", [float(number)] * 400))
            self.runs[run.uid] = ModelRun(experiment, name, number)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def trash(self, data: st.DataObject) -> None:
        uids = data.draw(st.lists(st.sampled_from(self.there()), min_size=1, max_size=3))
        self.turn += 1
        self.store.trash.trash_runs(uids)
        for uid in uids:
            self.runs[uid].trashed = self.runs[uid].trashed or self.turn

    @precondition(lambda self: self.there())
    @rule(data=st.data(), name=st.sampled_from([None, *NAMES]))
    def restore(self, data: st.DataObject, name: str | None) -> None:
        uid = data.draw(st.sampled_from(self.there()))
        run = self.runs[uid]
        wanted = name or run.name
        try:
            done = self.store.trash.restore_runs([uid], name=name)
        except InvalidInputError:
            assert run.trashed
            assert self.living(run.experiment, wanted) is not None
            return
        if run.trashed:
            assert [f"{run.experiment}/{wanted}"] == done
            assert self.living(run.experiment, wanted) is None
            run.trashed, run.name = 0, wanted

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(self.there()))
        self.store.trash.delete_runs([uid])
        self.runs[uid].deleted = True

    @precondition(lambda self: self.there())
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def rename(self, data: st.DataObject, name: str) -> None:
        uid = data.draw(st.sampled_from(self.there()))
        taken = self.living(self.runs[uid].experiment, name)
        try:
            self.store.renaming.rename_run(uid, name, name)
        except InvalidInputError:
            assert taken not in (None, uid)
            return
        assert taken in (None, uid)
        self.runs[uid].name = name

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(self.there()))
        run = self.runs[uid]
        to = EXPERIMENTS[run.experiment == EXPERIMENTS[0]]
        if to not in {one.name for one in self.store.experiments()}:
            return
        taken = self.living(to, run.name)
        try:
            self.store.renaming.move_runs([uid], to)
        except InvalidInputError:
            assert taken is not None
            return
        assert taken is None
        run.experiment = to

    @rule(experiment=st.sampled_from(EXPERIMENTS))
    def hide_and_show_an_experiment(self, experiment: str) -> None:
        if experiment in {one.name for one in self.store.experiments()}:
            with self.store.reading() as connection:
                uid = experiment_uid(connection, experiment, "living")
            self.store.trash.trash_experiment(uid)
            assert not [run for run in self.store.list_runs(RunQuery()).runs if run.experiment_name == experiment]
            self.store.trash.restore_experiment(uid)

    @rule()
    def empty(self) -> None:
        self.store.trash.empty_runs(1 << 60, set())
        for run in self.runs.values():
            run.deleted = run.deleted or bool(run.trashed)

    @invariant()
    def the_store_holds_what_the_model_does(self) -> None:
        living = {
            (run.experiment, run.name, run.number) for run in self.runs.values() if not run.trashed and not run.deleted
        }
        assert living == {
            (run.experiment_name, run.name, run.parameters["number"]) for run in self.store.list_runs(RunQuery()).runs
        }
        trashed = {uid for uid, run in self.runs.items() if run.trashed and not run.deleted}
        assert trashed == {one.id for one in self.store.trash.contents()}
        for uid, run in self.runs.items():
            if run.deleted:
                try:
                    self.store.run(uid)
                except RunDeletedError:
                    continue
                raise AssertionError(f"run {uid} is there")
            assert run.number == self.store.summaries(uid)["loss"].last
        with self.store.reading() as connection:
            chunks = connection.execute("SELECT count(DISTINCT run_id) FROM chunks").fetchone()[0]
        assert len(self.there()) == chunks


class TidyingOnPostgres(Tidying):
    kind = "postgres"


TestTidying = Tidying.TestCase
TestTidying.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestTidyingOnPostgres = TidyingOnPostgres.TestCase
TestTidyingOnPostgres.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
