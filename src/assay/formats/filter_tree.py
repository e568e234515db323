"""What a filter means, as a tree that any store can compile.

A run is picked or it is not; there is no third outcome:

- A comparison is false for a run that lacks the field (a name never logged, a parameter that is None, a time that has
  not come). `Null` asks for just that.
- A negated comparison (`!=`, `not in`, `not like`, `!~`, `is not nan`) is true for a run that has the field and for
  which the plain one is false. `Not` turns any outcome around, so it is true for a run that lacks the field.
- Values of different types are never equal and in no order: 3, '3' and true are three values. Nor is NaN equal to, or
  in order with, anything.
- Numbers compare by value: a metric is a 64-bit float, and so is what it is compared with; a parameter that is an int
  stays exact, however large. Texts compare by code points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind = Literal["metric", "parameter", "tag", "attribute"]
Statistic = Literal["last", "first", "min", "max", "mean", "count", "best"]
Operator = Literal["=", "<", "<=", ">", ">="]

_MIN_US, _MAX_US = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared.

    Attributes:
        kind: Where it is kept.
        name: The metric's, parameter's or tag's name; of an attribute one of `filter_field.ATTRIBUTES`.
        statistic: Of a metric: which figure of its series. `last` and `first` may be NaN, the others are over finite
            values and missing where there are none; `best` is `min` or `max`, as the run says, and missing else.
    """

    kind: FieldKind
    name: str
    statistic: Statistic = "last"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: microseconds since 1970, or since now (before it, where negative)."""

    us: int
    from_now: bool = False

    def at(self, now_us: int) -> int:
        """Microseconds since 1970, within 64 bits."""
        return min(max(self.us + (now_us if self.from_now else 0), _MIN_US), _MAX_US)


Value: TypeAlias = int | float | str | bool | Moment
"""What a field is compared with. A bool stands for itself alone, not for 0 or 1; a duration is a number of seconds."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field = value` and its kin; `!=` is a negated `=`."""

    field: Field
    operator: Operator
    value: Value
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """`field between low and high`, both ends included."""

    field: Field
    low: Value
    high: Value
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In:
    """`field in (value, …)`: it equals one of them."""

    field: Field
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    """`field like 'pattern'`, or `ilike`; what patterns mean stands in `assay.formats.like`."""

    field: Field
    pattern: str
    ignore_case: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """`field ~ 'pattern'`: the regular expression is found in the text; its form stands in `assay.formats.regex`."""

    field: Field
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """`field is null`: the run lacks it."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNan:
    """`field is nan`: the run has it, and it is NaN."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All parts are true; so it is if there are none."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part is true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is false."""

    part: Filter


Test: TypeAlias = Comparison | Between | In | Like | Matches | Null | IsNan
"""A question about one field."""
Filter: TypeAlias = Test | And | Or | Not
"""Which runs are meant; `And()` means all."""


@dataclass(frozen=True, slots=True)
class OrderKey:
    """What runs are ordered by, after the keys before it. Runs that lack the field come last in either direction."""

    field: Field
    descending: bool = False
