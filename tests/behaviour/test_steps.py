"""Steps and times of metrics: any of them come back, in their order, and what is none changes nothing."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from assay import Run, load_run
from tests.behaviour.metric_calls import INT64_MAX, INT64_MIN, both, first_and_later, log_one
from tests.behaviour.processes import Processes

ODD_STEPS = [INT64_MIN, -1, 0, 1, 2**31, 2**53 + 1, INT64_MAX]


class Index:
    def __index__(self) -> int:
        return 12


# Times


@both
def test_without_a_timestamp_it_is_now(run: Run, call: str) -> None:
    before = datetime.now(UTC) - timedelta(microseconds=1)

    log_one(run, call, 1.0, step=0)

    after = datetime.now(UTC)
    (found,) = run.metric_history("loss").timestamps.astype("datetime64[us]").tolist()
    assert before <= found.replace(tzinfo=UTC) <= after


NAIVE = datetime(2024, 2, 29, 12, 30, 45, 123456)  # noqa: DTZ001 - a naive one is local time
TIMES = [
    (NAIVE, NAIVE.astimezone(UTC)),
    (NAIVE.replace(tzinfo=UTC), NAIVE.replace(tzinfo=UTC)),
    (NAIVE.replace(tzinfo=timezone(timedelta(hours=-7))), NAIVE.replace(tzinfo=UTC) + timedelta(hours=7)),
    (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
    (1_700_000_000.123456, datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)),
    ("1700000000.5", datetime(2023, 11, 14, 22, 13, 20, 500000, tzinfo=UTC)),
    (np.float64(0.000001), datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
    (0, datetime(1970, 1, 1, tzinfo=UTC)),
    (-1.5, datetime(1969, 12, 31, 23, 59, 58, 500000, tzinfo=UTC)),
    (datetime(1, 1, 2, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)),
    (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
]


@both
def test_timestamps_are_kept_to_the_microsecond_however_far_away(run: Run, call: str) -> None:
    for index, (given, _) in enumerate(TIMES):
        log_one(run, call, 1.0, f"m{index}", timestamp=given)
        log_one(run, call, 2.0, f"m{index}", timestamp=given, step=7)

    for index, (_, expected) in enumerate(TIMES):
        wanted = np.datetime64(expected.replace(tzinfo=None), "us")
        assert [wanted, wanted] == list(run.metric_history(f"m{index}").timestamps)


def test_a_naive_timestamp_is_local_time(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    script = """
    from datetime import datetime
    from assay import Run
    with Run("digits", "baseline") as run:
        run.log_metric("loss", 1.0, timestamp=datetime(2024, 1, 1, 9, 0, 0, 5))
    """
    processes.run(script)

    times = load_run("baseline", "digits").metric_history("loss").timestamps
    assert [np.datetime64("2024-01-01T00:00:00.000005")] == list(times)


NO_TIMES: list[tuple[Any, type[Exception]]] = [
    ("yesterday", ValueError),
    (math.nan, ValueError),
    (math.inf, ValueError),
    (1e300, ValueError),
    ([], TypeError),
    (object(), TypeError),
    (timedelta(seconds=1), TypeError),
]


@both
def test_what_is_no_time_is_an_error_and_changes_nothing(run: Run, call: str) -> None:
    for timestamp, error in NO_TIMES:
        with pytest.raises(error, match="timestamp"):
            log_one(run, call, 1.0, timestamp=timestamp, step=1)

    assert {} == run.metrics


# Steps


@both
def test_steps_come_back_over_all_of_int64(run: Run, call: str) -> None:
    for step in ODD_STEPS:
        log_one(run, call, float(step % 7), step=step)

    history = run.metric_history("loss")
    assert ODD_STEPS == history.steps.tolist()
    assert [float(step % 7) for step in ODD_STEPS] == history.values.tolist()


@both
@first_and_later
def test_anything_with_an_index_is_a_step(run: Run, call: str, earlier: bool) -> None:
    steps = [(True, 1), (np.int64(5), 5), (np.uint8(200), 200), (np.array(3), 3), (Index(), 12), (-4, -4)]
    for index, (step, _) in enumerate(steps):
        if earlier:
            log_one(run, call, 0.0, f"m{index}", step=INT64_MIN)
        log_one(run, call, 1.0, f"m{index}", step=step)

    assert [expected for _, expected in steps] == [
        run.metric_history(f"m{index}").steps[-1] for index in range(len(steps))
    ]


@both
@first_and_later
def test_any_other_step_is_the_sdks_error_and_changes_nothing(run: Run, call: str, earlier: bool) -> None:
    if earlier:
        log_one(run, call, 0.5, step=0)

    for step in (1.0, "1", 1.5, np.float64(2), [1], b"1", Decimal(1)):
        with pytest.raises(ValueError, match=r"^step must be int\."):
            log_one(run, call, 1.0, step=step)
        with pytest.raises(ValueError, match=r"^step must be int\."):
            log_one(run, call, 1.0, step=step, timestamp=0)

    assert ({"loss": 1} if earlier else {}) == {name: one.count for name, one in run.metrics.items()}


@both
@first_and_later
def test_a_step_beyond_int64_is_a_value_error_and_changes_nothing(run: Run, call: str, earlier: bool) -> None:
    if earlier:
        log_one(run, call, 0.5, step=0)

    for step in (INT64_MAX + 1, INT64_MIN - 1, 10**30):
        with pytest.raises(ValueError, match="step"):
            log_one(run, call, 1.0, step=step)

    assert ({"loss": 1} if earlier else {}) == {name: one.count for name, one in run.metrics.items()}


@both
def test_points_without_a_step_are_counted_from_zero(run: Run, call: str) -> None:
    for value in (3.0, 2.0, 1.0):
        log_one(run, call, value)
    run.log_metric("other", 0.0)

    history = run.metric_history("loss")
    assert ([0, 1, 2], [3.0, 2.0, 1.0]) == (history.steps.tolist(), history.values.tolist())
    assert [0] == run.metric_history("other").steps.tolist()


@both
def test_a_later_writer_counts_on_from_the_last_step_of_each_series(call: str) -> None:
    with Run("digits", "baseline") as run:
        log_one(run, call, 1.0, step=41)
        run.log_metric("other", 1.0)

    with load_run("baseline", "digits") as again:
        log_one(again, call, 2.0)
        log_one(again, call, 3.0)
        again.log_metric("other", 2.0)
        again.log_metric("new", 1.0)

    assert [41, 42, 43] == run.metric_history("loss").steps.tolist()
    assert [0, 1] == run.metric_history("other").steps.tolist()
    assert [0] == run.metric_history("new").steps.tolist()


def test_log_metric_and_log_metrics_count_one_series_together(run: Run) -> None:
    run.log_metric("loss", 0.0)
    run.log_metrics({"loss": 1.0, "acc": 0.5})
    run.log_metric("loss", 2.0)
    run.log_metrics({"acc": 0.6})

    history = run.metric_history("loss")
    assert ([0, 1, 2], [0.0, 1.0, 2.0]) == (history.steps.tolist(), history.values.tolist())
    assert [0, 1] == run.metric_history("acc").steps.tolist()


@both
def test_repeated_and_unordered_steps_are_all_kept_by_step_then_time_then_logging(run: Run, call: str) -> None:
    points = [(5, 0.0), (1, 1.0), (5, 2.0), (1, 3.0), (3, 4.0), (5, 5.0)]
    for step, value in points:
        log_one(run, call, value, step=step)
    early = datetime(2000, 1, 1, tzinfo=UTC)
    log_one(run, call, 6.0, step=5, timestamp=early)
    log_one(run, call, 7.0, step=5, timestamp=early)

    history = run.metric_history("loss")
    assert [1, 1, 3, 5, 5, 5, 5, 5] == history.steps.tolist()
    assert [1.0, 3.0, 4.0, 6.0, 7.0, 0.0, 2.0, 5.0] == history.values.tolist()
    assert 5.0 == run.metrics["loss"].last
