"""Proxies: whose word is taken for who the client is."""

from __future__ import annotations

import pytest

from assay.errors import InvalidInputError
from assay.serving.access.proxies import Proxies, names_a_proxy
from assay.serving.access.request import Request
from tests.serving.access.requests import FAR, request

PROXY = ("10.0.0.5", 40_000)
FORWARDED = (("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "assay.example"))


def facts(request: Request) -> tuple[str | None, bool, str | None]:
    return (None if request.client is None else request.client[0]), request.is_tls, request.one("host")


def test_nobody_is_trusted_who_was_not_named() -> None:
    sent = request(*FORWARDED, client=PROXY)

    assert sent is Proxies().resolve(sent)
    assert sent is Proxies(["10.0.0.6", "192.168.0.0/16"]).resolve(sent)


@pytest.mark.parametrize("network", ["10.0.0.5", "10.0.0.0/8", "10.0.0.7/8", "::ffff:10.0.0.5", "0.0.0.0/0"])
def test_a_named_proxy_says_who_the_client_is(network: str) -> None:
    resolved = Proxies(["2001:db8::/32", network]).resolve(request(*FORWARDED, client=PROXY))

    assert ("198.51.100.7", True, "assay.example") == facts(resolved)
    assert resolved.is_forwarded


def test_a_named_proxy_over_ipv6_is_known_by_its_address() -> None:
    for text in ("10.0.0.5", "::ffff:10.0.0.5"):
        resolved = Proxies(["10.0.0.5"]).resolve(request(*FORWARDED, client=(text, 1)))

        assert ("198.51.100.7", True, "assay.example") == facts(resolved)


def test_what_a_client_wrote_before_the_proxy_does_not_count() -> None:
    sent = request(
        ("X-Forwarded-For", "127.0.0.1, 10.0.0.9"),
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-Proto", "https, http"),
        ("X-Forwarded-Host", "evil.example, assay.example"),
        client=PROXY,
    )

    assert ("198.51.100.7", False, "assay.example") == facts(Proxies(["10.0.0.0/8"]).resolve(sent))


def test_a_chain_of_named_proxies_is_followed_to_the_first_who_is_none() -> None:
    sent = request(("X-Forwarded-For", "127.0.0.1, 198.51.100.7, 10.0.0.9, 10.1.1.1"), client=PROXY)

    assert "198.51.100.7" == facts(Proxies(["10.0.0.0/8"]).resolve(sent))[0]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("198.51.100.7:4567", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4567", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "10.0.0.5"),
        (" , ", "10.0.0.5"),
    ],
)
def test_addresses_are_read_as_proxies_write_them(entry: str, expected: str) -> None:
    assert expected == facts(Proxies(["10.0.0.5"]).resolve(request(("X-Forwarded-For", entry), client=PROXY)))[0]


@pytest.mark.parametrize("entry", ["unknown", "_hidden", "1.2.3", "evil.example", "198.51.100.7.", "1" * 5000])
def test_a_client_that_is_named_by_no_address_is_refused(entry: str) -> None:
    with pytest.raises(InvalidInputError, match="no address") as caught:
        Proxies(["10.0.0.5"]).resolve(request(("X-Forwarded-For", entry), client=PROXY))

    assert entry not in str(caught.value)


@pytest.mark.parametrize("network", ["", "proxy.example", "10.0.0.0/33", "10.0.0", "*", "10.0.0.5:80"])
def test_a_proxy_is_named_by_an_address_or_a_network(network: str) -> None:
    with pytest.raises(InvalidInputError, match="a trusted proxy is an address or a network"):
        Proxies([network])


@pytest.mark.parametrize(
    "name", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]
)
def test_a_request_that_names_a_proxy_is_known_to_have_come_by_one(name: str) -> None:
    assert names_a_proxy(request((name, "127.0.0.1")))
    assert not names_a_proxy(request())


def test_a_request_by_a_named_proxy_is_forwarded_even_where_it_does_not_say_so() -> None:
    assert names_a_proxy(Proxies(["127.0.0.1"]).resolve(request(client=("127.0.0.1", 1))))
    assert not names_a_proxy(Proxies(["127.0.0.1"]).resolve(request(client=FAR)))
