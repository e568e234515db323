"""The way in: who is let in, for what, and what the others are told."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest

from assay.errors import (
    AssayError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    RateLimitedError,
)
from assay.serving.access.file import AccessFile
from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant, Role
from assay.serving.access.limits import Limits
from assay.serving.access.members import Members, NewToken
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.access.proxies import Proxies
from assay.serving.access.request import Connection, Request
from assay.serving.access.token import new_token
from assay.storage.local_secret import LocalSecret
from tests.serving.access.neighbours import NOBODY, connected, only_linux, only_root
from tests.serving.access.requests import HERE, NEAR, SECOND_US, Clock, bearer, cookie_of, request

OWN_PAGE = ("Origin", "http://localhost:8765")
OWN_FETCH = ("Sec-Fetch-Site", "same-origin")
OTHER_PAGE = ("Origin", "http://evil.example")
LOCAL = Grant("main", Role.ADMIN, "local", "this machine's user")


@pytest.fixture
def secret(tmp_path: Path) -> LocalSecret:
    secret = LocalSecret(str(tmp_path))
    secret.create()
    return secret


@pytest.fixture
def gate(members: Members, secret: LocalSecret) -> Gate:
    return Gate(members, Origins(), peers=Peers(secret, uses_kernel=False))


@pytest.fixture
def proof(secret: LocalSecret) -> tuple[str, str]:
    """What a local client sends."""
    return "Assay-Local", secret.proof(HERE[1])


@pytest.fixture
def writer(members: Members) -> NewToken:
    return members.create_token("main", "writer", "ci")


@pytest.fixture
def cookie(gate: Gate, writer: NewToken) -> tuple[str, str]:
    return cookie_of(gate.sign_in(request(OWN_PAGE, method="POST"), writer.secret)[1])


# A token.


def test_a_token_opens_its_workspace(gate: Gate, writer: NewToken) -> None:
    expected = Grant("main", Role.WRITER, writer.token.id, "ci")
    assert expected == gate.admit(request(bearer(writer.secret)), Role.VIEWER)
    assert expected == gate.admit(request(("Authorization", f"bEARER  {writer.secret} "), method="POST"), Role.WRITER)


def test_a_role_opens_what_smaller_ones_do_and_no_more(gate: Gate, members: Members) -> None:
    tokens = {role: members.create_token("main", role.label, role.label) for role in Role}
    let_in = set()
    for has, token in tokens.items():
        for needs in Role:
            try:
                gate.admit(request(bearer(token.secret)), needs)
                let_in.add((has, needs))
            except ForbiddenError as error:
                assert f"has the role {has.label}; this needs a token with the role {needs.label}" in str(error)  # noqa: PT017

    assert {(has, needs) for has in Role for needs in Role if needs <= has} == let_in


def test_a_program_with_a_token_may_use_any_name_of_the_server(gate: Gate, writer: NewToken) -> None:
    for host in ("gpu-box:8765", "assay.default.svc.cluster.local", None):
        gate.admit(request(bearer(writer.secret), host=host, method="POST"), Role.WRITER)


def test_a_page_of_another_site_may_not_ask_even_with_a_token(gate: Gate, writer: NewToken) -> None:
    for header in (OTHER_PAGE, ("Sec-Fetch-Site", "cross-site"), ("Origin", "null")):
        with pytest.raises(ForbiddenError, match="another site"):
            gate.admit(request(bearer(writer.secret), header), Role.VIEWER)
    with pytest.raises(ForbiddenError, match="no name that this server goes by"):
        gate.admit(
            request(bearer(writer.secret), ("Origin", "http://evil.example:8765"), host="evil.example:8765"),
            Role.VIEWER,
        )


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Token {}", "{}", "Bearer {}, Bearer {}", "Bearer {}x"],
)
def test_what_is_no_token_is_refused(gate: Gate, writer: NewToken, authorization: str) -> None:
    with pytest.raises(NotSignedInError):
        gate.admit(request(("Authorization", authorization.replace("{}", writer.secret))), Role.VIEWER)


@pytest.mark.parametrize("ending", ["\0", "\r\nx: y", "é", "٣", pytest.param("x" * 10**7, id="10 MB")])
def test_a_token_that_no_header_can_hold_is_refused(gate: Gate, writer: NewToken, ending: str) -> None:
    with pytest.raises(InvalidInputError, match="the header authorization ") as caught:
        gate.admit(request(bearer(writer.secret + ending)), Role.VIEWER)

    assert 200 > len(str(caught.value))


def test_two_tokens_are_refused(gate: Gate, writer: NewToken) -> None:
    with pytest.raises(InvalidInputError, match="authorization stands 2 times"):
        gate.admit(request(bearer(writer.secret), bearer(writer.secret)), Role.VIEWER)


def test_revoked_and_expired_tokens_are_refused(gate: Gate, members: Members, writer: NewToken, clock: Clock) -> None:
    guest = members.create_token("main", "viewer", "guest", expires_us=clock.now_us + SECOND_US)
    for token in (writer, guest):
        gate.admit(request(bearer(token.secret)), Role.VIEWER)
    members.revoke(writer.token.id)
    clock.now_us += SECOND_US

    with pytest.raises(NotSignedInError, match="was revoked"):
        gate.admit(request(bearer(writer.secret)), Role.VIEWER)
    with pytest.raises(NotSignedInError, match="expired"):
        gate.admit(request(bearer(guest.secret)), Role.VIEWER)


def test_a_bad_token_is_refused_though_its_process_would_need_none(gate: Gate, proof: tuple[str, str]) -> None:
    assert LOCAL == gate.admit(request(proof, client=NEAR), Role.ADMIN)

    with pytest.raises(NotSignedInError):
        gate.admit(request(proof, bearer(new_token()), client=NEAR), Role.VIEWER)


# Workspaces.


def test_a_token_is_good_for_its_own_workspace_by_name(gate: Gate, writer: NewToken) -> None:
    for name in ("main", "MAIN"):
        assert "main" == gate.admit(request(bearer(writer.secret), ("Assay-Workspace", name)), Role.VIEWER).workspace


def test_another_workspace_is_not_found_whether_it_is_there_or_not(
    gate: Gate, members: Members, writer: NewToken
) -> None:
    members.create_workspace("team-a")
    told = []
    for name in ("team-a", "team-b"):
        with pytest.raises(NotFoundError) as caught:
            gate.admit(request(bearer(writer.secret), ("Assay-Workspace", name)), Role.ADMIN)
        told.append(str(caught.value).replace(name, "…"))

    assert 1 == len(set(told))


@pytest.mark.parametrize("name", ["", "..", "a/b", "main/..", "a b", "x" * 58, "x" * 8000])
def test_a_workspace_that_can_be_none_is_refused(
    gate: Gate, writer: NewToken, members: Members, proof: tuple[str, str], name: str
) -> None:
    with pytest.raises(InvalidInputError):
        gate.admit(request(bearer(writer.secret), ("Assay-Workspace", name)), Role.VIEWER)
    members.revoke(writer.token.id)
    with pytest.raises(InvalidInputError):
        gate.admit(request(proof, ("Assay-Workspace", name), client=NEAR), Role.VIEWER)


def test_who_needs_no_token_may_use_every_workspace_that_is_there(
    gate: Gate, members: Members, proof: tuple[str, str]
) -> None:
    members.create_workspace("team-a")
    here = request(proof, ("Assay-Workspace", "Team-A"), client=NEAR)

    assert "team-a" == gate.admit(here, Role.ADMIN).workspace
    with pytest.raises(NotFoundError, match="no workspace 'team-b'"):
        gate.admit(request(proof, ("Assay-Workspace", "team-b"), client=NEAR), Role.VIEWER)


# Without members.


def test_the_first_token_closes_the_server_to_those_without_one_and_revoking_the_last_opens_it(
    gate: Gate, members: Members, proof: tuple[str, str]
) -> None:
    here = request(proof, client=NEAR)
    assert LOCAL == gate.admit(here, Role.ADMIN)

    token = members.create_token("main", "viewer", "first")
    with pytest.raises(NotSignedInError, match="the request has no token"):
        gate.admit(here, Role.VIEWER)
    members.revoke(token.token.id)
    assert LOCAL == gate.admit(here, Role.ADMIN)


def test_a_request_from_elsewhere_needs_a_token_though_there_are_no_members(gate: Gate, proof: tuple[str, str]) -> None:
    for headers in ((), (proof,)):
        with pytest.raises(NotSignedInError, match="processes of its own user on its own machine only"):
            gate.admit(request(*headers), Role.VIEWER)


def test_a_gate_that_knows_no_neighbours_lets_in_nobody_without_a_token(
    members: Members, proof: tuple[str, str]
) -> None:
    with pytest.raises(NotSignedInError, match="has no token"):
        Gate(members, Origins()).admit(request(proof, client=NEAR), Role.VIEWER)


def test_a_page_of_another_site_may_not_ask_in_the_users_name(gate: Gate, proof: tuple[str, str]) -> None:
    for header in (OTHER_PAGE, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "null")):
        for method in ("GET", "POST", "DELETE"):
            with pytest.raises(ForbiddenError, match="another site"):
                gate.admit(request(proof, header, client=NEAR, method=method), Role.VIEWER)
    assert LOCAL == gate.admit(request(proof, OWN_PAGE, OWN_FETCH, client=NEAR, method="POST"), Role.WRITER)


def test_a_name_that_was_led_here_may_not_ask_in_the_users_name(gate: Gate, proof: tuple[str, str]) -> None:
    rebound = request(
        proof, ("Origin", "http://evil.example:8765"), OWN_FETCH, host="evil.example:8765", client=NEAR, method="POST"
    )

    with pytest.raises(ForbiddenError, match="no name that this server goes by"):
        gate.admit(rebound, Role.VIEWER)


@only_linux
def test_a_process_of_this_user_needs_no_token(members: Members) -> None:
    gate = Gate(members, Origins(), peers=Peers())
    with connected() as accepted:
        here = accepted.request(connection=Connection())
        quick = [gate.is_quick(here)]

        assert LOCAL == gate.admit(here, Role.ADMIN)
        assert [False, True] == [*quick, gate.is_quick(here)]


@only_linux
@only_root
def test_a_process_of_another_user_needs_a_token(members: Members) -> None:
    gate = Gate(members, Origins(), peers=Peers())
    with connected(uid=NOBODY) as accepted:
        with pytest.raises(NotSignedInError, match="its own user"):
            gate.admit(accepted.request(), Role.VIEWER)
        token = members.create_token("main", "viewer", "nobody's")

        assert "nobody's" == gate.admit(accepted.request(bearer(token.secret)), Role.VIEWER).name


@only_linux
def test_what_a_proxy_brings_needs_a_token(members: Members) -> None:
    with connected() as accepted:
        for gate in (
            Gate(members, Origins(), peers=Peers(), proxies=Proxies(["127.0.0.1"])),
            Gate(members, Origins(), peers=Peers()),
        ):
            with pytest.raises(NotSignedInError):
                gate.admit(accepted.request(("X-Forwarded-For", "203.0.113.9")), Role.VIEWER)


# A page's cookie.


def test_a_page_that_signed_in_is_let_in_by_its_cookie(gate: Gate, writer: NewToken, cookie: tuple[str, str]) -> None:
    expected = Grant("main", Role.WRITER, writer.token.id, "ci")

    assert expected == gate.admit(request(cookie, OWN_FETCH), Role.VIEWER)
    assert expected == gate.admit(request(cookie, OWN_FETCH, OWN_PAGE, method="POST"), Role.WRITER)
    assert expected == gate.admit(request(cookie, ("Sec-Fetch-Site", "none")), Role.VIEWER)
    with pytest.raises(ForbiddenError, match="needs a token with the role admin"):
        gate.admit(request(cookie, OWN_FETCH, OWN_PAGE, method="DELETE"), Role.ADMIN)


def test_a_cookie_is_no_good_for_a_page_of_another_site(gate: Gate, cookie: tuple[str, str]) -> None:
    for header in (OTHER_PAGE, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "null")):
        for method in ("GET", "POST"):
            with pytest.raises(ForbiddenError, match="another site"):
                gate.admit(request(cookie, header, method=method), Role.VIEWER)


def test_a_cookie_changes_nothing_where_nobody_says_which_page_asks(gate: Gate, cookie: tuple[str, str]) -> None:
    assert "ci" == gate.admit(request(cookie), Role.VIEWER).name
    for method in ("POST", "PUT", "PATCH", "DELETE", "get", "ANYTHING"):
        with pytest.raises(ForbiddenError, match="says nothing of the page"):
            gate.admit(request(cookie, method=method), Role.WRITER)


def test_a_page_is_signed_out_by_its_own_pages_only(gate: Gate, cookie: tuple[str, str]) -> None:
    for headers in ((cookie,), (cookie, OTHER_PAGE)):
        with pytest.raises(ForbiddenError):
            gate.sign_out(request(*headers, method="POST"))
    assert "ci" == gate.admit(request(cookie), Role.VIEWER).name

    assert "Max-Age=0" in gate.sign_out(request(cookie, OWN_PAGE, method="POST"))
    with pytest.raises(NotSignedInError, match="was ended"):
        gate.admit(request(cookie), Role.VIEWER)


def test_signing_in_by_a_page_of_another_site_is_refused(gate: Gate, writer: NewToken) -> None:
    with pytest.raises(ForbiddenError):
        gate.sign_in(request(OTHER_PAGE, method="POST"), writer.secret)
    with pytest.raises(ForbiddenError):
        gate.sign_in(request(host="evil.example", method="POST"), writer.secret)


def test_signing_in_over_tls_sets_a_cookie_for_tls(members: Members, writer: NewToken) -> None:
    gate = Gate(members, Origins(public_url="https://assay.example"), proxies=Proxies(["127.0.0.1"]))
    page = ("Origin", "https://assay.example")
    forwarded = ("X-Forwarded-Proto", "https")
    by_proxy = request(page, forwarded, method="POST", client=NEAR)
    set_cookie = gate.sign_in(by_proxy, writer.secret)[1]

    assert set_cookie.startswith("__Host-")
    assert set_cookie.endswith("; Secure")
    asked = request(cookie_of(set_cookie), page, forwarded, method="POST", client=NEAR)
    assert "ci" == gate.admit(asked, Role.WRITER).name


def test_a_session_in_use_lasts_on(gate: Gate, cookie: tuple[str, str], clock: Clock, writer: NewToken) -> None:
    assert gate.renew(request(cookie)) is None
    clock.pass_days(2)
    renewed = gate.renew(request(cookie))
    assert renewed is not None
    clock.pass_days(29)

    assert "ci" == gate.admit(request(cookie_of(renewed)), Role.VIEWER).name
    with pytest.raises(NotSignedInError):
        gate.admit(request(cookie), Role.VIEWER)
    assert gate.renew(request(cookie_of(renewed), bearer(writer.secret))) is None
    assert gate.renew(request()) is None


# Limits.


def test_the_eleventh_failed_sign_in_of_a_minute_is_not_looked_at(gate: Gate, writer: NewToken) -> None:
    asked = request(OWN_PAGE, method="POST")
    for _ in range(10):
        with pytest.raises(NotSignedInError):
            gate.sign_in(asked, new_token())

    with pytest.raises(RateLimitedError, match="too many sign-ins from this address failed"):
        gate.sign_in(asked, writer.secret)
    elsewhere = request(OWN_PAGE, method="POST", client=("198.51.100.1", 1))
    assert "ci" == gate.sign_in(elsewhere, writer.secret)[0].name


def test_programs_with_bad_tokens_are_slowed_down_and_those_with_good_ones_beside_them_are_not(
    gate: Gate, writer: NewToken
) -> None:
    for _ in range(10):
        with pytest.raises(NotSignedInError):
            gate.admit(request(bearer(new_token())), Role.VIEWER)

    with pytest.raises(RateLimitedError) as caught:
        gate.admit(request(bearer(new_token())), Role.VIEWER)
    assert 0 < caught.value.retry_after_s <= 6
    assert "ci" == gate.admit(request(bearer(writer.secret)), Role.VIEWER).name


def test_a_client_that_asks_too_much_has_to_wait_and_others_have_not(members: Members, writer: NewToken) -> None:
    gate = Gate(members, Origins(), limits=Limits(0.5, 5))
    viewer = members.create_token("main", "viewer", "page")
    for _ in range(5):
        gate.admit(request(bearer(writer.secret)), Role.VIEWER)

    with pytest.raises(RateLimitedError, match="too many requests from this client"):
        gate.admit(request(bearer(writer.secret)), Role.VIEWER)
    gate.admit(request(bearer(viewer.secret)), Role.VIEWER)


def test_those_without_a_token_are_limited_by_their_address(members: Members) -> None:
    gate = Gate(members, Origins(), limits=Limits(0.5, 3))
    for _ in range(3):
        gate.admit_anyone(request())
    for ask in (gate.admit_anyone, lambda asked: gate.admit(asked, Role.VIEWER)):
        with pytest.raises(RateLimitedError):
            ask(request())
    gate.admit_anyone(request(client=("198.51.100.1", 1)))


def test_a_process_that_needs_no_token_is_not_limited(
    members: Members, secret: LocalSecret, proof: tuple[str, str]
) -> None:
    gate = Gate(members, Origins(), peers=Peers(secret, uses_kernel=False), limits=Limits(0.5, 1))

    assert [LOCAL] * 10 == [gate.admit(request(proof, client=NEAR), Role.ADMIN) for _ in range(10)]


# Everybody.


def test_everybody_may_see_the_page_under_the_servers_name(gate: Gate) -> None:
    gate.admit_anyone(request())

    with pytest.raises(ForbiddenError):
        gate.admit_anyone(request(host="evil.example"))
    with pytest.raises(InvalidInputError):
        gate.admit_anyone(request(host=None))


def test_what_was_just_asked_needs_no_database(
    gate: Gate, members: Members, writer: NewToken, cookie: tuple[str, str]
) -> None:
    fresh = Gate(Members(members.database, clock_us=members.clock_us), Origins())
    for asked in (request(bearer(writer.secret)), request(cookie)):
        assert not fresh.is_quick(asked)
        fresh.admit(asked, Role.VIEWER)

        assert fresh.is_quick(asked)
    assert not fresh.is_quick(request(bearer(new_token())))


def test_a_quick_request_is_let_in_though_the_database_is_gone(
    gate: Gate, writer: NewToken, cookie: tuple[str, str], database: AccessFile
) -> None:
    asked = [request(bearer(writer.secret)), request(cookie)]
    for one in asked:
        gate.admit(one, Role.VIEWER)
    Path(database.path).unlink()
    Path(database.path).mkdir()

    assert [True, True] == [gate.is_quick(one) for one in asked]
    assert ["ci", "ci"] == [gate.admit(one, Role.VIEWER).name for one in asked]


def test_no_secret_stands_in_a_log_a_representation_or_an_error(
    gate: Gate,
    members: Members,
    writer: NewToken,
    cookie: tuple[str, str],
    proof: tuple[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    signature = cookie[1].rpartition(".")[2]
    stranger = new_token()
    seen = [repr(gate)]
    asked: list[Request] = [
        request(bearer(writer.secret), ("Origin", "null")),
        request(bearer(writer.secret), ("Assay-Workspace", "other")),
        request(bearer(writer.secret), method="DELETE"),
        request(bearer(stranger)),
        request(("Authorization", f"Basic {writer.secret}")),
        request(cookie, OTHER_PAGE),
        request(cookie, method="POST"),
        request(cookie, host="evil.example"),
        request(proof, client=NEAR),
    ]
    for one in asked:
        seen += [repr(one), str(one)]
        with pytest.raises(AssayError) as caught:
            gate.admit(one, Role.ADMIN)
        seen += traceback.format_exception(caught.value)
    for header in (bearer(writer.secret + "\0"), (cookie[0], cookie[1] + "é"), (proof[0], proof[1] * 200)):
        with pytest.raises(InvalidInputError) as refused:
            request(header)
        seen += traceback.format_exception(refused.value)
    members.revoke(writer.token.id)
    with pytest.raises(NotSignedInError) as revoked:
        gate.admit(request(bearer(writer.secret)), Role.VIEWER)
    seen += [*traceback.format_exception(revoked.value), caplog.text]

    secrets = [writer.secret[6:40], stranger[6:40], signature, proof[1]]
    assert [] == [text for text in seen for secret in secrets if secret in text]
