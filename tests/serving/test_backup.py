"""Backups: all that was durable when one began, from beside a server that goes on, and back only if it is whole."""

from __future__ import annotations

import io
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import (
    ChecksumError,
    DamagedError,
    InvalidInputError,
    NotSignedInError,
    ObjectMissingError,
    StoreError,
)
from assay.serving.backup import back_up
from assay.serving.backup_folder import list_backups
from assay.serving.opening import Workspaces
from assay.serving.restoring import restore_backup
from assay.serving.settings import Place
from assay.storage.sql.store import SqlStore
from tests.seaweed import Seaweed
from tests.serving.filled import POINTS, Sender, contents, fill
from tests.serving.places import NewPlace, database_place, folder_place, new_database


def contents_of(place: Place, workspace: str = "main") -> dict[str, object]:
    with Workspaces(place) as workspaces:
        store = workspaces.open_store(workspace)
        try:
            return contents(store)
        finally:
            store.close()


class BackupContract:
    @pytest.fixture
    def new_place(self, tmp_path: Path) -> Iterator[NewPlace]:
        raise NotImplementedError

    @pytest.fixture
    def place(self, new_place: NewPlace) -> Place:
        return new_place()

    @pytest.fixture
    def workspaces(self, place: Place) -> Iterator[Workspaces]:
        with Workspaces(place) as workspaces:
            yield workspaces

    @pytest.fixture
    def store(self, workspaces: Workspaces) -> Iterator[SqlStore]:
        store = workspaces.open_store("main")
        yield store
        store.close()

    def test_everything_comes_back(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        secret = workspaces.members.create_token("main", "writer", "ada").secret
        revoked = workspaces.members.create_token("main", "writer", "bob")
        workspaces.members.revoke(revoked.token.id)

        back_up(workspaces, str(tmp_path / "backups"))
        restored = new_place()
        with Workspaces(restored) as again:
            done = restore_backup(str(tmp_path / "backups"), again)

            assert "ada" == again.members.check(secret).name
            with pytest.raises(NotSignedInError):
                again.members.check(revoked.secret)
        assert 2 == done.objects
        assert contents(store) == contents_of(restored)

    def test_workspaces_come_back_apart(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        workspaces.members.create_workspace("team")
        other = workspaces.open_store("team")
        fill(other, "letters")

        back_up(workspaces, str(tmp_path / "backups"))
        restored = new_place()
        with Workspaces(restored) as again:
            restore_backup(str(tmp_path / "backups"), again)

            assert ["main", "team"] == again.names()
        assert contents(store) == contents_of(restored)
        assert contents(other) == contents_of(restored, "team")
        other.close()

    def test_a_restored_store_takes_new_runs(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        back_up(workspaces, str(tmp_path / "backups"))
        with Workspaces(new_place()) as again:
            restore_backup(str(tmp_path / "backups"), again)
            restored = again.open_store("main")

            fill(restored, "letters")

            assert 6 == len(contents(restored))
            assert contents(store).items() <= contents(restored).items()
            restored.close()

    def test_a_backup_beside_ingest_holds_what_was_taken_before_it(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        senders = [Sender(store, "digits", f"run{number}") for number in range(4)]
        for sender in senders:
            sender.send()
        ending = threading.Event()

        def ingest() -> None:
            while not ending.is_set():
                for sender in senders:
                    sender.send()

        thread = threading.Thread(target=ingest)
        thread.start()
        try:
            while min(sender.index for sender in senders) < 20:
                pass
            before = [sender.index for sender in senders]
            back_up(workspaces, str(tmp_path / "backups"))
        finally:
            ending.set()
            thread.join()
        after = [sender.index for sender in senders]
        restored = new_place()
        with Workspaces(restored) as again:
            restore_backup(str(tmp_path / "backups"), again)
            found = again.open_store("main")
            for sender, least, most in zip(senders, before, after, strict=True):
                steps = list(found.history(sender.run.uid, "loss").steps.tolist())

                # A sender may be in the middle of a segment when it is looked at.
                assert (least - 1) * POINTS <= len(steps) <= most * POINTS
                assert list(range(len(steps))) == steps
                assert len(steps) // POINTS == found.next_segment(sender.uid)
            found.close()

    def test_a_second_backup_copies_new_objects_only(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        first = back_up(workspaces, str(tmp_path / "backups"))
        before = contents(store)
        fill(store, "letters")

        second = back_up(workspaces, str(tmp_path / "backups"))

        assert (2, 2) == (first.objects, first.new_objects)
        assert (4, 2) == (second.objects, second.new_objects)
        assert [first.path, second.path] == list_backups(str(tmp_path / "backups"))
        older, newer = new_place(), new_place()
        for source, restored in ((first.path, older), (str(tmp_path / "backups"), newer)):
            with Workspaces(restored) as again:
                restore_backup(source, again)
        assert before == contents_of(older)
        assert contents(store) == contents_of(newer)

    def test_older_backups_go_with_what_only_they_name(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        first = back_up(workspaces, str(tmp_path / "backups"), keep=2)
        run = store.find_run("digits", "first")
        gone = next(one.sha256 for one in store.artifacts(run.uid))
        store.trash.delete_runs([run.uid])
        second = back_up(workspaces, str(tmp_path / "backups"), keep=2)
        assert [] == second.dropped

        third = back_up(workspaces, str(tmp_path / "backups"), keep=2)

        assert [first.path] == third.dropped
        assert [second.path, third.path] == list_backups(str(tmp_path / "backups"))
        kept = {path.name for path in (tmp_path / "backups" / "objects").rglob("*") if path.is_file()}
        assert (1, False) == (len(kept), gone in kept)
        restored = new_place()
        with Workspaces(restored) as again:
            restore_backup(second.path, again)
        assert contents(store) == contents_of(restored)

    def test_an_object_that_was_not_uploaded_yet_is_told_and_left_out(
        self, workspaces: Workspaces, store: SqlStore, tmp_path: Path
    ) -> None:
        fill(store)
        gone = next(iter(store.objects.list())).sha256
        store.objects.delete(gone)

        done = back_up(workspaces, str(tmp_path / "backups"))

        assert ([gone], 1) == (done.manifest.missing, done.objects)

    def test_nothing_is_restored_over_something(self, workspaces: Workspaces, store: SqlStore, tmp_path: Path) -> None:
        fill(store)
        back_up(workspaces, str(tmp_path / "backups"))
        before = contents(store)

        with pytest.raises(StoreError, match="is not empty"):
            restore_backup(str(tmp_path / "backups"), workspaces)

        assert before == contents(store)

    def test_a_damaged_file_is_found_before_anything_is_restored(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        made = back_up(workspaces, str(tmp_path / "backups"))
        before = contents(store)
        restored = new_place()
        with Workspaces(restored) as again:
            for name in made.manifest.files:
                path = Path(made.path) / name
                whole = path.read_bytes()
                if whole:
                    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
                    with pytest.raises(ChecksumError, match=path.name):
                        restore_backup(made.path, again)
                path.unlink()
                with pytest.raises(DamagedError, match="is missing"):
                    restore_backup(made.path, again)
                path.write_bytes(whole)
            (Path(made.path) / "more").touch()
            with pytest.raises(DamagedError, match="more does not belong"):
                restore_backup(made.path, again)
            (Path(made.path) / "more").unlink()

            restore_backup(made.path, again)
        assert before == contents_of(restored)

    def test_a_damaged_object_is_not_restored(
        self, workspaces: Workspaces, store: SqlStore, new_place: NewPlace, tmp_path: Path
    ) -> None:
        fill(store)
        made = back_up(workspaces, str(tmp_path / "backups"))
        first, second = (path for path in sorted((tmp_path / "backups" / "objects").rglob("*")) if path.is_file())
        os.chmod(first, 0o600)
        first.write_bytes(b"something else")
        with Workspaces(new_place()) as again, pytest.raises(ChecksumError, match=first.name):
            restore_backup(made.path, again)
        first.unlink()
        with Workspaces(new_place()) as again, pytest.raises(ObjectMissingError, match=first.name):
            restore_backup(made.path, again)
        assert second.exists()

    def test_what_a_killed_backup_left_is_no_backup(
        self, workspaces: Workspaces, store: SqlStore, tmp_path: Path
    ) -> None:
        fill(store)
        made = back_up(workspaces, str(tmp_path / "backups"))
        os.rename(made.path, made.path + ".part")
        with pytest.raises(StoreError, match="no backup"):
            restore_backup(str(tmp_path / "backups"), workspaces)

        again = back_up(workspaces, str(tmp_path / "backups"))

        assert [again.path] == list_backups(str(tmp_path / "backups"))
        assert sorted(["objects", Path(again.path).name]) == sorted(os.listdir(tmp_path / "backups"))


class TestBackupOfAFolder(BackupContract):
    @pytest.fixture
    def new_place(self, tmp_path: Path) -> NewPlace:
        numbers = iter(range(1000))
        return lambda: folder_place(tmp_path / f"place{next(numbers)}")


class TestBackupOfADatabase(BackupContract):
    @pytest.fixture
    def new_place(self, tmp_path: Path) -> Iterator[NewPlace]:
        from contextlib import ExitStack

        numbers = iter(range(1000))
        with ExitStack() as undo:
            yield lambda: database_place(tmp_path / f"place{next(numbers)}", undo.enter_context(new_database()))


@pytest.mark.parametrize("keep", [0, -1])
def test_the_backup_that_is_made_stays(tmp_path: Path, keep: int) -> None:
    with Workspaces(folder_place(tmp_path)) as workspaces, pytest.raises(InvalidInputError, match="stays at least"):
        back_up(workspaces, str(tmp_path / "backups"), keep=keep)


def test_a_catalog_on_a_network_disk_is_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_SQLITE_JOURNAL", "rollback")
    with Workspaces(folder_place(tmp_path / "store")) as workspaces:
        store = workspaces.open_store("main")
        fill(store)
        back_up(workspaces, str(tmp_path / "backups"))
        before = contents(store)
        store.close()
    monkeypatch.delenv("ASSAY_SQLITE_JOURNAL")
    with Workspaces(folder_place(tmp_path / "restored")) as again:
        restore_backup(str(tmp_path / "backups"), again)

    assert before == contents_of(folder_place(tmp_path / "restored"))


def test_objects_of_a_bucket_are_backed_up_and_restored(
    tmp_path: Path, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in seaweed.environment.items():
        monkeypatch.setenv(name, value)
    place, restored = (Place(str(tmp_path / name), None, seaweed.new_url()) for name in ("store", "restored"))
    with Workspaces(place) as workspaces:
        store = workspaces.open_store("main")
        fill(store)
        done = back_up(workspaces, str(tmp_path / "backups"))
        before = contents(store)
        store.close()
    with Workspaces(restored) as again:
        restore_backup(str(tmp_path / "backups"), again)

    assert (2, 2) == (done.objects, done.new_objects)
    assert before == contents_of(restored)


def test_a_damaged_object_of_the_store_is_told_and_left_out(tmp_path: Path) -> None:
    with Workspaces(folder_place(tmp_path / "store")) as workspaces:
        store = workspaces.open_store("main")
        fill(store)
        info = store.objects.put(io.BytesIO(b"other"))
        named = next(one.sha256 for one in store.objects.list() if one.sha256 != info.sha256)
        path = tmp_path / "store" / "objects" / named[:2] / named
        os.chmod(path, 0o600)
        path.write_bytes(b"damaged")

        done = back_up(workspaces, str(tmp_path / "backups"))
        store.close()

    assert ([named], 1) == (done.manifest.damaged, done.objects)


def test_a_folder_that_no_server_was_started_on_is_backed_up(tmp_path: Path) -> None:
    store = SqlStore(str(tmp_path))
    fill(store)
    before = contents(store)
    store.close()
    with Workspaces(folder_place(tmp_path)) as workspaces:
        done = back_up(workspaces, str(tmp_path / "backups"))

    assert {"main/catalog.db", "main/objects.txt"} == done.manifest.files.keys()
    assert not (tmp_path / "access.db").exists()
    with Workspaces(folder_place(tmp_path / "restored")) as again:
        restore_backup(str(tmp_path / "backups"), again)
    assert before == contents_of(folder_place(tmp_path / "restored"))


def test_where_there_is_no_store_nothing_is_backed_up(tmp_path: Path) -> None:
    with Workspaces(folder_place(tmp_path / "typo")) as workspaces, pytest.raises(StoreError, match="nothing to back"):
        back_up(workspaces, str(tmp_path / "backups"))
    assert not (tmp_path / "typo").exists()


def test_a_backup_of_the_other_kind_of_database_is_refused(tmp_path: Path) -> None:
    with Workspaces(folder_place(tmp_path / "store")) as workspaces:
        store = workspaces.open_store("main")
        fill(store)
        made = back_up(workspaces, str(tmp_path / "backups"))
        store.close()

    place = Place(str(tmp_path / "new"), "postgresql://nobody@localhost:1/none")
    with pytest.raises(InvalidInputError, match="backup of sqlite"):
        restore_backup(made.path, Workspaces(place))


def test_a_backup_copied_elsewhere_is_the_same(tmp_path: Path) -> None:
    with Workspaces(folder_place(tmp_path / "store")) as workspaces:
        store = workspaces.open_store("main")
        fill(store)
        back_up(workspaces, str(tmp_path / "backups"))
        before = contents(store)
        store.close()
    shutil.copytree(tmp_path / "backups", tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "backups")

    with Workspaces(folder_place(tmp_path / "restored")) as again:
        restore_backup(str(tmp_path / "elsewhere"), again)

    assert before == contents_of(folder_place(tmp_path / "restored"))
