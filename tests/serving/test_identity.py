"""What a client shows a server: tokens, also those that were kept after it began, and proofs of its user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from assay import Run, Session, credentials, load_run, place
from assay.errors import NotSignedInError
from assay.serving.access.file import AccessFile
from assay.serving.access.gate import Gate
from assay.serving.access.limits import Limits
from assay.serving.access.members import Members
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.app import make_app
from assay.serving.process import ServerProcess, listen
from assay.serving.site import Site
from assay.storage.local_secret import LocalSecret
from assay.storage.sql.store import SqlStore
from tests.behaviour.processes import wait_until
from tests.serving.running import serving


@pytest.fixture
def members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Members:
    """Whom the server knows, by its file; the user's own file of tokens is the test's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(isolated / "config"))
    monkeypatch.setenv("APPDATA", str(isolated / "config"))
    monkeypatch.setenv("ASSAY_QUIET", "1")
    (tmp_path / "served").mkdir()
    return Members(AccessFile(str(tmp_path / "served")))


@pytest.fixture
def url(tmp_path: Path, members: Members) -> Iterator[str]:
    """A server that has members."""
    members.create_token("main", "viewer", "somebody")
    with serving(lambda _: SqlStore(str(tmp_path / "served")), members) as url:
        yield url
        Session(url).store_as_is.close()


def test_who_signs_in_later_is_let_in_without_starting_anew(url: str, members: Members) -> None:
    with pytest.raises(NotSignedInError, match="assay login"):
        Run("digits", "baseline", sagemaker_session=url)

    credentials.keep(url, members.create_token("main", "writer", "me").secret)

    with Run("digits", "baseline", sagemaker_session=url) as run:
        run.log_metric("loss", 1.0)
    assert 1.0 == load_run("baseline", "digits", sagemaker_session=url).metrics["loss"].last


def test_a_run_goes_on_when_its_token_is_replaced(url: str, members: Members) -> None:
    first = members.create_token("main", "writer", "me")
    credentials.keep(url, first.secret)
    with Run("digits", "baseline", sagemaker_session=url) as run:
        run.log_metric("loss", 1.0)
        run.flush()
        members.revoke(first.token.id)
        credentials.keep(url, members.create_token("main", "writer", "me again").secret)
        run.log_metric("loss", 2.0)
        wait_until(lambda: 2 == run.metrics["loss"].count, within_s=15)

    assert "Completed" == run.status


@contextmanager
def served(folder: str, *, peers: Peers | None = None, limits: Limits | None = None) -> Iterator[str]:
    gate = Gate(Members(AccessFile(folder)), Origins(), peers=peers or Peers(), limits=limits)
    sock = listen("127.0.0.1", 0)
    process = ServerProcess(make_app(Site(lambda _: SqlStore(folder)), gate, version="0"), sock)
    process.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        process.stop()


def asking_for_proofs(folder: str) -> AbstractContextManager[str]:
    """A server over a folder that the kernel does not tell who calls, as on macOS."""
    secret = LocalSecret(folder)
    secret.create()
    return served(folder, peers=Peers(secret, uses_kernel=False))


@pytest.mark.usefixtures("members")
def test_a_server_that_can_t_ask_the_kernel_is_shown_a_proof() -> None:
    folder = Path(place.data_folder())
    folder.mkdir(parents=True)
    with asking_for_proofs(str(folder)) as url:
        session = Session(url)
        with Run("digits", "baseline", sagemaker_session=session) as run:
            run.log_metric("loss", 1.0)
        assert 1.0 == run.metrics["loss"].last
        session.store_as_is.close()


def test_a_proof_of_another_folder_s_secret_does_not_let_in(tmp_path: Path, isolated: Path, members: Members) -> None:
    (isolated / ".assay").mkdir()
    LocalSecret(str(isolated / ".assay")).create()
    with asking_for_proofs(str(tmp_path / "served")) as url:
        session = Session(url)
        with pytest.raises(NotSignedInError):
            session.store.experiments()
        session.store_as_is.close()


def test_no_token_stands_in_what_is_shown_of_a_store(url: str, members: Members) -> None:
    secret = members.create_token("main", "writer", "me").secret
    credentials.keep(url, secret)

    store = Session(url).store_as_is

    assert secret not in repr(vars(store)) + repr(store) + repr(vars(store).get("server"))


@pytest.mark.usefixtures("members")
def test_who_asks_too_often_waits_as_the_server_says(tmp_path: Path) -> None:
    with served(str(tmp_path / "served"), limits=Limits(requests_per_s=20, requests_at_once=20)) as url:
        session = Session(url)
        for _ in range(50):
            assert [] == session.store.experiments()
        session.store_as_is.close()
