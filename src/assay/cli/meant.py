"""Which runs a command is about, those that are named or that a filter picks; and asking before what is for good."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from assay.cli.usage import UsageError

if TYPE_CHECKING:
    from assay.session import Session

FilterOption = Annotated[str | None, Parameter(name="--filter")]
"""An option of every command that is about several runs."""
SHOWN = 10
"""So many names are printed before the rest is only counted."""


def open_store(named: str | None) -> Session:
    """The store that is meant; it exists.

    Raises:
        StoreError: There is none.
    """
    from assay.cli.usage import find_store
    from assay.errors import StoreError
    from assay.place import where

    session = find_store(named)
    if session is None:
        raise StoreError(f"there is no store in {where()[0]} yet; name another by --store or ASSAY_STORE")
    return session


def meant_runs(
    session: Session, names: Sequence[str], experiment: str | None, picked: str | None, *, state: str = "living"
) -> list[str]:
    """The ids of the runs that are meant.

    Args:
        session: Where they are.
        names: EXPERIMENT/RUN, or RUN alone.
        experiment: The experiment of all of them.
        picked: A filter.
        state: Where they are looked for: `living`, `trashed` or `any`.

    Raises:
        UsageError: Both names and a filter, or two experiments.
        NotFoundError: There is no such run.
    """
    if names and picked is not None:
        raise UsageError("name the runs, or give --filter, not both")
    addressing = session.fresh_store().addressing
    if picked is not None:
        return addressing.matching_runs(picked, experiment, trashed=state == "trashed")
    return [addressing.run_uid(_full_name(name, experiment), state) for name in names]


def _full_name(name: str, experiment: str | None) -> str:
    before, slash, _ = name.rpartition("/")
    if experiment is None:
        return name
    if slash and before.lower() != experiment.lower():
        raise UsageError(f"{name!r} names the experiment {before!r}, and --experiment {experiment!r}; leave one out")
    return name if slash else f"{experiment}/{name}"


def run_names(session: Session, uids: Sequence[str]) -> list[str]:
    """What runs are called."""
    return session.store.addressing.run_names(uids)


def listed(names: Sequence[str]) -> str:
    """Names in a line, the rest of many counted."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def runs_listed(names: Sequence[str]) -> str:
    """`2 runs: digits/a, digits/b`."""
    from assay.cli.wording import amount

    return f"{amount(len(names), 'run')}: {listed(names)}" if names else "no run"


def confirm(what: str, *, yes: bool) -> None:
    """Say what will be done, and go on only if that is wanted.

    Raises:
        UsageError: Nobody can be asked, and `--yes` was not given; or the answer was no.
    """
    print(what)
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("this can't be undone: nothing was changed; give --yes to do it")
    answer = input("This can't be undone. Go on? [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was changed")
