"""The page while runs go on: how soon a point is seen, in eight tabs too, and what a long look costs the browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.browser import Tab, browsing, tab_of
from benchmarks.figure import Figure, Scale
from benchmarks.page import PANELS
from benchmarks.part import Part, run_part
from benchmarks.team import serving_store

EXPERIMENT = "watched"
RUNS = 3
POINTS_PER_S = 10
TABS = 8
LOOKS = {"tiny": 3, "small": 10, "full": 20}
SECONDS = {"tiny": 6.0, "small": 60.0, "full": 3_600.0}
"""How long the browser's memory is watched."""
GROWTH = 1.1
"""The last third of the time may have so many times the memory of the second one."""
STARTUP_S = 60.0
"""Browser and looks beside the time that is watched."""


def measure(scale: Scale, folder: str) -> list[Figure]:
    store = str(Path(folder, "store"))
    seconds = SECONDS[scale]
    lasting_s = seconds + STARTUP_S + 4 * LOOKS[scale]
    trainings = [Part(train, folder=store, name=f"run-{one}", seconds=lasting_s) for one in range(RUNS)]
    try:
        for one in trainings:
            one.wait_ready()
        with serving_store(store) as team:
            seen = run_part(look_once, url=team.url, looks=LOOKS[scale])
            watched = Part(watch, url=team.url, seconds=seconds).result(seconds + 300)
    finally:
        for one in trainings:
            one.process.kill()
            one.process.communicate()
    third = len(watched["heap_mb"]) // 3
    second, last = max(watched["heap_mb"][third : 2 * third]), max(watched["heap_mb"][2 * third :])
    return [
        _late("a point of another process is on the chart after", seen["one_s"]),
        _late(f"{TABS} tabs open and live: a point is on the slowest one's chart after", seen["tabs_s"]),
        Figure(f"{TABS} tabs open and live: streams of events", seen["streams"], "streams", 1),
        Figure(
            f"{TABS} tabs open and live: the slowest one answers a key",
            max(seen["keys_ms"]),
            "ms",
            200,
            note=f"the fastest {min(seen['keys_ms']):.0f} ms",
        ),
        Figure(
            f"{seconds:,.0f} s of live watching: the browser's memory, last third against the one before",
            last / second,
            "×",
            GROWTH,
            note=f"{second:.1f} MB, {last:.1f} MB of objects; {watched['nodes']} elements; "
            f"{watched['answers']:,} answers with points",
        ),
    ]


def _late(what: str, ages_s: list[float]) -> Figure:
    return Figure(what, max(ages_s), "s", 2, note=f"the longest of {len(ages_s)}, the shortest {min(ages_s):.2f} s")


def train(folder: str, name: str, seconds: float) -> dict[str, Any]:
    """A run that logs the time of the call ten times a second, with nine other metrics."""
    from assay import Run, Session
    from benchmarks.part import READY

    with Run(EXPERIMENT, name, sagemaker_session=Session(folder)) as run:
        run.log_metrics(_values(0), step=0)
        run.flush()
        print(READY, flush=True)
        end_s = time.time() + seconds
        points = 0
        while time.time() < end_s:
            points += 1
            run.log_metrics(_values(points), step=points)
            time.sleep(1 / POINTS_PER_S)
    return {"points": points}


def _values(step: int) -> dict[str, float]:
    return {"clock": time.time(), **{f"train/m{one}": (step * (one + 3)) % 17 / 17 for one in range(9)}}


CLOCK = """
(() => {
  const ask = window.fetch;
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  Object.assign(bench, { newest_s: 0, shown_s: 0, ages_s: [], answers: 0 });
  window.fetch = async (...asked) => {
    const answer = await ask(...asked);
    if (!String(asked[0].url ?? asked[0]).includes("/v1/points")) return answer;
    const bytes = await answer.clone().arrayBuffer();
    const now_s = Date.now() / 1000;
    for (const value of new Float64Array(bytes, 0, bytes.byteLength >> 3)) {
      if (value > bench.newest_s && value > now_s - 3600 && value <= now_s) bench.newest_s = value;
    }
    bench.answers += 1;
    return answer;
  };
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    if (bench.newest_s > bench.shown_s) {
      // What was logged right behind the newest point of before has waited longest.
      if (bench.shown_s > 0) bench.ages_s.push(Date.now() / 1000 - bench.shown_s);
      bench.shown_s = bench.newest_s;
    }
    return stroke.apply(this, path);
  };
})();
"""
"""Notes how long points have waited when a line is drawn. Each value of `clock` is the time of its call; frames of
points are multiples of eight bytes, so values are found in them without reading their heads."""


def look_once(url: str, looks: int) -> dict[str, Any]:
    """How old the newest point on a chart is when it has just been drawn, in one tab and in the slowest of eight."""
    place = f"{url}/#/experiments/{EXPERIMENT}?metric=clock"
    with browsing() as profile:
        one = _open(profile, place, None)
        one_s = [_age_s(one) for _ in range(looks)]
        streams: list[str] = []
        tabs = [one, *[_open(profile, place, streams) for _ in range(TABS - 1)]]
        tabs_s = [max(_age_s(tab) for tab in tabs) for _ in range(max(2, looks // 4))]
        keys_ms = [_key_ms(tab) for tab in tabs]
    return {"one_s": one_s, "tabs_s": tabs_s, "keys_ms": keys_ms, "streams": 1 + len(streams)}


def _open(profile: Any, place: str, streams: list[str] | None) -> Tab:
    tab = tab_of(profile)
    if streams is not None:
        tab.page.on("request", lambda asked: streams.append(asked.url) if "/v1/live" in asked.url else None)
    tab.open(place, PANELS, CLOCK)
    return tab


def _age_s(tab: Tab) -> float:
    """How long points had waited when a line was next drawn."""
    tab.page.evaluate("bench.ages_s = []; undefined")
    tab.wait("bench.ages_s.length > 0")
    return float(tab.page.evaluate("bench.ages_s[0]"))


def _key_ms(tab: Tab) -> float:
    """How long the page takes to show its help after a key."""
    tab.page.bring_to_front()
    tab.wish("helped", "document.querySelector('dialog[open], [role=dialog]') !== null")
    tab.page.keyboard.press("?")
    took_ms = tab.mark("helped") - tab.mark("keydown")
    tab.page.keyboard.press("Escape")
    return took_ms


def watch(url: str, seconds: float) -> dict[str, Any]:
    """Watch an experiment with ten live charts, and what the browser holds meanwhile."""
    heap_mb = []
    with browsing() as profile:
        tab = _open(profile, f"{url}/#/experiments/{EXPERIMENT}", None)
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            heap_mb.append(tab.heap_bytes() / 1e6)
            tab.page.wait_for_timeout(min(5_000.0, seconds * 20))
        nodes = tab.page.evaluate("document.querySelectorAll('*').length")
        answers = tab.page.evaluate("bench.answers")
    return {"heap_mb": heap_mb, "nodes": nodes, "answers": answers}
