"""The API does what its document says, whatever it is sent: no answer is a server's error, all are drawn."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from assay.storage.sql.store import SqlStore
from tests.serving.running import serving
from tests.storage.writing import Writer, artifact, new_run, parameters, rows

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
"""For each operation and mode: a minute for all of them."""
ENDLESS = "/v1/live"


@dataclass(frozen=True)
class Served:
    url: str
    headers: dict[str, str]
    document: dict[str, Any]
    real: dict[str, str]
    """Path parameters that lead somewhere."""


@schemathesis.serializer("application/vnd.assay.parcels", "application/vnd.assay.export")
def bytes_as_they_are(_: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with some runs, and an admin's way into it."""
    members = Members(AccessFile(str(tmp_path_factory.mktemp("access"))))
    secret = members.create_token("main", "admin", "tests").secret
    folder = tmp_path_factory.mktemp("store")
    store = SqlStore(str(folder))
    writer = Writer(store, new_run(store))
    stored = store.objects.put(io.BytesIO(b"weights"))
    file: dict[str, Any] = {"kind": "file", "value": None, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
    writer.send(parameters({"lr": float("nan")}), artifact("model", **file), rows("loss", [0.5, 0.25]))
    store.close()
    with serving(lambda _: SqlStore(str(folder)), members) as url:
        headers = {"Authorization": f"Bearer {secret}"}
        real = {"uid": writer.run.uid, "sha256": stored.sha256}
        yield Served(url, headers, httpx.get(f"{url}/v1/openapi.json").json(), real)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as-drawn", "otherwise"])
def test_every_answer_is_one_that_the_document_draws(served: Served, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(served.document)
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    tried = 0
    for operation in operations:
        if operation.path == ENDLESS:
            continue

        @hypothesis.settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def answers_as_drawn(case: Any) -> None:
            nonlocal tried
            tried += 1
            if tried % 2 and mode is GenerationMode.POSITIVE:  # what is drawn at random leads nowhere
                case.path_parameters.update(
                    {name: served.real[name] for name in served.real.keys() & case.path_parameters}
                )
            response = case.call(base_url=served.url, headers=served.headers, timeout=20)
            case.validate_response(response, checks=CHECKS)

        try:
            answers_as_drawn()
        except hypothesis.errors.Unsatisfiable:  # nothing can be wrong with a request that has no parameters
            continue

    assert tried > len(operations)
