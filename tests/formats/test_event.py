"""Events come back as they were written, and damage hides nothing but itself."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats import event
from assay.formats.event import Damage, Event, decode_events, encode_event, file_header, read_header

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(texts.filter(lambda key: key != "k"), values, max_size=4)
events = st.builds(Event, st.integers(-(2**63), 2**63 - 1), texts, bodies)


def content(one: Event | Damage) -> tuple[int, str, dict[str, Any]]:
    assert isinstance(one, Event)
    return one.time_ns, one.kind, one.body


def written(several: list[Event]) -> bytes:
    return file_header() + b"".join(map(encode_event, several))


@given(st.lists(events, max_size=5))
def test_events_come_back_in_order(several: list[Event]) -> None:
    back = list(decode_events(written(several)))

    assert [content(one) for one in several] == [content(one) for one in back]


@given(st.lists(events, min_size=1, max_size=5))
def test_an_event_says_where_its_frame_ends(several: list[Event]) -> None:
    data = written(several)

    first, *rest = decode_events(data)
    assert isinstance(first, Event)
    resumed = list(decode_events(data, first.end))

    assert [content(one) for one in rest] == [content(one) for one in resumed]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 2**53 + 1, -(10**40)])
def test_an_event_keeps_numbers_that_json_has_none_for(number: float) -> None:
    (back,) = decode_events(written([Event(1, "parameters", {"values": {"x": number}})]))

    assert isinstance(back, Event)
    kept = back.body["values"]["x"]
    assert (repr(number), type(number)) == (repr(kept), type(kept))


@given(st.lists(events, min_size=1, max_size=4), st.data())
def test_a_file_cut_short_keeps_every_whole_event(several: list[Event], data: st.DataObject) -> None:
    whole = written(several)
    cut = data.draw(st.integers(event.HEADER_BYTES, len(whole)))

    back = list(decode_events(whole[:cut]))

    ends = [one.end for one in decode_events(whole) if isinstance(one, Event)]
    kept = sum(end <= cut for end in ends)
    assert [content(one) for one in several[:kept]] == [content(one) for one in back if isinstance(one, Event)]
    torn = cut - ([event.HEADER_BYTES, *ends][kept])
    assert ([Damage(cut - torn, torn)] if torn else []) == [one for one in back if isinstance(one, Damage)]


@given(st.lists(events, min_size=2, max_size=4), st.data())
def test_a_flipped_bit_hides_one_event_and_none_behind_it(several: list[Event], data: st.DataObject) -> None:
    whole = bytearray(written(several))
    at = data.draw(st.integers(event.HEADER_BYTES, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))

    back = list(decode_events(bytes(whole)))

    ends = [one.end for one in decode_events(written(several)) if isinstance(one, Event)]
    hit = sum(end <= at for end in ends)
    expected = [content(one) for index, one in enumerate(several) if index != hit]
    assert expected == [content(one) for one in back if isinstance(one, Event)]
    assert 1 == sum(isinstance(one, Damage) for one in back)


def test_an_event_whose_text_holds_the_mark_does_not_end_there() -> None:
    tricky = Event(7, "parameters", {"values": {"EVNT": "EVNT" * 3}})

    (back,) = decode_events(written([tricky]))

    assert content(tricky) == content(back)


def test_a_header_says_the_version() -> None:
    assert event.VERSION == read_header(file_header())


def test_a_header_of_a_newer_version_is_read_as_such() -> None:
    newer = file_header()[:8] + struct.pack("<I", event.VERSION + 1) + file_header()[12:]

    assert event.VERSION + 1 == read_header(newer)


@pytest.mark.parametrize("data", [b"", b"ASSAYEV", b"SQLite format 3\0", b"ASSAYEV\n\1\0\0\0\1\2\3\4"])
def test_a_file_of_another_kind_is_told_apart(data: bytes) -> None:
    with pytest.raises(ValueError, match="events file"):
        read_header(data)
