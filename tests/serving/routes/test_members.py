"""Who may do what over HTTP: every route asks, tokens of others lead nowhere, and a page signs in by cookie."""

from __future__ import annotations

import hashlib
import socket

import pytest

from assay.serving.access.grant import Role
from assay.serving.admission import ROLES
from tests.serving.routes.conftest import Guarded

OPEN = {"/v1/health", "/v1/openapi.json", "/v1/docs", "/v1/sign-in", "/v1/sign-out"}
"""What needs no token."""


def operations(guarded: Guarded) -> list[tuple[str, str, str]]:
    """Method, address and needed role of every route; what leads to something leads to nothing."""
    with guarded.client() as client:
        document = client.get("/v1/openapi.json").json()
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            said = operation["description"].rpartition("Needs ")[2].removeprefix("the role ").rstrip(".")
            found.append((method, path.replace("{number}", "0").replace("{sha256}", "0" * 64), said))
    return found


def test_without_a_token_nothing_but_what_is_open_is_answered(guarded: Guarded) -> None:
    with guarded.client() as client:
        for method, path, _ in operations(guarded):
            status = client.request(method, path).status_code

            assert (path in OPEN) == (status != 401), f"{method} {path}: {status}"


@pytest.mark.parametrize("role", ["viewer", "writer", "admin"])
def test_a_role_is_refused_what_is_above_it_and_nothing_else(guarded: Guarded, role: str) -> None:
    with guarded.client(guarded.token(role)) as client:
        for method, path, needed in operations(guarded):
            needs = ROLES.get(needed)
            if needs is None or path == "/v1/live":
                continue
            status = client.request(method, path).status_code

            assert (Role[role.upper()] < needs) == (status == 403), f"{role} {method} {path}: {status}"


def test_who_asks_is_told_what_they_may_do(guarded: Guarded) -> None:
    with guarded.client(guarded.token("writer", "other")) as client:
        told = client.get("/v1/me").json()

    assert ("other", "writer", "a writer") == (told["workspace"], told["role"], told["name"])


def test_another_workspace_is_not_there(guarded: Guarded) -> None:
    with guarded.client(guarded.token("admin"), **{"Assay-Workspace": "other"}) as client:
        answers = [client.get(path) for path in ("/v1/me", "/v1/runs", f"/v1/objects/{'0' * 64}")]

    assert [404] * 3 == [one.status_code for one in answers]


def test_what_one_workspace_has_another_does_not(guarded: Guarded) -> None:
    run = {
        "uid": "secret-run",
        "experiment_uid": "secret-experiment",
        "experiment_name": "secret",
        "run_name": "run",
        "experiment_display_name": "secret",
        "run_display_name": "run",
        "tags": {},
        "created_us": 1,
    }
    data = b"secret bytes"
    sha256 = hashlib.sha256(data).hexdigest()
    with guarded.client(guarded.token("writer")) as client:
        assert 200 == client.post("/v1/runs", json=run).status_code
        assert 200 == client.put(f"/v1/objects/{sha256}", content=data).status_code

    with guarded.client(guarded.token("admin", "other")) as client:
        statuses = [client.get(path).status_code for path in ("/v1/runs/secret-run", f"/v1/objects/{sha256}")]
        listed = [client.get(path).json()["items"] for path in ("/v1/runs", "/v1/experiments")]

    assert [404, 404] == statuses
    assert [[], []] == listed


def test_tokens_are_made_listed_and_revoked_by_admins_of_their_workspace(guarded: Guarded) -> None:
    with guarded.client(guarded.token("admin", "other")) as client:
        made = client.post("/v1/tokens", json={"name": "for the cluster", "role": "writer"})
        listed = client.get("/v1/tokens").json()["items"]
        with guarded.client(made.json()["secret"]) as other:
            before = other.get("/v1/me").status_code
            client.delete(f"/v1/tokens/{made.json()['token']['id']}").raise_for_status()
            after = other.get("/v1/me").status_code

    assert 201 == made.status_code
    assert "for the cluster" in [one["name"] for one in listed]
    assert "the first" not in [one["name"] for one in listed]
    assert made.json()["secret"] not in str(listed)
    assert (200, 401) == (before, after)


def test_an_admin_of_another_workspace_can_not_revoke_a_token(guarded: Guarded) -> None:
    made = guarded.members.create_token("main", "viewer", "kept")
    with guarded.client(guarded.token("admin", "other")) as client:
        assert 404 == client.delete(f"/v1/tokens/{made.token.id}").status_code
    with guarded.client(made.secret) as client:
        assert 200 == client.get("/v1/me").status_code


def test_a_page_signs_in_and_out(guarded: Guarded) -> None:
    page = {"Origin": guarded.url, "Sec-Fetch-Site": "same-origin"}
    with guarded.client(**page) as client:
        told = client.post("/v1/sign-in", json={"token": guarded.token("viewer")})
        signed_in = client.get("/v1/me").status_code
        gone = client.post("/v1/sign-out")
        signed_out = client.get("/v1/me").status_code

    assert ("viewer", 200, 204, 401) == (told.json()["role"], signed_in, gone.status_code, signed_out)
    assert "HttpOnly" in told.headers["set-cookie"]
    assert "SameSite=Strict" in told.headers["set-cookie"]


def test_a_cookie_is_no_use_to_another_site(guarded: Guarded) -> None:
    page = {"Origin": guarded.url, "Sec-Fetch-Site": "same-origin"}
    with guarded.client(**page) as client:
        client.post("/v1/sign-in", json={"token": guarded.token("admin")}).raise_for_status()
        foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        answers = [
            client.get("/v1/runs", headers=foreign),
            client.post("/v1/tokens", json={"name": "x", "role": "admin"}, headers=foreign),
            client.post("/v1/sign-out", headers=foreign),
        ]

    assert [403] * 3 == [one.status_code for one in answers]


def test_a_name_that_is_not_the_servers_is_refused(guarded: Guarded) -> None:
    with guarded.client() as client:
        answer = client.get("/v1/health", headers={"Host": "evil.example"})

    assert (403, "ForbiddenError") == (answer.status_code, answer.json()["error"]["type"])


def test_who_is_not_let_in_is_told_so_before_their_body_was_read(guarded: Guarded) -> None:
    host, _, port = guarded.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(f"POST /v1/segments HTTP/1.1\r\nHost: {host}\r\nContent-Length: 60000000\r\n\r\n".encode())

        assert sock.recv(100).startswith(b"HTTP/1.1 401")
