"""`assay ui`: the page over a folder, for as long as it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Assay


def test_ui_serves_the_store_until_it_is_told_to_stop(runs: Path) -> None:
    command = [sys.executable, "-m", "assay.cli", "ui", "--no-open", "--port", "0", "--store", str(runs)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        names = [one["name"] for one in httpx.get(f"{url}v1/experiments").json()["items"]]

        assert "digits" in names
        assert httpx.get(url).status_code in (200, 503)
    finally:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert 0 == process.returncode, err
    assert "" == out


def test_ui_of_a_server_leads_to_that_server(assay: Assay) -> None:
    outcome = assay("ui", "--no-open", "--store", "https://assay.example/w/team")

    assert (0, ["https://assay.example/"]) == (outcome.code, outcome.lines)


def test_ui_opens_a_browser_unless_it_is_told_not_to(assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assay("ui", "--store", "http://127.0.0.1:9")
    assay("ui", "--no-open", "--store", "http://127.0.0.1:9")

    assert ["http://127.0.0.1:9/"] == opened
