"""Names a server goes by, and pages that may ask it something."""

from __future__ import annotations

import pytest

from assay.errors import ForbiddenError, InvalidInputError
from assay.serving.access.origin import Origins
from tests.serving.access.requests import request


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8765",
        "localhost:9000",  # an SSH tunnel's port
        "LocalHost:8765",
        "localhost.",
        "localhost.:8765",
        "127.0.0.1:8765",
        "127.8.8.8",
        "[::1]",
        "[::1]:8765",
        "[0:0:0:0:0:0:0:1]:8765",
        "[::ffff:127.0.0.1]:8765",
    ],
)
def test_loopback_by_any_of_its_names_is_this_server(host: str) -> None:
    Origins().check_host(request(host=host))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765",
        "localhost.evil.example",
        "evil.localhost",
        "127.0.0.1.evil.example:8765",
        "0.0.0.0:8765",
        "[::]:8765",
        "192.0.2.7:8765",
        "[2001:db8::1]:8765",
        "xn--localhost-.example",
    ],
)
def test_a_name_that_was_led_to_this_server_is_refused(host: str) -> None:
    with pytest.raises(
        ForbiddenError, match="no name that this server goes by; to let it be one: assay server --allowed"
    ):
        Origins().check_host(request(host=host))


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":8765",
        "localhost:",
        "localhost:80a",
        "localhost:99999",
        "localhost:-1",
        "localhost..",
        ".",
        "user@localhost",
        "localhost/path",
        "localhost localhost",
        "localhost,evil.example",
        "http://localhost",
        "[::1",
        "[::1]x",
        "[localhost]",
        "127.1",
        "2130706433",
        "0x7f000001",
        "127.0.0.1.1",
        "[::1%25lo]",
        "-localhost",
        "*",
    ],
)
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(InvalidInputError, match="Host header that names no host"):
        Origins().check_host(request(host=host))


@pytest.mark.parametrize("host", ["localhost\0", "localhost\r\nx: y", "löcalhost", "localhost:٨٧٦٥", "a" * 9000])
def test_a_host_of_characters_that_no_header_has_is_refused(host: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Origins().check_host(request(host=host))

    assert 200 > len(str(caught.value))


def test_a_request_without_a_host_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="has no Host header"):
        Origins().check_host(request(host=None))


def test_a_request_with_two_hosts_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="the header host stands 2 times"):
        Origins().check_host(request(("Host", "localhost"), host="localhost"))


def test_the_address_that_a_connection_came_in_by_is_this_server() -> None:
    here = ("192.0.2.7", 8765)
    Origins().check_host(request(host="192.0.2.7:8765", server=here))

    with pytest.raises(ForbiddenError):
        Origins().check_host(request(host="192.0.2.8:8765", server=here))
    Origins().check_host(request(host="[2001:DB8:0::1]:8765", server=("2001:db8::1", 8765)))


def test_allowed_hosts_are_this_server() -> None:
    origins = Origins(["Assay.Example", "gpu-box:8765", "[2001:db8::1]"])
    for host in ("assay.example", "assay.example.:443", "ASSAY.EXAMPLE:80", "gpu-box:8765", "[2001:db8::0:1]:99"):
        origins.check_host(request(host=host))

    for host in ("gpu-box", "gpu-box:8766", "www.assay.example", "example"):
        with pytest.raises(ForbiddenError):
            origins.check_host(request(host=host))


def test_the_public_url_names_this_server() -> None:
    origins = Origins(public_url="https://assay.example/team")
    for host in ("assay.example", "assay.example:443"):
        origins.check_host(request(host=host))
    other = Origins(public_url="http://assay.example:8080")
    other.check_host(request(host="assay.example:8080"))

    with pytest.raises(ForbiddenError):
        other.check_host(request(host="assay.example"))


@pytest.mark.parametrize("url", ["assay.example", "ftp://assay.example", "https://", "https://user@assay.example", ""])
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="public URL is one such as"):
        Origins(public_url=url)


@pytest.mark.parametrize("host", ["*", "*.example", "https://assay.example", "a b", ""])
def test_an_allowed_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(InvalidInputError, match="an allowed host is a name"):
        Origins([host])


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8765", "http://localhost:8765"),
        ("localhost.:8765", "http://LOCALHOST:8765"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("[::1]:8765", "http://[::1]:8765"),
        ("localhost", "http://localhost"),
        ("localhost", "https://localhost"),  # TLS ends at a proxy that the server was not told of
        ("localhost:443", "https://localhost"),
        ("assay.example", "https://assay.example"),
        ("localhost:8765", "https://assay.example"),  # a proxy that sends a Host of its own
    ],
)
def test_pages_of_this_server_may_ask(host: str, origin: str) -> None:
    origins = Origins(public_url="https://assay.example")

    origins.check_origin(request(("Origin", origin), ("Sec-Fetch-Site", "same-origin"), host=host), needs_origin=True)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://localhost:3000",
        "http://localhost",
        "https://localhost",
        "http://127.0.0.1:8765",
        "http://localhost:8765.evil.example",
        "http://localhost:8765@evil.example",
        "http://localhost:8765/",
        "http://localhost:8765 http://evil.example",
        "//localhost:8765",
        "localhost:8765",
        "file://",
        "chrome-extension://localhost:8765",
    ],
)
def test_pages_of_other_sites_may_not_ask(origin: str) -> None:
    with pytest.raises(ForbiddenError, match="a page of another site asked for this"):
        Origins().check_origin(request(("Origin", origin)))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", "", "same-origin, cross-site", "anything"])
def test_what_a_browser_calls_another_site_may_not_ask(site: str) -> None:
    with pytest.raises(ForbiddenError, match="sec-fetch-site"):
        Origins().check_origin(request(("Sec-Fetch-Site", site), ("Origin", "http://localhost:8765")))


def test_an_address_that_was_typed_is_no_other_site() -> None:
    Origins().check_origin(request(("Sec-Fetch-Site", "none")), needs_origin=True)


def test_a_program_that_names_no_page_may_ask_unless_it_must() -> None:
    Origins().check_origin(request())

    with pytest.raises(ForbiddenError, match="says nothing of the page"):
        Origins().check_origin(request(), needs_origin=True)


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site"])
def test_a_header_that_stands_twice_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{name.lower()} stands 2 times"):
        Origins().check_origin(request((name, "http://localhost:8765"), (name, "http://localhost:8765")))


def test_messages_show_little_of_what_was_sent() -> None:
    with pytest.raises(ForbiddenError) as caught:
        Origins().check_origin(request(("Origin", "http://" + "a" * 8000)))
    with pytest.raises(ForbiddenError) as also_caught:
        Origins().check_host(request(host="a" * 8000))

    assert 400 > len(str(caught.value))
    assert 400 > len(str(also_caught.value))
