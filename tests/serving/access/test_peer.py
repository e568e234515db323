"""Whose the other end of a connection is."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from assay.serving.access.peer import Peers
from assay.serving.access.request import Connection
from assay.storage.local_secret import LocalSecret
from tests.serving.access.neighbours import NOBODY, connected, only_linux, only_root
from tests.serving.access.requests import FAR, HERE, NEAR, request

WITHOUT_KERNEL = Peers(uses_kernel=False)


@pytest.fixture
def secret(tmp_path: Path) -> LocalSecret:
    secret = LocalSecret(str(tmp_path))
    secret.create()
    return secret


@only_linux
def test_a_process_of_this_user_is_known() -> None:
    with connected() as accepted:
        assert Peers().is_own(accepted.request())


@only_linux
@pytest.mark.parametrize("address", ["::1", "127.0.0.1"])
def test_a_process_that_connects_to_an_ipv6_socket_is_known(address: str) -> None:
    try:
        with connected(family=socket.AF_INET6, address=address) as accepted:
            assert Peers().is_own(accepted.request())
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


@only_linux
@only_root
def test_a_process_of_another_user_is_refused() -> None:
    with connected(uid=NOBODY) as accepted:
        assert not Peers().is_own(accepted.request())


@only_linux
@only_root
@pytest.mark.parametrize("ending", ["closes", "half closes"])
def test_another_users_connection_is_not_taken_for_roots_once_its_end_is_closed(ending: str) -> None:
    with connected(uid=NOBODY, ending=ending) as accepted:
        assert not Peers().is_own(accepted.request())


@only_linux
@only_root
def test_a_server_of_another_user_lets_in_that_user_and_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)

    with connected(uid=NOBODY) as accepted:
        assert Peers().is_own(accepted.request())
    with connected(uid=NOBODY - 1) as accepted:
        assert not Peers().is_own(accepted.request())
    with connected(uid=0) as accepted:
        assert Peers().is_own(accepted.request())


@only_linux
@only_root
def test_each_connection_is_asked_for_by_itself() -> None:
    with connected() as own, connected(uid=NOBODY) as other:
        peers = Peers()

        assert [True, False] == [peers.is_own(one.request(connection=Connection())) for one in (own, other)]


@only_linux
def test_what_was_found_is_good_as_long_as_the_connection() -> None:
    connection, peers = Connection(), Peers()
    with connected() as accepted:
        first = accepted.request(connection=connection)
        assert not peers.is_quick(first)
        assert peers.is_own(first)
        assert peers.is_quick(first)

    assert peers.is_own(accepted.request(connection=connection))
    assert not peers.is_own(accepted.request(connection=Connection()))  # the port may be another's by now


@only_linux
@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 proxy"),
        ("X-Forwarded-Proto", "https"),
    ],
)
def test_a_proxy_of_this_user_lets_nobody_in(header: tuple[str, str]) -> None:
    with connected() as accepted:
        assert not Peers().is_own(accepted.request(header))


def test_a_client_proves_itself_by_the_secret_where_the_kernel_does_not_tell(secret: LocalSecret) -> None:
    peers = Peers(secret, uses_kernel=False)
    proof = ("Assay-Local", secret.proof(HERE[1]))

    assert peers.is_own(request(proof, client=NEAR))
    assert peers.is_own(request(proof, client=("::1", 50_000), server=("::1", HERE[1])))
    assert peers.is_quick(request(proof, client=NEAR))
    assert not peers.is_own(request(client=NEAR))


@pytest.mark.parametrize("proof", ["", "1.0", "1800000000." + "0" * 64, "x" * 8000])
def test_a_false_proof_is_refused(secret: LocalSecret, proof: str) -> None:
    assert not Peers(secret, uses_kernel=False).is_own(request(("Assay-Local", proof), client=NEAR))


def test_a_proof_is_refused_beyond_loopback_and_where_there_is_no_secret(secret: LocalSecret) -> None:
    proof = ("Assay-Local", secret.proof(HERE[1]))
    peers = Peers(secret, uses_kernel=False)

    assert not peers.is_own(request(proof, client=FAR))
    assert not peers.is_own(request(proof, client=NEAR, server=("192.0.2.7", HERE[1])))
    assert not peers.is_own(request(proof, client=None))
    assert not peers.is_own(request(proof, client=NEAR, server=None))
    assert not peers.is_own(request(proof, ("X-Forwarded-For", "127.0.0.1"), client=NEAR))
    assert not WITHOUT_KERNEL.is_own(request(proof, client=NEAR))


@only_linux
def test_a_false_proof_is_refused_even_from_a_process_of_this_user(secret: LocalSecret) -> None:
    with connected() as accepted:
        assert not Peers(secret).is_own(accepted.request(("Assay-Local", "1.0")))
