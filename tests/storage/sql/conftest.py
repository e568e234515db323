"""A store of many runs to search in, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.storage.sql.searched import Searched


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    found = Searched(tmp_path_factory.mktemp("searched"))
    yield found
    found.connection.close()
