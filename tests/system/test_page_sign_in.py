"""Who is asked who he is, and what a token opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session
from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from tests.system.browser import Look, looking, served
from tests.system.page import browser

__all__ = ["browser"]


@pytest.fixture
def members(tmp_path: Path) -> Members:
    return Members(AccessFile(str(tmp_path)))


@pytest.fixture
def secret(members: Members) -> str:
    return members.create_token("main", "viewer", "ada").secret


@pytest.fixture
def look(browser: Any, store: Path, members: Members, secret: str) -> Iterator[Look]:
    with Run("digits", "one", sagemaker_session=Session(str(store))):
        pass
    with served(store, members) as url, looking(browser, url) as one:
        one.page.goto(f"{url}/#/experiments/digits")
        one.page.get_by_role("heading", name="Sign in").wait_for()
        yield one


def test_token_opens_the_page_that_was_asked_for(look: Look, secret: str) -> None:
    look.page.get_by_label("Token").fill(secret)
    look.page.get_by_role("button", name="Sign in").click()
    look.page.get_by_role("link", name="one").wait_for()

    assert secret not in look.page.evaluate("document.cookie + JSON.stringify(localStorage)")
    look.page.reload()
    look.page.get_by_role("link", name="one").wait_for()


def test_token_that_is_none_is_refused_with_the_reason(look: Look) -> None:
    look.page.get_by_label("Token").fill("assay_wrong")
    look.page.get_by_role("button", name="Sign in").click()

    assert "token" in look.page.get_by_role("alert").inner_text()
    assert look.page.get_by_role("heading", name="Sign in").is_visible()
