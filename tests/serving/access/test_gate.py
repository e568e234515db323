"""The way in with a token: who is let in, for what, and what the others are told."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest

from assay.errors import AssayError, ForbiddenError, InvalidInputError, NotFoundError, NotSignedInError
from assay.serving.access.file import AccessFile
from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant, Role
from assay.serving.access.members import Members, NewToken
from assay.serving.access.origin import Origins
from assay.serving.access.request import Request
from assay.serving.access.token import new_token
from tests.serving.access.requests import NEAR, OTHER_PAGE, SECOND_US, Clock, bearer, request

LOCAL = Grant("main", Role.ADMIN, "local", "this machine's user")


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
