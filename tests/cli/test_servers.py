"""The commands on a server: what they do in a folder, and one clear line where it does not answer or let one in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from assay.cli import main
from assay.storage.sql.store import SqlStore
from tests.cli.conftest import Assay
from tests.serving.running import serving

AWAY = "http://127.0.0.1:1"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Iterator[str]:
    """A server with the runs digits/first and digits/second, which `ASSAY_STORE` names."""
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.setenv("ASSAY_QUIET", "1")
    with serving(lambda _: SqlStore(str(folder))) as url:
        monkeypatch.setenv("ASSAY_STORE", url)
        for name, lr in (("first", 0.1), ("second", 0.2)):
            with Run("digits", name, tags={"team": "vision"}) as run:
                run.log_parameters({"lr": lr})
                for step in range(50):
                    run.log_metric("loss", 1 / (step + 1) + lr, step=step)
                run.log_confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
            run.flush()
        yield url
        Session(url).store_as_is.close()


def test_runs_show_and_compare(assay: Assay, url: str) -> None:
    said = assay("runs", "--sort", "name", "--ascending")
    assert 0 == said.code
    assert "first" in said.out
    assert f"2 runs in {url}" in said.out
    assert ["second", "first"] == [one["run_name"] for one in json.loads(assay("runs", "--json").out)]
    filtered = json.loads(assay("runs", "--json", "--filter", "params.lr > 0.1", "--store", url).out)
    assert ["second"] == [one["run_name"] for one in filtered]

    page = assay("show", "digits/first")
    assert (0, "") == (page.code, page.err)
    assert "Confusion matrix" in page.out
    assert url == json.loads(assay("show", "first", "--json").out)["store"]

    compared = json.loads(assay("compare", "digits/first", "digits/second", "--json").out)
    assert {"lr"} == set(compared["parameters"])


def test_show_says_that_a_server_has_not_heard_of_a_run_for_long(
    assay: Assay, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run("digits", "silent") as run:
        run.log_metric("loss", 1.0)
        run.flush()
        assert (attempt := run.attempts[0]).heard_time is not None
        assert attempt.start_time is not None
        assert attempt.heard_time >= attempt.start_time
        assert "not heard of" not in assay("show", "digits/silent").out
        monkeypatch.setattr("assay.cli.run_page.SILENT_AFTER", timedelta(0))

        said = assay("show", "digits/silent", width=200)

        assert "InProgress" in said.out
        assert "not heard of for" in said.out
        assert "T" in json.loads(assay("show", "digits/silent", "--json").out)["attempts"][0]["heard_time"]

    assert "not heard of" not in assay("show", "digits/silent").out


def test_tidying(assay: Assay, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Trashed 1 run: digits/first." == assay("trash", "first").lines[0]
    assert "digits/first" in assay("trash").out
    assert "Restored 1 run: digits/first." == assay("restore", "digits/first").lines[0]
    assert "Run digits/first is digits/one now." == assay("rename", "digits/first", "one").lines[0]
    assert "Retagged 1 run: digits/one." == assay("retag", "one", "--set", "stage=done").lines[0]
    assert {"team": "vision", "stage": "done"} == load_run("one", "digits").tags
    assert "Trashed 1 run: digits/second." == assay("trash", "--filter", "params.lr > 0.1").lines[0]
    said = assay("delete", "--experiment", "digits", "--yes")
    assert "This deletes experiment digits with all of its runs, 2 in number." == said.lines[0]
    assert [] == json.loads(assay("runs", "--json").out)


def test_export_and_import(assay: Assay, url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "runs.assay")

    assert "2 runs of 1 experiment" in assay("export", "-o", file).out
    assert "2 runs imported" in assay("import", file, "--store", str(tmp_path / "copy")).out
    assert "0 runs imported, 2 skipped" in assay("import", file).out


def test_where_says_that_a_server_answers_and_who_is_let_in(
    assay: Assay, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = assay("where")
    assert [url, "because ASSAY_STORE names it"] == said.lines[:2]
    assert said.lines[2].startswith("It is a server of Assay ")
    assert f"assay login {url}" in said.lines[3]
    assert {"location": url, "reason": "ASSAY_STORE names it", "exists": True} == json.loads(
        assay("where", "--json").out
    )

    monkeypatch.setenv("ASSAY_TOKEN", "assay_secret")
    said = assay("where")
    assert "The token for it: ASSAY_TOKEN holds it" == said.lines[3]
    assert "assay_secret" not in said.out


def test_where_says_that_a_server_is_away(assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_STORE", AWAY + "/")

    said = assay("where")

    assert (0, AWAY) == (said.code, said.lines[0])
    assert "does not answer" in said.lines[2]
    assert not json.loads(assay("where", "--json").out)["exists"]


@pytest.mark.parametrize(
    "command",
    [
        ["runs"],
        ["show", "digits/first"],
        ["compare", "digits/first", "digits/second"],
        ["trash"],
        ["trash", "digits/first"],
        ["delete", "digits/first", "--yes"],
        ["rename", "digits/first", "one"],
        ["retag", "digits/first", "--set", "a=b"],
        ["export", "-o", "runs.assay"],
    ],
    ids=" ".join,
)
def test_a_server_that_is_away_is_told_in_one_line(
    command: list[str], assay: Assay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ([], ["--store", AWAY]):
        if not options:
            monkeypatch.setenv("ASSAY_STORE", AWAY)
        said = assay(*command, *options)

        assert (1, "") == (said.code, said.out)
        assert 1 == said.err.count("\n")
        assert f"assay: the server {AWAY} does not answer: " in said.err
        monkeypatch.delenv("ASSAY_STORE", raising=False)


def test_a_token_that_lets_nobody_in_is_told_in_one_line(
    assay: Assay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "served").mkdir()
    monkeypatch.setenv("ASSAY_TOKEN", "assay_secret")

    with serving(lambda _: SqlStore(str(tmp_path / "served"))) as url:
        said = assay("runs", "--store", url)
        Session(url).store_as_is.close()

    assert (1, "", 1) == (said.code, said.out, said.err.count("\n"))
    assert "token" in said.err
    assert "assay_secret" not in said.err


@pytest.mark.parametrize("command", ["gc", "doctor"])
def test_what_needs_the_store_s_folder_says_where_it_runs(
    command: str, assay: Assay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_STORE", AWAY)

    said = assay(command)

    assert (1, "") == (said.code, said.out)
    assert f"`assay {command} --store FOLDER`" in said.err


def test_what_is_no_server_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["runs", "--store", "https://"])
    assert 1 == capsys.readouterr().err.count("\n")
