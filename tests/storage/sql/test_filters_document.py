"""The examples of docs/filters.md can be read and run, and its errors are those that are raised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assay.formats.filter import MAX_LENGTH, parse_filter, parse_order
from assay.formats.filter_builder import MAX_NESTING, MAX_ORDER_KEYS
from assay.formats.filter_error import FilterError
from assay.formats.filter_field import ATTRIBUTES, read_field
from assay.formats.filter_tree import Null
from assay.storage.sql.orders import pick_runs
from tests.formats.filter_trees import NOW_US
from tests.storage.sql.searched import COUNT, Searched

DOCUMENT = (Path(__file__).parents[3] / "docs" / "filters.md").read_text("utf-8")
SECTIONS = {
    title: re.findall(r"^```text\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    for title, body in re.findall(r"^#+ (.+?)\n(.*?)(?=^#+ |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
}
ORDERS = [line for block in SECTIONS["Order"] for line in block.splitlines()]
FAULTS = [block.split("\n", 1) for block in SECTIONS["Errors"]]
FILTERS = [
    line
    for title, blocks in SECTIONS.items()
    if title not in ("Order", "Errors")
    for block in blocks
    for line in block.splitlines()
]


@pytest.mark.parametrize("text", FILTERS)
def test_an_example_runs(searched: Searched, text: str) -> None:
    assert 0 <= len(pick_runs(searched.connection, parse_filter(text), now_us=NOW_US)) <= COUNT


@pytest.mark.parametrize("text", ORDERS)
def test_an_order_runs(searched: Searched, text: str) -> None:
    assert COUNT == len(pick_runs(searched.connection, parse_filter(""), parse_order(text), now_us=NOW_US))


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_an_error_is_the_one_that_is_raised(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)

    assert message.rstrip("\n") == str(caught.value)


def test_every_kind_of_example_is_there() -> None:
    assert (True, 2, 2) == (len(FILTERS) > 15, len(ORDERS), len(FAULTS))


def test_every_field_of_a_run_is_named_and_every_field_that_is_named_is_one() -> None:
    table = DOCUMENT.partition("| field | is |")[2].partition("\n\n")[0]
    named = [
        code
        for row in table.splitlines()[2:]
        for code in re.findall(r"`([^`]+)`", row.split("|")[1])
        if not code.startswith(".")
    ]

    fields = [read_field(name) for name in named]

    assert set(ATTRIBUTES) <= {field.name for field in fields}
    assert [Null(field) for field in fields] == [parse_filter(f"{name} is null") for name in named]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (value, field)
        for kind, field in (
            ("number", "metrics.a"),
            ("text", "params.a"),
            ("truth", "params.a"),
            ("time", "created"),
            ("length of time", "duration"),
        )
        for value in re.findall(r"`([^`]+)`", re.findall(rf"^\| {kind} \| (.*)$", DOCUMENT, re.MULTILINE)[0])
    ],
)
def test_every_value_that_is_named_fits_its_field(value: str, field: str) -> None:
    assert parse_filter("") != parse_filter(f"{field} = {value}")


def test_the_limits_are_those_that_hold() -> None:
    said = re.search(r"at most ([\d,]+) characters, and parentheses (\d+) deep; an order has at most (\d+)", DOCUMENT)

    assert said is not None
    assert (MAX_LENGTH, MAX_NESTING, MAX_ORDER_KEYS) == tuple(int(one.replace(",", "")) for one in said.groups())
