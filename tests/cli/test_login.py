"""`assay login` and `assay logout`: a token is kept once the server has taken it, for this user alone."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run, Session, credentials
from assay.serving.access.members import Members
from assay.serving.opening import Workspaces
from tests.cli.conftest import Assay
from tests.serving.places import folder_place
from tests.serving.running import serving


@pytest.fixture
def workspaces(tmp_path: Path) -> Iterator[Workspaces]:
    with Workspaces(folder_place(tmp_path / "served")) as workspaces:
        yield workspaces


@pytest.fixture
def members(workspaces: Workspaces) -> Members:
    workspaces.members.create_workspace("team")
    return workspaces.members


@pytest.fixture
def token(members: Members) -> str:
    return members.create_token("team", "writer", "ada").secret


@pytest.fixture
def url(workspaces: Workspaces, members: Members, token: str) -> Iterator[str]:
    with serving(workspaces.open_store, members) as url:
        yield url


def test_a_token_is_kept_for_this_user_alone(assay: Assay, url: str, token: str) -> None:
    said = assay("login", url, "--token", token, width=200)

    assert 0 == said.code
    assert f"Signed in to {url} as ada: writer in workspace team." == said.lines[0]
    assert token not in said.out
    assert {url: {"token": token}} == json.loads(Path(credentials.path()).read_text("utf-8"))
    assert 0o600 == os.stat(credentials.path()).st_mode & 0o777


def test_scripts_then_find_it(assay: Assay, url: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_QUIET", "1")
    assay("login", url, "--token", token)

    with Run("digits", "baseline", sagemaker_session=Session(url)) as run:
        run.log_metric("loss", 0.5)

    assert ["baseline"] == [one.run_name for one in Session(url).search_runs()]


def test_a_token_is_read_from_a_pipe(assay: Assay, url: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(token + "\n"))

    assert 0 == assay("login", url).code
    assert token == credentials.token_for(url)


def test_a_token_that_the_server_does_not_take_is_not_kept(assay: Assay, url: str, token: str) -> None:
    said = assay("login", url, "--token", token[:-1] + ("x" if token[-1] != "x" else "y"))

    assert (1, "") == (said.code, said.out)
    assert "that is no token" in said.err
    assert not os.path.exists(credentials.path())


def test_a_token_of_another_workspace_is_not_kept(assay: Assay, url: str, token: str) -> None:
    said = assay("login", f"{url}/w/main", "--token", token)

    assert 1 == said.code
    assert "no workspace 'main' here for this token" in said.err
    assert not os.path.exists(credentials.path())


def test_each_workspace_may_have_a_token_of_its_own(assay: Assay, url: str, token: str, members: Members) -> None:
    main = members.create_token("main", "viewer", "bob").secret

    assert 0 == assay("login", url, "--token", token).code
    assert 0 == assay("login", f"{url}/w/main", "--token", main).code

    assert (token, main) == (credentials.token_for(url), credentials.token_for(f"{url}/w/main"))


def test_a_server_that_is_away_is_one_line(assay: Assay, token: str) -> None:
    said = assay("login", "http://127.0.0.1:1", "--token", token)

    assert (1, "") == (said.code, said.out)
    (line,) = said.err.splitlines()
    assert "127.0.0.1:1" in line
    assert not os.path.exists(credentials.path())


@pytest.mark.parametrize("given", ["folder", "ftp://assay.example", "https://ada:secret@assay.example", "https://"])
def test_what_is_no_server_is_refused(assay: Assay, given: str) -> None:
    said = assay("login", given, "--token", "assay_x")

    assert said.code in (1, 2)
    assert 1 == len(said.err.splitlines())


def test_no_token_is_no_sign_in(assay: Assay, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    said = assay("login", url)

    assert 2 == said.code
    assert "no token was given" in said.err


def test_logout_forgets_the_token(assay: Assay, url: str, token: str) -> None:
    assay("login", url, "--token", token)

    said = assay("logout", url + "/")

    assert (0, [f"Forgot the token for {url}."]) == (said.code, said.lines)
    assert credentials.token_for(url) is None
    said = assay("logout", url)
    assert 1 == said.code
    assert f"There is no token for {url}." in said.out
