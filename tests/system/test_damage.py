"""Stores of real runs, damaged: the error and `assay doctor` name the file; runs that it does not touch are whole."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from assay import Run, Session, list_runs, load_run
from assay.errors import ChecksumError, DamagedError, ObjectMissingError, StoreVersionError
from assay.storage.sql import schema
from tests.system.numbered import log, read_back, text_of

CALLS = 120
POINTS = 5000


def make_runs(store: Path, scratch: Path) -> None:
    """Leave the runs digits/hit and digits/spared, of the same calls; of writer 0 and 1."""
    os.environ["ASSAY_QUIET"] = "1"
    for writer, name in enumerate(("hit", "spared")):
        with Run("digits", name, sagemaker_session=Session(str(store))) as run:
            for number in range(CALLS):
                log(run, writer, number, scratch)
            for step in range(POINTS):
                run.log_metric(f"{writer}/point", value_of_step(writer, step), step=6 * 24 * CALLS + 24 * step)


def value_of_step(writer: int, step: int) -> float:
    from tests.system.numbered import value_of

    return value_of(writer, 6 * 24 * CALLS + 24 * step)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two runs that were left, made once."""
    folder = tmp_path_factory.mktemp("damage")
    code = (
        "import sys; from pathlib import Path; from tests.system.test_damage import make_runs; "
        "make_runs(Path(sys.argv[1]) / 'store', Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, cwd=Path(__file__).parents[2])
    return folder / "store"


@pytest.fixture
def store(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that store, for a test to damage."""
    monkeypatch.setenv("ASSAY_QUIET", "1")
    return Path(shutil.copytree(made, tmp_path / "store"))


def is_whole(store: Path, name: str, writer: int) -> None:
    """The run reads back equal."""
    run = load_run(name, "digits", Session(str(store)))
    found = read_back(run)
    steps = {6 * 24 * CALLS + 24 * step for step in range(POINTS)}
    assert {writer: set(range(CALLS)) | steps} == found.numbers
    assert [] == found.without_bytes
    assert "Completed" == run.status


def doctor(store: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of `assay doctor`, and all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "assay.cli", "doctor", "--store", str(store), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def flip(store: Path, column: str) -> Path:
    """Flip a bit of the largest chunk's column in the catalog's file."""
    path = store / "catalog.db"
    with sqlite3.connect(path) as connection:
        blob = connection.execute(
            f"SELECT {column} FROM chunks JOIN runs ON runs.id = run_id WHERE runs.name = 'hit' "
            f"ORDER BY length({column}) DESC LIMIT 1"
        ).fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    piece = blob[len(blob) // 2 :][:24]
    with open(path, "r+b") as file:
        data = file.read()
        assert 1 == data.count(piece)
        at = data.index(piece) + 7
        file.seek(at)
        file.write(bytes([data[at] ^ 4]))
    return path


def test_a_store_without_damage_is_whole(store: Path) -> None:
    is_whole(store, "hit", 0)
    is_whole(store, "spared", 1)
    assert 0 == doctor(store)[0]


def test_a_flipped_bit_in_a_chunk(store: Path) -> None:
    path = flip(store, "body")
    run = load_run("hit", "digits", Session(str(store)))

    with pytest.raises(ChecksumError, match="'0/point'") as caught:
        run.metric_history("0/point")

    assert str(path) in str(caught.value)
    assert CALLS // 12 == len(run.metric_history("0/wide/0").steps)
    is_whole(store, "spared", 1)
    code, said = doctor(store)
    assert 1 == code
    assert str(path) in said
    assert "digits/hit" in said
    assert "digits/spared" not in said


def test_a_flipped_bit_in_a_chunks_extremes(store: Path) -> None:
    path = flip(store, "extremes")
    run = load_run("hit", "digits", Session(str(store)))

    with pytest.raises(ChecksumError, match="'0/point'") as caught:
        run.metric_history("0/point", max_points=10)

    assert str(path) in str(caught.value)
    is_whole(store, "hit", 0)
    is_whole(store, "spared", 1)
    code, said = doctor(store)
    assert 1 == code
    assert str(path) in said
    assert 0 == doctor(store, "--repair")[0]
    assert 10 >= len(run.metric_history("0/point", max_points=10).steps)


def object_of(store: Path) -> tuple[Run, Path]:
    run = load_run("hit", "digits", Session(str(store)))
    sha256 = run.artifacts()["0/text/6"].sha256
    assert sha256 is not None
    return run, store / "objects" / sha256[:2] / sha256


def test_a_missing_object(store: Path) -> None:
    run, path = object_of(store)
    path.unlink()

    with pytest.raises(ObjectMissingError) as caught:
        run.artifacts()["0/text/6"].read_bytes()

    assert str(path) in str(caught.value)
    assert [str(path) in one for one in read_back(run).without_bytes] == [True]
    is_whole(store, "spared", 1)
    code, said = doctor(store)
    assert 1 == code
    assert str(path) in said
    assert "digits/spared" not in said


@pytest.mark.parametrize("size", ["the same", "another"])
def test_an_altered_object(store: Path, tmp_path: Path, size: str) -> None:
    run, path = object_of(store)
    text = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(text[:-1] + b"?" if size == "the same" else text + b"?")

    with pytest.raises(ChecksumError) as caught:
        run.artifacts()["0/text/6"].read_bytes()
    with pytest.raises(ChecksumError), run.artifacts()["0/text/6"].open() as file:
        file.read()
    with pytest.raises(ChecksumError):
        run.download_artifact("0/text/6", tmp_path / "downloads")

    assert str(path) in str(caught.value)
    assert [] == list((tmp_path / "downloads").iterdir())
    is_whole(store, "spared", 1)
    code, said = doctor(store)
    assert 1 == code
    assert str(path) in said
    with Run("digits", "again", sagemaker_session=Session(str(store))) as again:
        again.log_text("text", text_of(0, 6))
    assert text == run.artifacts()["0/text/6"].read_bytes()
    assert 0 == doctor(store)[0]


@pytest.mark.parametrize("with_journal", [False, True], ids=["alone", "with a journal beside it"])
def test_an_overwritten_database_header(store: Path, with_journal: bool) -> None:
    path = store / "catalog.db"
    if with_journal:
        (store / "journals").mkdir(exist_ok=True)
    with open(path, "r+b") as file:
        file.write(b"\0" * 100)

    for act in (
        lambda: load_run("hit", "digits", Session(str(store))),
        lambda: list_runs("digits", sagemaker_session=Session(str(store))),
        lambda: Run("digits", "new", sagemaker_session=Session(str(store))),
    ):
        with pytest.raises(DamagedError) as caught:
            act()
        assert str(path) in str(caught.value)

    code, said = doctor(store)
    assert 1 == code
    assert str(path) in said
    assert 0 == doctor(store, "--repair")[0]
    is_whole(store, "hit", 0)
    is_whole(store, "spared", 1)


def test_a_store_of_a_newer_version(store: Path) -> None:
    path = store / "catalog.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreVersionError) as caught:
        load_run("hit", "digits", Session(str(store)))

    assert str(path) in str(caught.value)
    code, said = doctor(store)
    assert code not in (0, None)
    assert str(path) in said
    assert before == path.read_bytes()


AS_ANOTHER = """
import json, os, sys
from pathlib import Path
from assay import Run, Session, list_runs, load_run
from assay.errors import RefusedError
from tests.system.test_damage import is_whole

def use(store):
    session = Session(store)
    is_whole(Path(store), "hit", 0)
    is_whole(Path(store), "spared", 1)
    said = []
    for act in (
        lambda: Run("digits", "new", sagemaker_session=session),
        lambda: load_run("hit", "digits", session).__enter__().__exit__(None, None, None),
        lambda: load_run("hit", "digits", session).set_tags({"a": "b"}),
    ):
        try:
            act()
        except RefusedError as error:
            said.append(str(error))
    return said, [run.run_name for run in list_runs("digits", sagemaker_session=session)]

use(sys.argv[2])  # all modules are loaded by then: another user may not reach them
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(json.dumps(use(sys.argv[1])))
"""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("is_open", [False, True], ids=["alone", "while root has it open"])
def test_a_folder_that_can_only_be_read(
    store: Path, tmp_path: Path, is_open: bool, pytestconfig: pytest.Config
) -> None:
    # Below a folder that the other user can pass through, unlike those of pytest.
    with tempfile.TemporaryDirectory(prefix="assay-readable-") as readable:
        os.chmod(readable, 0o755)
        read_as_another(
            Path(shutil.copytree(store, Path(readable) / "store")), tmp_path, is_open, pytestconfig.rootpath
        )


def read_as_another(store: Path, tmp_path: Path, is_open: bool, rootpath: Path) -> None:
    store.chmod(0o755)
    if is_open:
        assert load_run("hit", "digits", Session(str(store))).metrics
    before = sorted(path.name for path in store.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", AS_ANOTHER, str(store), shutil.copytree(store, tmp_path / "copy")],
        cwd=rootpath,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "" != done.stdout, done.stderr
    said, names = json.loads(done.stdout)
    assert [True] * 3 == [str(store) in one and "read-only" in one for one in said], said
    assert ["spared", "hit"] == names
    assert before == sorted(path.name for path in store.rglob("*"))
