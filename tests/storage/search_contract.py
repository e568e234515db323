"""The part of a store's contract that is about searching: what is picked, in which order, a page at a time."""

from __future__ import annotations

import base64
import json
import math
import time
from dataclasses import replace

import pytest

from assay.errors import InvalidInputError
from assay.formats.filter_error import FilterError
from assay.storage.contract import Store
from assay.storage.search import FoundRuns, SearchQuery
from tests.storage.writing import NOW_US, Writer, new_run, parameters, rows


def names(found: FoundRuns) -> list[str]:
    return found.column("name")


def fill(store: Store) -> None:
    """Runs `r0` to `r6` of `digits`: their loss is their number, but infinite in `r3`, NaN in `r5`, none in `r6`."""
    for index in range(7):
        run = new_run(store, "digits", f"r{index}", created_us=NOW_US + index, tags={"odd": str(index % 2)})
        writer = Writer(store, run)
        writer.send(parameters({"index": index, "depth": index % 3}))
        writer.leave(
            *([] if index == 6 else [rows("loss", [9.0, {5: math.nan, 3: math.inf}.get(index, float(index))])])
        )


class SearchContract:
    def test_a_search_without_a_question_gives_all_runs_the_newest_first(self, store: Store) -> None:
        fill(store)

        assert [f"r{index}" for index in range(6, -1, -1)] == names(store.search_runs(SearchQuery()))

    def test_a_search_gives_what_a_run_record_says(self, store: Store) -> None:
        fill(store)

        found = store.search_runs(SearchQuery(("digits",), "params.index = 3"))

        assert [store.find_run("digits", "r3")] == [found.record(place) for place in range(len(found))]
        assert ["digits"] == found.experiment_names()

    def test_a_search_gives_the_last_values_of_what_it_picked(self, store: Store) -> None:
        fill(store)

        found = store.search_runs(SearchQuery(filter="params.index in (4, 6, 2)", order_by="params.index"))

        last = found.last_values
        values = zip(last.places, map(found.metric_names.get, last.numbers), last.values, strict=True)
        assert [(0, "loss", 2.0), (1, "loss", 4.0)] == sorted(values)

    @pytest.mark.parametrize("value", [-0.0, 0.0, math.inf, -math.inf, 5e-324, math.nan])
    def test_last_values_are_given_bit_for_bit(self, store: Store, value: float) -> None:
        Writer(store, new_run(store)).leave(rows("odd", [1.0, value]))

        [given] = store.search_runs(SearchQuery()).last_values.values

        assert repr(value) == repr(given)

    def test_a_live_run_is_found_by_what_it_has_logged_so_far(self, store: Store) -> None:
        Writer(store, new_run(store)).send(rows("loss", [3.0, 2.0]))

        assert 1 == len(store.search_runs(SearchQuery(filter="metrics.loss = 2 and metrics.loss.first = 3")))

    def test_experiments_are_searched_apart_and_together(self, store: Store) -> None:
        for experiment in ("digits", "words", "others"):
            new_run(store, experiment, f"of-{experiment}")

        def found(*experiments: str) -> list[str]:
            return sorted(names(store.search_runs(SearchQuery(experiments))))

        assert ["of-words"] == found("words")
        assert ["of-digits", "of-words"] == found("words", "digits", "nothing")
        assert [] == found("nothing")
        assert [] == found()

    @pytest.mark.parametrize(
        "order_by", ["", "metrics.loss", "metrics.loss desc", "params.depth desc, metrics.loss", "name", "tags.odd"]
    )
    @pytest.mark.parametrize("text", ["", "params.index != 3"])
    def test_pages_together_are_the_whole_search(self, store: Store, text: str, order_by: str) -> None:
        fill(store)
        query = SearchQuery(("digits",), text, order_by)
        whole = store.search_runs(query)
        pages: list[list[str]] = []
        token = None
        while not pages or token is not None:
            page = store.search_runs(replace(query, limit=2, token=token))
            pages.append(names(page))
            token = page.next_token

        assert names(whole) == [name for page in pages for name in page]
        assert whole.next_token is None
        assert {2} == {len(page) for page in pages[:-1]}

    def test_a_page_that_holds_the_last_run_has_no_token(self, store: Store) -> None:
        fill(store)

        assert store.search_runs(SearchQuery(limit=7)).next_token is None
        assert store.search_runs(SearchQuery(limit=6)).next_token is not None

    def test_a_run_created_between_two_pages_of_a_search_repeats_and_hides_none(self, store: Store) -> None:
        fill(store)
        first = store.search_runs(SearchQuery(limit=3))
        new_run(store, "digits", "newest", created_us=NOW_US + 100)

        rest = store.search_runs(SearchQuery(token=first.next_token))

        assert ["r3", "r2", "r1", "r0"] == names(rest)

    def test_now_means_on_later_pages_what_it_meant_on_the_first(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(store)
        query = SearchQuery(filter="created > now() - 1m", order_by="name", limit=3)
        monkeypatch.setattr(time, "time_ns", lambda: NOW_US * 1000)
        first = store.search_runs(query)

        monkeypatch.setattr(time, "time_ns", lambda: (NOW_US + 3600 * 10**6) * 1000)

        assert ["r3", "r4", "r5"] == names(store.search_runs(replace(query, token=first.next_token)))
        assert [] == names(store.search_runs(query))

    @pytest.mark.parametrize(
        "change",
        [
            {"filter": "params.index < 6"},
            {"order_by": "name desc"},
            {"experiment_names": ("words",)},
            {"experiment_names": None},
        ],
    )
    def test_a_token_of_another_question_is_refused(self, store: Store, change: dict[str, object]) -> None:
        fill(store)
        query = SearchQuery(("digits",), "params.index < 5", "name", limit=2)
        token = store.search_runs(query).next_token

        with pytest.raises(InvalidInputError, match="next_token"):
            store.search_runs(replace(query, token=token, **change))  # type: ignore[arg-type]

    def test_a_search_refuses_a_forged_token(self, store: Store) -> None:
        fill(store)
        token = store.search_runs(SearchQuery(limit=2)).next_token
        assert token is not None
        place, signature = json.loads(base64.urlsafe_b64decode(token))
        place[0][-1] += 1

        def encoded(document: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()

        for forged in ("", "x", token[:-4], token + "=", encoded([place, signature]), encoded(1), encoded([[]] * 2)):
            with pytest.raises(InvalidInputError, match="next_token"):
                store.search_runs(SearchQuery(limit=2, token=forged))

    @pytest.mark.parametrize("experiment", [("digits",), ("nothing",), None])
    def test_a_filter_that_cannot_be_read_is_refused_wherever_it_is_asked(
        self, store: Store, experiment: tuple[str, ...] | None
    ) -> None:
        with pytest.raises(FilterError, match="column 16"):
            store.search_runs(SearchQuery(experiment, "metrics.loss < 'low'"))
        with pytest.raises(FilterError, match="there is no field"):
            store.search_runs(SearchQuery(experiment, order_by="metrcs.loss"))
