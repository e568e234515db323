"""What holds for all commands: help, errors, exit codes, and a quick start."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from cyclopts import App

from assay.cli.app import COMMANDS
from tests.cli.conftest import Assay

ROOT = Path(__file__).parent.parent.parent
GROUPS = {
    command.name[0]: sorted(name for name in command if not name.startswith("-"))
    for command in COMMANDS
    if isinstance(command, App)
}
NAMES = [
    command.name[0] if isinstance(command, App) else command.__name__.rstrip("_").replace("_", "-")
    for command in COMMANDS
]
CALLED = [*NAMES, *(f"{group} {name}" for group, names in GROUPS.items() for name in names)]


def assay_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "assay.cli", *arguments], capture_output=True, text=True, timeout=60)


def test_help_teaches_the_first_commands_to_type(assay: Assay) -> None:
    said = assay("--help")

    assert 0 == said.code
    assert "The first three to type" in said.out
    assert [] == [name for name in NAMES if f"│ {name} " not in said.out]


def test_no_command_is_help(assay: Assay) -> None:
    assert assay("--help").out == assay().out


@pytest.mark.parametrize("name", CALLED)
def test_every_command_has_help_with_an_example_and_says_what_its_options_do(assay: Assay, name: str) -> None:
    said = assay(*name.split(), "--help", width=120)

    assert 0 == said.code
    assert f"    assay {name}" in said.out or f"$(assay {name}" in said.out
    options = [line.strip("│ ").split("  ", 1) for line in said.lines if line.startswith("│ ")]
    assert [] == [option for option in options if len(option) < 2 and option[0].startswith("--")]


@pytest.mark.parametrize("name", CALLED)
def test_every_command_and_option_stands_in_the_docs(assay: Assay, name: str) -> None:
    documented = (ROOT / "docs" / "cli.md").read_text("utf-8")
    said = assay(*name.split(), "--help", width=120)
    options = {word for line in said.lines if line.startswith("│") for word in line.split() if word.startswith("--")}

    heading = f"## assay {name.partition(' ')[0]}\n"
    assert heading in documented
    section = documented.partition(heading)[2].partition("\n## ")[0]
    assert [] == sorted(option for option in options if option not in section)


def test_version_is_that_of_the_package(assay: Assay) -> None:
    assert f"assay {version('assay')}\n" == assay("--version").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnus"], 'Did you mean "runs"?'),
        (["runs", "--experimnt", "x"], "--experiment"),
        (["runs", "--limit", "0"], "--limit"),
        (["runs", "--limit", "many"], "--limit"),
        (["show"], "assay show --help"),
        (["where", "else"], "assay where --help"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(assay: Assay, arguments: list[str], told: str) -> None:
    said = assay(*arguments)

    assert (2, "") == (said.code, said.out)
    (line,) = said.err.splitlines()
    assert line.startswith("assay: ")
    assert told in line


def test_an_error_is_one_line_and_exit_code_1(assay: Assay, runs: Path) -> None:
    said = assay("show", "digits/fourth")

    assert (1, "") == (said.code, said.out)
    (line,) = said.err.splitlines()
    assert line.startswith("assay: no run 'fourth' in experiment 'digits'")


def test_a_store_that_is_none_is_said_so_and_not_made(assay: Assay, tmp_path: Path) -> None:
    for command in (["runs"], ["show", "a/b"], ["doctor"]):
        said = assay(*command, "--store", str(tmp_path / "typo"))

        assert 1 == said.code
        assert f"no store in {tmp_path / 'typo'}" in said.err
    assert not (tmp_path / "typo").exists()


def test_a_damaged_store_is_named_with_its_file(assay: Assay, runs: Path) -> None:
    with (runs / "catalog.db").open("r+b") as file:
        file.write(b"\0" * 100)

    done = assay_process("runs")

    assert (1, "") == (done.returncode, done.stdout)
    assert str(runs / "catalog.db") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(runs: Path) -> None:
    command = [sys.executable, "-m", "assay.cli", "runs", "--json"]
    read, write = os.pipe()
    os.close(read)  # a reader that is gone before the first line
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write)

    assert (0, "") == (done.returncode, done.stderr)


def test_help_loads_neither_the_library_nor_anything_heavy() -> None:
    code = """
import sys
from assay.cli import main
main(["--help"])
heavy = {"numpy", "sklearn", "matplotlib", "sqlite3", "msgspec", "lark", "pcodec"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert "[]\n" == done.stderr


def test_help_loads_nothing_heavy() -> None:
    script = """
import sys
from assay.cli import main
main(["--help"])
print([name for name in ("numpy", "pandas", "sklearn", "matplotlib", "lark", "sqlite3") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.splitlines()[-1]
