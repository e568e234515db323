"""Opening a server's data: each workspace lies by itself, and what does not work is said before anybody comes in."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import (
    AssayError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    StoreError,
    StoreVersionError,
    UnavailableError,
)
from assay.serving.opening import Workspaces, bucket_options
from assay.serving.settings import Place
from tests.seaweed import Seaweed
from tests.serving.filled import contents, fill
from tests.serving.places import database_place, folder_place, new_database
from tests.storage.writing import Writer, new_run, rows


class OpeningContract:
    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        raise NotImplementedError

    def test_what_works_has_nothing_odd_and_nothing_is_left_of_the_look(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            assert [] == workspaces.check()
            assert [] == list(workspaces.open_objects("main").list())
            assert ["main"] == workspaces.names()

    def test_workspaces_do_not_see_each_other(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            workspaces.members.create_workspace("team")
            main, team = workspaces.open_store("main"), workspaces.open_store("team")
            fill(main)

            assert 3 == len(contents(main))
            assert {} == contents(team)
            named = next(iter(main.objects.list())).sha256
            assert team.objects.has(named) is None
            main.close()
            team.close()

    def test_a_workspace_that_is_not_there_is_named_with_the_nearest(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            workspaces.members.create_workspace("team")
            workspaces.check_name("team")

            with pytest.raises(NotFoundError, match=r"nearest: 'team'"):
                workspaces.check_name("taem")

    def test_a_store_is_called_by_the_public_url(self, place: Place) -> None:
        with Workspaces(place, "https://assay.example") as workspaces:
            store = workspaces.open_store("main")

            assert "https://assay.example" == store.location
            store.close()

    def test_access_of_a_newer_assay_is_refused(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            workspaces.check()
            with workspaces.access.write() as connection:
                connection.execute("UPDATE access_facts SET value = '999' WHERE name = 'version'")
        with Workspaces(place) as again, pytest.raises(StoreVersionError, match="newer Assay"):
            again.check()


class TestOpeningAFolder(OpeningContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return folder_place(tmp_path / "store")

    def test_only_the_user_may_look_into_what_is_made(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            workspaces.check()

        assert 0o700 == os.stat(place.folder).st_mode & 0o777
        assert 0o600 == os.stat(os.path.join(place.folder, "access.db")).st_mode & 0o777

    def test_other_workspaces_lie_below(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            workspaces.open_store("team").close()

        assert os.path.exists(os.path.join(place.folder, "workspaces", "team", "catalog.db"))


class TestOpeningADatabase(OpeningContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        with new_database() as url:
            yield database_place(tmp_path, url)

    def test_a_clock_that_is_wrong_is_told(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + 3600)
        with Workspaces(place) as workspaces:
            odd = workspaces.check()

        assert ["the clock of the database is 3600 s behind", "the clock of the object store is 3600 s behind"] == [
            re.sub(r"3599|3601", "3600", one).partition(" this")[0] for one in odd
        ]

    def test_nothing_lies_in_the_folder(self, place: Place) -> None:
        with Workspaces(place) as workspaces:
            workspaces.check()

        assert not os.path.exists(place.folder)


def test_a_database_that_keeps_no_locks_is_refused(tmp_path: Path) -> None:
    import psycopg

    with new_database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            # As CockroachDB did for years: the function is there, and says that it has the lock.
            connection.execute("CREATE SCHEMA nothing")
            connection.execute(
                "CREATE FUNCTION nothing.pg_try_advisory_xact_lock(bigint) RETURNS boolean LANGUAGE sql "
                "AS 'SELECT true'"
            )
        place = database_place(tmp_path, f"{url}&options=-csearch_path%3Dnothing%2Cpg_catalog")
        with Workspaces(place) as workspaces, pytest.raises(StoreError, match="takes advisory locks and does not keep"):
            workspaces.check()


def test_tables_parted_by_run_are_the_same_to_a_server(tmp_path: Path) -> None:
    """What docs/operations.md has done to them, but for the calls of Citus itself."""
    import psycopg

    document = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    block = document.partition("**Citus.**")[2].partition("```text\n")[2].partition("```")[0]
    statements = [line for line in block.splitlines() if "create_distributed_table" not in line]
    parted = re.findall(r"create_distributed_table\('(\w+)', 'run_id'", block)
    with new_database() as url:
        place = database_place(tmp_path, url)
        with Workspaces(place) as workspaces:
            workspaces.check()
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
            # Every unique key of a table that is parted holds the column by which it is.
            unkeyed = connection.execute(
                "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
                "WHERE c.relnamespace = 'assay_main'::regnamespace AND c.relname = ANY(%s) AND i.indisunique AND NOT "
                "EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'run_id' "
                "AND a.attnum = ANY(i.indkey))",
                (parted,),
            ).fetchall()
        assert ["chunks", "tail", "series", "parameters"] == parted
        assert [] == unkeyed
        with Workspaces(place) as workspaces:
            assert [] == workspaces.check()
            store = workspaces.open_store("main")
            fill(store)
            writer = Writer(store, new_run(store, "folded"))
            writer.send(rows("loss", [1.0] * 20_000))
            writer.leave()

            assert 4 == len(contents(store))
            with store.reading() as connection_in_place:
                assert connection_in_place.execute("SELECT count(*) FROM chunks").fetchone()[0] > 0
            store.trash.delete_runs([writer.run.uid])
            assert 3 == len(contents(store))
            store.close()


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        place = Place(str(tmp_path), f"postgresql://ada:secret@127.0.0.1:{taken.getsockname()[1]}/assay")
        with Workspaces(place) as workspaces, pytest.raises(UnavailableError, match="can't reach the database") as told:
            workspaces.check()

    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_that_can_not_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Workspaces(folder_place(tmp_path / "file" / "store")) as workspaces, pytest.raises(RefusedError, match="make"):
        workspaces.check()


def test_a_catalog_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no catalog" * 1000)
    with Workspaces(folder_place(tmp_path)) as workspaces, pytest.raises(AssayError, match=r"catalog\.db"):
        workspaces.check()


def test_a_catalog_of_a_newer_assay_is_refused(tmp_path: Path) -> None:
    with Workspaces(folder_place(tmp_path)) as workspaces:
        workspaces.check()
    connection = sqlite3.connect(tmp_path / "catalog.db")
    connection.execute("PRAGMA user_version=999")
    connection.close()

    with Workspaces(folder_place(tmp_path)) as again, pytest.raises(StoreVersionError, match="newer Assay"):
        again.check()


def test_objects_that_can_not_be_stored_are_found_before_anybody_comes_in(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "objects").touch()
    with (
        Workspaces(folder_place(tmp_path / "store")) as workspaces,
        pytest.raises(RefusedError, match="could not store"),
    ):
        workspaces.check()


def test_a_bucket_that_does_not_let_us_in_is_named(
    tmp_path: Path, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in seaweed.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    place = Place(str(tmp_path), None, seaweed.new_url())
    with Workspaces(place) as workspaces, pytest.raises(RefusedError, match="check the credentials") as told:
        workspaces.check()

    assert str(place.objects) in str(told.value)
    assert "\n" not in str(told.value)


def test_keys_of_a_bucket_are_read_from_a_file(
    tmp_path: Path, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    for name, value in seaweed.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    keys.write_text(
        f"[default]\naws_access_key_id = {seaweed.options['access_key_id']}\n"
        f"aws_secret_access_key = {seaweed.options['secret_access_key']}\n",
        "utf-8",
    )

    with Workspaces(Place(str(tmp_path / "store"), None, seaweed.new_url())) as workspaces:
        assert [] == workspaces.check()


@pytest.mark.parametrize("text", ["", "[other]\n", "[default]\naws_access_key_id = a\n", "no file of keys"])
def test_a_file_without_keys_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "keys").write_text(text, "utf-8")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "keys"))

    with pytest.raises(RefusedError, match="holds no aws_access_key_id"):
        bucket_options("s3://bucket")
    assert {} == bucket_options("gs://bucket")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    assert {} == bucket_options("s3://bucket")


def test_objects_of_no_known_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="objects can lie in"):
        Place(str(tmp_path), None, "https://bucket")
