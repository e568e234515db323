"""Which rows of a block count: those whose mark is set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.rows import UNMARKED, VOID, Layout, marked_runs

marks = st.sampled_from([UNMARKED, VOID, 1, 1_700_000_000_000_000_000, -5])


@pytest.mark.parametrize(("stamped", "words", "first_value"), [(False, 4, 2), (True, 5, 3)])
def test_a_stamped_row_has_one_word_more(stamped: bool, words: int, first_value: int) -> None:
    layout = Layout(("loss", "accuracy"), stamped)

    assert (words, first_value) == (layout.words, layout.first_value)


@given(st.lists(marks, max_size=40))
def test_every_row_is_finished_void_or_waited_for(several: list[int]) -> None:
    runs, unmarked = marked_runs(several)

    finished = [index for first, count in runs for index in range(first, first + count)]
    assert [index for index, mark in enumerate(several) if mark not in (UNMARKED, VOID)] == finished
    assert [index for index, mark in enumerate(several) if mark == UNMARKED] == unmarked


@given(st.lists(marks, max_size=40))
def test_runs_of_finished_rows_are_as_long_as_they_can_be(several: list[int]) -> None:
    runs, _ = marked_runs(several)

    for first, count in runs:
        around = several[max(first - 1, 0) : first] + several[first + count : first + count + 1]
        assert all(mark in (UNMARKED, VOID) for mark in around)
