"""Long series side by side in stretches of steps, held against what each point says."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.columns import Columns
from assay.querying.cells import in_cells
from tests.formats.points import INT64_MAX, INT64_MIN
from tests.querying.test_aligned import columns

STEPS = st.integers(-50, 50) | st.sampled_from([INT64_MIN, INT64_MAX, 2**53 + 1])
VALUES = st.floats(-1e100, 1e100) | st.just(np.nan)


@given(
    several=st.lists(st.dictionaries(STEPS, VALUES, min_size=1, max_size=30), min_size=1, max_size=5),
    cells=st.integers(1, 12),
)
def test_each_stretch_has_the_extremes_of_all_and_the_mean_of_last_values(
    several: list[dict[int, float]], cells: int
) -> None:
    found = in_cells([columns(points) for points in several], cells)

    first, last = min(map(min, several)), max(map(max, several))
    width = min(max(1, -(-(last - first + 1) // cells)), 2**64 - 1)
    expected: dict[int, dict[str, Any]] = {}
    for points in several:
        for step in sorted(points):
            if not np.isnan(points[step]):
                cell = expected.setdefault((step - first) // width, {"steps": [], "all": [], "last": {}})
                cell["steps"].append(step)
                cell["all"].append(points[step])
                cell["last"][id(points)] = points[step]
    ordered = [expected[cell] for cell in sorted(expected)]
    assert [max(cell["steps"]) for cell in ordered] == found.steps.tolist()
    assert [min(cell["all"]) for cell in ordered] == found.min.tolist()
    assert [max(cell["all"]) for cell in ordered] == found.max.tolist()
    assert [len(cell["last"]) for cell in ordered] == found.n.tolist()
    lasts = [np.array(list(cell["last"].values())) for cell in ordered]
    assert np.allclose([one.mean() for one in lasts], found.mean)
    assert np.allclose(
        [one.std() for one in lasts], found.std, atol=1e-9 * max([1, *(abs(one).max() for one in lasts)])
    )


def test_great_values_do_not_overflow() -> None:
    one = Columns(np.array([0, 1]), np.array([0, 0]), np.array([1e308, 1e308]))

    found = in_cells([one, one, one], 1)

    assert [1e308] == found.mean.tolist()
    assert [3] == found.n.tolist()
