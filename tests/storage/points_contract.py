"""The part of a store's contract that is about points: what was handed over is read back, folded or not."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.errors import MetricNotFoundError
from assay.formats.columns import Columns, columns_in_numpy, join_columns
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from assay.formats.summary import summarise
from assay.storage.contract import Store
from tests.formats import points
from tests.formats.points import INT64_MAX, INT64_MIN, PAYLOAD_NAN, same_points
from tests.storage.writing import NOW_US, Writer, new_run, rows, run_spec

segments = st.lists(st.lists(points.rows(max_rows=6), max_size=3), min_size=1, max_size=4)
reused = settings(
    max_examples=40,
    # Each example makes a run of its own in the test's store, and each store's class runs the test.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class PointsContract:
    def test_points_are_read_while_their_writer_goes_on_and_after_it_left(self, store: Store) -> None:
        writer = Writer(store, new_run(store))

        writer.send(rows("loss", [3.0, 2.0]))
        during = store.history(writer.run.uid, "loss")
        writer.leave(rows("loss", [1.0], first_step=2, time_us=NOW_US + 2))
        after = store.history(writer.run.uid, "loss")

        assert ([0, 1], [3.0, 2.0]) == (list(during.steps), list(during.values))
        assert ([0, 1, 2], [3.0, 2.0, 1.0]) == (list(after.steps), list(after.values))
        assert [NOW_US, NOW_US + 1, NOW_US + 2] == list(after.timestamps_us)

    @reused
    @given(several=segments, gone=st.booleans())
    def test_all_points_of_a_writer_come_back_bit_for_bit(
        self, store: Store, several: list[list[Rows]], gone: bool
    ) -> None:
        several = [[_moved(part, index) for part in parts] for index, parts in enumerate(several)]
        writer = Writer(store, store.open_run(run_spec("drawn", "run", if_exists="new"))[0])
        for index, parts in enumerate(several):
            writer.send(*parts, final=gone and index == len(several) - 1)

        found = store.summaries(writer.run.uid)

        whole = columns_in_numpy([part for parts in several for part in parts])
        assert sorted(whole) == list(found)
        for name, expected in _in_order_of_segments(several).items():
            assert same_points(expected, store.history(writer.run.uid, name))
            assert repr(summarise(expected).last) == repr(found[name].last)
            assert (summarise(expected).count, summarise(expected).nonfinite_count) == (
                found[name].count,
                found[name].nonfinite_count,
            )
            assert (summarise(expected).min, summarise(expected).max) == (found[name].min, found[name].max)
            assert (summarise(expected).first_step, summarise(expected).last_step) == (
                found[name].first_step,
                found[name].last_step,
            )

    @pytest.mark.parametrize("value", [PAYLOAD_NAN, math.nan, math.inf, -math.inf, -0.0, 5e-324, 2.0**53 + 2])
    def test_the_last_value_of_a_summary_is_bit_for_bit(self, store: Store, value: float) -> None:
        writer = Writer(store, new_run(store))

        writer.leave(rows("loss", [value]))

        last = store.summaries(writer.run.uid)["loss"].last
        assert struct.pack("<d", value) == struct.pack("<d", last)

    @pytest.mark.parametrize("value", [-0.0, 0.0])
    def test_the_sign_of_a_zero_stays_in_a_summary(self, store: Store, value: float) -> None:
        writer = Writer(store, new_run(store))

        writer.leave(rows("loss", [value, value]))

        summary = store.summaries(writer.run.uid)["loss"]
        assert [str(value)] * 3 == [str(one) for one in (summary.last, summary.min, summary.max)]

    def test_a_series_of_many_segments_is_one_series(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        values = np.random.default_rng(0).standard_normal(60_000)
        for start in range(0, len(values), 7000):
            part = values[start : start + 7000].tolist()
            writer.send(rows("loss", part, first_step=start, time_us=NOW_US + start))
        before = store.history(writer.run.uid, "loss")
        writer.leave()

        after = store.history(writer.run.uid, "loss")

        expected = Columns(np.arange(60_000), NOW_US + np.arange(60_000), values)
        assert same_points(expected, before)
        assert same_points(expected, after)
        summary = store.summaries(writer.run.uid)["loss"]
        assert (60_000, values.min(), values.max(), values[-1]) == (
            summary.count,
            summary.min,
            summary.max,
            summary.last,
        )
        assert math.isclose(values.mean(), summary.mean or 0.0, rel_tol=1e-9)

    def test_a_view_holds_at_most_so_many_points_and_every_extreme(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        values = np.random.default_rng(1).standard_normal(50_000)
        writer.send(rows("loss", values[:30_000].tolist()))
        writer.leave(rows("loss", values[30_000:].tolist(), first_step=30_000))

        view = store.history(writer.run.uid, "loss", max_points=100)
        zoom = store.history(writer.run.uid, "loss", max_points=50, first_step=10_000, end_step=20_000)

        assert len(view) <= 100
        assert (0, 49_999) == (view.steps[0], view.steps[-1])
        assert (values.min(), values.max()) == (view.values.min(), view.values.max())
        assert len(zoom) <= 50
        assert (10_000, 19_999) == (zoom.steps[0], zoom.steps[-1])
        inside = values[10_000:20_000]
        assert (inside.min(), inside.max()) == (zoom.values.min(), zoom.values.max())

    def test_points_of_several_writers_are_one_series_by_step_then_time_then_writer(self, store: Store) -> None:
        run = new_run(store)
        one, other = Writer(store, run), Writer(store, run)

        other.send(rows("loss", [10.0, 11.0], first_step=1, time_us=NOW_US))
        one.send(rows("loss", [20.0, 21.0], first_step=1, time_us=NOW_US))
        other.leave()
        one.leave(rows("loss", [5.0], first_step=1, time_us=NOW_US - 5))

        history = store.history(run.uid, "loss")
        assert [1, 1, 1, 2, 2] == list(history.steps)
        assert [5.0, 20.0, 10.0, 21.0, 11.0] == list(history.values)

    def test_a_later_writer_learns_the_last_step_of_each_series(self, store: Store) -> None:
        run = new_run(store)
        Writer(store, run).leave(rows("loss", [1.0, 2.0], first_step=41), rows("acc", [1.0], first_step=-3))

        again = Writer(store, run)

        assert (2, {"loss": 42, "acc": -3}) == (again.opened.attempt, again.opened.last_steps)

    @pytest.mark.parametrize("step", [INT64_MIN, -1, 2**53 + 1, INT64_MAX])
    def test_steps_of_all_sizes_come_back(self, store: Store, step: int) -> None:
        writer = Writer(store, new_run(store))

        writer.leave(rows("loss", [1.0], first_step=step))

        assert [step] == list(store.history(writer.run.uid, "loss").steps)
        summary = store.summaries(writer.run.uid)["loss"]
        assert (step, step, step) == (summary.first_step, summary.min_step, summary.last_step)

    def test_many_metrics_of_a_row_and_of_a_run(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        names = tuple(f"group/metric {number}" for number in range(300))
        body = struct.pack(f"=qq{len(names)}d", NOW_US * 1000, 5, *range(len(names)))

        writer.leave(Rows(Layout(names, stamped=False), 1, body))

        found = store.summaries(writer.run.uid)
        assert sorted(names) == list(found)
        assert [float(number) for number in range(300)] == [found[name].last for name in names]

    def test_runs_do_not_share_series(self, store: Store) -> None:
        one, other = Writer(store, new_run(store, "e", "one")), Writer(store, new_run(store, "e", "other"))

        one.leave(rows("loss", [1.0]))
        other.send(rows("loss", [2.0]))

        assert ([1.0], [2.0]) == tuple(list(store.history(each.run.uid, "loss").values) for each in (one, other))

    def test_a_metric_that_is_not_there_is_not_found_and_the_nearest_named(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        writer.send(rows("val/loss", [1.0]))

        with pytest.raises(MetricNotFoundError, match=r"'val/los'.*'baseline'.*nearest: 'val/loss'"):
            store.history(writer.run.uid, "val/los")

    def test_a_segment_of_points_sent_again_is_not_doubled(self, store: Store) -> None:
        writer = Writer(store, new_run(store))
        for _ in range(2):
            store.append(writer.uid, 0, [], [rows("loss", [1.0])], final=False)
        for _ in range(2):
            store.append(writer.uid, 1, [], [rows("loss", [2.0])], final=True)

        assert [1.0, 2.0] == sorted(store.history(writer.run.uid, "loss").values)
        assert 2 == store.summaries(writer.run.uid)["loss"].count


def _moved(part: Rows, segment: int) -> Rows:
    """The rows logged within a segment's own time, behind that of the segments before it."""
    table = np.frombuffer(part.body, np.int64).reshape(part.count, -1).copy()
    table[:, 0] = segment * 10_000_000 + table[:, 0] % 5000 + 1
    return Rows(part.layout, part.count, table.tobytes())


def _in_order_of_segments(several: list[list[Rows]]) -> dict[str, Columns]:
    """Each series whole; of equal step and time, an earlier segment's points come first."""
    series: dict[str, list[Columns]] = {}
    for parts in several:
        for name, columns in columns_in_numpy(parts).items():
            series.setdefault(name, []).append(columns)
    return {name: join_columns(pieces) for name, pieces in series.items()}
