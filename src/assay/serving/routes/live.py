"""Live events: which runs changed, as they change."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from assay.errors import InvalidInputError
from assay.serving.live import Listener
from assay.serving.routes.fields import QueryUids
from assay.serving.site import Room
from assay.serving.streams import LiveAnswer, Pieces

Experiments = Annotated[
    list[str] | None, QueryParameter(max_items=20, description="Experiments whose newest 200 runs are watched.")
]


@get("/v1/live", opt={"role": "viewer", "gives": ("text/event-stream",)})
async def listen(room: NamedDependency[Room], run: QueryUids = None, experiment: Experiments = None) -> Response[Any]:
    """Events `changed` ({"run", "revision"}) and `deleted` ({"run"}) of runs, the first ones of how they are now.

    A listener hears the last revision of each run, at most once a second. Comments come while nothing changes. One
    that does not read for 30 seconds is dropped, and hears the last of each run when it connects again.
    """
    if not run and not experiment:
        raise InvalidInputError("name what to listen to: ?run=… or ?experiment=…, each as often as needed")
    return Pieces(LiveAnswer(room.feed, Listener(run or (), experiment or ())))


HANDLERS = (listen,)
