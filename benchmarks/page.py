"""The page on stores that are larger than people like: how soon it is there, and how it moves."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from benchmarks import page_store
from benchmarks.browser import Tab, browsing, tab_of
from benchmarks.catalog import EXPERIMENT, fill
from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part
from benchmarks.team import serving_store

RUNS = {"tiny": 60, "small": 2_000, "full": 10_000}
COLUMNS = 50
"""Parameters, and as many metrics."""
METRICS = {"tiny": 40, "small": 1_000, "full": 1_000}
POINTS = {"tiny": 2_000, "small": 100_000, "full": 1_000_000}
OVERLAID = {"tiny": 12, "small": 200, "full": 200}
ROUNDS = {"tiny": 1, "small": 3, "full": 5}
LONG_SERIES = 10
SCROLLED_PX = 6_000
HOVER_STEPS = 120

ROWS = "document.querySelectorAll('.run-row').length > 5 && !document.querySelector('.skeleton')"
PANELS = (
    "document.querySelectorAll('.line-chart canvas').length > 0 && !document.querySelector('.chart-wait, .skeleton')"
)
UIDS = """fetch('/v1/runs?experiment={}&limit=1000').then((answer) => answer.json())
.then((found) => found.items.map((run) => run.uid))"""
VIEW = "document.querySelector('main h1, main h2, main table, main .run-row') !== null"


def measure(scale: Scale, folder: str) -> list[Figure]:
    many, wide, long = (str(Path(folder, name)) for name in ("many", "wide", "long"))
    Path(many).mkdir()
    run_part(fill, folder=many, runs=RUNS[scale], parameters=COLUMNS, metrics=COLUMNS)
    logged = run_part(page_store.log_wide, folder=wide, metrics=METRICS[scale])
    run_part(page_store.log_long, folder=long, runs=LONG_SERIES, points=POINTS[scale])
    run_part(page_store.log_overlaid, folder=long, runs=OVERLAID[scale], points=1_000)
    rounds = ROUNDS[scale]
    with serving_store(many) as team:
        seen = run_part(look_at_table, url=team.url, runs=RUNS[scale], rounds=rounds)
    with serving_store(wide) as team:
        seen |= run_part(look_at_metrics, url=team.url, run=logged["run"], rounds=rounds)
    with serving_store(long) as team:
        seen |= run_part(look_at_charts, url=team.url, overlaid=OVERLAID[scale], rounds=rounds)
    table = f"{RUNS[scale]:,} runs × {2 * COLUMNS} columns"
    series = f"{LONG_SERIES} series of {POINTS[scale]:,} points"
    overlaid = f"{OVERLAID[scale]} runs in one chart"
    return [
        _time(f"{table}: the page is usable", seen["usable"], 1_500),
        _rate(f"{table}: scrolling", seen["scrolling"], 55),
        _time(f"{table}: a filter's answer is shown", seen["filter"], 200),
        _time(f"a run of {METRICS[scale]:,} metrics: the page is usable", seen["metrics"], 1_500),
        _time(f"{series}: drawn", seen["drawn"], 500),
        _time(f"{series}: zoomed to full resolution", seen["zoomed"], 300),
        _time(f"{overlaid}: drawn", seen["overlaid"], 700),
        _rate(f"{overlaid}: hovering", seen["hovering"], 30),
        Figure("JavaScript before the first view", seen["script_kb"], "kB", 250, note="as it is sent: packed"),
    ]


def _time(what: str, times_ms: list[float], limit_ms: float) -> Figure:
    note = f"median of {len(times_ms)}, the longest {max(times_ms):.0f} ms"
    return Figure(what, statistics.median(times_ms), "ms", limit_ms, note=note)


def _rate(what: str, rates: list[float], limit: float) -> Figure:
    note = f"median of {len(rates)}, the least {min(rates):.0f}"
    return Figure(what, statistics.median(rates), "frames/s", limit, at_least=True, note=note)


def look_at_table(url: str, runs: int, rounds: int) -> dict[str, Any]:
    """An experiment of many runs: opened, scrolled, filtered."""
    usable, scrolling, answers = [], [], []
    place = f"{url}/#/experiments/{EXPERIMENT}?layout=table"
    with browsing() as profile:
        first = tab_of(profile)
        first.open(f"{url}/#/", VIEW)
        script_kb = first.script_bytes() / 1000
        for round_ in range(rounds):
            tab = tab_of(profile)
            usable.append(tab.open(f"{url}/#/experiments/{EXPERIMENT}", ROWS))
            tab.open(place, ROWS)
            tab.page.wait_for_timeout(2_000)  # what is read ahead is there
            scrolling.append(_scroll(tab))
            answers.append(_filter(tab, f"run-{runs - 7 - round_}"))
            tab.page.close()
    return {"usable": usable, "scrolling": scrolling, "filter": answers, "script_kb": script_kb}


def _scroll(tab: Tab) -> float:
    box = tab.page.locator(".run-row").nth(3).bounding_box()
    assert box is not None
    with tab.frames() as rates:
        tab.devtools.send(
            "Input.synthesizeScrollGesture",
            {"x": box["x"] + 200, "y": 400, "yDistance": -SCROLLED_PX, "speed": 3_000, "gestureSourceType": "mouse"},
        )
    return rates[0]


def _filter(tab: Tab, name: str) -> float:
    field = tab.page.get_by_label("Filter runs")
    field.fill(f"run_name = '{name}'")
    tab.wish("answered", f"[...document.querySelectorAll('.run-row a')].map((a) => a.textContent).join() === '{name}'")
    field.press("Enter")
    return tab.mark("answered") - tab.mark("keydown")


def look_at_metrics(url: str, run: str, rounds: int) -> dict[str, Any]:
    """A run of many metrics: its charts."""
    with browsing() as profile:
        return {"metrics": [tab_of(profile).open(f"{url}/#/runs/{run}?tab=charts", PANELS) for _ in range(rounds)]}


def look_at_charts(url: str, overlaid: int, rounds: int) -> dict[str, Any]:
    """Long series in one chart, zoomed; many runs in one, hovered over."""
    drawn, zoomed, over, hovering = [], [], [], []
    long, many = page_store.LONG, page_store.OVERLAID
    with browsing() as profile:
        for round_ in range(rounds):
            tab = tab_of(profile)
            tab.open(f"{url}/#/experiments/{long}?layout=table", ROWS)
            drawn.append(tab.drawn(tab.go(f"/experiments/{long}?metric=loss")))
            zoomed.append(_zoom(tab, 0.3 + round_ / 50))
            tab.page.close()
            tab = tab_of(profile)
            tab.open(
                f"{url}/#/experiments/{many}?layout=table",
                f"{ROWS} && /{overlaid} runs/.test(document.body.textContent)",
            )
            shown = ",".join(tab.page.evaluate(UIDS.format(many)))
            over.append(tab.drawn(tab.go(f"/experiments/{many}?metric=loss&show={shown}")))
            hovering.append(_hover(tab))
            tab.page.close()
    return {"drawn": drawn, "zoomed": zoomed, "overlaid": over, "hovering": hovering}


def _zoom(tab: Tab, start: float) -> float:
    box = tab.page.locator(".u-over").bounding_box()
    assert box is not None
    left, middle = box["x"] + box["width"] * start, box["y"] + box["height"] / 2
    tab.page.mouse.move(left, middle)
    tab.page.mouse.down()
    tab.page.mouse.move(left + box["width"] / 50, middle, steps=5)
    tab.page.mouse.up()
    return tab.drawn(tab.mark("mouseup"))


def _hover(tab: Tab) -> float:
    box = tab.page.locator(".u-over").bounding_box()
    assert box is not None
    with tab.frames() as rates:
        for step in range(HOVER_STEPS):
            share = step / HOVER_STEPS
            tab.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * (0.3 + 0.4 * share))
    return rates[0]
