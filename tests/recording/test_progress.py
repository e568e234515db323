"""The line that a terminal shows while uploads are waited for."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading

import pytest

SCRIPT = """
import sys
from assay.recording import progress
progress.SHOWN_AFTER_S = float(sys.argv[1])
progress.REFRESH_S = 0
with progress.UploadProgress() as shown:
    for left in (3_000_000, 2_000_000, 1_000_000):
        shown(1, left)
print("rich" in sys.modules)
"""


def shown(after_s: float, **environment: str) -> tuple[str, str]:
    """What a terminal shows, and whether rich was loaded, when uploads are waited for."""
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def watch() -> None:
        try:
            while data := os.read(ours, 65536):
                seen.append(data)
        except OSError:  # the terminal is gone
            return

    reader = threading.Thread(target=watch)
    reader.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(after_s)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment},
            timeout=60,
        )
    finally:
        os.close(theirs)
        reader.join(10)
        os.close(ours)
    assert 0 == done.returncode
    return b"".join(seen).decode(), done.stdout.strip()


def test_a_terminal_shows_how_far_a_long_wait_is() -> None:
    text, rich_was_loaded = shown(0)

    assert "True" == rich_was_loaded
    assert "uploading 1 artifact" in text
    assert "2.0/3.0 MB" in text


@pytest.mark.parametrize(("after_s", "environment"), [(60.0, {}), (0.0, {"ASSAY_QUIET": "1"})])
def test_a_short_wait_and_a_quiet_one_show_nothing_and_load_nothing(
    after_s: float, environment: dict[str, str]
) -> None:
    assert ("", "False") == shown(after_s, **environment)


def test_where_nobody_looks_nothing_is_shown() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, "0"], capture_output=True, text=True, timeout=60)

    assert (0, "", "False") == (done.returncode, done.stderr, done.stdout.strip())
