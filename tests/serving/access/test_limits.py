"""How much one client may ask."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from assay.errors import InvalidInputError, RateLimitedError
from assay.serving.access import limits
from assay.serving.access.limits import DEFAULT_PAGE, MAX_PAGE, Allowance, Limits, page_size

HERE = ip_address("192.0.2.1")


class Seconds:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def taken(allowance: Allowance, client: str, tries: int) -> int:
    return sum(allowance.take(client) == 0 for _ in range(tries))


def test_a_client_may_take_so_many_at_once_and_then_so_many_a_second() -> None:
    clock = Seconds()
    allowance = Allowance(10, 25, clock_s=clock)

    assert 25 == taken(allowance, "a", 100)
    clock.now_s += 1
    assert 10 == taken(allowance, "a", 100)
    clock.now_s += 3600
    assert 25 == taken(allowance, "a", 100)


def test_clients_do_not_share_what_they_may_take() -> None:
    allowance = Allowance(10, 5, clock_s=Seconds())
    taken(allowance, "a", 100)

    assert 5 == taken(allowance, "b", 100)


def test_a_client_is_told_how_long_to_wait_and_waiting_so_long_is_enough() -> None:
    clock = Seconds()
    allowance = Allowance(4, 2, clock_s=clock)
    taken(allowance, "a", 2)
    wait_s = allowance.take("a")

    assert 0.25 == pytest.approx(wait_s)
    assert wait_s == pytest.approx(allowance.wait_s("a"))
    clock.now_s += wait_s
    assert 0 == allowance.wait_s("a")
    assert 0 == allowance.take("a")
    assert 0 < allowance.take("a")


def test_more_clients_than_can_be_told_apart_share_one_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CLIENTS", 100)
    clock = Seconds()
    allowance = Allowance(1, 10, clock_s=clock)
    for number in range(100):
        allowance.take(str(number))

    assert 10 == sum(taken(allowance, f"new-{number}", 1) for number in range(1000))
    assert 9 == taken(allowance, "7", 100)  # who was there before keeps what is theirs
    clock.now_s += 60
    assert 10 == taken(allowance, "later", 100)


def test_requests_of_one_token_from_one_address_are_counted_together() -> None:
    few = Limits(1, 3)
    for _ in range(3):
        few.count_request(HERE, "token")

    with pytest.raises(RateLimitedError, match="too many requests") as caught:
        few.count_request(HERE, "token")
    assert 0 < caught.value.retry_after_s <= 1
    few.count_request(HERE, "another")
    few.count_request(HERE)
    few.count_request(ip_address("192.0.2.2"), "token")


def test_a_customers_ipv6_addresses_count_as_one() -> None:
    few = Limits(0.001, 1)
    few.count_request(ip_address("2001:db8:1:2::1"))

    with pytest.raises(RateLimitedError):
        few.count_request(ip_address("2001:db8:1:2:ffff::9"))
    few.count_request(ip_address("2001:db8:1:3::1"))


def test_clients_without_an_address_count_as_one() -> None:
    few = Limits(0.001, 1)
    few.count_request(None)

    with pytest.raises(RateLimitedError):
        few.count_request(None)


def test_without_a_limit_as_many_as_come_are_let_in() -> None:
    unlimited = Limits(None)
    for _ in range(limits.REQUESTS_AT_ONCE * 2):
        unlimited.count_request(HERE)


def test_ten_failed_sign_ins_a_minute_are_too_many() -> None:
    few = Limits()
    for _ in range(10):
        few.check_failures(HERE)
        few.count_failure(HERE)

    for refuse in (few.check_failures, few.count_failure):
        with pytest.raises(RateLimitedError, match="too many sign-ins from this address failed; try again in 6 s"):
            refuse(HERE)
    few.check_failures(ip_address("192.0.2.2"))


def test_a_page_has_as_many_items_as_were_asked_for_within_bounds() -> None:
    assert [DEFAULT_PAGE, 1, MAX_PAGE] == [page_size(asked) for asked in (None, 1, MAX_PAGE)]
    for asked in (0, -1, MAX_PAGE + 1, 2**63):
        with pytest.raises(InvalidInputError, match=f"not {asked}"):
            page_size(asked)
