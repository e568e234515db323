"""Answers that are good for a few seconds."""

from __future__ import annotations

import threading

import pytest

from assay.serving.access import remembered
from assay.serving.access.remembered import Remembered


def test_a_value_is_good_for_a_while() -> None:
    values: Remembered[str] = Remembered(0.05)

    assert "x" == values.put("a", "x", epoch=0) == values.get("a")
    assert values.get("b") is None
    threading.Event().wait(0.06)
    assert values.get("a") is None


def test_nothing_is_kept_for_no_time() -> None:
    values: Remembered[str] = Remembered(0)

    assert "x" == values.put("a", "x", epoch=0)
    assert values.get("a") is None


def test_what_was_read_before_everything_was_dropped_is_not_kept() -> None:
    values: Remembered[str] = Remembered(60)
    epoch = values.epoch
    values.put("a", "x", epoch=epoch)
    values.forget()
    values.put("a", "x", epoch=epoch)

    assert values.get("a") is None
    values.put("a", "y", epoch=values.epoch)
    assert "y" == values.get("a")


def test_beyond_so_many_values_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "CAPACITY", 3)
    values: Remembered[int] = Remembered(60)
    for number, key in enumerate("abca"):
        values.put(key, number, epoch=0)
    values.put("d", 4, epoch=0)

    assert [3, None, 2, 4] == [values.get(key) for key in "abcd"]


def test_no_value_stands_in_the_representation() -> None:
    values: Remembered[str] = Remembered(60)
    values.put("key", "value", epoch=0)

    assert "Remembered(1 values)" == repr(values)
