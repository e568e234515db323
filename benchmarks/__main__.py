"""The command: `python -m benchmarks` measures, prints a table in Markdown, and ends with 1 if a figure is missed."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import profile
from benchmarks.figure import Figure, Scale, combine, failed
from benchmarks.machine import facts, load

ROWS = {
    "calls": "calls",
    "names": "names",
    "points": "points",
    "import": "startup",
    "throughput": "throughput",
    "disk": "disk",
    "interrupts": "interrupts",
    "kills": "kills",
    "writers": "writers",
    "starts": "starts",
    "reading": "reading",
    "histories": "histories",
    "new-run": "new_run",
    "search": "search",
    "server-calls": "server_calls",
    "ingest": "ingest",
    "live": "live",
    "server-view": "server_view",
    "server-memory": "server_memory",
    "mlflow": "mlflow_server",
    "page": "page",
    "page-live": "page_live",
    "page-file": "page_file",
}
"""What `--rows` takes, and the module that measures it."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    if options.profile:
        os.environ[profile.ENVIRONMENT] = "1"
    with tempfile.TemporaryDirectory(prefix="assay-benchmarks-", dir=options.folder) as folder:
        machine = facts(folder)
        seen: dict[str, list[list[Figure]]] = {row: [] for row in options.rows}
        for number in range(options.rounds):
            for row in options.rows:  # by turns: a busy minute falls on all rows alike
                print(f"round {number + 1} of {options.rounds}: {row} …", file=sys.stderr, flush=True)
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    seen[row].append(measure(row, options.scale, place))
        machine["load at the end"] = load()
    figures = [figure for rounds in seen.values() for figure in merged(rounds)]
    print(report(figures, machine, options.scale, options.rounds))
    if options.json:
        write_json(options.json, figures, machine, seen)
    return 0 if options.no_fail else exit_code(figures)


def exit_code(figures: Sequence[Figure]) -> int:
    """1 if a figure is missed, else 0."""
    return 1 if any(figure.held is False for figure in figures) else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=rows_of, default=list(ROWS), help=f"some of {','.join(ROWS)}; all if left out")
    parser.add_argument("--scale", choices=("tiny", "small", "full"), default="small", help="full: what is quoted")
    parser.add_argument("--rounds", type=int, default=1, help="so often, and the median is shown")
    parser.add_argument("--folder", help="where the stores are made, and removed again (the system's temporary folder)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure of every round there")
    parser.add_argument("--no-fail", action="store_true", help="end with 0 even if a figure is missed")
    parser.add_argument("--profile", action="store_true", help="print on stderr what every thread was doing")
    return parser.parse_args(arguments)


def rows_of(text: str) -> list[str]:
    rows = text.split(",")
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return rows


def measure(row: str, scale: Scale, folder: str) -> list[Figure]:
    """The figures of one row; an error is a figure that is missed, and the other rows are still measured."""
    module = importlib.import_module(f"benchmarks.{ROWS[row]}")
    began = time.monotonic()
    try:
        figures: list[Figure] = module.measure(scale, folder)
    except Exception as error:  # noqa: BLE001 (whatever it is, it stands in the report)
        figures = [failed(row, f"{type(error).__name__}: {error}")]
    print(f"    {time.monotonic() - began:.1f} s", file=sys.stderr)
    return figures


def merged(rounds: list[list[Figure]]) -> list[Figure]:
    by_name: dict[str, list[Figure]] = {}
    for figures in rounds:
        for figure in figures:
            by_name.setdefault(figure.what, []).append(figure)
    return [combine(figures) for figures in by_name.values()]


def report(figures: Sequence[Figure], machine: dict[str, str], scale: Scale, rounds: int) -> str:
    answers = {True: "yes", False: "**no**", None: "–"}
    lines = ["| what | figure wanted | measured | held |", "|---|---|---|---|"]
    for one in figures:
        note = one.measured.replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {one.what} | {one.wanted} | {note} | {answers[one.held]} |")
    lines += [
        "",
        f"Scale {scale}, {rounds} round{'s' if rounds > 1 else ''}. "
        + "; ".join(f"{k}: {v}" for k, v in machine.items())
        + ".",
    ]
    return "\n".join(lines)


def write_json(
    path: Path, figures: Sequence[Figure], machine: dict[str, str], seen: dict[str, list[list[Figure]]]
) -> None:
    content = {
        "machine": machine,
        "figures": [figure.as_dict() for figure in figures],
        "rounds": {row: [[figure.as_dict() for figure in one] for one in rounds] for row, rounds in seen.items()},
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
