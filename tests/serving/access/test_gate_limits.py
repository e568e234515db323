"""The way in for those who ask too much, or guess."""

from __future__ import annotations

import pytest

from assay.errors import NotSignedInError, RateLimitedError
from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant, Role
from assay.serving.access.limits import Limits
from assay.serving.access.members import Members, NewToken
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.access.token import new_token
from assay.storage.local_secret import LocalSecret
from tests.serving.access.requests import NEAR, OWN_PAGE, bearer, request

LOCAL = Grant("main", Role.ADMIN, "local", "this machine's user")


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
