"""Groups of runs: one metric, and what the runs of each group have in common at a step."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.errors import InvalidInputError
from assay.formats.wire import to_wire
from assay.querying.aligned import Aligned, align
from assay.querying.cells import in_cells
from assay.serving.documents import Number
from assay.serving.routes.fields import Name, Step, Title, Uid
from assay.storage.contract import Store, View

MOST_RUNS = 10_000
"""So many runs all groups of a request have together."""
MOST_STEPS = 10_000
POINTS_A_STEP = 4
"""A series is read at so many points a step that is answered: with fewer, few cells would have its last value."""
POINTS_AT_ONCE = 20_000_000
"""So many points of all series together are read at most."""


class WantedGroup(msgspec.Struct):
    """Some runs, and what the answer calls them."""

    key: Title
    runs: Annotated[list[Uid], msgspec.Meta(max_length=MOST_RUNS)]


class WantedGroups(msgspec.Struct):
    """A metric of groups of runs, and which steps of it."""

    name: Name
    groups: Annotated[list[WantedGroup], msgspec.Meta(max_length=1000)]
    max_points: Annotated[int, msgspec.Meta(ge=4, le=MOST_STEPS)] = 1000
    first_step: Step | None = None
    end_step: Step | None = None


class GroupDocument(msgspec.Struct):
    """What a group's runs have in common, in columns of one length; `runs` of them have the metric."""

    key: str
    runs: int
    steps: list[int]
    mean: list[Number]
    std: list[Number]
    min: list[Number]
    max: list[Number]
    n: list[int]


class GroupList(msgspec.Struct):
    """Groups in the order in which they were asked for; those that lack the metric are left out."""

    items: list[GroupDocument]


@post("/v1/grouped", sync_to_thread=True, status_code=200, opt={"role": "viewer"})
def read_grouped(store: NamedDependency[Store], data: JSONBody[WantedGroups]) -> GroupList:
    """Mean, standard deviation, extremes and count of a metric over groups of runs, step by step.

    NaN is left out of every figure. Where series are too long to be read whole, steps are put together in stretches:
    extremes are those of all points, the other figures those of each run's last point in the stretch.
    """
    total = sum(len(group.runs) for group in data.groups)
    if total > MOST_RUNS:
        raise InvalidInputError(f"{total} runs in these groups, more than {MOST_RUNS}; ask for fewer groups at once")
    points = min(POINTS_A_STEP * data.max_points, max(4, POINTS_AT_ONCE // max(1, total)))
    view = View(points, data.first_step, data.end_step, "last")
    found = []
    for group in data.groups:
        series = [one for one in store.histories(group.runs, [data.name], view).values() if len(one)]
        if series:
            is_thinned = any(len(one) > points // 2 for one in series)
            figures = in_cells(series, data.max_points) if is_thinned else align(series).thinned(data.max_points)
            found.append(_document(group.key, len(series), figures))
    return GroupList(found)


def _document(key: str, runs: int, figures: Aligned) -> GroupDocument:
    def numbers(column: Any) -> Any:
        return to_wire(column.tolist())

    return GroupDocument(
        key,
        runs,
        figures.steps.tolist(),
        numbers(figures.mean),
        numbers(figures.std),
        numbers(figures.min),
        numbers(figures.max),
        figures.n.tolist(),
    )


HANDLERS = (read_grouped,)
