"""A server's URL names a store: which one, where what is logged to it waits, and who is let in."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from assay import Session, credentials, place
from assay.errors import DamagedError, InvalidInputError, RefusedError

URL = "https://assay.example"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://assay.example/", URL),
        ("HTTPS://Assay.Example", URL),
        ("https://assay.example:443", URL),
        ("http://assay.example:80/", "http://assay.example"),
        ("http://localhost:8765", "http://localhost:8765"),
        ("http://[::1]:8765/", "http://[::1]:8765"),
        ("https://assay.example/w/Team/", "https://assay.example/w/Team"),
        ("https://example.org/behind/a/proxy/w/team", "https://example.org/behind/a/proxy/w/team"),
    ],
)
def test_a_server_is_one_place_however_its_url_is_typed(typed: str, meant: str) -> None:
    assert meant == Session(typed).location


@pytest.mark.parametrize(
    "typed",
    [
        "https://",
        "http:///path",
        "https://user:secret@assay.example",
        "https://assay.example/#/runs/1",
        "https://assay.example?x=1",
        "http://host:port",
        "http://[::1",
    ],
)
def test_what_is_no_server_s_url_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError):
        Session(typed)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(InvalidInputError) as caught:
        Session("https://user:secret@assay.example")

    assert "secret" not in str(caught.value)
    assert "assay login" in str(caught.value)


def test_a_session_asks_a_server_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_STORE", "http://127.0.0.1:1")

    session = Session()

    assert "http://127.0.0.1:1" == session.location
    assert "http://127.0.0.1:1" == session.store_as_is.location


def test_what_is_logged_to_a_server_waits_in_the_user_s_data_folder(isolated: Path) -> None:
    waiting = Path(Session(URL).journals_to_write()).parent

    assert isolated / "data" / "assay" / "outbox" == waiting.parent
    assert {"url": URL} == json.loads((waiting / "server.json").read_text("utf-8"))
    assert waiting != Path(Session(URL + "/w/team").journals).parent
    if sys.platform != "win32":
        assert 0o700 == stat.S_IMODE(waiting.stat().st_mode)


def test_looking_at_a_server_makes_no_outbox() -> None:
    assert not Path(Session(URL).journals).parent.exists()


def test_an_outbox_that_can_t_be_made_is_told(isolated: Path) -> None:
    (isolated / "data").write_text("in the way")

    with pytest.raises(RefusedError, match="outbox"):
        Session(URL).journals_to_write()


@pytest.fixture
def config(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = isolated / "config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("APPDATA", str(folder))
    return folder


@pytest.mark.usefixtures("config")
def test_tokens_are_kept_a_server_each_and_forgotten() -> None:
    credentials.keep(URL, "assay_one")
    credentials.keep("http://localhost:8765", "assay_two")

    assert "assay_one" == credentials.token_for(URL)
    assert "assay_two" == credentials.token_for("http://localhost:8765")
    assert credentials.token_for("https://other.example") is None
    assert ["http://localhost:8765", URL] == credentials.servers()
    assert credentials.forget(URL)
    assert not credentials.forget(URL)
    assert credentials.token_for(URL) is None


@pytest.mark.usefixtures("config")
def test_a_workspace_has_a_token_of_its_own_or_the_server_s() -> None:
    credentials.keep(URL, "assay_server")
    credentials.keep(f"{URL}/w/team", "assay_team")

    assert "assay_team" == credentials.token_for(f"{URL}/w/team")
    assert "assay_server" == credentials.token_for(f"{URL}/w/others")


@pytest.mark.usefixtures("config")
def test_the_environment_s_token_goes_before_the_file_s(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials.keep(URL, "assay_kept")
    monkeypatch.setenv("ASSAY_TOKEN", "assay_given\n")

    assert "assay_given" == credentials.token_for(URL)
    assert "assay_given" not in credentials.source_of(URL)[1]


@pytest.mark.usefixtures("config")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders from others by itself")
def test_only_the_user_can_read_the_file_of_tokens() -> None:
    before = os.umask(0)
    try:
        credentials.keep(URL, "assay_one")
    finally:
        os.umask(before)

    path = Path(credentials.path())
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o644)
    with pytest.raises(RefusedError, match="chmod 600"):
        credentials.token_for(URL)


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {}}', "\0"])
def test_a_file_of_tokens_that_holds_something_else_is_named(text: str) -> None:
    credentials.keep(URL, "assay_one")
    path = Path(credentials.path())
    path.write_text(text)

    with pytest.raises(DamagedError, match=r"credentials\.json"):
        credentials.token_for(URL)


def test_the_outbox_of_a_url_has_the_same_name_for_ever(isolated: Path) -> None:
    outbox = isolated / "data" / "assay" / "outbox"

    assert str(outbox / "88c8fff232c61784") == place.outbox_of(URL)
