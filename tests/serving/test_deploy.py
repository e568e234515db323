"""The files in deploy/: each option, variable, path and secret that they name is there."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from assay.cli.app import make_app
from assay.cli.server import server
from assay.serving.opening import bucket_options
from assay.serving.settings import DEFAULT_PORT, Place, place_of

DEPLOY = Path(__file__).parents[2] / "deploy"
PROBED = "/v1/health"
AWS_VARIABLES = {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_SHARED_CREDENTIALS_FILE"}
"""Those that docs/operations.md and obstore know."""


def server_variables() -> set[str]:
    """The variables that `assay server` reads."""
    return {f"ASSAY_SERVER_{name.upper()}" for name in signature(server).parameters}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def objects() -> dict[str, Any]:
    """What the Kubernetes manifest makes, by kind."""
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))
    return {one["kind"]: one for one in documents}


@pytest.fixture(scope="module")
def container(objects: dict[str, Any]) -> dict[str, Any]:
    (found,) = objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")


@pytest.fixture(scope="module")
def make_secrets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_secrets", DEPLOY / "make_secrets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parsed(arguments: list[str]) -> dict[str, Any]:
    """What `assay` takes from these arguments; it refuses what it does not know."""
    command, bound, _ = make_app().parse_args(arguments, print_error=False, exit_on_error=False)
    assert command is server
    return dict(bound.arguments)


def instruction(dockerfile: str, name: str) -> Iterator[str]:
    for line in dockerfile.splitlines():
        if line.startswith(name + " "):
            yield line.removeprefix(name + " ")


def test_every_variable_of_the_compose_file_is_one_of_the_command(compose: dict[str, Any]) -> None:
    named = set(compose["services"]["server"]["environment"])

    assert set() == named - server_variables() - AWS_VARIABLES


def test_the_compose_file_calls_the_command_as_it_is(compose: dict[str, Any]) -> None:
    assert {"objects": "s3://assay/store"} == parsed(compose["services"]["server"]["command"])


def test_every_secret_of_the_compose_file_is_made_and_used(
    compose: dict[str, Any], make_secrets: ModuleType, tmp_path: Path
) -> None:
    made = {path.name for path in make_secrets.make_secrets(tmp_path / "secrets")}

    assert {f"secrets/{name}" for name in made} == {one["file"] for one in compose["secrets"].values()}
    used = [name for service in compose["services"].values() for name in service.get("secrets", ())]
    assert sorted(compose["secrets"]) == sorted(used)
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert set(used) == set(re.findall(r"/run/secrets/(\w+)", text))


def test_secrets_fit_each_other_and_are_read_as_they_are(
    make_secrets: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    make_secrets.make_secrets(folder)

    place = place_of(str(tmp_path), None, str(folder / "database"), "s3://assay/store")
    assert (folder / "database_password").read_text() in str(place.database)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "object_keys"))
    (who,) = json.loads((folder / "object_store").read_text())["identities"][0]["credentials"]
    assert {"access_key_id": who["accessKey"], "secret_access_key": who["secretKey"]} == bucket_options("s3://assay")
    assert 0o700 == folder.stat().st_mode & 0o777


def test_secrets_that_are_there_stay(make_secrets: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets.make_secrets(folder)
    before = {path.name: path.read_text() for path in folder.iterdir()}

    assert [] == make_secrets.make_secrets(folder)
    assert before == {path.name: path.read_text() for path in folder.iterdir()}
    (folder / "database").unlink()
    with pytest.raises(FileExistsError, match="lacks others"):
        make_secrets.make_secrets(folder)


def test_the_parts_of_the_compose_file_know_each_other(compose: dict[str, Any]) -> None:
    services = compose["services"]
    environment = services["server"]["environment"]

    assert set(services["server"]["depends_on"]) == set(services) - {"server"}
    assert "http://objects:8333" == environment["AWS_ENDPOINT_URL"]
    assert "-s3.port=8333" in services["objects"]["command"]
    (port,) = services["server"]["ports"]
    assert f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}" == port
    volumes = {volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", ())}
    assert volumes == set(compose["volumes"])
    assert (DEPLOY.parent / services["server"]["build"]["dockerfile"]).exists()


def test_the_kubernetes_manifest_is_three_objects(objects: dict[str, Any]) -> None:
    assert {"Secret", "Deployment", "Service"} == set(objects)
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert labels == objects["Deployment"]["spec"]["selector"]["matchLabels"] == objects["Service"]["spec"]["selector"]


def test_every_variable_of_the_manifest_is_one_of_the_command(container: dict[str, Any]) -> None:
    named = {one["name"] for one in container["env"]}

    assert set() == named - server_variables() - AWS_VARIABLES
    assert {} == parsed(container["args"])


def test_secrets_of_the_manifest_are_read_as_they_are(
    objects: dict[str, Any], container: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}["secrets"]
    given = {one["name"]: one["value"] for one in container["env"]}
    for name, text in objects["Secret"]["stringData"].items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = {
        name: str(tmp_path / value.removeprefix(f"{mounted}/"))
        for name, value in given.items()
        if value.startswith(mounted)
    }

    place = place_of(str(tmp_path), None, paths["ASSAY_SERVER_DATABASE_FILE"], given["ASSAY_SERVER_OBJECTS"])
    assert isinstance(place, Place)
    assert not place.uses_folder
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", paths["AWS_SHARED_CREDENTIALS_FILE"])
    assert {"access_key_id", "secret_access_key"} == set(bucket_options("s3://bucket"))


def test_the_manifest_asks_where_the_server_answers(objects: dict[str, Any], container: dict[str, Any]) -> None:
    from assay.serving.routes.health import HANDLERS

    (port,) = container["ports"]
    assert DEFAULT_PORT == port["containerPort"]
    assert port["name"] == objects["Service"]["spec"]["ports"][0]["targetPort"]
    for probe in ("readinessProbe", "livenessProbe"):
        assert {"path": PROBED, "port": port["name"]} == container[probe]["httpGet"]
    assert PROBED in {path for handler in HANDLERS for path in handler.paths}
    volumes = {one["name"] for one in objects["Deployment"]["spec"]["template"]["spec"]["volumes"]}
    assert volumes == {one["name"] for one in container["volumeMounts"]}


def test_the_image_calls_the_command_as_it_is(dockerfile: str) -> None:
    (entry,), (arguments,) = instruction(dockerfile, "ENTRYPOINT"), instruction(dockerfile, "CMD")
    assert ["assay"] == json.loads(entry)
    assert {} == parsed(json.loads(arguments))
    (environment,) = instruction(dockerfile, "ENV")
    values = dict(pair.split("=", 1) for pair in shlex.split(environment))
    assert set() == set(values) - server_variables()
    assert ["8765"] == list(instruction(dockerfile, "EXPOSE")) == [values["ASSAY_SERVER_PORT"]]
    assert [values["ASSAY_SERVER_STORE"]] == list(instruction(dockerfile, "VOLUME"))
    assert PROBED in dockerfile
    assert re.search(r"pip install \S+ '/src\[server\]'", dockerfile)
