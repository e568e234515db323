"""Members whose tables lie in a schema of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay.storage.sql.postgres import PostgresSchema
from tests import postgres
from tests.serving.access.members_contract import MembersContract


class TestMembersOnPostgres(MembersContract):
    @pytest.fixture
    def database(self) -> Iterator[PostgresSchema]:
        name = postgres.new_schema()
        yield PostgresSchema(postgres.pool(), name)
        postgres.drop_schema(name)
