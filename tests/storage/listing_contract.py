"""The part of a store's contract that is about listing runs, a page at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.errors import InvalidInputError
from assay.storage.contract import RunQuery, Store
from tests.storage.writing import NOW_US, new_run


class ListingContract:
    def test_a_missing_experiment_lists_no_runs(self, store: Store) -> None:
        page = store.list_runs(RunQuery("nothing"))

        assert ([], None) == (page.runs, page.next_token)

    @pytest.mark.parametrize("sort_by", ["Name", "CreationTime"])
    @pytest.mark.parametrize("descending", [False, True])
    def test_pages_together_are_the_whole_list(self, store: Store, sort_by: str, descending: bool) -> None:
        for index in range(7):  # three were made in one microsecond
            new_run(store, "digits", f"run-{index * 3 % 7}", created_us=NOW_US + index // 3)
        new_run(store, "another", "run")
        query = RunQuery("digits", sort_by=sort_by, descending=descending)
        whole = store.list_runs(query).runs
        pages: list[list[str]] = []
        token = None
        while not pages or token is not None:
            page = store.list_runs(replace(query, limit=2, token=token))
            pages.append([run.name for run in page.runs])
            token = page.next_token

        assert [2, 2, 2, 1] == [len(page) for page in pages]
        assert [run.name for run in whole] == [name for page in pages for name in page]
        keys = [(run.name if sort_by == "Name" else run.created_us) for run in whole]
        assert sorted(keys, reverse=descending) == keys

    def test_a_run_created_between_two_pages_repeats_and_hides_none(self, store: Store) -> None:
        for index in range(4):
            new_run(store, "digits", f"run-{index}", created_us=NOW_US + index)
        first = store.list_runs(RunQuery("digits", limit=2))

        new_run(store, "digits", "late", created_us=NOW_US + 9)
        second = store.list_runs(RunQuery("digits", limit=2, token=first.next_token))

        assert ["run-3", "run-2"] == [run.name for run in first.runs]
        assert ["run-1", "run-0"] == [run.name for run in second.runs]

    def test_times_bound_a_listing(self, store: Store) -> None:
        for index in range(5):
            new_run(store, "digits", f"run-{index}", created_us=NOW_US + index * 10)

        page = store.list_runs(
            RunQuery("digits", created_after_us=NOW_US + 5, created_before_us=NOW_US + 35, descending=False)
        )

        assert ["run-1", "run-2", "run-3"] == [run.name for run in page.runs]

    @pytest.mark.parametrize("token", ["", "x", "é", "W10=", "bnVsbA==", "WzEsIDJd", "W1siYSIsIDFdLCAiMCJd"])
    def test_a_forged_token_is_refused(self, store: Store, token: str) -> None:
        new_run(store)

        with pytest.raises(InvalidInputError, match="next_token"):
            store.list_runs(RunQuery("digits", limit=1, token=token))

    def test_a_token_of_another_listing_is_refused(self, store: Store) -> None:
        for index in range(3):
            new_run(store, "digits", f"run-{index}")
        token = store.list_runs(RunQuery("digits", limit=1)).next_token

        for other in (
            RunQuery("digits", limit=1, token=token, descending=False),
            RunQuery("digits", limit=1, token=token, sort_by="Name"),
            RunQuery("other", limit=1, token=token),
        ):
            with pytest.raises(InvalidInputError, match="next_token"):
                store.list_runs(other)
