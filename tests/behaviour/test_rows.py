"""Every row of the contract has its tests, and every test its row."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.behaviour.rows import ROWS

FOLDER = Path(__file__).parent
BEYOND = frozenset(
    f"test_{name}.py"
    for name in ("compare", "gc", "histories", "lineage", "search", "servers_named", "tidying", "transfer")
)
"""Files of what goes beyond the rows: nothing that a script for the official SDK does."""


def names_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


TESTS = Counter(
    name
    for path in sorted(FOLDER.glob("test_*.py"))
    if path != Path(__file__) and path.name not in BEYOND
    for name in names_in(path)
)


@pytest.mark.parametrize(
    ("section", "row"), [(section, row) for section, rows in ROWS.items() for row in rows], ids=lambda text: text
)
def test_a_row_has_tests_that_exist(section: str, row: str) -> None:
    named = ROWS[section][row].split()

    assert named != []
    assert [] == [name for name in named if name not in TESTS]


def test_a_tests_name_is_its_own() -> None:
    assert [] == [name for name, count in TESTS.items() if count > 1]


def test_every_test_belongs_to_a_row() -> None:
    named = {name for rows in ROWS.values() for names in rows.values() for name in names.split()}

    assert [] == sorted(set(TESTS) - named)
