"""Tables of PostgreSQL in a backup: a file a table, by `COPY` in its binary form.

All schemas are read in one snapshot, so a backup holds every workspace, and who may come in, as of one moment. Which
tables and columns there are is asked of the database: what a later version adds is carried too.

Source: https://www.postgresql.org/docs/current/sql-copy.html
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, LiteralString

from assay.errors import DamagedError, StoreError, StoreVersionError
from assay.serving.access import tables as access_tables
from assay.serving.backup_folder import ACCESS, Manifest, TableFacts
from assay.serving.opening import ACCESS_SCHEMA, Workspaces, schema_of
from assay.storage.collection import References
from assay.storage.objects import COPY_BYTES
from assay.storage.sql import schema
from assay.storage.sql.postgres import PostgresConnection, PostgresSchema

if TYPE_CHECKING:
    import psycopg

_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.relname ORDER BY c.relname
"""
_NEEDS = """
SELECT c.relname, f.relname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_class f ON f.oid = o.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND o.contype = 'f' AND o.conrelid <> o.confrelid
"""


def copy_schemas(workspaces: Workspaces, manifest: Manifest, folder: str) -> dict[str, set[str]]:
    """Copy all schemas into files; the objects that each workspace names.

    Args:
        workspaces: What is backed up.
        manifest: Told of tables and versions.
        folder: Where the files go.
    """
    named = {}
    objects = {name: workspaces.open_objects(name) for name in manifest.workspaces}
    with PostgresSchema(workspaces.pool, ACCESS_SCHEMA).read() as connection:
        raw = connection.raw
        manifest.versions[ACCESS] = _version(raw, ACCESS_SCHEMA, "access_facts", "version")
        manifest.tables[ACCESS] = _copy_out(raw, ACCESS_SCHEMA, os.path.join(folder, ACCESS))
        for name in manifest.workspaces:
            manifest.versions[name] = _version(raw, schema_of(name), "facts", "format")
            manifest.tables[name] = _copy_out(raw, schema_of(name), os.path.join(folder, name))
            raw.execute(_sql(f"SET LOCAL search_path TO {_quoted(schema_of(name))}"))
            named[name] = References(objects[name]).named(PostgresConnection(raw, schema_of(name)))
    return named


def restore_schemas(workspaces: Workspaces, manifest: Manifest, folder: str) -> None:
    """Make the schemas of a backup, and fill their tables.

    Raises:
        StoreError: There are schemas of Assay already.
        StoreVersionError: The tables are of another version than this Assay's.
    """
    for name, number in manifest.versions.items():
        mine = len(access_tables.MIGRATIONS) if name == ACCESS else schema.VERSION
        if number != mine:
            raise StoreVersionError(
                f"the backup's tables of {name} are of format {number}, this Assay makes {mine}; restore it with "
                f"Assay {manifest.assay}, and then start a server of this one, which brings them up to date"
            )
    there = schemas_there(workspaces)
    if there:
        raise StoreError(
            f"{workspaces.place} is not empty: it has {', '.join(there)}; a backup is restored into a new database"
        )
    _ = workspaces.members
    _fill(workspaces, ACCESS_SCHEMA, manifest.tables[ACCESS], os.path.join(folder, ACCESS))
    for name in manifest.workspaces:
        workspaces.open_database(name)
        _fill(workspaces, schema_of(name), manifest.tables[name], os.path.join(folder, name))


def schemas_there(workspaces: Workspaces) -> list[str]:
    """The schemas of Assay in the database."""
    connection = workspaces.pool.take()
    try:
        found = connection.execute(
            "SELECT nspname::text FROM pg_namespace WHERE nspname = 'assay' OR nspname LIKE 'assay\\_%' "
            "ORDER BY nspname"
        ).fetchall()
    finally:
        workspaces.pool.give_back(connection)
    return [row[0] for row in found]


def _copy_out(raw: psycopg.Connection, schema_name: str, folder: str) -> list[TableFacts]:
    os.makedirs(folder, mode=0o700, exist_ok=True)
    columns: dict[str, list[str]] = dict(raw.execute(_TABLES, (schema_name,)).fetchall())
    done = []
    for table in _in_order(columns, raw.execute(_NEEDS, (schema_name,)).fetchall()):
        statement = f"COPY {_quoted(schema_name)}.{_quoted(table)} ({_list(columns[table])}) TO STDOUT (FORMAT BINARY)"
        cursor = raw.cursor()
        with open(os.path.join(folder, f"{table}.copy"), "wb") as file, cursor.copy(_sql(statement)) as copy:
            for piece in copy:
                file.write(piece)
        done.append(TableFacts(table, columns[table], cursor.rowcount))
    return done


def _fill(workspaces: Workspaces, schema_name: str, tables: Sequence[TableFacts], folder: str) -> None:
    with PostgresSchema(workspaces.pool, schema_name).write() as connection:
        raw = connection.raw
        for one in reversed(tables):  # what making the tables put into them
            raw.execute(_sql(f"DELETE FROM {_quoted(schema_name)}.{_quoted(one.name)}"))
        for one in tables:
            _fill_table(raw, schema_name, one, os.path.join(folder, f"{one.name}.copy"))


def _fill_table(raw: psycopg.Connection, schema_name: str, table: TableFacts, path: str) -> None:
    name = f"{_quoted(schema_name)}.{_quoted(table.name)}"
    cursor = raw.cursor()
    with (
        open(path, "rb") as file,
        cursor.copy(_sql(f"COPY {name} ({_list(table.columns)}) FROM STDIN (FORMAT BINARY)")) as copy,
    ):
        while piece := file.read(COPY_BYTES):
            copy.write(piece)
    if cursor.rowcount != table.rows:
        raise DamagedError(f"{path} held {cursor.rowcount} rows, and the manifest says {table.rows}")
    for column in table.columns:
        row = raw.execute("SELECT pg_get_serial_sequence(%s, %s)", (name, column)).fetchone()
        if row is None or row[0] is None:
            continue
        greatest = raw.execute(_sql(f"SELECT max({_quoted(column)}) FROM {name}")).fetchone()
        if greatest is not None and greatest[0] is not None:  # the next row gets a number that nobody has
            raw.execute("SELECT setval(%s, %s)", (row[0], greatest[0]))


def _in_order(tables: dict[str, list[str]], needs: list[tuple[str, str]]) -> list[str]:
    """The tables, those first that others point to."""
    ordered: list[str] = []
    rest = sorted(tables)
    while rest:
        ready = [one for one in rest if not any(table == one and needed in rest for table, needed in needs)]
        assert ready, "tables that point to each other"
        ordered += ready
        rest = [one for one in rest if one not in ready]
    return ordered


def _version(raw: psycopg.Connection, schema_name: str, table: str, fact: str) -> int:
    row = raw.execute(
        _sql(f"SELECT value FROM {_quoted(schema_name)}.{_quoted(table)} WHERE name = %s"), (fact,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def _list(columns: Sequence[str]) -> str:
    return ", ".join(map(_quoted, columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sql(statement: str) -> LiteralString:
    """The names in it are the database's own, quoted."""
    return statement
