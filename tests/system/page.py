"""Fixtures of the page's tests: a browser, a store of runs and a server over it, for the tests of a module.

Not for those of a process: as long as Playwright's browser lives, its event loop counts as running in this thread, and
another module's tests could not run one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.browser import Look, browsing, looking, served
from tests.system.page_runs import Logged, log_runs


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A browser."""
    with browsing() as one:
        yield one


@pytest.fixture(scope="module")
def logged(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Logged:
    """Runs to look at; none are logged where there is no browser to look with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_QUIET", "1")
        return log_runs(tmp_path_factory.mktemp("page") / "store")


@pytest.fixture(scope="module")
def url(logged: Logged) -> Iterator[str]:
    """The URL of their server."""
    with served(logged.folder) as one:
        yield one


@pytest.fixture
def look(browser: object, url: str) -> Iterator[Look]:
    """A tab on it, which must have had nothing to complain of at the end."""
    with looking(browser, url) as one:  # type: ignore[arg-type]
        yield one
        assert [] == one.complaints
