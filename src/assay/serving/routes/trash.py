"""The trash: what was put away, and back, and away for good."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.errors import InvalidInputError
from assay.formats.names import check_names
from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.documents import TrashList, trashed_document
from assay.serving.routes.fields import Name, Uid, Uids
from assay.serving.routes.paging import PAGE_SIZE, Limit, Token, page
from assay.storage.contract import Store

Act: TypeAlias = Literal["trash", "restore", "delete"]


class ArtifactName(msgspec.Struct):
    """An artifact of a run; without `is_output`, an output and an input of that name."""

    run: Uid
    name: Name
    is_output: bool | None = None


class Things(msgspec.Struct):
    """Runs, or one experiment, or one artifact; `name` is that which something is restored under."""

    runs: Uids | None = None
    experiment: Uid | None = None
    artifact: ArtifactName | None = None
    name: Name | None = None


class Done(msgspec.Struct):
    """What was done: the names of runs or experiments that changed, how many items of an artifact did."""

    names: list[str]
    count: int


@get("/v1/trash", sync_to_thread=True, opt={"role": "viewer"})
def list_trash(store: NamedDependency[Store], limit: Limit = PAGE_SIZE, token: Token = None) -> TrashList:
    """What is in the trash, the last trashed first."""
    some, following = page(store.trash.contents(), limit, token)
    return TrashList([trashed_document(one) for one in some], following)


@post(
    "/v1/trash/trash",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "writer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def put_away(store: NamedDependency[Store], data: JSONBody[Things]) -> Done:
    """Put things into the trash."""
    return _act(store, "trash", data)


@post(
    "/v1/trash/restore",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "writer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def restore(store: NamedDependency[Store], data: JSONBody[Things]) -> Done:
    """Take things out of the trash."""
    return _act(store, "restore", data)


@post(
    "/v1/trash/delete",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "admin"},
    request_max_body_size=MAX_BODY_BYTES,
)
def delete(store: NamedDependency[Store], data: JSONBody[Things]) -> Done:
    """Delete things for good, wherever they are."""
    return _act(store, "delete", data)


def _act(store: Store, act: Act, what: Things) -> Done:
    given = [one for one in (what.runs, what.experiment, what.artifact) if one is not None]
    if len(given) != 1:
        raise InvalidInputError("name runs, or an experiment, or an artifact: one of the three")
    if what.name is not None and (act != "restore" or what.artifact is not None):
        raise InvalidInputError("a name belongs to a run or an experiment that is restored")
    if what.artifact is not None:
        named = what.artifact
        count = store.trash.change_artifact(named.run, named.name, act, is_output=named.is_output)
        return Done([], count)
    names = _runs(store, act, what.runs, what.name) if what.runs is not None else _experiment(store, act, what)
    return Done(names, len(names))


def _runs(store: Store, act: Act, uids: list[str], name: str | None) -> list[str]:
    if act == "restore":
        return store.trash.restore_runs(uids, name=None if name is None else check_names("any", name)[1])
    return store.trash.trash_runs(uids) if act == "trash" else store.trash.delete_runs(uids)


def _experiment(store: Store, act: Act, what: Things) -> list[str]:
    assert what.experiment is not None
    if act == "restore":
        name = None if what.name is None else check_names(what.name, None)[0]
        return [store.trash.restore_experiment(what.experiment, name=name)]
    done = store.trash.trash_experiment if act == "trash" else store.trash.delete_experiment
    return [done(what.experiment)]


HANDLERS = (list_trash, put_away, restore, delete)
