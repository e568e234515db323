"""Saved views of experiments."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.serving.routes.fields import PathName
from assay.storage.contract import Store
from assay.storage.views import MOST_BYTES, SavedView

Texts = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=100)], Annotated[str, msgspec.Meta(max_length=MOST_BYTES)]],
    msgspec.Meta(max_length=100),
]


class ViewTexts(msgspec.Struct):
    """What the address of a view says, by the names that it has there."""

    texts: Texts


class ViewDocument(msgspec.Struct):
    """A view of an experiment under a name."""

    name: str
    texts: dict[str, str]
    saved_us: int


class ViewList(msgspec.Struct):
    """Views of an experiment, by name."""

    items: list[ViewDocument]


def _document(view: SavedView) -> ViewDocument:
    return ViewDocument(view.name, view.texts, view.saved_us)


@get("/v1/experiments/{name:str}/views", sync_to_thread=True, opt={"role": "viewer"})
def list_views(store: NamedDependency[Store], name: PathName) -> ViewList:
    """The saved views of an experiment."""
    return ViewList([_document(one) for one in store.views.list_views(name)])


@put("/v1/experiments/{name:str}/views/{view:str}", sync_to_thread=True, opt={"role": "writer"})
def save_view(store: NamedDependency[Store], name: PathName, view: PathName, data: JSONBody[ViewTexts]) -> ViewDocument:
    """Keep a view of an experiment, in place of the one of that name."""
    return _document(store.views.save_view(name, view, data.texts))


@delete("/v1/experiments/{name:str}/views/{view:str}", sync_to_thread=True, opt={"role": "writer"})
def delete_view(store: NamedDependency[Store], name: PathName, view: PathName) -> None:
    """Delete a view of an experiment."""
    store.views.delete_view(name, view)


HANDLERS = (list_views, save_view, delete_view)
