"""Regular expressions of the form that filters take, and texts to look for them in."""

from __future__ import annotations

from hypothesis import strategies as st

CHARACTERS = "aAb0_ -.\n\tß"

texts = st.text(st.sampled_from(CHARACTERS), max_size=12)
_literals = st.sampled_from([*"aAb0_ ß", r"\.", r"\-", r"\*", r"\n", r"\t", r"\\", "-"])
_classes = st.sampled_from(
    [
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        ".",
        "[ab]",
        "[^ab]",
        "[a-b0]",
        r"[\d-]",
        r"[^\w\n]",
        "[]a]",
        "[^]a]",
        "[-a]",
    ]
)
_anchors = st.sampled_from(["^", "$", r"\b", r"\B"])
_quantifiers = st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "??", "{1,2}?"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = inner.map(lambda one: f"({one})") | inner.map(lambda one: f"(?:{one})")
    return (
        groups
        | st.tuples(groups, _quantifiers).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map("|".join)
    )


patterns = st.recursive(
    _literals | _classes | _anchors | st.tuples(_literals | _classes, _quantifiers).map("".join), _grown, max_leaves=6
)
