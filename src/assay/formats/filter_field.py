"""Names of fields in filters: ours, and those that users of MLflow type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from assay.errors import InvalidInputError, nearest
from assay.formats.filter_tree import Field, FieldKind, Statistic

ValueKind: TypeAlias = Literal["number", "any", "text", "name", "status", "time", "duration"]
"""What a field holds: `any` a number, a text or a bool; `name` a text in lower case; `status` one of a few words."""

ATTRIBUTES: Mapping[str, ValueKind] = {
    "run_name": "name",
    "experiment_name": "name",
    "display_name": "text",
    "run_id": "text",
    "status": "status",
    "status_message": "text",
    "description": "text",
    "creation_time": "time",
    "start_time": "time",
    "end_time": "time",
    "duration": "duration",
}
"""What is known of every run, and what it holds."""

_OTHER_SPELLINGS = {
    "name": "run_name",
    "run": "run_name",
    "experiment": "experiment_name",
    "id": "run_id",
    "uid": "run_id",
    "message": "status_message",
    "created": "creation_time",
    "started": "start_time",
    "ended": "end_time",
}
_PREFIXES: Mapping[str, FieldKind] = {
    **dict.fromkeys(("metrics", "metric"), "metric"),
    **dict.fromkeys(("params", "param", "parameters", "parameter"), "parameter"),
    **dict.fromkeys(("tags", "tag"), "tag"),
    **dict.fromkeys(("attributes", "attribute", "attr", "run", "runs"), "attribute"),
}
_STATISTICS: tuple[Statistic, ...] = get_args(Statistic)
_QUOTED = re.compile(r'"(?:[^"]|"")*"|`(?:[^`]|``)*`')

FIELDS = "metrics.NAME, params.NAME, tags.NAME, " + ", ".join(ATTRIBUTES)


class FieldError(InvalidInputError):
    """A field's name can't be taken; `offset` says from which of its characters on."""

    def __init__(self, problem: str, offset: int = 0) -> None:
        super().__init__(problem)
        self.offset = offset


def read_field(text: str) -> Field:
    """The field that a text such as `metrics."val/loss".min` names.

    Raises:
        FieldError: There is no such field.
    """
    first, dot, rest = text.partition(".")
    kind = _PREFIXES.get(first.lower())
    if not dot:
        return Field("attribute", _attribute(first, text))
    if kind is None:
        raise _unknown(text, nearest(first.lower(), _PREFIXES))
    offset = len(first) + 1
    name, after = _name(rest, offset)
    if kind == "attribute":
        if after:
            raise FieldError(f"{after!r} does not belong to a field", offset + len(rest) - len(after))
        return Field(kind, _attribute(name, text))
    if kind != "metric":
        if after:
            raise FieldError(f"{after!r} stands behind the closing quote; quote the whole name", offset)
        return Field(kind, name)
    return _metric(name, after, offset + len(rest) - len(after), is_quoted=rest[0] in '"`')


def value_kind(field: Field) -> ValueKind:
    """What a field holds."""
    if field.kind == "metric":
        return "number"
    if field.kind == "parameter":
        return "any"
    return "text" if field.kind == "tag" else ATTRIBUTES[field.name]


def shown_field(field: Field) -> str:
    """A field as it can be typed."""
    if field.kind == "attribute":
        return field.name
    prefix = {"metric": "metrics", "parameter": "params", "tag": "tags"}[field.kind]
    last = field.name.rpartition(".")[2].lower()
    is_plain = re.fullmatch(r"[\w/@:-]+(\.[\w/@:-]+)*", field.name) is not None
    if field.kind == "metric" and last in _STATISTICS:  # it would be taken for a figure
        is_plain = False
    name = field.name if is_plain else '"' + field.name.replace('"', '""') + '"'
    statistic = f".{field.statistic}" if field.kind == "metric" and field.statistic != "last" else ""
    return f"{prefix}.{name}{statistic}"


def _name(rest: str, offset: int) -> tuple[str, str]:
    """The name at the start of a text, and what stands behind it."""
    quoted = _QUOTED.match(rest)
    if quoted is None:
        if '"' in rest or "`" in rest:
            raise FieldError("quote the whole name", offset)
        return rest, ""
    quote = rest[0]
    name = quoted[0][1:-1].replace(quote * 2, quote)
    if not name:
        raise FieldError("a name is not empty", offset)
    return name, rest[quoted.end() :]


def _metric(name: str, after: str, offset: int, *, is_quoted: bool) -> Field:
    if not is_quoted:
        name, dot, last = name.rpartition(".")
        if not dot:
            return Field("metric", last)
        after = f".{last}"
        if last.lower() not in _STATISTICS:
            return Field("metric", name + after)
    if not after:
        return Field("metric", name)
    for statistic in _STATISTICS:
        if after[1:].lower() == statistic:
            return Field("metric", name, statistic)
    raise FieldError(f"{after!r} is no figure of a metric; they are {', '.join(_STATISTICS)}", offset)


def _attribute(name: str, text: str) -> str:
    spelled = name.lower().replace(" ", "_")
    found = _OTHER_SPELLINGS.get(spelled, spelled)
    if found in ATTRIBUTES:
        return found
    if text.lower() in _PREFIXES:
        raise FieldError(f'a name belongs behind {text}: {text}.NAME, or {text}."any name" in quotes')
    raise _unknown(text, nearest(spelled, [*ATTRIBUTES, *_OTHER_SPELLINGS]))


def _unknown(text: str, known: str) -> FieldError:
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return FieldError(f"there is no field {shown!r}{known}; fields are {FIELDS}")
