"""Groups of runs over HTTP: step by step where that is possible, in stretches where series are long."""

from __future__ import annotations

import math

import pytest

from tests.serving.routes.conftest import Api
from tests.storage.writing import rows


def test_groups_have_the_figures_of_their_runs_at_each_step(api: Api) -> None:
    runs = []
    for name, values in {"a": [1.0, 2.0], "b": [3.0, math.nan, 7.0], "c": [10.0]}.items():
        writer = api.writer(name)
        writer.leave(rows("loss", values))
        runs.append(writer.run.uid)
    lacking = api.writer("lacking").run.uid
    groups = [{"key": "ab", "runs": runs[:2]}, {"key": "none", "runs": [lacking]}, {"key": "c", "runs": runs[2:]}]

    found = api.http.post("/v1/grouped", json={"name": "loss", "groups": groups}).json()

    both, alone = found["items"]
    assert ("ab", 2, [0, 1, 2], [2, 1, 1]) == (both["key"], both["runs"], both["steps"], both["n"])
    assert [2.0, 2.0, 7.0] == both["mean"]
    assert [1.0, 0.0, 0.0] == both["std"]
    assert ([1.0, 2.0, 7.0], [3.0, 2.0, 7.0]) == (both["min"], both["max"])
    assert ("c", [10.0]) == (alone["key"], alone["mean"])


def test_long_series_are_put_together_in_stretches_that_keep_each_extreme(api: Api) -> None:
    runs = []
    for number in range(3):
        writer = api.writer(f"long{number}")
        values = [math.sin(step / 50) + number for step in range(4000)]
        values[1234 + number] = 50.0 + number
        writer.leave(rows("loss", values))
        runs.append(writer.run.uid)

    wanted = {"name": "loss", "groups": [{"key": "all", "runs": runs}], "max_points": 100}
    (found,) = api.http.post("/v1/grouped", json=wanted).json()["items"]

    assert 100 >= len(found["steps"])
    assert 3999 == found["steps"][-1]
    assert 52.0 == max(found["max"])
    assert {3} == set(found["n"])


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "loss", "groups": [{"key": "a", "runs": ["../x"]}]},
        {"name": "loss", "groups": [], "max_points": 3},
        {"name": "loss", "groups": [{"key": str(n), "runs": ["a"] * 6000} for n in range(2)]},
        {"groups": []},
    ],
)
def test_what_is_too_much_is_refused(api: Api, wanted: dict[str, object]) -> None:
    assert 400 == api.http.post("/v1/grouped", json=wanted).status_code
