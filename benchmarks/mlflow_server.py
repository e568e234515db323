"""The same runs into an mlflow server on the same PostgreSQL, from the same machine.

mlflow has an environment of its own, of which `ASSAY_BENCH_MLFLOW` names the Python; it needs mlflow and psycopg.
Without it the row tells only our own figure.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from benchmarks import load
from benchmarks.figure import Figure, Scale
from benchmarks.part import Part
from benchmarks.team import postgres, serving

ENVIRONMENT = "ASSAY_BENCH_MLFLOW"
SECONDS = {"tiny": 1.0, "small": 10.0, "full": 30.0}
RUNS = {"tiny": 2, "small": 8, "full": 8}
ROWS = 100
"""A request of mlflow's takes at most 1,000 metrics: a hundred steps of ten."""
PORT = 5917
CLIENT = """
import json, sys, threading, time
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

uri, runs, seconds, rows = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
client = MlflowClient(tracking_uri=uri)
experiment = client.create_experiment("load")
ids = [client.create_run(experiment).info.run_id for _ in range(runs)]
sent = [0] * runs
began = time.monotonic()

def work(place):
    step = 0
    while time.monotonic() - began < seconds:
        now = int(time.time() * 1000)
        metrics = [
            Metric(f"m{column}", 1 / (1 + step + row), now, step + row) for row in range(rows) for column in range(10)
        ]
        client.log_batch(ids[place], metrics=metrics)
        step += rows
        sent[place] += len(metrics)

crew = [threading.Thread(target=work, args=(place,)) for place in range(runs)]
[one.start() for one in crew]
[one.join() for one in crew]
print(json.dumps({"points": sum(sent), "took_s": time.monotonic() - began}))
"""


def measure(scale: Scale, folder: str) -> list[Figure]:
    with serving("PostgreSQL", folder) as team:
        ours = Part(
            load.pour, url=team.url, runs=RUNS[scale], seconds=SECONDS[scale], rows=ROWS, threads=RUNS[scale]
        ).result()
    rate = ours["points"] / ours["took_s"]
    what = f"{RUNS[scale]} runs, {ROWS * 10:,} points a request, PostgreSQL: points/s"
    python = os.environ.get(ENVIRONMENT)
    if not python:
        return [
            Figure(what, rate, "points/s", note=f"mlflow was not measured: {ENVIRONMENT} names no Python that has it")
        ]
    theirs = pour_into_mlflow(python, folder, scale)
    return [
        Figure(
            f"{what}, against an mlflow server",
            rate / theirs,
            "×",
            50,
            at_least=True,
            note=f"{rate:,.0f} points/s, mlflow {theirs:,.0f}",
        )
    ]


def pour_into_mlflow(python: str, folder: str, scale: Scale) -> float:
    """The points that an mlflow server takes each second."""
    place = Path(folder, "mlflow")
    place.mkdir()
    with postgres(str(place)) as uri:
        words = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(PORT), "--backend-store-uri", uri]
        words += ["--artifacts-destination", str(place / "artifacts")]
        with open(place / "server.log", "wb") as log:
            server = subprocess.Popen([python, *words], stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_it_answers(server)
            arguments = [f"http://127.0.0.1:{PORT}", str(RUNS[scale]), str(SECONDS[scale]), str(ROWS)]
            done = subprocess.run([python, "-c", CLIENT, *arguments], capture_output=True, text=True, check=True)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
    seen = json.loads(done.stdout.splitlines()[-1])
    return float(seen["points"] / seen["took_s"])


def _wait_until_it_answers(server: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + 120
    while time.monotonic() < deadline_s:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=2).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.5)
    raise RuntimeError("the mlflow server did not start; its log lies beside its data")
