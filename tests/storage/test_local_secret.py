"""The secret of a store's folder: who can read it can prove so, without showing it."""

from __future__ import annotations

import hmac
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from assay.errors import RefusedError
from assay.storage.local_secret import FILE_NAME, LocalSecret

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes here")


@pytest.fixture
def server(tmp_path: Path) -> LocalSecret:
    secret = LocalSecret(str(tmp_path))
    secret.create()
    return secret


def test_a_client_that_can_read_the_file_is_believed(server: LocalSecret, tmp_path: Path) -> None:
    client = LocalSecret(str(tmp_path))

    assert server.accepts(client.proof(8765), 8765)


def test_a_proof_is_good_for_one_port(server: LocalSecret) -> None:
    assert not server.accepts(server.proof(8766), 8765)


def test_a_proof_is_good_for_a_minute(server: LocalSecret, monkeypatch: pytest.MonkeyPatch) -> None:
    proof, now_s = server.proof(8765), time.time()

    for passed_s, good in ((55, True), (-55, True), (65, False), (-65, False)):
        monkeypatch.setattr(time, "time", lambda passed_s=passed_s: now_s + passed_s)
        assert good == server.accepts(proof, 8765)


def test_another_folders_secret_is_not_believed(server: LocalSecret, tmp_path: Path) -> None:
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    other = LocalSecret(str(other_folder))
    other.create()

    assert not server.accepts(other.proof(8765), 8765)


def test_an_altered_proof_is_not_believed(server: LocalSecret) -> None:
    proof = server.proof(8765)
    time_text, _, signature = proof.partition(".")
    altered = [
        "",
        proof + "0",
        proof[:-1],
        proof + "\n",
        proof.upper(),
        f"{int(time_text) + 1}.{signature}",
        f"٣{time_text[1:]}.{signature}",
        f"-{time_text}.{signature}",
        f"{time_text}.{'0' * 64}",
        f"{time_text}.{signature[:-1]}\0",
        f"{'9' * 10**7}.{signature}",
    ]

    assert [] == [text[:80] for text in altered if text != proof and server.accepts(text, 8765)]


def test_without_a_secret_nothing_is_believed(server: LocalSecret, tmp_path: Path) -> None:
    assert not LocalSecret(str(tmp_path)).accepts(server.proof(8765), 8765)


def test_proofs_are_compared_in_constant_time(server: LocalSecret, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = server.proof(8765)
    compared: list[str] = []
    compare = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append(other)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    server.accepts(proof, 8765)

    assert [proof.partition(".")[2]] == compared


@POSIX
def test_only_the_user_can_read_the_file(server: LocalSecret) -> None:
    assert 0o600 == stat.S_IMODE(os.stat(server.path).st_mode)


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_may_read_or_write_is_refused(server: LocalSecret, mode: int) -> None:
    os.chmod(server.path, mode)

    for ask in (server.create, lambda: server.proof(8765)):
        with pytest.raises(RefusedError, match=rf"is not this user's alone \(mode {mode:04o}"):
            ask()


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_refused(server: LocalSecret) -> None:
    os.chown(server.path, 65534, 65534)

    with pytest.raises(RefusedError, match="user 65534"):
        server.proof(8765)


@POSIX
def test_a_link_to_another_file_is_refused(server: LocalSecret, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    os.rename(server.path, moved)
    os.symlink(moved, server.path)

    with pytest.raises(RefusedError, match="can't read"):
        server.proof(8765)
    with pytest.raises(RefusedError, match="can't read"):
        LocalSecret(str(tmp_path)).create()


@pytest.mark.parametrize("content", ["", "00" * 31, "00" * 33, "x" * 64, "é", "0" * 10**7])
def test_a_file_that_holds_no_secret_is_refused(server: LocalSecret, content: str) -> None:
    Path(server.path).write_text(content, "utf-8")

    with pytest.raises(RefusedError, match="holds no secret; delete it"):
        server.proof(8765)


def test_a_folder_without_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="can't read") as caught:
        LocalSecret(str(tmp_path)).proof(8765)

    assert str(tmp_path / FILE_NAME) == caught.value.filename


def test_servers_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    secrets = [LocalSecret(str(tmp_path)) for _ in range(8)]
    threads = [threading.Thread(target=secret.create) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    proof = LocalSecret(str(tmp_path)).proof(8765)

    assert [True] * 8 == [secret.accepts(proof, 8765) for secret in secrets]
    assert [FILE_NAME] == [path.name for path in tmp_path.iterdir() if path.is_file()]


def test_a_server_that_starts_again_keeps_the_secret(server: LocalSecret, tmp_path: Path) -> None:
    proof = server.proof(8765)
    again = LocalSecret(str(tmp_path))
    again.create()

    assert again.accepts(proof, 8765)


def test_the_secret_stands_in_no_representation_or_error(server: LocalSecret) -> None:
    secret = Path(server.path).read_text("ascii").strip()
    seen = [repr(server), str(server), server.proof(8765)]
    os.chmod(server.path, 0o600)
    Path(server.path).write_text(secret[:-2], "ascii")
    with pytest.raises(RefusedError) as caught:
        server.proof(8765)
    seen += [str(caught.value), repr(caught.value)]

    assert [] == [text for text in seen if secret[:16] in text]
