"""Searching: a filter and an order to the rows of the runs that they pick, in one state of the catalog."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Sequence
from typing import Any

from assay.formats.filter import parse_filter, parse_order
from assay.storage.search import FoundRuns, SearchQuery
from assay.storage.sql import tokens
from assay.storage.sql.database import Connection
from assay.storage.sql.filters import prepare_connection
from assay.storage.sql.orders import Pick, pick_runs
from assay.storage.sql.runs import COLUMNS

_LAST = struct.Struct("<d")
_PICKED = "json_each(?) AS picked"
"""Picked runs as rows: `key` is a run's place, `value` its number."""


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
    return _found(connection, picked, token)


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


def _found(connection: Connection, picked: Sequence[Pick], token: str | None) -> FoundRuns:
    places = json.dumps([one.run_id for one in picked])
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM {_PICKED} CROSS JOIN runs ON runs.id = picked.value "
        "CROSS JOIN experiments ON experiments.id = runs.experiment_id ORDER BY picked.key",
        (places,),
    ).fetchall()
    values = connection.execute(
        "SELECT picked.key, series.name_id, series.last, series.bits "
        f"FROM {_PICKED} CROSS JOIN series ON series.run_id = picked.value",
        (places,),
    ).fetchall()
    last_values = [
        (place, name, last) if bits is None else (place, name, _LAST.unpack_from(bits)[0])
        for place, name, last, bits in values
    ]
    numbers = json.dumps(list({name for _, name, _ in last_values}))
    names = connection.execute("SELECT id, name FROM names WHERE id IN (SELECT value FROM json_each(?))", (numbers,))
    return FoundRuns(rows, last_values, dict(names.fetchall()), token)
