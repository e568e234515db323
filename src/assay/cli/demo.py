"""`assay demo`: real models, tracked, and read back."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from assay.cli.demo_training import Digits, Recipe
    from assay.session import Session


def demo(*, store: str | None = None) -> int:
    """Train a few real models, track them, and show what was kept.

    Four models learn to read noisy digits, each in a run of its own; one of
    them is continued by a child process, which finds its run by itself. Then
    everything is read back from the store. Takes some seconds, and needs
    scikit-learn and matplotlib: pip install "assay[sklearn,figures]".

        assay demo
        assay demo --store /tmp/demo

    Args:
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from rich.text import Text

    from assay.cli.demo_training import EXPERIMENT, check_packages, load_digits, recipes
    from assay.cli.usage import console
    from assay.session import Session

    check_packages()
    from assay.cli.demo_report import print_report

    out = console()
    session = Session(store)
    out.print(
        Text.assemble("Four models learn to read noisy digits, tracked in ", (session.location, "bold")), soft_wrap=True
    )
    names = []
    with _quiet():
        digits = load_digits()
        for recipe in recipes():
            names.append(_train(recipe, digits, session, out))
    print_report(EXPERIMENT, names, session, out)
    _print_next(EXPERIMENT, names[0], session, store, out)
    return 0


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Spare the line that each run prints when it is entered: the demo says itself where they go."""
    before = os.environ.get("ASSAY_QUIET")
    os.environ["ASSAY_QUIET"] = "1"
    try:
        yield
    finally:
        del os.environ["ASSAY_QUIET"]
        if before is not None:
            os.environ["ASSAY_QUIET"] = before


def _train(recipe: Recipe, digits: Digits, session: Session, out: Console) -> str:
    from rich.text import Text

    from assay.cli.demo_training import train

    start = time.perf_counter()
    name = train(recipe, digits, session)
    took = time.perf_counter() - start
    how = f"{recipe.steps} {recipe.unit}"
    if recipe.steps_in_child:
        how += f", and {recipe.steps_in_child} in a child process by load_run()"
    out.print(Text.assemble("  ", ("✓", "green"), f" {name}: {how} ", (f"({took:.1f} s)", "dim")))
    return name


def _print_next(experiment: str, run: str, session: Session, store: str | None, out: Console) -> None:
    from rich.text import Text

    assay = _command(session, store)
    next_: list[tuple[tuple[str, ...], str]] = [
        (("ui",), "look at them in a browser, live"),
        (("runs", "--experiment", experiment), "the runs as a table"),
        (("show", f"{experiment}/{run}"), "all about one of them"),
    ]
    if not session.is_server:
        next_.append((("doctor",), "is the store whole?"))
    commands = [(shlex.join([assay[0], *words, *assay[1:]]), what) for words, what in next_]
    longest = max(len(command) for command, _ in commands)
    out.print(Text("\nNext", "bold"))
    for command, what in commands:
        line = Text(f"  {command.ljust(longest)}")
        if longest + len(what) + 6 <= out.width:
            line.append(f"  # {what}", "dim")
        out.print(line, soft_wrap=True)
    out.print(Text.assemble("  and log your own: ", ("from assay import Run", "bold")))


def _command(session: Session, store: str | None) -> list[str]:
    """How a reader calls `assay` so that it finds the demo's store: the program, and an option where it needs one."""
    from assay.place import location_of, where

    program = os.path.relpath(sys.argv[0]) if os.path.basename(sys.argv[0]) == "assay" else "assay"
    if shutil.which("assay") is not None or not os.path.exists(program):
        program = "assay"
    # A variable that `make` set for this call alone is not there when the reader types the next one.
    named = os.environ.pop("ASSAY_STORE", None)
    found = where()[0]
    if named is not None:
        os.environ["ASSAY_STORE"] = named
    if store is None and location_of(found) == session.location:
        return [program]
    return [program, "--store", session.location]
