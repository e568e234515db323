"""What `assay` takes, which command does it, and how it fails: one line on stderr and an exit code, no traceback.

Exit codes: 0 done, 1 it could not be done (or `doctor` found something wrong), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from cyclopts import App, CycloptsError, Group

from assay.cli.backup import backup, restore_backup
from assay.cli.compare import compare
from assay.cli.delete import delete
from assay.cli.demo import demo
from assay.cli.doctor import doctor
from assay.cli.export import export
from assay.cli.gc import gc
from assay.cli.import_ import import_
from assay.cli.login import login
from assay.cli.logout import logout
from assay.cli.move import move
from assay.cli.rename import rename
from assay.cli.restore import restore
from assay.cli.retag import retag
from assay.cli.runs import runs
from assay.cli.server import server
from assay.cli.show import show
from assay.cli.sync import sync
from assay.cli.token import token
from assay.cli.trash import trash
from assay.cli.ui import ui
from assay.cli.usage import UsageError
from assay.cli.where import where
from assay.cli.workspace import workspace
from assay.errors import AssayError

HELP = """
Experiment tracking on a store of your own: what your runs logged, where it lies, and whether it is whole.
"""

EPILOGUE = """
The first three to type:

    assay demo            train a few models, track them, and see what was kept
    assay runs            the runs in your store
    assay show RUN        all about one of them

Examples:

    assay runs --experiment digits --sort metrics.val/accuracy
    assay runs --json | jq '.[].parameters.lr'
    assay show digits/baseline
    assay doctor --repair --store /data/experiments

`assay COMMAND --help` tells more. Runs are logged from Python: `from assay import Run`.
The store is what `--store` names; else `ASSAY_STORE`, the nearest `.assay` folder, or your data folder.
"""

COMMANDS: tuple[Callable[..., int] | App, ...] = (
    demo,
    ui,
    runs,
    show,
    compare,
    export,
    import_,
    where,
    sync,
    doctor,
    trash,
    restore,
    delete,
    rename,
    move,
    retag,
    gc,
    server,
    token,
    workspace,
    backup,
    restore_backup,
    login,
    logout,
)
"""What can be called; the docstring of each is its `--help`, and what is slow to load it loads in its body."""


def _version() -> str:
    from importlib.metadata import version

    return f"assay {version('assay')}"


def make_app() -> App:
    """The command line."""
    options = Group("Options", sort_key=1)
    app = App(
        name="assay",
        help=HELP,
        help_epilogue=EPILOGUE,
        help_format="plaintext",
        version=_version,
        group_parameters=options,
    )
    app["--help"].group = app["--version"].group = options
    for position, command in enumerate(COMMANDS):
        if isinstance(command, App):
            command.sort_key = position
            app.command(command)
        else:
            app.command(command, sort_key=position, help_epilogue="")
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name; None takes those of the process.

    Returns:
        The exit code.
    """
    app = make_app()
    try:
        code = app(arguments, print_error=False, exit_on_error=False, result_action="return_value")
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except CycloptsError as error:
        return _fail(f"{_one_line(error)} ({_hint(error)})", 2)
    except UsageError as error:
        return _fail(str(error), 2)
    except AssayError as error:
        return _fail(str(error), 1)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:
        # Whoever reads (`| head`) has seen enough. Python flushes once more at exit, into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _one_line(error: CycloptsError) -> str:
    error.verbose = False
    return " ".join(str(error).split()).rstrip(".")


def _hint(error: CycloptsError) -> str:
    return f"see: {' '.join(['assay', *(error.command_chain or ()), '--help'])}"


def _fail(message: str, code: int) -> int:
    print(f"assay: {message}", file=sys.stderr)
    return code
