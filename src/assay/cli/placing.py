"""Options of the commands that work where a server's data lies, and the place that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from assay.serving.opening import Workspaces
    from assay.serving.settings import Place

Store = Annotated[str | None, Parameter(name="--store", env_var="ASSAY_SERVER_STORE")]
"""Where the data lies, where no database is named."""
Database = Annotated[str | None, Parameter(name="--database", env_var="ASSAY_SERVER_DATABASE")]
"""Where the catalog lies, if not in a folder."""
DatabaseFile = Annotated[str | None, Parameter(name="--database-file", env_var="ASSAY_SERVER_DATABASE_FILE")]
"""A file that says so, for URLs with a password."""
Objects = Annotated[str | None, Parameter(name="--objects", env_var="ASSAY_SERVER_OBJECTS")]
"""Where the bytes of artifacts lie, if not in the folder."""


def place_meant(store: str | None, database: str | None, database_file: str | None, objects: str | None) -> Place:
    """The place that these options mean."""
    from assay.serving.settings import place_of

    return place_of(store, database, database_file, objects)


def workspaces_meant(
    store: str | None, database: str | None, database_file: str | None, objects: str | None = None
) -> Workspaces:
    """The workspaces at the place that these options mean."""
    from assay.serving.opening import Workspaces

    return Workspaces(place_meant(store, database, database_file, objects))
