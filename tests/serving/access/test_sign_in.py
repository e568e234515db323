"""Signing in to the page: what a cookie stands for, and for how long."""

from __future__ import annotations

import hmac
import re
import threading
from pathlib import Path

import pytest

from assay.errors import NotSignedInError
from assay.serving.access.file import AccessFile
from assay.serving.access.grant import Grant, Role
from assay.serving.access.members import Members, NewToken
from assay.serving.access.sign_in import Session, SignIn
from tests.serving.access.requests import Clock, cookie_of, request


@pytest.fixture
def sign_in(members: Members) -> SignIn:
    return SignIn(members)


@pytest.fixture
def token(members: Members) -> NewToken:
    return members.create_token("main", "writer", "ada's browser")


@pytest.fixture
def cookie(sign_in: SignIn, token: NewToken) -> tuple[str, str]:
    return cookie_of(sign_in.start(token.token.id, is_tls=False))


def found(sign_in: SignIn, *headers: tuple[str, str], is_tls: bool = False) -> Session:
    session = sign_in.find(request(*headers, is_tls=is_tls))
    assert session is not None
    return session


def test_a_cookie_stands_for_the_token(sign_in: SignIn, token: NewToken, cookie: tuple[str, str]) -> None:
    expected = Grant("main", Role.WRITER, token.token.id, "ada's browser")
    assert expected == sign_in.check(found(sign_in, cookie))


def test_a_cookie_holds_no_token(token: NewToken, cookie: tuple[str, str]) -> None:
    assert token.secret[6:30] not in cookie[1]
    assert token.token.id in cookie[1]


def test_no_script_reads_a_cookie_and_no_other_site_sends_it(sign_in: SignIn, token: NewToken) -> None:
    plain = sign_in.start(token.token.id, is_tls=False)
    secured = sign_in.start(token.token.id, is_tls=True)

    rest = "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"
    assert re.fullmatch(rf"assay-[0-9a-f]{{8}}=[0-9a-f.]+{rest}", plain)
    assert re.fullmatch(rf"__Host-assay-[0-9a-f]{{8}}=[0-9a-f.]+{rest}; Secure", secured)


def test_a_cookie_counts_only_by_the_way_it_was_set_for(sign_in: SignIn, token: NewToken) -> None:
    plain = cookie_of(sign_in.start(token.token.id, is_tls=False))
    secured = cookie_of(sign_in.start(token.token.id, is_tls=True))

    assert token.token.id == found(sign_in, plain).token_id == found(sign_in, secured, is_tls=True).token_id
    assert sign_in.find(request(plain, is_tls=True)) is None
    assert sign_in.find(request(secured, is_tls=False)) is None


def test_a_cookie_is_found_among_others(sign_in: SignIn, cookie: tuple[str, str]) -> None:
    name, value = cookie

    assert found(sign_in, cookie) == found(sign_in, (name, f"a=b; {value};c=d"))
    assert found(sign_in, cookie) == found(sign_in, (name, "theme=dark"), (name, value))


def test_of_two_cookies_of_the_name_neither_counts(sign_in: SignIn, token: NewToken, cookie: tuple[str, str]) -> None:
    name, value = cookie
    other = cookie_of(sign_in.start(token.token.id, is_tls=False))[1]

    assert sign_in.find(request((name, f"{value}; {other}"))) is None
    assert sign_in.find(request((name, value), (name, other))) is None


def test_a_request_without_a_cookie_has_no_session(sign_in: SignIn) -> None:
    assert sign_in.find(request()) is None
    assert sign_in.find(request(("cookie", ""))) is None
    assert sign_in.find(request(("cookie", "a=b; assay-00000000=1; =; ;;"))) is None


def test_an_altered_cookie_names_no_session(sign_in: SignIn, cookie: tuple[str, str]) -> None:
    name, value = cookie
    start = value.index("=") + 1
    altered = {value[:place] + one + value[place + 1 :] for place in range(start, len(value)) for one in "0f.9 "}
    altered |= {value[:start], value[:-1], value + "0", value[:start] + "1." + value[start:], value + "=", f'{value}"'}

    good = [text for text in altered - {value} if sign_in.find(request((name, text))) is not None]

    assert [] == [text for text in good if text.strip() != value]


def test_a_session_for_another_token_needs_another_signature(
    sign_in: SignIn, members: Members, cookie: tuple[str, str], token: NewToken
) -> None:
    admin = members.create_token("main", "admin", "root")
    forged = cookie[1].replace(token.token.id, admin.token.id)

    assert sign_in.find(request(("cookie", forged))) is None


def test_another_servers_cookie_names_no_session(sign_in: SignIn, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "other").mkdir()
    other = Members(AccessFile(str(tmp_path / "other")), clock_us=clock)
    theirs = cookie_of(SignIn(other).start(other.create_token("main", "admin", "x").token.id, is_tls=False))
    own = sign_in.start("0" * 10, is_tls=False)

    assert own.partition("=")[0] != theirs[1].partition("=")[0]
    assert sign_in.find(request(theirs)) is None
    assert sign_in.find(request(("cookie", own.partition("=")[0] + "=" + theirs[1].partition("=")[2]))) is None


def test_a_session_ends_after_thirty_days_without_use(sign_in: SignIn, cookie: tuple[str, str], clock: Clock) -> None:
    clock.pass_days(29.99)
    assert sign_in.find(request(cookie)) is not None

    clock.pass_days(0.02)
    assert sign_in.find(request(cookie)) is None


def test_a_session_in_use_is_renewed_once_a_day(
    sign_in: SignIn, cookie: tuple[str, str], clock: Clock, token: NewToken
) -> None:
    session = found(sign_in, cookie)
    clock.pass_days(0.9)
    assert sign_in.renewed(session, is_tls=False) is None

    clock.pass_days(20)
    renewed = sign_in.renewed(session, is_tls=False)
    assert renewed is not None
    clock.pass_days(20)
    later = found(sign_in, cookie_of(renewed))
    assert (session.id, token.token.id) == (later.id, later.token_id)
    assert sign_in.find(request(cookie)) is None


def test_who_signs_out_is_refused_here_at_once_and_elsewhere_soon(
    sign_in: SignIn, members: Members, cookie: tuple[str, str], token: NewToken, clock: Clock
) -> None:
    elsewhere = SignIn(Members(members.database, cache_s=0.05, clock_us=clock))
    session = found(sign_in, cookie)
    renewed = sign_in.renewed(Session(session.id, session.token_id, session.ends_s - 10**6), is_tls=False)
    assert renewed is not None
    same, other = (
        found(sign_in, cookie_of(renewed)),
        found(sign_in, cookie_of(sign_in.start(token.token.id, is_tls=False))),
    )
    assert "ada's browser" == sign_in.check(session).name == elsewhere.check(session).name

    taken_away = sign_in.end(session, is_tls=False)

    name = cookie[1].partition("=")[0]
    assert f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" == taken_away
    threading.Event().wait(0.06)
    for server in (sign_in, elsewhere):
        for ended in (session, same):
            with pytest.raises(NotSignedInError, match="this sign-in was ended"):
                server.check(ended)
        assert "ada's browser" == server.check(other).name


def test_signing_out_twice_or_without_a_session_does_no_harm(sign_in: SignIn, cookie: tuple[str, str]) -> None:
    session = found(sign_in, cookie)

    assert sign_in.end(session, is_tls=True) == sign_in.end(session, is_tls=True) == sign_in.end(None, is_tls=True)


def test_ended_sessions_are_forgotten_once_their_cookies_have_expired(
    sign_in: SignIn, members: Members, token: NewToken, clock: Clock
) -> None:
    for _ in range(3):
        sign_in.end(found(sign_in, cookie_of(sign_in.start(token.token.id, is_tls=False))), is_tls=False)
        clock.pass_days(20)

    with members.database.read() as connection:
        assert 2 == connection.execute("SELECT count(*) FROM ended_sessions").fetchone()[0]


def test_a_revoked_tokens_sessions_are_refused(
    sign_in: SignIn, members: Members, cookie: tuple[str, str], token: NewToken
) -> None:
    session = found(sign_in, cookie)
    sign_in.check(session)
    members.revoke(token.token.id)

    with pytest.raises(NotSignedInError, match="was revoked"):
        sign_in.check(session)


def test_a_session_ends_with_its_token(sign_in: SignIn, members: Members, clock: Clock) -> None:
    guest = members.create_token("main", "viewer", "guest", expires_us=clock.now_us + 1)
    session = found(sign_in, cookie_of(sign_in.start(guest.token.id, is_tls=False)))
    sign_in.check(session)
    clock.now_us += 1

    with pytest.raises(NotSignedInError, match="expired"):
        sign_in.check(session)


def test_a_new_secret_ends_all_sessions(sign_in: SignIn, cookie: tuple[str, str], token: NewToken) -> None:
    sign_in.end_all()

    assert sign_in.find(request(cookie)) is None
    assert sign_in.find(request(cookie_of(sign_in.start(token.token.id, is_tls=False)))) is not None


def test_a_session_that_was_just_checked_needs_no_database(sign_in: SignIn, cookie: tuple[str, str]) -> None:
    quick = [sign_in.is_quick(request(cookie))]
    sign_in.check(found(sign_in, cookie))
    quick.append(sign_in.is_quick(request(cookie)))

    assert [False, True] == quick


def test_signatures_are_compared_in_constant_time(
    sign_in: SignIn, cookie: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    compare = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append(other)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    sign_in.find(request(cookie))

    assert [cookie[1].rpartition(".")[2]] == compared
