"""Members whose tables lie in a folder."""

from __future__ import annotations

import hmac
import stat
import sys
from pathlib import Path

import pytest

from assay.errors import DamagedError, RefusedError
from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from tests.serving.access.members_contract import MembersContract


class TestMembersInAFolder(MembersContract):
    pass


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes here")
def test_only_the_user_can_read_the_file(tmp_path: Path) -> None:
    Members(AccessFile(str(tmp_path))).create_token("main", "admin", "first")

    assert ["access.db"] == [path.name for path in tmp_path.iterdir() if path.is_file()]
    assert 0o600 == stat.S_IMODE((tmp_path / "access.db").stat().st_mode)


def test_a_file_that_is_no_database_is_damage_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "access.db").write_bytes(b"nothing of the kind " * 500)

    with pytest.raises(DamagedError, match=r"access\.db is damaged"):
        Members(AccessFile(str(tmp_path)))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="its folder is not there"):
        Members(AccessFile(str(tmp_path / "gone")))


def test_hashes_are_compared_in_constant_time(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    token = members.create_token("main", "writer", "ci")
    compared: list[object] = []
    compare = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    members.check(token.secret)

    assert 1 == len(compared)
