"""Retention and quotas: what a policy asks for goes, nothing else does, and what is full takes no more."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assay import Run, Session
from assay.cli import main
from assay.errors import InvalidInputError, QuotaError
from assay.serving.opening import Workspaces
from assay.serving.policies import FREE, Policy
from assay.serving.quota import QuotaStore
from assay.serving.retention import DAY_US, TRASH_DAYS, empty, retain
from assay.serving.settings import Place
from assay.serving.upkeep import Upkeep
from assay.storage.contract import Appended
from assay.storage.sql.measuring import measure
from assay.storage.sql.store import SqlStore
from tests.serving.filled import Sender, contents, fill
from tests.serving.places import database_place, folder_place, new_database
from tests.serving.running import serving
from tests.storage.writing import NOW_US, artifact, leave, new_run

YEAR = {"": Policy(keep_days=365)}
LATER_US = NOW_US + 400 * DAY_US


def names(store: SqlStore) -> set[str]:
    return set(contents(store))


def ended(store: SqlStore, name: str, *, days_ago: int = 400, experiment: str = "digits", **tags: str) -> Sender:
    """A run that ended so many days before `LATER_US`."""
    sender = Sender(store, experiment, name)
    if tags:
        store.renaming.retag([sender.run.uid], tags, [])
    sender.end(end_us=LATER_US - days_ago * DAY_US)
    return sender


class RetentionContract:
    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        raise NotImplementedError

    @pytest.fixture
    def workspaces(self, place: Place) -> Iterator[Workspaces]:
        with Workspaces(place) as workspaces:
            yield workspaces

    @pytest.fixture
    def upkeep(self, workspaces: Workspaces) -> Upkeep:
        return Upkeep(workspaces)

    @pytest.fixture
    def store(self, upkeep: Upkeep) -> Iterator[QuotaStore]:
        store = upkeep.open_store("main")
        yield store
        store.close()

    def test_runs_that_ended_long_ago_go_to_the_trash(self, store: SqlStore) -> None:
        ended(store, "old", days_ago=366)
        ended(store, "new", days_ago=364)

        done = retain(store, YEAR, now_us=LATER_US)

        assert ["digits/old"] == done.trashed
        assert {"digits/new"} == names(store)
        assert ["digits/old"] == [one.name for one in store.trash.contents()]

    def test_runs_that_have_not_ended_stay(self, store: SqlStore) -> None:
        Sender(store, "digits", "living").send()
        new_run(store, "digits", "never-entered")

        assert [] == retain(store, YEAR, now_us=LATER_US).trashed
        assert {"digits/living", "digits/never-entered"} == names(store)

    def test_a_run_that_was_taken_up_again_stays(self, store: SqlStore) -> None:
        ended(store, "old")
        again = Sender.__new__(Sender)
        again.store, again.uid, again.index = store, "again", 0
        again.run = store.find_run("digits", "old")
        again.send()

        assert [] == retain(store, YEAR, now_us=LATER_US).trashed

    def test_runs_with_a_tag_keep_stay(self, store: SqlStore) -> None:
        ended(store, "paper", keep="")
        ended(store, "other", team="vision")

        assert ["digits/other"] == retain(store, YEAR, now_us=LATER_US).trashed

    def test_an_experiment_goes_before_its_workspace(self, store: SqlStore) -> None:
        ended(store, "sweep", days_ago=40, experiment="sweeps")
        ended(store, "paper", days_ago=400, experiment="papers")
        ended(store, "old", days_ago=400)
        ended(store, "new", days_ago=40)
        uids = {one.name: one.uid for one in store.experiments()}
        policies = {**YEAR, uids["sweeps"]: Policy(keep_days=30), uids["papers"]: Policy(keep_days=1000)}

        done = retain(store, policies, now_us=LATER_US)

        assert ["digits/old", "sweeps/sweep"] == sorted(done.trashed)

    def test_a_quota_of_an_experiment_says_nothing_of_time(self, store: SqlStore) -> None:
        ended(store, "old")
        uid = store.experiments()[0].uid

        assert ["digits/old"] == retain(store, {**YEAR, uid: Policy(quota_bytes=5)}, now_us=LATER_US).trashed

    def test_what_lay_in_the_trash_for_a_month_goes_with_its_objects(self, store: SqlStore, place: Place) -> None:
        info = store.objects.put(io.BytesIO(b"a model"))
        sender = Sender(store, "digits", "old")
        sender.send(artifact("model", kind="file", value=None, sha256=info.sha256, size_bytes=info.size_bytes))
        sender.end()
        ended(store, "new", days_ago=1)
        store.trash.trash_runs([sender.run.uid])
        trashed_us = store.trash.contents()[0].trashed_us

        soon = retain(store, YEAR, now_us=trashed_us + (TRASH_DAYS - 1) * DAY_US)
        assert (["digits/new"], []) == (soon.trashed, soon.deleted)  # that clock is years ahead
        late = retain(store, YEAR, now_us=trashed_us + (TRASH_DAYS + 1) * DAY_US)

        assert ["digits/new", "digits/old"] == sorted(late.deleted)
        assert [] == store.trash.contents()
        if place.objects is None:  # those of a bucket are too young for a day
            assert (1, 7) == (late.objects, late.object_bytes)
            assert [] == list(store.objects.list())

    def test_an_object_that_others_name_stays(self, store: SqlStore) -> None:
        info = store.objects.put(io.BytesIO(b"a model"))
        for name, days_ago in (("old", 400), ("new", 1)):
            sender = Sender(store, "digits", name)
            sender.send(artifact("model", kind="file", value=None, sha256=info.sha256, size_bytes=info.size_bytes))
            sender.end(end_us=LATER_US - days_ago * DAY_US)
        retain(store, YEAR, now_us=LATER_US)
        trashed_us = store.trash.contents()[0].trashed_us

        policy = {"": Policy(keep_days=36_500)}
        done = retain(store, policy, now_us=trashed_us + (TRASH_DAYS + 1) * DAY_US)

        assert (["digits/old"], 0) == (done.deleted, done.objects)
        assert b"a model" == b"".join(store.objects.read_checked(info.sha256))

    def test_without_a_policy_nothing_goes(self, store: SqlStore) -> None:
        sender = ended(store, "old")
        ended(store, "other")
        store.trash.trash_runs([sender.run.uid])

        done = retain(store, {"": Policy(quota_bytes=1)}, now_us=LATER_US * 2)

        assert ([], []) == (done.trashed, done.deleted)
        assert {"digits/other"} == names(store)

    def test_a_workspace_keeps_to_its_own_policy_once_a_day(self, upkeep: Upkeep, workspaces: Workspaces) -> None:
        workspaces.members.create_workspace("team")
        main, team = upkeep.open_store("main"), upkeep.open_store("team")
        for store in (main, team):
            Sender(store, "digits", "old").end()
        workspaces.policies.change("team", keep_days=30)

        upkeep.do()
        Sender(team, "digits", "another").end()
        upkeep.do()  # not its turn again until tomorrow

        assert {"digits/old"} == names(main)
        assert {"digits/another"} == names(team)
        main.close()
        team.close()

    def test_usage_counts_points_and_each_object_once(self, store: SqlStore, workspaces: Workspaces) -> None:
        fill(store)
        fill(store, "letters")
        shared = store.objects.put(io.BytesIO(b"shared by two"))
        for experiment in ("digits", "letters"):
            sender = Sender(store, experiment, "sharing")
            sender.send(artifact("data", kind="file", value=None, sha256=shared.sha256, size_bytes=shared.size_bytes))
        with store.reading() as connection:
            usage = measure(connection)

        by_name = {one.name: one for one in usage.experiments.values()}
        lengths = {name: len(f"the model of {name}/firstthe model of {name}/second") for name in by_name}
        assert 8 == usage.runs
        assert lengths["digits"] + lengths["letters"] + 13 == usage.object_bytes
        assert lengths["digits"] + 13 == by_name["digits"].object_bytes
        assert 0 < by_name["digits"].point_bytes < usage.point_bytes
        assert usage.point_bytes == sum(one.point_bytes for one in by_name.values())

    def test_a_quota_that_is_used_up_refuses_points_and_objects(
        self, store: QuotaStore, workspaces: Workspaces
    ) -> None:
        sender = Sender(store, "digits", "run")
        sender.send()
        workspaces.policies.change("main", quota_bytes=100)
        store.quota.look()

        (answer,) = store.take([sender.parcel()])
        assert isinstance(answer, QuotaError)
        assert "quota of workspace main is used up" in str(answer)
        assert "of 100 B" in str(answer)
        with pytest.raises(QuotaError, match="used up"):
            store.objects.put(io.BytesIO(b"more"))
        with pytest.raises(QuotaError, match="used up"):
            store.objects.put_part("0" * 64, 0, io.BytesIO(b"more"))

        workspaces.policies.change("main", quota_bytes=None)
        store.quota.look()
        sender.index -= 1
        sender.send()
        assert 20 == len(store.history(sender.run.uid, "loss"))

    def test_a_run_ends_in_a_full_workspace(self, store: QuotaStore, workspaces: Workspaces) -> None:
        sender = Sender(store, "digits", "run")
        sender.send()
        workspaces.policies.change("main", quota_bytes=0)
        store.quota.look()

        (answer,) = store.take([sender.parcel(leave(), final=True, with_rows=False)])

        assert isinstance(answer, Appended)
        assert "Completed" == store.run(sender.run.uid).status

    def test_what_comes_in_between_two_measurements_counts(self, store: QuotaStore, workspaces: Workspaces) -> None:
        workspaces.policies.change("main", quota_bytes=2000)
        store.quota.look()
        sender = Sender(store, "digits", "run")

        answers = [store.take([sender.parcel()])[0] for _ in range(20)]

        taken = [isinstance(one, Appended) for one in answers]
        assert taken == sorted(taken, reverse=True)
        assert 1 < sum(taken) < 10

    def test_a_full_experiment_leaves_the_others_alone(self, store: QuotaStore, workspaces: Workspaces) -> None:
        full, free = Sender(store, "sweeps", "run"), Sender(store, "digits", "run")
        full.send()
        free.send()
        uid = next(one.uid for one in store.experiments() if one.name == "sweeps")
        workspaces.policies.change("main", uid, quota_bytes=10)
        store.quota.look()

        refused, taken, new = store.take([full.parcel(), free.parcel(), Sender(store, "sweeps", "another").parcel()])

        assert isinstance(refused, QuotaError)
        assert "quota of experiment sweeps is used up" in str(refused)
        assert isinstance(taken, Appended)
        assert isinstance(new, QuotaError)

    def test_room_that_was_made_is_found(self, store: QuotaStore, workspaces: Workspaces) -> None:
        old, new = Sender(store, "digits", "old"), Sender(store, "digits", "new")
        old.send()
        workspaces.policies.change("main", quota_bytes=200)
        store.quota.look()
        assert isinstance(store.take([new.parcel()])[0], QuotaError)

        store.trash.delete_runs([old.run.uid])
        workspaces.policies.change("main", quota_bytes=201)  # which has it measured at once
        store.quota.look()

        new.index = 0
        new.send()

    def test_a_trash_is_emptied_when_that_is_asked_for(self, store: QuotaStore) -> None:
        sender = ended(store, "trashed")
        ended(store, "other")
        Sender(store, "digits", "living").send()
        living = store.find_run("digits", "living").uid
        store.trash.trash_runs([sender.run.uid, living])
        trashed_us = min(one.trashed_us for one in store.trash.contents())

        assert [] == empty(store, trashed_us - 1).deleted
        assert ["digits/trashed"] == empty(store, LATER_US * 2).deleted
        assert ["digits/living"] == [one.name for one in store.trash.contents()]
        assert {"digits/other"} == names(store)


class TestRetentionInAFolder(RetentionContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return folder_place(tmp_path / "store")

    def test_empty_pages_are_given_back_where_they_are_many(
        self, upkeep: Upkeep, store: QuotaStore, tmp_path: Path
    ) -> None:
        sender = Sender(store, "digits", "run")
        for _ in range(300):
            sender.send()
        store.trash.delete_runs([sender.run.uid])
        size_bytes = os.path.getsize(store.path)

        upkeep.compact()
        assert size_bytes == os.path.getsize(store.path)
        upkeep.compact(over_bytes=0)

        assert os.path.getsize(store.path) < size_bytes / 2

    def test_what_a_journal_pins_stays(self, store: SqlStore, tmp_path: Path) -> None:
        journals = tmp_path / "journals"
        journals.mkdir()
        (journals / "damaged.events").write_bytes(b"no journal")
        info = store.objects.put(io.BytesIO(b"named by nothing"))

        done = retain(store, YEAR, journals=journals, now_us=LATER_US)

        assert 0 == done.objects
        assert info.size_bytes == store.objects.has(info.sha256)
        os.unlink(journals / "damaged.events")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with new_database() as url:
        yield url


class TestRetentionInADatabase(RetentionContract):
    @pytest.fixture
    def place(self, tmp_path: Path, url: str) -> Iterator[Place]:
        import psycopg

        with ExitStack() as undo:
            connection = undo.enter_context(psycopg.connect(url, autocommit=True))
            yield database_place(tmp_path, url)
            for schema in ("assay", "assay_main", "assay_team"):
                connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def test_what_a_quota_refused_follows_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Workspaces(folder_place(tmp_path / "store")) as workspaces:
        upkeep = Upkeep(workspaces)
        opened: list[QuotaStore] = []

        def open_store(workspace: str) -> QuotaStore:
            opened.append(upkeep.open_store(workspace))
            return opened[-1]

        with serving(open_store) as url:
            monkeypatch.setenv("ASSAY_STORE", url)
            workspaces.policies.change("main", quota_bytes=0)
            with Run("digits", "baseline") as run:
                for step in range(1000):
                    run.log_metric("loss", step / 7, step=step)
            assert "the quota of workspace main is used up" in capfd.readouterr().err

            workspaces.policies.change("main", quota_bytes=None)
            opened[0].quota.look()

            assert 0 == main(["sync"])
            (found,) = Session(url).search_runs()
            assert [step / 7 for step in range(1000)] == found.metric_history("loss").values.tolist()


class TestPolicies:
    @pytest.fixture
    def workspaces(self, tmp_path: Path) -> Workspaces:
        return Workspaces(folder_place(tmp_path))

    def test_a_change_leaves_the_rest(self, workspaces: Workspaces) -> None:
        policies = workspaces.policies

        policies.change("main", keep_days=30)
        policies.change("main", quota_bytes=5)
        policies.change("main", "experiment1", keep_days=7)

        assert {"": Policy(30, 5), "experiment1": Policy(7, None)} == policies.of("main")
        assert Policy(None, 5) == policies.change("main", keep_days=None)
        assert FREE == policies.change("main", quota_bytes=None)
        assert {"experiment1": Policy(7, None)} == policies.of("main")

    @pytest.mark.parametrize("policy", [Policy(0), Policy(-1), Policy(10**6), Policy(None, -1), Policy(None, 2**61)])
    def test_what_can_not_be_is_refused(self, workspaces: Workspaces, policy: Policy) -> None:
        with pytest.raises(InvalidInputError):
            workspaces.policies.put("main", policy)
        assert {} == workspaces.policies.of("main")

    def test_one_of_several_servers_has_its_turn(self, workspaces: Workspaces, tmp_path: Path) -> None:
        other = Workspaces(folder_place(tmp_path))

        assert workspaces.policies.take_turn("cleaning", 1000, 100)
        assert not other.policies.take_turn("cleaning", 1099, 100)
        assert other.policies.take_turn("cleaning", 1100, 100)
        assert workspaces.policies.take_turn("cleaning", 5, 100)  # a clock that was years ahead was set right
