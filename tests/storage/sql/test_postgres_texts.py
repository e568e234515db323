"""Texts in PostgreSQL come back as they were and keep their order, NUL or not; searches find them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.event import Event
from assay.storage.search import SearchQuery
from assay.storage.sql.postgres_texts import escape_text, unescape_text
from assay.storage.sql.store import SqlStore
from tests.storage.writing import NOW_US, Writer, artifact, new_run, parameters

texts = st.text(st.sampled_from("\0\1\2\3 a\\u0é\U0001f600"), max_size=6) | st.text(st.characters(codec="utf-8"))


@given(texts, texts)
def test_an_escaped_text_comes_back_and_stands_where_it_stood(one: str, other: str) -> None:
    assert "\0" not in escape_text(one)
    assert one == unescape_text(escape_text(one))
    assert (one.encode() < other.encode()) == (escape_text(one).encode() < escape_text(other).encode())


ODD = ["\0", "a\0b", "\1", "a\1\1", "\\u0000", "\\\\u0000\0", "\\\0", '"\0"\\', "%\0_"]


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_every_text_is_kept_and_found(postgres_store: SqlStore, text: str) -> None:
    store = postgres_store
    run, plain = new_run(store, run_name="odd", tags={"key": text, text: "value"}), new_run(store, run_name="plain")
    Writer(store, run).leave(
        parameters({"p": text, text: 1}),
        artifact("a", value=text, caption=text),
        Event(NOW_US * 1000, "description", {"text": text}),
        Event(NOW_US * 1000, "goal", {"name": text, "goal": "min", "step_metric": text}),
        message=text,
        traceback=text,
    )
    quoted = "'" + text.replace("'", "''") + "'"

    found = store.run(run.uid)

    assert ({"p": text, text: 1}, {"key": text, text: "value"}) == (found.parameters, found.tags)
    assert (text, text) == (found.description, found.status_message)
    assert {text: {"goal": "min", "step_metric": text}} == found.goals
    assert [(text, text)] == [(one.value, one.caption) for one in store.artifacts(run.uid)]
    for where in ("params.p", "tags.key", "description", "message"):
        for test in (f"= {quoted}", f"in ({quoted})", f">= {quoted}", "like '%'", "ilike '%'", "~ '^'"):
            picked = store.search_runs(SearchQuery(filter=f"{where} {test}")).column("name")
            assert ["odd"] == [name for name in picked if name != plain.name], (where, test)
    assert ["plain", "odd"] == store.search_runs(SearchQuery(order_by="tags.key desc")).column("name")[::-1]
