"""Places where a server's data may lie, new for each test: a folder, or a database of its own with a bucket."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from assay.serving.settings import Place

_databases = itertools.count(1)

NewPlace = Callable[[], Place]


@contextmanager
def new_database() -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped behind the block."""
    import psycopg

    from tests.postgres import server_url

    name = f"assay_place{next(_databases)}"
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server_url())._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server_url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def folder_place(folder: Path) -> Place:
    """A place in a folder alone."""
    return Place(str(folder))


def database_place(folder: Path, url: str) -> Place:
    """A place in a database, with objects in a bucket that is a folder."""
    return Place(str(folder / "local"), url, f"file://{folder / 'bucket'}")
