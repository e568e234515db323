"""Artifacts and files: recorded, stored by content, read back checked, as many as there are."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Run, load_run
from assay.errors import ArtifactNotFoundError, ChecksumError, DamagedError, ObjectMissingError
from tests.behaviour.processes import Processes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"some weights")
    return path


def stored(store: Path, sha256: str | None) -> Path:
    """The file in the store that holds an object."""
    assert sha256 is not None
    (found,) = store.rglob(sha256)
    return found


# Values


def test_log_artifact_records_name_value_and_media_type_and_stores_nothing(run: Run, store: Path) -> None:
    run.log_artifact("data", "s3://bucket/data.csv", media_type="text/csv", is_output=False)
    run.log_artifact("model", "s3://bucket/model")

    data, model = (run.artifacts()[name] for name in ("data", "model"))
    assert ("data", "s3://bucket/data.csv", "text/csv", False) == (
        data.name,
        data.value,
        data.media_type,
        data.is_output,
    )
    assert ("s3://bucket/model", None, True) == (model.value, model.media_type, model.is_output)
    assert (None, None) == (model.size_bytes, model.sha256)
    assert not list(store.glob("objects/*/*"))


def test_the_same_name_replaces(run: Run, file: Path) -> None:
    run.log_artifact("data", "first")
    run.log_artifact("data", "second", media_type="text/plain")

    assert ("second", "text/plain") == (run.artifacts()["data"].value, run.artifacts()["data"].media_type)
    run.log_file(str(file), name="data")
    assert b"some weights" == run.artifacts()["data"].read_bytes()
    assert 1 == len(run.artifacts())


def test_an_input_and_an_output_may_share_a_name(run: Run) -> None:
    run.log_artifact("data", "out")
    run.log_artifact("data", "in", is_output=False)
    run.log_artifact("more", "in", is_output=False)

    assert {"data": "out", "more": "in"} == {name: one.value for name, one in run.artifacts().items()}
    assert {"data": "in", "more": "in"} == {name: one.value for name, one in run.artifacts(is_output=False).items()}
    assert {"data": "out"} == {name: one.value for name, one in run.artifacts(is_output=True).items()}


def test_ten_thousand_artifacts_of_each_direction_are_kept() -> None:
    with Run("digits", "baseline") as run:
        for number in range(10_000):
            run.log_artifact(f"a{number}", f"value {number}")
        for number in range(100):
            run.log_artifact(f"a{number}", "again", is_output=False)

    loaded = load_run("baseline", "digits")
    assert {f"a{number}": f"value {number}" for number in range(10_000)} == {
        name: one.value for name, one in loaded.artifacts().items()
    }
    assert 100 == len(loaded.artifacts(is_output=False))


def test_a_value_may_be_any_text(run: Run) -> None:
    values = ["", "ä" * 5000, "a\nb\0c", "名"]
    for number, value in enumerate(values):
        run.log_artifact(f"a{number}", value)

    assert values == [run.artifacts()[f"a{number}"].value for number in range(len(values))]


def test_text_that_utf8_can_not_hold_is_refused_or_kept_but_never_lost(run: Run) -> None:
    broken = "caf\udce9"
    for value, media_type in ((broken, None), ("v", broken)):
        try:
            run.log_artifact("data", value, media_type)
        except ValueError:
            assert {} == run.artifacts()
        else:
            assert "data" in run.artifacts()


NO_NAMES: list[tuple[Any, type[Exception]]] = [
    ("", ValueError),
    ("\ud800", ValueError),
    (None, TypeError),
    (5, TypeError),
]


def test_names_that_are_none_are_refused_and_change_nothing(run: Run) -> None:
    for name, error in NO_NAMES:
        with pytest.raises(error, match="name"):
            run.log_artifact(name, "value")
        with pytest.raises(error, match="name"):
            run.log_text(name, "text")

    assert {} == run.artifacts()


# Files


def test_log_file_stores_the_bytes_by_content_under_the_base_name(run: Run, file: Path, store: Path) -> None:
    run.log_file(str(file))

    (found,) = run.artifacts().values()
    sha256 = hashlib.sha256(b"some weights").hexdigest()
    assert ("weights.bin", True, sha256, 12) == (found.name, found.is_output, found.sha256, found.size_bytes)
    assert b"some weights" == found.read_bytes() == stored(store, sha256).read_bytes()
    with found.open() as opened:
        assert b"some weights" == opened.read()


def test_a_path_object_is_a_path(run: Run, file: Path) -> None:
    run.log_file(file)  # type: ignore[arg-type, unused-ignore]

    assert ["weights.bin"] == list(run.artifacts())


def test_name_media_type_and_direction_may_be_given(run: Run, file: Path) -> None:
    run.log_file(str(file), name="model", media_type="application/x-model", is_output=False)

    (found,) = run.artifacts().values()
    assert ("model", "application/x-model", False) == (found.name, found.media_type, found.is_output)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.json", "application/json"),
        ("a.csv", "text/csv"),
        ("a.txt", "text/plain"),
        ("a.png", "image/png"),
        ("a.tar.gz", "application/x-tar"),
        ("a", None),
    ],
)
def test_the_media_type_is_guessed_from_the_files_name(
    run: Run, tmp_path: Path, name: str, media_type: str | None
) -> None:
    (tmp_path / name).write_bytes(b"x")

    run.log_file(str(tmp_path / name), name="artifact")

    assert media_type == run.artifacts()["artifact"].media_type


def test_the_tilde_is_the_home(run: Run, isolated: Path) -> None:
    (isolated / "notes.txt").write_text("at home")

    run.log_file("~/notes.txt")

    assert b"at home" == run.artifacts()["notes.txt"].read_bytes()


def test_two_files_of_one_base_name_do_not_overwrite_each_other(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_text(name)
        run.log_file(str(tmp_path / name / "model.bin"), name=f"model {name}")

    assert {"model one": b"one", "model two": b"two"} == {
        name: one.read_bytes() for name, one in run.artifacts().items()
    }


def test_the_same_bytes_are_stored_once(run: Run, file: Path, store: Path) -> None:
    for number in range(5):
        run.log_file(str(file), name=f"copy {number}")

    assert 5 == len(run.artifacts())
    assert 1 == sum(path.is_file() for path in store.glob("objects/*/*"))


def test_the_file_may_change_after_the_call(file: Path) -> None:
    with Run("digits", "baseline") as run:
        run.log_file(str(file))
        file.write_bytes(b"other weights")
        run.log_file(str(file), name="second")
        file.unlink()

    found = load_run("baseline", "digits").artifacts()
    assert (b"some weights", b"other weights") == (found["weights.bin"].read_bytes(), found["second"].read_bytes())


def test_a_files_bytes_survive_the_death_of_the_process_that_logged_them(processes: Processes, file: Path) -> None:
    script = """
    import os, signal, sys
    from assay import Run
    run = Run("digits", "baseline").__enter__()
    run.log_file(sys.argv[1], name="model")
    os.kill(os.getpid(), signal.SIGKILL)
    """
    processes.run(script, file, status=-9)

    assert b"some weights" == load_run("baseline", "digits").artifacts()["model"].read_bytes()


def test_an_empty_and_a_large_file_come_back(run: Run, tmp_path: Path) -> None:
    bodies = {"empty": b"", "large": os.urandom(5 * 2**20 + 3)}
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
        run.log_file(str(tmp_path / name))

    assert bodies == {name: one.read_bytes() for name, one in run.artifacts().items()}


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_refused_in_the_sdks_words(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    expected = f"{path} does not exist or is not a file. Please supply a file path."

    with pytest.raises(ValueError, match="^" + re.escape(expected)):
        run.log_file(str(path))

    assert {} == run.artifacts()


@contextlib.contextmanager
def reading_as_anybody() -> Iterator[None]:
    """Root, who may read every file, looks at files as another user, in this thread alone and while the block lasts."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None)
    libc.setfsuid(65534)
    try:
        yield
    finally:
        libc.setfsuid(0)


def test_a_file_that_may_not_be_read_is_refused(run: Run) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        file = Path(folder, "secret.bin")
        file.write_bytes(b"x")
        file.chmod(0)

        with reading_as_anybody(), pytest.raises(ValueError, match=re.escape(f"{file} can't be read")):
            run.log_file(str(file))

    assert {} == run.artifacts()


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file whose reading fails")
def test_a_file_whose_reading_fails_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="/proc/self/mem"):
        run.log_file("/proc/self/mem")

    assert ({}, 0) == (run.artifacts(), run.refused)


# Folders


def test_log_directory_stores_all_files_below_and_gives_the_folder_back(run: Run, tmp_path: Path) -> None:
    top = tmp_path / "checkpoint"
    (top / "deep" / "er").mkdir(parents=True)
    bodies = {"a.bin": b"a", "deep/b.bin": b"b" * 1000, "deep/er/c": b"", "deep/a.bin": b"a"}
    for name, body in bodies.items():
        (top / name).write_bytes(body)

    run.log_directory(str(top), "checkpoint 1")
    found = run.artifacts()["checkpoint 1"]
    path = Path(run.download_artifact("checkpoint 1", tmp_path / "down"))

    assert ("directory", True, 1002) == (found.kind, found.is_output, found.size_bytes)
    assert bodies == {
        file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_what_is_no_folder_is_refused(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    if kind == "file":
        path.write_text("x")

    with pytest.raises(ValueError, match=re.escape(str(path))):
        run.log_directory(str(path), "folder")

    assert {} == run.artifacts()


# Reading back


def test_download_makes_the_folder_and_gives_the_path(run: Run, file: Path, tmp_path: Path) -> None:
    run.log_file(str(file), name="model")

    path = Path(run.download_artifact("model", str(tmp_path / "not" / "there")))

    assert tmp_path / "not" / "there" / "model" == path
    assert b"some weights" == path.read_bytes()


@pytest.mark.parametrize(
    "name", ["../../evil", "/etc/evil", "a/b/c", "..", ".", "C:\\evil", "..\\..\\evil", "~/evil", "x" * 255, "-rf"]
)
def test_a_downloaded_file_lies_in_its_folder_whatever_its_name(
    run: Run, file: Path, tmp_path: Path, name: str
) -> None:
    run.log_file(str(file), name=name)
    before = {path for path in tmp_path.parent.rglob("*") if "down" not in path.parts and "store" not in path.parts}

    path = Path(run.download_artifact(name, tmp_path / "down"))

    assert tmp_path / "down" in path.resolve().parents
    assert b"some weights" == path.read_bytes()
    after = {path for path in tmp_path.parent.rglob("*") if "down" not in path.parts and "store" not in path.parts}
    assert before == after


def test_names_that_look_alike_in_a_folder_are_still_two_artifacts(run: Run, tmp_path: Path) -> None:
    for name, body in (("a/b", "slash"), ("a_b", "line")):
        (tmp_path / "file").write_text(body)
        run.log_file(str(tmp_path / "file"), name=name)

    assert (b"slash", b"line") == (run.artifacts()["a/b"].read_bytes(), run.artifacts()["a_b"].read_bytes())


def test_a_damaged_object_is_refused_named_and_not_left_in_the_folder(
    run: Run, file: Path, store: Path, tmp_path: Path
) -> None:
    run.log_file(str(file), name="model")
    path = stored(store, run.artifacts()["model"].sha256)
    path.chmod(0o644)
    path.write_bytes(b"evil weights")

    with pytest.raises(ChecksumError, match=path.name):
        run.artifacts()["model"].read_bytes()
    with pytest.raises(ChecksumError, match=path.name):
        run.download_artifact("model", tmp_path / "down")
    with run.artifacts()["model"].open() as opened, pytest.raises(DamagedError, match=path.name):
        opened.read()

    assert not any((tmp_path / "down").iterdir())


def test_a_missing_object_is_told_with_its_file(run: Run, file: Path, store: Path, tmp_path: Path) -> None:
    run.log_file(str(file), name="model")
    path = stored(store, run.artifacts()["model"].sha256)
    path.unlink()

    for read in (
        run.artifacts()["model"].read_bytes,
        run.artifacts()["model"].open,
        lambda: run.download_artifact("model", tmp_path / "down"),
    ):
        with pytest.raises(ObjectMissingError, match=re.escape(str(path))):
            read()


def test_an_artifact_that_is_not_there_is_not_found_and_the_nearest_named(run: Run, file: Path) -> None:
    run.log_file(str(file), name="model")

    with pytest.raises(LookupError, match=r"'modle'.*'baseline'.*'digits'.*nearest: 'model'"):
        run.download_artifact("modle", ".")
    with pytest.raises(LookupError, match=r"'modle'.*nearest: 'model'"):
        run.media("modle")


def test_a_value_has_no_bytes_to_download(run: Run, tmp_path: Path) -> None:
    run.log_artifact("data", "s3://bucket/data")

    for read in (
        lambda: run.download_artifact("data", tmp_path / "down"),
        run.artifacts()["data"].read_bytes,
    ):
        with pytest.raises(ArtifactNotFoundError, match="'data'"):
            read()
