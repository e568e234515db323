"""Settings: what can't go together is refused with what to do, and no password is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import InvalidInputError, RefusedError
from assay.serving.settings import Place, Settings, is_loopback, place_of, without_password

PLACE = Place("/data/assay")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LocalHost"])
def test_loopback_needs_no_token_and_no_tls(host: str) -> None:
    assert is_loopback(host)
    Settings(PLACE, host=host).check_opening(has_members=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "assay.example", "", "127.0.0.1.example"])
def test_beyond_loopback_a_token_is_made_first(host: str) -> None:
    settings = Settings(PLACE, host=host, plain_http=True)

    with pytest.raises(InvalidInputError, match="assay token create"):
        settings.check_opening(has_members=False)
    settings.check_opening(has_members=True)


def test_beyond_loopback_tokens_are_not_sent_for_all_to_read() -> None:
    with pytest.raises(InvalidInputError, match="--certificate and --key, or --public-url https"):
        Settings(PLACE, host="0.0.0.0").check_opening(has_members=True)
    with pytest.raises(InvalidInputError, match="--certificate"):
        Settings(PLACE, host="0.0.0.0", public_url="http://assay.example").check_opening(has_members=True)

    Settings(PLACE, host="0.0.0.0", certificate="c", key="k").check_opening(has_members=True)
    Settings(PLACE, host="0.0.0.0", public_url="https://assay.example").check_opening(has_members=True)
    Settings(PLACE, host="0.0.0.0", plain_http=True).check_opening(has_members=True)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"port": -1}, "port"),
        ({"port": 65536}, "port"),
        ({"certificate": "c"}, "--key was not"),
        ({"key": "k"}, "--certificate was not"),
        ({"public_url": "assay.example"}, "public URL"),
        ({"public_url": "ftp://assay.example"}, "public URL"),
        ({"public_url": "https://assay.example/below"}, "public URL"),
        ({"public_url": "https://"}, "public URL"),
        ({"log_format": "xml"}, "log format"),
        ({"log_level": "loud"}, "log level"),
    ],
)
def test_what_can_not_be_is_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        Settings(PLACE, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(PLACE), "http://127.0.0.1:123"),
        (Settings(PLACE, host="::1"), "http://[::1]:123"),
        (Settings(PLACE, host="10.1.2.3", certificate="c", key="k"), "https://10.1.2.3:123"),
        (Settings(PLACE, host="0.0.0.0", public_url="https://assay.example/"), "https://assay.example"),
    ],
)
def test_its_url_is_the_one_that_users_type(settings: Settings, url: str) -> None:
    assert url == settings.url(123)


def test_a_server_on_all_addresses_is_named_by_the_machine() -> None:
    import socket

    assert f"http://{socket.gethostname()}:80" == Settings(PLACE, host="0.0.0.0").url(80)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:secret@db/assay", "postgresql://ada@db/assay"),
        ("postgresql://ada:s%40cr:et@db:5432/assay?sslmode=require", "postgresql://ada@db:5432/assay?sslmode=require"),
        ("postgresql://db/assay?user=ada&password=secret", "postgresql://db/assay?user=ada&password=…"),
        ("postgresql://:secret@db/assay", "postgresql://db/assay"),
        ("postgresql://db/assay", "postgresql://db/assay"),
    ],
)
def test_a_database_is_shown_without_its_password(url: str, shown: str) -> None:
    assert shown == without_password(url)
    assert shown == str(Place("/data", url))
    assert "secret" not in repr(Settings(Place("/data", url)))


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="postgresql://user@host/name") as told:
        Place("/data", "mysql://ada:secret@db/assay")
    assert "secret" not in str(told.value)
    with pytest.raises(InvalidInputError, match="s3://bucket/prefix"):
        Place("/data", None, "ftp://bucket")


def test_what_lies_in_the_folder() -> None:
    assert Place("/data").uses_folder
    assert Place("/data", "postgresql://db/assay").uses_folder
    assert Place("/data", None, "s3://bucket").uses_folder
    assert not Place("/data", "postgresql://db/assay", "s3://bucket").uses_folder


def test_a_database_is_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "database"
    secret.write_text("postgresql://ada:secret@db/assay\n", "utf-8")

    assert "postgresql://ada:secret@db/assay" == place_of(str(tmp_path), None, str(secret), None).database

    with pytest.raises(InvalidInputError, match="one of them"):
        place_of(str(tmp_path), "postgresql://db/assay", str(secret), None)
    secret.write_text("\n", "utf-8")
    with pytest.raises(RefusedError, match="first line is empty"):
        place_of(str(tmp_path), None, str(secret), None)
    secret.write_bytes(b"\xff\xfe")
    with pytest.raises(RefusedError, match="no text"):
        place_of(str(tmp_path), None, str(secret), None)
    with pytest.raises(RefusedError, match="No such file"):
        place_of(str(tmp_path), None, str(tmp_path / "typo"), None)


def test_the_folder_is_the_one_that_where_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_STORE", str(tmp_path / "mine"))
    assert str(tmp_path / "mine") == place_of(None, None, None, None).folder

    monkeypatch.setenv("ASSAY_STORE", "https://assay.example")
    with pytest.raises(InvalidInputError, match="give --store FOLDER, or --database"):
        place_of(None, None, None, None)
    with pytest.raises(InvalidInputError, match="a database is given by --database"):
        place_of("https://assay.example", None, None, None)
