"""The way in for a page: by its cookie, and for this server's own pages only."""

from __future__ import annotations

import pytest

from assay.errors import ForbiddenError, NotSignedInError
from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant, Role
from assay.serving.access.members import Members, NewToken
from assay.serving.access.origin import Origins
from assay.serving.access.proxies import Proxies
from tests.serving.access.requests import NEAR, OTHER_PAGE, OWN_FETCH, OWN_PAGE, Clock, bearer, cookie_of, request


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
