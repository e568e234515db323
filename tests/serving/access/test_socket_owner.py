"""Whose a socket is, by each of the ways in which Linux tells."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest

from assay.serving.access import socket_owner as owners
from assay.serving.access.request import IpAddress
from assay.serving.access.socket_owner import by_netlink, by_tables, socket_owner
from tests.serving.access.neighbours import NOBODY, Accepted, connected, only_linux, only_root

End = tuple[IpAddress, int]

pytestmark = only_linux
each_way = pytest.mark.parametrize("way", [by_netlink, by_tables])


def asked(way: Callable[[End, End], int | None], accepted: Accepted) -> int | None:
    here, there = (ip_address(host.removeprefix("::ffff:")) for host, _ in (accepted.client, accepted.server))
    return way((here, accepted.client[1]), (there, accepted.server[1]))


@each_way
def test_a_socket_of_this_user_is_known(way: Callable[[End, End], int | None]) -> None:
    with connected() as accepted:
        assert os.geteuid() == asked(way, accepted)


@each_way
@pytest.mark.parametrize("address", ["::1", "127.0.0.1"])
def test_a_socket_that_is_connected_to_one_of_ipv6_is_known(
    way: Callable[[End, End], int | None], address: str
) -> None:
    try:
        with connected(family=socket.AF_INET6, address=address) as accepted:
            assert os.geteuid() == asked(way, accepted)
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


@only_root
@each_way
def test_a_socket_of_another_user_is_known(way: Callable[[End, End], int | None]) -> None:
    with connected(uid=NOBODY) as accepted:
        assert NOBODY == asked(way, accepted)


@only_root
@each_way
@pytest.mark.parametrize("ending", ["closes", "half closes"])
def test_a_socket_that_was_closed_is_nobodys(way: Callable[[End, End], int | None], ending: str) -> None:
    with connected(uid=NOBODY, ending=ending) as accepted:
        assert asked(way, accepted) is None


@each_way
def test_a_socket_that_listens_does_not_stand_for_one_that_is_connected(way: Callable[[End, End], int | None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        assert way((ip_address("127.0.0.1"), port), (ip_address("127.0.0.1"), 1)) is None


def test_what_is_no_address_is_nobodys() -> None:
    assert socket_owner(("testclient", 1), ("127.0.0.1", 2)) is None
    assert socket_owner(("127.0.0.1", 1), ("::1", 2)) is None
    assert socket_owner(("127.0.0.1", 1), ("127.0.0.1", 2)) is None


def test_a_machine_without_either_way_knows_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "_NETLINK_SOCK_DIAG", 31)  # a protocol that no kernel has
    with connected() as accepted:
        assert os.geteuid() == socket_owner(accepted.client, accepted.server)
        monkeypatch.setattr(owners, "TABLES", (str(tmp_path / "tcp"), str(tmp_path / "tcp6")))

        assert socket_owner(accepted.client, accepted.server) is None


@only_root
def test_the_number_that_stands_for_users_of_other_namespaces_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_map = tmp_path / "uid_map"
    user_map.write_text("         0     100000      65536\n", "ascii")
    monkeypatch.setattr(owners, "USER_MAP", str(user_map))

    with connected(uid=NOBODY) as accepted:
        assert socket_owner(accepted.client, accepted.server) is None
    with connected() as accepted:
        assert os.geteuid() == socket_owner(accepted.client, accepted.server)
