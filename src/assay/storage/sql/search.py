"""Searching: a filter and an order to the rows of the runs that they pick, in one state of the catalog."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from assay.formats.filter import parse_filter, parse_order
from assay.formats.filter_tree import And
from assay.storage.search import FIELDS, FoundRuns, SearchQuery
from assay.storage.sql import tokens
from assay.storage.sql.database import Connection
from assay.storage.sql.orders import Pick, pick_runs

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
    wanted = connection.dialect.one_of("name", names)
    ids = _ids(connection, f"SELECT id FROM experiments WHERE trashed_us IS NULL AND {wanted.text}", wanted.values)
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
    return _found(connection, rows, [row[-1] for row in rows], None)


def _picked(connection: Connection, picked: Sequence[Pick], token: str | None) -> FoundRuns:
    run_ids = [one.run_id for one in picked]
    statement = connection.dialect.in_order(_ROW, run_ids)
    return _found(connection, connection.execute(statement.text, statement.values).fetchall(), run_ids, token)


def _found(connection: Connection, rows: list[tuple[Any, ...]], run_ids: Sequence[int], token: str | None) -> FoundRuns:
    experiments = connection.execute("SELECT id, uid, name, display_name FROM experiments").fetchall()
    last_values = connection.dialect.last_values(connection, run_ids)
    which = connection.dialect.one_of("id", sorted(set(last_values.numbers)))
    names = connection.execute(f"SELECT id, name FROM names WHERE {which.text}", which.values)
    return FoundRuns(
        rows, {number: tuple(one) for number, *one in experiments}, last_values, dict(names.fetchall()), token
    )
