"""The documents hold: their code runs, their commands work, and what they point at exists.

Blocks of one document share a folder and run in the order in which they stand, each Python block in a process of its
own, so a reader can copy any of them by itself.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LANGUAGES = {"python", "console", "text"}
"""`python` and `console` are run; `text` is for drawings. Any other would slip past this file."""

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:\.ci|benchmarks|docs|requirements|src|tests|web)/[\w./*-]*|[\w.-]+\.(?:md|toml)")


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int

    @property
    def commands(self) -> list[str]:
        return [line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ ")]


def read_blocks(document: Path) -> Iterator[Block]:
    text = document.read_text("utf-8")
    for match in FENCE.finditer(text):
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)


def read_prose(document: Path) -> str:
    return FENCE.sub("", document.read_text("utf-8"))


def run_python(block: Block, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text], cwd=folder, capture_output=True, text=True, timeout=120
    )


def run_command(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader would; `make` (which runs this file) and `pip` only as far as they change nothing.

    A server is started on a free port, and stopped once it has said its URL.
    """
    words = shlex.split(command)
    if words[:2] in (["assay", "server"], ["assay", "ui"]):
        return run_server(words[1:], folder)
    if words[0] == "make":
        words, folder = ["make", "--dry-run", *words[1:]], ROOT
    elif words[:4] == ["python", "-m", "pip", "install"]:
        unknown = wanted_extras(words[-1]) - known_extras()
        return subprocess.CompletedProcess(words, len(unknown), "", f"no such extra: {unknown}" if unknown else "")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        words, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=120
    )


def run_server(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    quiet = ["--no-open"] if command[0] == "ui" else []
    words = [sys.executable, "-m", "assay.cli", *command, "--port", "0", *quiet]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline()
    process.terminate()
    out, err = process.communicate(timeout=60)
    failed = process.returncode or not url.startswith("http://127.0.0.1:")
    return subprocess.CompletedProcess(words, int(bool(failed)), url + out, err)


def wanted_extras(requirement: str) -> set[str]:
    listed = re.search(r"\[(.*)\]", requirement)
    return set(listed[1].split(",")) if listed else set()


def known_extras() -> set[str]:
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])


def anchors(document: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", read_prose(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix()
)


@every_document
def test_code_and_commands_run(document: Path, tmp_path: Path) -> None:
    for block in read_blocks(document):
        where = f"{document.name}, line {block.line}"
        if block.language == "python":
            done = run_python(block, tmp_path)
            assert 0 == done.returncode, f"{where}:\n{done.stderr}"
        if block.language == "console":
            for command in block.commands:
                done = run_command(command, tmp_path)
                assert 0 == done.returncode, f"{where}: $ {command}\n{done.stdout}\n{done.stderr}"


@every_document
def test_every_block_is_of_a_kind_that_is_checked(document: Path) -> None:
    others = {block.language for block in read_blocks(document)} - LANGUAGES

    assert set() == others


@every_document
def test_every_console_block_holds_a_command(document: Path) -> None:
    empty = [block.line for block in read_blocks(document) if block.language == "console" and not block.commands]

    assert [] == empty


@every_document
def test_every_path_that_is_named_exists(document: Path) -> None:
    named = {code for code in CODE.findall(read_prose(document)) if PATH.fullmatch(code)}

    missing = sorted(path for path in named if not any(ROOT.glob(path.rstrip("/"))))

    assert [] == missing


@every_document
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = []
    for target in LINK.findall(read_prose(document)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            dead.append(target)

    assert [] == dead


def test_every_make_command_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    named = {
        match[1]
        for document in DOCUMENTS
        for code in CODE.findall(read_prose(document))
        if (match := re.match(r"make (?:\w+=\S+ )*([a-z-]+)", code))
    }

    assert set() == named - targets


def test_every_guide_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(read_prose(index))}

    assert [] == [document for document in ROOT.glob("docs/**/*.md") if document != index and document not in linked]


@pytest.mark.parametrize("lock", ["requirements/dev.txt", "requirements/demo.txt", "web/package-lock.json"])
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert [] == re.findall(r"\w+://\S+", text)
