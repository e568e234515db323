"""Requests as tests make them, and a clock that stands until it is moved."""

from __future__ import annotations

from assay.serving.access.request import Connection, Request

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
HERE = ("127.0.0.1", 8765)
NEAR = ("127.0.0.1", 50_000)
FAR = ("203.0.113.9", 50_000)
OWN_PAGE = ("Origin", "http://localhost:8765")
OWN_FETCH = ("Sec-Fetch-Site", "same-origin")
OTHER_PAGE = ("Origin", "http://evil.example")


class Clock:
    def __init__(self) -> None:
        self.now_us = 1_800_000_000 * SECOND_US

    def __call__(self) -> int:
        return self.now_us

    def pass_days(self, days: float) -> None:
        self.now_us += int(days * DAY_US)


def request(
    *headers: tuple[str, str],
    method: str = "GET",
    host: str | None = "localhost:8765",
    client: tuple[str, int] | None = FAR,
    server: tuple[str, int] | None = HERE,
    is_tls: bool = False,
    connection: Connection | None = None,
) -> Request:
    pairs = [] if host is None else [("host", host)]
    encoded = [(name.lower().encode(), value.encode("utf-8")) for name, value in (*pairs, *headers)]
    return Request(method, "/v1/runs", encoded, client, server, is_tls, connection)


def bearer(token: str) -> tuple[str, str]:
    return "authorization", f"Bearer {token}"


def cookie_of(set_cookie: str) -> tuple[str, str]:
    return "cookie", set_cookie.partition(";")[0]
