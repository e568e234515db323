"""A gate and members of a server in a folder of the test's own, with a clock that the test moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.serving.access.file import AccessFile
from assay.serving.access.gate import Gate
from assay.serving.access.members import Members, NewToken
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.storage.local_secret import LocalSecret
from tests.serving.access.requests import HERE, OWN_PAGE, Clock, cookie_of, request


@pytest.fixture
def database(tmp_path: Path) -> AccessFile:
    return AccessFile(str(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def members(database: AccessFile, clock: Clock) -> Members:
    return Members(database, clock_us=clock)


@pytest.fixture
def secret(tmp_path: Path) -> LocalSecret:
    secret = LocalSecret(str(tmp_path))
    secret.create()
    return secret


@pytest.fixture
def gate(members: Members, secret: LocalSecret) -> Gate:
    return Gate(members, Origins(), peers=Peers(secret, uses_kernel=False))


@pytest.fixture
def proof(secret: LocalSecret) -> tuple[str, str]:
    """What a local client sends."""
    return "Assay-Local", secret.proof(HERE[1])


@pytest.fixture
def writer(members: Members) -> NewToken:
    return members.create_token("main", "writer", "ci")


@pytest.fixture
def cookie(gate: Gate, writer: NewToken) -> tuple[str, str]:
    return cookie_of(gate.sign_in(request(OWN_PAGE, method="POST"), writer.secret)[1])
