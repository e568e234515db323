"""Searching: a filter and an order to the rows of the runs that they pick, in one state of the catalog."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Sequence
from typing import Any

from assay.formats.filter import parse_filter, parse_order
from assay.formats.filter_tree import And
from assay.storage.search import FIELDS, FoundRuns, LastValues, SearchQuery
from assay.storage.sql import tokens
from assay.storage.sql.database import Connection
from assay.storage.sql.filters import prepare_connection
from assay.storage.sql.orders import Pick, pick_runs

_LAST = struct.Struct("<d")
_PICKED = "json_each(?) AS picked"
"""Picked runs as rows: `key` is a run's place, `value` its number."""
_ROW = ", ".join("runs.experiment_id" if one == "experiment" else f"runs.{one}" for one in FIELDS)


def search_runs(connection: Connection, query: SearchQuery) -> FoundRuns:
    """The runs that a query asks for.

    Args:
        connection: Within a transaction, so that pages, rows and values are of one state.
        query: What is asked.

    Raises:
        InvalidInputError: The filter or the order can't be read, or the token is none that this search gave.
    """
    tree, keys = parse_filter(query.filter), parse_order(query.order_by)
    after, now_us = None, time.time_ns() // 1000
    if query.token is not None:
        # What `now()` meant on the first page it means on all of them.
        after, now_us = tokens.read_token(query.token, tokens.secret_of(connection), _question(query))
    scope = _scope(connection, query.experiment_names)
    if scope is None:
        return FoundRuns()
    condition, experiment_id = scope
    if query.limit is None and after is None and tree == And() and not keys and experiment_id is not None:
        return _everything(connection, condition, experiment_id)
    prepare_connection(connection)
    picked = pick_runs(
        connection,
        tree,
        keys,
        now_us=now_us,
        experiment_id=experiment_id,
        condition=condition,
        limit=None if query.limit is None else query.limit + 1,
        after=after,
    )
    token = None
    if query.limit is not None and len(picked) > query.limit:
        picked = picked[: query.limit]
        place = [list(picked[-1].place), now_us]
        token = tokens.make_token(tokens.secret_of(connection), _question(query), place)
    return _picked(connection, picked, token)


def _question(query: SearchQuery) -> list[Any]:
    return ["search", query.experiment_names, query.filter, query.order_by]


def _scope(connection: Connection, names: Sequence[str] | None) -> tuple[str, int | None] | None:
    """The condition on living runs of the experiments, and the experiment where it is one; None where there is none."""
    if names is None:
        trashed = _ids(connection, "SELECT id FROM experiments WHERE trashed_us IS NOT NULL", ())
        outside = f" AND runs.experiment_id NOT IN ({', '.join(map(str, trashed))})" if trashed else ""
        return f"runs.trashed_us IS NULL{outside}", None
    wanted = "SELECT id FROM experiments WHERE trashed_us IS NULL AND name IN (SELECT value FROM json_each(?))"
    ids = _ids(connection, wanted, (json.dumps(names),))
    if not ids:
        return None
    if len(ids) == 1:
        return "runs.trashed_us IS NULL", ids[0]
    return f"runs.trashed_us IS NULL AND runs.experiment_id IN ({', '.join(map(str, ids))})", None


def _ids(connection: Connection, statement: str, values: tuple[Any, ...]) -> list[int]:
    return [int(row[0]) for row in connection.execute(statement, values)]


def _everything(connection: Connection, condition: str, experiment_id: int) -> FoundRuns:
    """All runs of an experiment, the newest first: an index has this order, so one pass gives it and the rows."""
    rows = connection.execute(
        f"SELECT {_ROW}, runs.id FROM runs WHERE runs.experiment_id = ? AND {condition} "
        "ORDER BY runs.created_us DESC, runs.id DESC",
        (experiment_id,),
    ).fetchall()
    return _found(connection, rows, json.dumps([row[-1] for row in rows]), None)


def _picked(connection: Connection, picked: Sequence[Pick], token: str | None) -> FoundRuns:
    places = json.dumps([one.run_id for one in picked])
    # CROSS JOIN keeps the order of the list: sorting rows with all their texts would take as long as reading them.
    rows = connection.execute(
        f"SELECT {_ROW} FROM {_PICKED} CROSS JOIN runs ON runs.id = picked.value", (places,)
    ).fetchall()
    return _found(connection, rows, places, token)


def _found(connection: Connection, rows: list[tuple[Any, ...]], places: str, token: str | None) -> FoundRuns:
    experiments = connection.execute("SELECT id, uid, name, display_name FROM experiments").fetchall()
    last_values = _last_values(connection, places)
    numbers = json.dumps(list(set(last_values.numbers)))
    names = connection.execute("SELECT id, name FROM names WHERE id IN (SELECT value FROM json_each(?))", (numbers,))
    return FoundRuns(
        rows, {number: tuple(one) for number, *one in experiments}, last_values, dict(names.fetchall()), token
    )


def _last_values(connection: Connection, places: str) -> LastValues:
    """What SQLite hands to a function goes into columns at once; as rows it would take three times as long."""
    found = LastValues()
    add_place, add_number, add_value = found.places.append, found.numbers.append, found.values.append

    def gather(place: int, number: int, last: float | None, bits: bytes | None) -> None:
        add_place(place)
        add_number(number)
        add_value(last if bits is None else _LAST.unpack_from(bits)[0])  # type: ignore[arg-type]  # NULL has bits

    connection.create_function("assay_gather", 4, gather)
    connection.execute(
        "SELECT count(assay_gather(picked.key, series.name_id, series.last, series.bits)) "
        f"FROM {_PICKED} CROSS JOIN series ON series.run_id = picked.value",
        (places,),
    ).fetchall()
    connection.create_function("assay_gather", 4, None)
    return found
