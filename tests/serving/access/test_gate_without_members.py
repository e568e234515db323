"""The way in while a server has no members: for its own user's processes, and for nobody else."""

from __future__ import annotations

import pytest

from assay.errors import ForbiddenError, NotSignedInError
from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant, Role
from assay.serving.access.members import Members
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.access.proxies import Proxies
from assay.serving.access.request import Connection
from tests.serving.access.neighbours import NOBODY, connected, only_linux, only_root
from tests.serving.access.requests import NEAR, OTHER_PAGE, OWN_FETCH, OWN_PAGE, bearer, request

LOCAL = Grant("main", Role.ADMIN, "local", "this machine's user")


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
