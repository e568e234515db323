"""Filters as PostgreSQL's SQL, with the meaning that they have everywhere.

Patterns mean what `assay.formats.like` and `assay.formats.regex` say, in letters' cases and down to the last character,
and take time in proportion to the text: PostgreSQL's own differ in all of that. So the distinct texts that a pattern
is about are read, matched here, and bound as a list.
"""

from __future__ import annotations

from typing import Any

from assay.formats.filter_tree import Field, Like, Matches, Test
from assay.formats.like import like_matcher, split_pattern
from assay.storage.sql.database import Connection
from assay.storage.sql.filters import FilterCompiler, as_float

_NO_DIGITS = "parameters.text !~ '^-{0,1}[0-9]+$'"
"""A parameter's text that stands for no whole number."""


class PostgresFilterCompiler(FilterCompiler):
    """Compiles the parts of one statement.

    Args:
        now_us: What `now()` means, microseconds since 1970.
        run_id: The column that holds the run's number.
        connection: Where texts are looked up, in the state that the statement will see.
        known: What was looked up already.
    """

    def __init__(
        self,
        *,
        now_us: int,
        run_id: str = "runs.id",
        connection: Connection,
        known: dict[tuple[Any, ...], list[str]],
    ) -> None:
        super().__init__(now_us=now_us, run_id=run_id)
        self._connection = connection
        self._known = known

    def tag_rows(self) -> str:
        return f"json_each_text({_json('runs.tags')}) AS tag (key, value)"

    def goal(self, name: str) -> str:
        return f"({_json('runs.goals')} -> {self.bind(name)} ->> 'goal')"

    def _holds_text(self, column: str, test: Test) -> str:
        if isinstance(test, Like) and not test.ignore_case and (pattern := _own_pattern(test.pattern)) is not None:
            return f"{column} LIKE {self.bind(pattern)}"
        if isinstance(test, Like):
            matches = like_matcher(test.pattern, ignore_case=test.ignore_case)
        elif isinstance(test, Matches):
            from assay.formats.regex import regex_matcher

            matches = regex_matcher(test.pattern)
        else:
            return super()._holds_text(column, test)
        key = (test.field, test.pattern, isinstance(test, Like) and test.ignore_case, isinstance(test, Like))
        if key not in self._known:
            self._known[key] = [text for text in self._texts(column, test.field) if matches(text)]
        return f"{column} = ANY({self.bind(self._known[key])}::text[])"

    def _texts(self, column: str, field: Field) -> list[str]:
        """Each text that a field has in some run."""
        values: tuple[str, ...] = ()
        if field.kind == "parameter":
            which = f"parameters WHERE number IS NULL AND name_id = {self.name_id}"
            values = (field.name,)
        elif field.kind == "tag":
            which, values = f"runs, {self.tag_rows()} WHERE tag.key = ?", (field.name,)
        else:
            which = "runs"
        found = self._connection.execute(f"SELECT DISTINCT {column} FROM {which}", values)
        return [text for (text,) in found.fetchall() if text is not None]

    def compared_exactly(self, value: float) -> str:
        # The parameter's number equals the value as a float does. A parameter that is a float is just that number.
        number = as_float(value)
        as_number = (number > value) - (number < value)
        if number in (float("inf"), float("-inf")) and number == value:
            as_whole = "-1" if value > 0 else "1"
        else:
            as_whole = f"sign(parameters.text::numeric - {self.bind(str(int(value)))}::numeric)::int"
        return f"(CASE WHEN parameters.text IS NULL OR {_NO_DIGITS} THEN {as_number} ELSE {as_whole} END)"


def _own_pattern(pattern: str) -> str | None:
    """The pattern in PostgreSQL's words where it can mean nothing else there."""
    if any(character < " " for character in pattern):  # such as may stand for another one, see `postgres_texts`
        return None
    parts = split_pattern(pattern)
    if any(one is None for part in parts for one in part):
        return None
    return "%".join("".join(_escaped(one) for one in part if one is not None) for part in parts)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _json(column: str) -> str:
    r"""A column of JSON whose texts hold no NUL, which PostgreSQL reads nowhere: they are as in `postgres_texts`.

    Two backslashes stand for one, and are put aside while `\u0000` and `\u0001` are looked for.
    """
    text = rf"replace({column}, '\\', chr(2))"
    text = rf"replace(replace({text}, '\u0001', '\u0001\u0002'), '\u0000', '\u0001\u0001')"
    text = rf"replace({text}, chr(2), '\\')"
    return rf"(CASE WHEN strpos({column}, '\u000') = 0 THEN {column} ELSE {text} END)::json"
