"""Many threads, processes and servers on one PostgreSQL: nothing is lost, nothing is twice, nobody sees a deadlock."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from assay.errors import AssayError, InvalidInputError, RunDeletedError, UnavailableError
from assay.formats.segment import encode_segment
from assay.storage.contract import Appended, Opening, RunQuery, RunSpec, WriterSpec
from assay.storage.parcel import Parcel
from assay.storage.sql.conflicts import retried
from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres import PostgresDatabase
from assay.storage.sql.store import SqlStore
from tests.postgres import open_database, server_url
from tests.storage.writing import NOW_US, Writer, new_run, parameters, rows, run_spec

THREADS = 6


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    return postgres_store


def schema_of(store: SqlStore) -> str:
    assert isinstance(store.database, PostgresDatabase)
    return store.database.schema


def another(store: SqlStore) -> SqlStore:
    """The same store as another server has it: with connections, and what is remembered, of its own."""
    pool = Pool(server_url())
    return SqlStore(PostgresDatabase(pool, schema_of(store), "another"), store.objects)


def at_once(*acts: Callable[[], object]) -> None:
    """Do all of it at the same time; what one of them raises is raised here."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            act()
        except BaseException as error:  # noqa: BLE001 - shown by the thread that joins
            failures.append(error)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_of_those_who_make_a_run_at_once_one_makes_it(store: SqlStore) -> None:
    stores = [store, another(store)]
    found: list[tuple[str, bool]] = []

    def make(number: int) -> None:
        run, created = stores[number % 2].open_run(run_spec("digits", "baseline"))
        found.append((run.uid, created))

    at_once(*(lambda number=number: make(number) for number in range(THREADS)))

    assert 1 == len({uid for uid, _ in found})
    assert [True] == [created for _, created in found if created]
    assert [("digits", 1)] == [(one.name, one.run_count) for one in store.experiments()]
    stores[1].close()


def test_runs_that_must_be_new_get_names_of_their_own(store: SqlStore) -> None:
    stores = [store, another(store)]
    names: list[str] = []

    def make(number: int) -> None:
        for _ in range(5):
            names.append(stores[number % 2].open_run(run_spec(if_exists="new"))[0].name)

    at_once(*(lambda number=number: make(number) for number in range(THREADS)))

    assert sorted(["baseline", *(f"baseline-{number}" for number in range(2, 5 * THREADS + 1))]) == sorted(names)
    stores[1].close()


def test_writers_of_one_run_that_append_at_once_lose_nothing(store: SqlStore) -> None:
    run = new_run(store)
    stores = [store, another(store)]

    def log(number: int) -> None:
        writer = Writer(stores[number % 2], run, pid=number)
        for step in range(10):
            writer.send(parameters({f"p{number}-{step}": step}), rows("loss", [1.0] * 50, first_step=step * 50))
            store.history(run.uid, "loss")
        writer.leave()

    at_once(*(lambda number=number: log(number) for number in range(THREADS)))

    assert THREADS * 10 == len(store.run(run.uid).parameters)
    assert THREADS * 500 == len(store.history(run.uid, "loss")) == store.summaries(run.uid)["loss"].count
    assert "Completed" == store.run(run.uid).status
    assert list(range(1, THREADS + 1)) == [attempt.number for attempt in store.attempts(run.uid)]
    stores[1].close()


def test_writers_that_give_the_same_new_names_in_other_orders_do_not_meet(store: SqlStore) -> None:
    stores = [store, another(store)]
    names = [f"metric-{number}" for number in range(40)]

    def log(number: int) -> None:
        writer = Writer(stores[number % 2], new_run(store, "digits", f"run-{number}"))
        ordered = names if number % 3 else names[::-1]
        for name in ordered:
            writer.send(parameters({name: 1}), rows(name, [1.0]))
        writer.leave()

    at_once(*(lambda number=number: log(number) for number in range(THREADS)))

    with store.reading() as connection:
        assert 40 == connection.execute("SELECT count(*) FROM names").fetchone()[0]
    for run in store.list_runs(RunQuery("digits")).runs:
        assert sorted(names) == list(store.summaries(run.uid))
    stores[1].close()


def test_segments_taken_together_in_other_orders_are_each_taken_once(store: SqlStore) -> None:
    stores = [store, another(store)]
    uids = [new_run(store, "digits", f"run-{number}").uid for number in range(8)]
    accepted: list[bool] = []

    def parcels(index: int) -> list[Parcel]:
        body = encode_segment([rows("loss", [float(index)] * 5, first_step=index * 5)])
        return [
            Parcel(f"w-{uid}", index, [], body, opening=Opening(uid, WriterSpec(f"w-{uid}", True, {}, NOW_US)))
            for uid in uids
        ]

    def send(number: int) -> None:
        for index in range(10):
            given = parcels(index)
            answers = stores[number % 2].take(given if number % 3 else given[::-1])
            assert not [one for one in answers if isinstance(one, AssayError)]
            accepted.extend(one.accepted for one in answers if isinstance(one, Appended))
            stores[number % 2].heartbeat([f"w-{uid}" for uid in uids])

    def change() -> None:
        for turn in range(10):
            store.renaming.retag(uids if turn % 2 else uids[::-1], {"turn": str(turn)}, [])
            store.trash.trash_runs(uids[:3])
            store.trash.restore_runs(uids[2::-1])

    at_once(*(lambda number=number: send(number) for number in range(THREADS)), change)

    assert 8 * 10 == accepted.count(True)
    for uid in uids:
        assert [float(index) for index in range(10) for _ in range(5)] == list(store.history(uid, "loss").values)
        assert {"turn": "9"} == store.run(uid).tags
    stores[1].close()


@pytest.mark.parametrize("together", [True, False], ids=["taken", "appended"])
def test_writers_that_bring_the_same_run_at_once_are_all_in_it_with_all_they_said(
    store: SqlStore, together: bool
) -> None:
    stores = [store, another(store)]
    specs = [replace(run_spec("digits", f"offline-{number}"), uid=f"offline-{number}") for number in range(8)]

    def bring(number: int) -> None:
        at = stores[number % 2]
        for spec in specs if number % 3 else specs[::-1]:
            uid = f"w-{spec.uid}-{number}"
            opening = Opening(spec.uid, WriterSpec(uid, True, {}, NOW_US), spec)
            said = parameters({f"p{number}": number})
            if together:
                (answer,) = at.take([Parcel(uid, 0, [said], encode_segment([rows("loss", [1.0])]), opening=opening)])
            else:
                answer = at.append(uid, 0, [said], [rows("loss", [1.0])], final=False, opening=opening)
            assert isinstance(answer, Appended)
            assert answer.accepted

    at_once(*(lambda number=number: bring(number) for number in range(THREADS)))

    for spec in specs:
        assert {f"p{number}": number for number in range(THREADS)} == store.run(spec.uid).parameters
        assert THREADS == store.summaries(spec.uid)["loss"].count
        assert list(range(1, THREADS + 1)) == [attempt.number for attempt in store.attempts(spec.uid)]
    assert [("digits", 8)] == [(one.name, one.run_count) for one in store.experiments()]
    stores[1].close()


def send_for_ever(writer: Writer) -> None:
    for step in itertools.count():
        writer.send(rows("loss", [1.0] * 100, first_step=step))


def test_a_run_that_is_deleted_while_it_is_logged_to_is_gone_whole(store: SqlStore) -> None:
    uids = [new_run(store, "digits", f"run-{number}").uid for number in range(4)]
    writers = [Writer(store, store.run(uid)) for uid in uids]

    def log(writer: Writer) -> None:
        with pytest.raises(RunDeletedError):
            send_for_ever(writer)

    at_once(*(lambda writer=writer: log(writer) for writer in writers), lambda: store.trash.delete_runs(uids))

    with store.reading() as connection:
        for table in ("runs", "writers", "tail", "chunks", "series", "parameters"):
            assert 0 == connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_experiments_that_are_renamed_crosswise_keep_names_of_their_own(store: SqlStore) -> None:
    uids = {name: new_run(store, name).experiment_uid for name in ("a", "b")}

    def rename(uid: str) -> None:
        for turn in range(10):
            for name in ("a", "b", f"c{turn}"):
                try:
                    store.renaming.rename_experiment(uid, name, name)
                except InvalidInputError:
                    continue

    at_once(*(lambda uid=uid: rename(uid) for uid in uids.values()))

    assert 2 == len({one.name for one in store.experiments()})


MAKE_RUNS = """
import dataclasses, sys
from assay.storage.disk_objects import DiskObjects
from assay.storage.sql.conflicts import retried
from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres import PostgresDatabase
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, parameters, rows, run_spec
url, schema, folder, me = sys.argv[1:]
store = SqlStore(PostgresDatabase(Pool(url), schema), DiskObjects(folder))
for number in range(10):
    spec = run_spec("shared", f"run-{me}-{number}")
    run, _ = store.open_run(dataclasses.replace(spec, uid=f"{spec.uid}-{me}", experiment_uid=f"e-{me}-{number}"))
    Writer(store, run, uid=f"writer-{me}-{number}").leave(parameters({"me": me}), rows("loss", [float(number)] * 50))
store.close()
"""


def test_processes_that_start_at_once_make_the_tables_once_and_share_them(
    tmp_path: Path, pytestconfig: pytest.Config, store: SqlStore
) -> None:
    schema = schema_of(store)
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", MAKE_RUNS, server_url(), schema, str(tmp_path), str(me)],
            cwd=pytestconfig.rootpath,
            stderr=subprocess.PIPE,
            text=True,
        )
        for me in range(3)
    ]
    errors = [process.communicate()[1] for process in processes]

    assert [""] * 3 == errors
    runs = SqlStore(open_database(schema), store.objects).list_runs(RunQuery("shared")).runs
    assert {f"run-{me}-{number}" for me in range(3) for number in range(10)} == {run.name for run in runs}
    assert {"Completed"} == {run.status for run in runs}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own(store: SqlStore) -> None:
    run = new_run(store)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            Writer(store, run, uid="child").leave(rows("loss", [1.0]))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    Writer(store, run, uid="parent").leave(rows("loss", [2.0], first_step=1))

    assert 0 == os.waitstatus_to_exitcode(status)
    assert [1.0, 2.0] == list(store.history(run.uid, "loss").values)


@pytest.fixture
def frail(store: SqlStore) -> Iterator[SqlStore]:
    """The store, by connections that are told from those of other tests, which go on."""
    url = f"{server_url()}&application_name={schema_of(store)}"
    opened = SqlStore(PostgresDatabase(Pool(url), schema_of(store)), store.objects)
    yield opened
    opened.close()


def end_connections(frail: SqlStore) -> None:
    """End every connection of the store to the database, as its restart would."""
    with psycopg.connect(server_url(), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
            (schema_of(frail),),
        ).fetchall()
    assert ended


def test_connections_that_were_closed_while_nobody_used_them_are_made_anew(frail: SqlStore) -> None:
    run = new_run(frail)
    end_connections(frail)

    Writer(frail, run).leave(rows("loss", [1.0]))

    assert 1 == frail.summaries(run.uid)["loss"].count


def change_twice(store: SqlStore, uid: str, *, broken_before_the_second: bool) -> None:
    statement = "UPDATE runs SET description = ? WHERE uid = ?"
    with store.database.write() as connection:
        connection.execute(statement, ("half", uid))
        if broken_before_the_second:
            end_connections(store)
        connection.execute(statement, ("whole", uid))
        if not broken_before_the_second:
            end_connections(store)


def test_a_transaction_whose_connection_breaks_keeps_nothing_and_says_so(frail: SqlStore) -> None:
    run = new_run(frail)

    with pytest.raises(UnavailableError, match="was lost; nothing was changed"):
        change_twice(frail, run.uid, broken_before_the_second=True)

    assert "" == frail.run(run.uid).description


def test_a_commit_whose_connection_breaks_says_that_it_may_have_been_kept(frail: SqlStore) -> None:
    run = new_run(frail)

    with pytest.raises(UnavailableError, match="whether the change was kept is not known"):
        change_twice(frail, run.uid, broken_before_the_second=False)


def test_two_that_wait_for_each_other_both_come_through(store: SqlStore) -> None:
    """A deadlock that no order prevents: one of the two is undone, and done again."""
    uids = [new_run(store, "digits", name).uid for name in ("a", "b")]
    barrier = threading.Barrier(2)

    def crosswise(first: str, second: str) -> None:
        met: list[bool] = []

        @retried
        def change() -> None:
            with store.database.write() as connection:
                connection.execute("UPDATE runs SET refused = refused + 1 WHERE uid = ?", (first,))
                if not met:
                    met.append(True)
                    barrier.wait(10)
                connection.execute("UPDATE runs SET refused = refused + 1 WHERE uid = ?", (second,))

        change()

    at_once(lambda: crosswise(*uids), lambda: crosswise(*uids[::-1]))

    assert [2, 2] == [store.run(uid).refused for uid in uids]


def test_threads_beyond_the_number_of_connections_take_turns(store: SqlStore) -> None:
    few = SqlStore(PostgresDatabase(Pool(server_url(), size=2), schema_of(store)), store.objects)

    def log(number: int) -> None:
        writer = Writer(few, new_run(few, "digits", f"run-{number}"))
        writer.leave(parameters({f"p{number}": 1}), rows(f"metric-{number}", [1.0]))

    at_once(*(lambda number=number: log(number) for number in range(THREADS)))

    assert THREADS == len(few.list_runs(RunQuery("digits")).runs)
    few.close()


def test_one_that_folds_claims_a_run_until_it_is_done(store: SqlStore) -> None:
    other = another(store)
    with store.database.claim(("fold", 1)) as ours, other.database.claim(("fold", 1)) as theirs:
        assert (True, False) == (ours, theirs)
    with other.database.claim(("fold", 1)) as ours:
        assert ours
    other.close()


@pytest.mark.parametrize("how", ["taken together", "appended"])
def test_a_run_that_writers_begin_at_once_on_several_servers_keeps_what_each_of_them_says(
    store: SqlStore, how: str
) -> None:
    stores = [store, *(another(store) for _ in range(3))]

    def send(number: int, uid: str, opening: Opening, index: int) -> None:
        said = [parameters({f"{number}/{index}": index})]
        if how == "appended":
            assert stores[number].append(uid, index, said, [], final=False, opening=opening).accepted
            return
        (answer,) = stores[number].take([Parcel(uid, index, said, b"", False, opening)])
        assert isinstance(answer, Appended)
        assert answer.accepted

    for round_ in range(10):
        spec = run_spec("digits", f"begun-{round_}")

        def begin(number: int, spec: RunSpec = spec) -> None:
            uid = f"{spec.uid}-writer-{number}"
            opening = Opening(spec.uid, WriterSpec(uid, True, {"host": "box", "pid": number}, NOW_US), spec)
            for index in range(4):
                send(number, uid, opening, index)

        at_once(*(lambda number=number: begin(number) for number in range(len(stores))))

        said = {f"{number}/{index}": index for number in range(len(stores)) for index in range(4)}
        assert said == store.run(spec.uid).parameters
        assert len(stores) == len(store.attempts(spec.uid))
    for one in stores[1:]:
        one.close()
