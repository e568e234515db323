"""Other names, other experiments, other tags; ids always stay."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.formats.names import check_names
from assay.formats.values import tag_dict
from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.routes.addressing import Names
from assay.serving.routes.fields import Given, Name, PathUid, Tags, Title, Uids
from assay.storage.contract import Store


class OtherName(msgspec.Struct):
    """A name, and the same as it was typed."""

    name: Name
    display_name: Title


class Move(msgspec.Struct):
    """Runs, and the name of the experiment that they are moved to."""

    runs: Uids
    experiment: Given


class Retag(msgspec.Struct):
    """Runs, the tags that they get, and the keys of those that they lose."""

    runs: Uids
    set: Tags = {}
    remove: Annotated[list[str], msgspec.Meta(max_length=1000)] = []


@post("/v1/runs/{uid:str}/name", sync_to_thread=True, status_code=204, opt={"role": "writer"})
def rename_run(store: NamedDependency[Store], uid: PathUid, data: JSONBody[OtherName]) -> None:
    """Give a run another name."""
    store.renaming.rename_run(uid, check_names("any", data.name)[1], data.display_name)


@post("/v1/experiments/{uid:str}/name", sync_to_thread=True, status_code=204, opt={"role": "writer"})
def rename_experiment(store: NamedDependency[Store], uid: PathUid, data: JSONBody[OtherName]) -> None:
    """Give an experiment another name; it is meant by its id here."""
    store.renaming.rename_experiment(uid, check_names(data.name, None)[0], data.display_name)


@post("/v1/move", sync_to_thread=True, status_code=200, opt={"role": "writer"}, request_max_body_size=MAX_BODY_BYTES)
def move_runs(store: NamedDependency[Store], data: JSONBody[Move]) -> Names:
    """Move runs to another experiment; the names of those that were elsewhere."""
    return Names(store.renaming.move_runs(data.runs, data.experiment))


@post("/v1/retag", sync_to_thread=True, status_code=200, opt={"role": "writer"}, request_max_body_size=MAX_BODY_BYTES)
def retag_runs(store: NamedDependency[Store], data: JSONBody[Retag]) -> Names:
    """Set and remove tags of many runs; the names of those that changed."""
    return Names(store.renaming.retag(data.runs, tag_dict(data.set), data.remove))


HANDLERS = (rename_run, rename_experiment, move_runs, retag_runs)
