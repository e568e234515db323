"""Saved pages: points come back bit for bit, and no text gets out of its element."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.columns import Columns
from assay.formats.saved_page import BLOCK_POINTS, json_element, points_text, script_text
from tests.formats.points import INT64_MAX, INT64_MIN, ODD_DOUBLES, doubles, integers

VECTORS = Path(__file__).parents[2] / "web" / "tests" / "saved" / "vectors.json"
"""What the page's own tests unpack."""


def columns(steps: list[int], times: list[int], values: list[float]) -> Columns:
    return Columns(np.array(steps, np.int64), np.array(times, np.int64), np.array(values, np.float64))


def unpacked(text: str) -> Columns:
    """A reader of its own, which goes from the format's description."""
    found = [columns([], [], [])]
    for line in text.splitlines():
        block = zlib.decompress(b64decode(line), -15)
        count = int.from_bytes(block[:4], "little")
        planes = np.frombuffer(block, np.uint8, offset=4).reshape(3, 8, count)
        words = [np.ascontiguousarray(one.T).reshape(-1).view("<u8") for one in planes]
        plain = [((one >> 1) ^ (0 - (one & 1))).view(np.int64) for one in words[:2]]
        steps, times = np.cumsum(np.cumsum(plain[0])), np.cumsum(plain[1])
        found.append(Columns(steps, times, words[2].view(np.float64)))
    fields = ("steps", "timestamps_us", "values")
    return Columns(*(np.concatenate([getattr(one, name) for one in found]) for name in fields))


def bits(found: Columns) -> tuple[bytes, bytes, bytes]:
    return found.steps.tobytes(), found.timestamps_us.tobytes(), found.values.tobytes()


@given(st.lists(st.tuples(integers, integers, doubles), max_size=30))
def test_points_come_back_bit_for_bit(points: list[tuple[int, int, float]]) -> None:
    given_points = columns([one[0] for one in points], [one[1] for one in points], [one[2] for one in points])

    assert bits(given_points) == bits(unpacked("".join(points_text([given_points]))))


@pytest.mark.parametrize("sizes", [[BLOCK_POINTS], [BLOCK_POINTS - 1, 2], [3, 2 * BLOCK_POINTS + 5, 1]])
def test_blocks_are_of_one_length_however_points_come_in(sizes: list[int]) -> None:
    count = sum(sizes)
    whole = Columns(np.arange(count), np.arange(count) * 7, np.arange(count) / 3)
    ends = np.cumsum(sizes)
    pieces = [
        Columns(whole.steps[end - size : end], whole.timestamps_us[end - size : end], whole.values[end - size : end])
        for size, end in zip(sizes, ends, strict=True)
    ]

    text = "".join(points_text(pieces))

    assert bits(whole) == bits(unpacked(text))
    assert -(-count // BLOCK_POINTS) == len(text.splitlines())


@given(st.text())
def test_no_text_ends_its_element_and_each_comes_back(text: str) -> None:
    found = script_text(json.dumps({text: text}, ensure_ascii=False))

    assert found.isascii()
    assert not set("<>&") & set(found)
    assert {text: text} == json.loads(found)


def test_name_of_an_element_stays_in_its_attribute() -> None:
    found = "".join(json_element('"></script><b>\u2028', b"{}"))

    assert (
        '<script type="application/json" data-saved="&quot;&gt;&lt;/script&gt;&lt;b&gt;&#8232;">{}</script>\n' == found
    )


def test_vectors_of_the_page_s_tests_are_what_they_say() -> None:
    kept = json.loads(VECTORS.read_text(encoding="utf-8"))

    # Another zlib may pack into other bytes.
    assert [bits(one) for one in odd_series().values()] == [bits(unpacked(one["text"])) for one in kept]
    assert [{**one, "text": ""} for one in vectors()] == [{**one, "text": ""} for one in kept]


def odd_series() -> dict[str, Columns]:
    many = BLOCK_POINTS + 3
    return {
        "empty": columns([], [], []),
        "odd values": columns(list(range(len(ODD_DOUBLES))), [5] * len(ODD_DOUBLES), list(ODD_DOUBLES)),
        "odd steps": columns(
            [INT64_MIN, -7, -7, -1, 0, 2**53 + 1, 2**53 + 1, INT64_MAX],
            [INT64_MAX, INT64_MIN, 0, -1, 2**53 + 1, 3, 2, 1],
            [0.5] * 8,
        ),
        "two blocks": Columns(np.arange(many) * 10 - 5, np.arange(many) + 2**60, np.arange(many) / 8),
    }


def vectors() -> list[dict[str, object]]:
    """What each is packed to; values as their bits and integers as texts, since JavaScript's JSON cuts both."""
    return [
        {
            "name": name,
            "text": "".join(points_text([one])),
            "count": len(one),
            "last": 3 if len(one) > 100 else len(one),
            "steps": [str(step) for step in one.steps[-3 if len(one) > 100 else 0 :]],
            "timestamps_us": [str(time) for time in one.timestamps_us[-3 if len(one) > 100 else 0 :]],
            "values": [f"{bits:016x}" for bits in one.values.view(np.uint64)[-3 if len(one) > 100 else 0 :].tolist()],
        }
        for name, one in odd_series().items()
    ]


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
