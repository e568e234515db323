"""A store's contract, of many series: each as if it were alone, and in pieces while others write."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.errors import RunNotFoundError
from assay.formats.columns import Columns
from assay.formats.segment import Rows
from assay.storage.contract import Store, View
from assay.storage.pieces import once_a_step
from tests.formats import points
from tests.formats.points import same_points
from tests.storage.test_pieces import in_a_row
from tests.storage.writing import NOW_US, Writer, new_run, rows, run_spec

segments = st.lists(st.lists(points.rows(max_rows=6), max_size=3), min_size=1, max_size=4)
views = st.builds(
    View,
    max_points=st.none() | st.integers(1, 12),
    first_step=st.none() | st.integers(-3, 3),
    end_step=st.none() | st.integers(-2, 5),
    repeated=st.sampled_from(["all", "first", "last"]),
)


class HistoriesContract:
    @settings(
        max_examples=30,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(several=st.lists(segments, min_size=1, max_size=3), view=views, gone=st.booleans())
    def test_each_of_many_series_is_what_it_is_alone(
        self, store: Store, several: list[list[list[Rows]]], view: View, gone: bool
    ) -> None:
        runs = []
        for parts in several:
            writer = Writer(store, store.open_run(run_spec("drawn", "run", if_exists="new"))[0])
            for index, part in enumerate(parts):
                writer.send(*part, final=gone and index == len(parts) - 1)
            runs.append(writer.run.uid)

        found = store.histories(runs, ["a", "b", "never"], view)

        there = {(run, name) for run in runs for name in store.summaries(run) if name != "c"}
        assert there == set(found)
        for (run, name), columns in found.items():
            alone = store.history(
                run,
                name,
                max_points=view.max_points,
                first_step=view.first_step,
                end_step=view.end_step,
                repeated=view.repeated,
            )
            assert same_points(alone, columns)
            assert same_points(alone, store.histories([run], [name], view)[run, name])
            streamed = in_a_row(piece for _, piece in store.stream_histories(run, [name], _whole(view)))
            whole = store.histories([run], [name], _whole(view))[run, name]
            assert same_points(whole, streamed)
            every = store.history(run, name, first_step=view.first_step, end_step=view.end_step)
            assert same_points(once_a_step(every, view.repeated), whole)

    def test_each_writer_is_read_as_if_it_had_been_alone(self, store: Store) -> None:
        run = new_run(store)
        steps = [range(100), range(40, 140)]
        writers = [Writer(store, run), Writer(store, run)]
        for number, (writer, own) in enumerate(zip(writers, steps, strict=True)):
            writer.leave(rows("a", [float(number)] * len(own), first_step=own[0], time_us=NOW_US + own[0]))

        found = store.writer_histories([run.uid], ["a", "never"], View(max_points=10))

        assert [(run.uid, "a", writer.uid) for writer in writers] == list(found)
        for number, (columns, own) in enumerate(zip(found.values(), steps, strict=True)):
            assert 10 >= len(columns)
            assert (own[0], own[-1]) == (int(columns.steps[0]), int(columns.steps[-1]))
            assert {float(number)} == set(columns.values.tolist())

    def test_a_stream_gives_the_series_of_a_run_by_name(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        writer.send(rows("b", [1.0, 2.0]), rows("a", [3.0]))
        writer.leave(rows("b", [4.0], first_step=2))

        found = [(name, piece.values.tolist()) for name, piece in store.stream_histories(writer.run.uid)]

        assert [("a", [3.0]), ("b", [1.0, 2.0, 4.0])] == found

    @pytest.mark.parametrize("sent", [24, 25, 26, 27, 28])
    def test_a_stream_shows_one_state_of_a_series_that_grows_and_is_folded_meanwhile(
        self, store: Store, sent: int
    ) -> None:
        writer = Writer(store, new_run(store))
        size = 7000  # two segments are folded, with the last chunk where that is no longer
        values = np.random.default_rng(0).standard_normal(size * 40)

        def send(first: int, end: int) -> None:
            for start in range(first * size, end * size, size):
                part = values[start : start + size].tolist()
                writer.send(rows("loss", part, first_step=start, time_us=NOW_US + start))

        send(0, sent)
        stream = store.stream_histories(writer.run.uid)
        pieces = [next(stream)[1]]
        send(sent, 40)
        writer.leave()
        pieces += [piece for _, piece in stream]

        count = size * sent
        expected = Columns(np.arange(count), NOW_US + np.arange(count), values[:count])
        assert same_points(expected, in_a_row(iter(pieces)))

    def test_a_stream_holds_up_nobody(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        writer.leave(rows("a", [1.0]), rows("b", [2.0]))
        stream = store.stream_histories(writer.run.uid)
        next(stream)

        other = Writer(store, new_run(store, run_name="other"))
        other.leave(rows("a", [3.0]))

        assert [("b", [2.0])] == [(name, piece.values.tolist()) for name, piece in stream]

    def test_series_of_a_run_that_is_not_there_are_an_error(self, store: Store) -> None:
        with pytest.raises(RunNotFoundError):
            store.histories(["nothing"], ["a"], View())
        with pytest.raises(RunNotFoundError):
            store.stream_histories("nothing")


def _whole(view: View) -> View:
    return View(None, view.first_step, view.end_step, view.repeated)
