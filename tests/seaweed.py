"""A real S3 store for tests: SeaweedFS, one for each test process, on ports and in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

BUCKET = "assay"
LISTENERS = ("master", "volume", "filer", "s3")
START_S = 90


class Seaweed:
    """An S3 store that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._ports: dict[str, int] = {}

    @property
    def options(self) -> dict[str, str]:
        """What `BucketObjects` needs to be told, where the environment does not tell it."""
        return {
            "endpoint": f"http://127.0.0.1:{self._ports['s3']}",
            "access_key_id": "assay",
            "secret_access_key": "only for tests",
            "region": "us-east-1",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables of the environment."""
        return {
            "AWS_ENDPOINT_URL": self.options["endpoint"],
            "AWS_ACCESS_KEY_ID": self.options["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self.options["secret_access_key"],
            "AWS_REGION": self.options["region"],
        }

    def new_url(self) -> str:
        """A prefix that nobody has used."""
        return f"s3://{BUCKET}/{uuid.uuid4().hex}"

    def start(self) -> None:
        """Start it, on new ports the first time; return when it has taken an object."""
        anew = not self._ports
        for _ in range(5):
            if anew:
                self._ports = _free_ports([*LISTENERS, *(f"{name}.grpc" for name in LISTENERS)])
            self._launch()
            if self._answers():
                return
            self.kill()
        raise RuntimeError((self._folder / "log").read_text()[-3000:])

    def _launch(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        who = {"accessKey": self.options["access_key_id"], "secretKey": self.options["secret_access_key"]}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        config = self._folder / "s3.json"
        config.write_text(json.dumps({"identities": [{"name": "assay", "credentials": [who], "actions": actions}]}))
        arguments = [
            f"-dir={self._folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.telemetry=false",
            "-master.electionTimeout=1s",
            "-master.heartbeatInterval=100ms",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=40",
            "-volume.preStopSeconds=0",
            "-volume.minFreeSpace=100MiB",
            "-s3",
            f"-s3.config={config}",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            *(f"-{name}.port={self._ports[name]}" for name in LISTENERS),
            *(f"-{name}.port.grpc={self._ports[f'{name}.grpc']}" for name in LISTENERS),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "weed"), "server", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
            )

    def _answers(self) -> bool:
        import obstore
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        store = S3Store(
            BUCKET,
            client_options={"allow_http": True, "timeout": timedelta(seconds=20)},
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=1)},
            **self.options,  # type: ignore[arg-type]  # the keys are those of S3Config
        )
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            assert self._process is not None
            if self._process.poll() is not None:
                return False  # somebody took one of the ports
            with contextlib.suppress(BaseError, OSError):
                obstore.put(store, "started", b"")
                self._grow()
                return True
            time.sleep(0.1)
        return False

    def _grow(self) -> None:
        """Make room for the bucket's bytes: by itself it takes seconds to do so when the first come."""
        master = f"http://127.0.0.1:{self._ports['master']}"
        with urllib.request.urlopen(f"{master}/vol/grow?collection={BUCKET}&count=1", timeout=20) as answer:
            answer.read()

    def pause(self) -> None:
        """Let it hear, and not answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End it without a warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        for name, port in self._ports.items():
            kind, _, grpc = name.partition(".")
            with contextlib.suppress(FileNotFoundError):  # what it leaves beside its folder
                os.unlink(f"/tmp/seaweedfs-{kind}{'-grpc' if grpc else ''}-{port}.sock")

    def stop(self) -> None:
        """End it, and delete what it kept."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _free_ports(names: list[str]) -> dict[str, int]:
    """Ports that nobody listens on, below those that outgoing connections take."""
    found: dict[str, int] = {}
    for name in names:
        while name not in found:
            port = random.SystemRandom().randrange(12_000, 32_000)
            with socket.socket() as one, contextlib.suppress(OSError):
                one.bind(("127.0.0.1", port))
                if port not in found.values():
                    found[name] = port
    return found


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """The S3 store of this test process; take a prefix of your own by `new_url`."""
    store = Seaweed(tmp_path_factory.mktemp("seaweed"))
    try:
        store.start()
        yield store
    finally:
        store.stop()


@pytest.fixture
def own_seaweed(tmp_path: Path) -> Iterator[Seaweed]:
    """An S3 store that a test may kill."""
    store = Seaweed(tmp_path / "seaweed")
    try:
        store.start()
        yield store
    finally:
        store.stop()
