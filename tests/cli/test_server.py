"""`assay server` as a process: it says where it answers, refuses what is not safe, and loses nothing as it ends."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assay import Run, Session
from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from tests.cli.conftest import Assay
from tests.serving.command import server_command
from tests.serving.places import new_database

pytestmark = pytest.mark.timeout(120)


def token_in(folder: Path, role: str = "writer") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return Members(AccessFile(str(folder))).create_token("main", role, "ada").secret


def refused(assay: Assay, *arguments: str) -> str:
    """The one line that a server says which does not start."""
    said = assay("server", "--port", "0", *arguments)
    assert (1, "") == (said.code, said.out)
    (line,) = [line for line in said.err.splitlines() if line.startswith("assay: ")]
    assert "Traceback" not in said.err
    return line


def test_its_url_is_all_that_a_script_needs(store: Path) -> None:
    with server_command() as command:
        with Run("digits", "baseline", sagemaker_session=Session(command.url)) as run:
            run.log_parameter("lr", 0.1)
            for step in range(100):
                run.log_metric("loss", 1 / (step + 1), step=step)
        assert 100 == len(Session(command.url).search_runs()[0].metric_history("loss"))
        command.tell()
        assert 0 == command.end()

    assert "" == command.out  # the URL was its only line
    assert "for others: assay token create" in command.err
    assert 100 == len(Session(store).search_runs()[0].metric_history("loss"))


def test_clients_are_not_told_where_its_data_lies(store: Path) -> None:
    with server_command() as command:
        told = [
            command.ask("GET", path)[1]["error"]["message"]
            for path in ("/v1/runs/nobody", "/v1/experiments/none/runs/none", "/v1/runs/nobody/points?name=loss")
        ]

    assert 3 == len(told)
    assert [] == [one for one in told if str(store) in one or store.name + "/" in one]
    assert command.url in told[1]


def test_it_logs_one_object_a_line(store: Path) -> None:
    token = token_in(store)
    with server_command("--log-format", "json", "--log-level", "debug") as command:
        assert 200 == command.ask("GET", "/v1/experiments?secret=in-the-query", token=token)[0]
        assert 401 == command.ask("GET", "/v1/runs", token=token[:-1] + "x")[0]
        assert 200 == command.ask("GET", "/v1/health")[0]
        command.tell()
        command.end()

    events = command.events
    assert ["started", "request", "request", "request", "stopping", "stopped"] == [one["event"] for one in events]
    started, good, bad, health = events[:4]
    assert command.url == started["url"]
    assert ("GET", "/v1/experiments", 200, "main") == tuple(
        good[key] for key in ("method", "path", "status", "workspace")
    )
    assert {"time", "level", "event", "method", "path", "status", "ms", "bytes", "workspace", "token"} == good.keys()
    assert 10 == len(good["token"])
    assert ("warning", 401) == (bad["level"], bad["status"])
    assert ("debug", "/v1/health") == (health["level"], health["path"])
    assert token not in command.err
    assert "in-the-query" not in command.err


def test_it_ends_with_the_requests_that_are_under_way(store: Path) -> None:
    with server_command() as command:
        address = urlsplit(command.url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as slow:
            slow.sendall(b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
            slow.sendall(b"Content-Length: 2\r\n\r\n{")
            time.sleep(0.3)
            command.tell()
            time.sleep(0.5)
            assert command.process.poll() is None
            slow.sendall(b"}")
            answer = slow.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200")
        assert 0 == command.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_ways_to_stop_it_are_no_worse(store: Path, number: int) -> None:
    with server_command("--log-format", "json") as command:
        command.tell(number)
        assert 0 == command.end()

    assert ["started", "stopping", "stopped"] == [one["event"] for one in command.events]


def test_a_proxy_that_is_trusted_is_believed(store: Path) -> None:
    token = token_in(store)
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "assay.example", "X-Forwarded-For": "192.0.2.7"}
    cookies = []
    for arguments in (("--trusted-proxy", "127.0.0.1"), ()):
        with server_command("--public-url", "https://assay.example", *arguments) as command:
            assert "https://assay.example" == command.url
            port = next(one for one in command.listening())
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(
                "POST",
                "/v1/sign-in",
                json.dumps({"token": token}),
                {
                    "Content-Type": "application/json",
                    "Origin": "https://assay.example",
                    "Host": "assay.example",
                    **forwarded,
                },
            )
            answer = connection.getresponse()
            answer.read()
            cookies.append(answer.headers["Set-Cookie"] or "")
            connection.close()

    assert [True, False] == [one.startswith("__Host-assay-") for one in cookies]


def test_it_does_not_wait_for_who_listens_to_live_events(store: Path) -> None:
    with server_command() as command:
        with Run("digits", "baseline", sagemaker_session=Session(command.url)):
            pass
        address = urlsplit(command.url)
        uid = command.ask("GET", "/v1/runs")[1]["items"][0]["uid"]
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as listener:
            listener.sendall(f"GET /v1/live?run={uid} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert listener.recv(65536).startswith(b"HTTP/1.1 200")
            command.tell()
            began_s = time.monotonic()
            assert 0 == command.end()

    assert time.monotonic() - began_s < 10


def test_a_second_sigterm_ends_it_at_once(store: Path) -> None:
    with server_command() as command:
        address = urlsplit(command.url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as slow:
            slow.sendall(b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
            slow.sendall(b"Content-Length: 2\r\n\r\n{")
            time.sleep(0.3)
            command.tell()
            time.sleep(0.3)
            command.tell()
            began_s = time.monotonic()
            assert 128 + signal.SIGTERM == command.end()

    assert time.monotonic() - began_s < 5


def test_what_was_taken_before_it_ended_is_there(store: Path) -> None:
    with server_command() as command:
        session = Session(command.url)
        with Run("digits", "baseline", sagemaker_session=session) as run:
            for step in range(5000):
                run.log_metric("loss", step / 7, step=step)
            run.flush()
            command.tell()
            assert 0 == command.end()
            steps = Session(store).search_runs()[0].metric_history("loss").steps.tolist()
            assert list(range(5000)) == steps


def test_beyond_loopback_it_wants_a_token_first(assay: Assay, store: Path) -> None:
    assert "assay token create --name NAME --role admin" in refused(assay, "--host", "0.0.0.0", "--plain-http")


def test_beyond_loopback_it_wants_tls(assay: Assay, store: Path) -> None:
    token_in(store)

    assert "--certificate and --key, or --public-url" in refused(assay, "--host", "0.0.0.0")


def test_it_is_opened_to_others_with_a_token(store: Path) -> None:
    token = token_in(store)
    with server_command("--host", "0.0.0.0", "--plain-http") as command:
        command.url = f"http://127.0.0.1:{urlsplit(command.url).port}"

        assert 401 == command.ask("GET", "/v1/me")[0]
        status, me = command.ask("GET", "/v1/me", token=token)
        command.tell()
        command.end()

    assert (200, "ada", "writer") == (status, me["name"], me["role"])


def test_a_token_that_is_revoked_beside_it_is_refused_soon(assay: Assay, store: Path) -> None:
    token = token_in(store)
    (known,) = json.loads(assay("token", "list", "--json", "--store", str(store)).out)
    with server_command() as command:
        assert 200 == command.ask("GET", "/v1/me", token=token)[0]
        assert 0 == assay("token", "revoke", known["id"], "--store", str(store)).code

        deadline_s = time.monotonic() + 20
        while command.ask("GET", "/v1/me", token=token)[0] == 200:
            assert time.monotonic() < deadline_s
            time.sleep(0.2)
        assert 401 == command.ask("GET", "/v1/me", token=token)[0]


def test_it_speaks_tls(store: Path, tmp_path: Path) -> None:
    token = token_in(store)
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    with server_command("--certificate", str(certificate), "--key", str(key)) as command:
        address = urlsplit(command.url)
        assert "https" == address.scheme
        context = ssl.create_default_context(cafile=str(certificate))
        with (
            socket.create_connection(("127.0.0.1", address.port or 0), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            secure.sendall(f"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            answer = secure.recv(65536)
        command.tell()
        assert 0 == command.end()

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"strict-transport-security" in answer.lower()


def test_a_certificate_that_is_none_is_named(assay: Assay, store: Path, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")

    assert "--key was not" in refused(assay, "--certificate", str(tmp_path / "cert.pem"))
    line = refused(assay, "--certificate", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "cert.pem"))
    assert str(tmp_path / "cert.pem") in line
    assert "is it there" in refused(assay, "--certificate", str(tmp_path / "typo"), "--key", str(tmp_path / "typo"))


def test_a_port_that_is_taken_is_named(assay: Assay, store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = assay("server", "--port", str(port))

    assert 1 == said.code
    assert f"can't listen on 127.0.0.1:{port}" in said.err


def test_a_database_that_is_away_is_one_line_without_its_password(assay: Assay, store: Path) -> None:
    line = refused(assay, "--database", "postgresql://ada:secret@127.0.0.1:1/assay")

    assert "can't reach the database" in line
    assert "secret" not in line


def test_options_are_variables_too(store: Path, tmp_path: Path) -> None:
    environment = {
        "ASSAY_SERVER_STORE": str(tmp_path / "other"),
        "ASSAY_SERVER_LOG_FORMAT": "json",
        "ASSAY_SERVER_ALLOWED_HOST": "assay.internal assay.example:8765",
        "ASSAY_SERVER_TRUSTED_PROXY": "10.0.0.0/8",
    }
    with server_command(environment=environment) as command:
        assert 200 == command.ask("GET", "/v1/health", Host="assay.internal")[0]
        assert 403 == command.ask("GET", "/v1/health", Host="assay.other")[0]
        command.tell()
        command.end()

    assert str(tmp_path / "other") == command.events[0]["store"]
    assert (tmp_path / "other" / "catalog.db").exists()
    assert not store.exists()


def test_two_servers_share_a_folder_and_say_so(store: Path) -> None:
    with server_command() as one, server_command("--log-format", "json") as other:
        with Run("digits", "baseline", sagemaker_session=Session(one.url)) as run:
            run.log_metric("loss", 0.5, step=1)
        assert [0.5] == Session(other.url).search_runs()[0].metric_history("loss").values.tolist()
        for command in (one, other):
            command.tell()
            assert 0 == command.end()

    assert "shared" in [event["event"] for event in other.events]


def test_it_runs_on_a_database_that_a_file_names(store: Path, tmp_path: Path) -> None:
    with new_database() as url:
        (tmp_path / "secret").write_text(url + "\n", "utf-8")
        arguments = ["--database-file", str(tmp_path / "secret"), "--objects", f"file://{tmp_path / 'bucket'}"]
        with server_command(*arguments) as command:
            with Run("digits", "baseline", sagemaker_session=Session(command.url)) as run:
                run.log_metric("loss", 0.5, step=1)
            assert [0.5] == Session(command.url).search_runs()[0].metric_history("loss").values.tolist()
            command.tell()
            assert 0 == command.end()

    assert not store.exists()


def test_it_says_what_is_missing_without_its_packages(store: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['litestar'] = None; from assay.cli import main; sys.exit(main(['server']))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert 1 == done.returncode
    assert "pip install 'assay[server]'" in done.stderr
    assert 1 == len(done.stderr.splitlines())
