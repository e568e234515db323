"""`assay token` and `assay workspace`: who may come in, said once, listed without secrets, taken back."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from assay import Run, Session
from assay.errors import NotSignedInError
from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from assay.serving.access.token import is_token
from tests.cli.conftest import Assay


def members(store: Path) -> Members:
    return Members(AccessFile(str(store)))


def test_a_token_is_the_only_line_on_stdout_and_lets_in(assay: Assay, store: Path) -> None:
    said = assay("token", "create", "--name", "ada", "--role", "writer")

    (secret,) = said.lines
    assert (0, True) == (said.code, is_token(secret))
    grant = members(store).check(secret)
    assert ("main", "writer", "ada") == (grant.workspace, grant.role.label, grant.name)
    assert secret not in said.err
    assert "not shown again" in said.err


def test_the_token_itself_is_kept_nowhere(assay: Assay, store: Path) -> None:
    (secret,) = assay("token", "create", "--name", "ada", "--role", "writer").lines

    assert secret.encode() not in (store / "access.db").read_bytes()
    listed = assay("token", "list", "--json").out
    assert secret not in listed
    assert ["ada"] == [one["name"] for one in json.loads(listed)]


def test_a_token_expires(assay: Assay, store: Path) -> None:
    made = json.loads(assay("token", "create", "--name", "ci", "--role", "viewer", "--expires", "90d", "--json").out)

    assert abs(made["expires_us"] / 1e6 - time.time() - 90 * 86400) < 60
    later = Members(AccessFile(str(store)), clock_us=lambda: int(made["expires_us"]))
    with pytest.raises(NotSignedInError, match="expired"):
        later.check(made["token"])


def test_a_revoked_token_is_listed_with_all_only(assay: Assay, store: Path) -> None:
    made = json.loads(assay("token", "create", "--name", "ada", "--role", "admin", "--json").out)

    said = assay("token", "revoke", made["id"])

    assert 0 == said.code
    assert "That was the last token" in said.out
    with pytest.raises(NotSignedInError, match="revoked"):
        members(store).check(made["token"])
    assert "1 more was revoked or expired" in assay("token", "list").out
    assert ["revoked"] == [one["state"] for one in json.loads(assay("token", "list", "--all", "--json").out)]


def test_a_table_shows_what_each_is_for(assay: Assay, store: Path) -> None:
    assert "No token" in assay("token", "list").out
    assay("token", "create", "--name", "ada [bold]", "--role", "writer")

    said = assay("token", "list", width=200)

    assert "ada [bold]" in said.out
    assert "never" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("create", "--name", "x", "--role", "owner"), 2, "viewer"),
        (("create", "--name", "x"), 2, "--role"),
        (("create", "--name", "", "--role", "viewer"), 1, "1 to 120 printable characters"),
        (("create", "--name", "x", "--role", "viewer", "--expires", "soon"), 2, "--expires takes a number and a unit"),
        (("create", "--name", "x", "--role", "viewer", "--expires", "999999999w"), 2, "too long"),
        (("create", "--name", "x", "--role", "viewer", "--expires", "0s"), 1, "expire before it is made"),
        (("create", "--name", "x", "--role", "viewer", "--workspace", "team"), 1, "no workspace 'team'"),
        (("revoke", "nothing"), 1, "no token with the id 'nothing'"),
        (("revoke",), 2, "ID"),
        (("list", "--store", "https://assay.example"), 1, "--store is a folder"),
    ],
)
def test_what_can_not_be_is_one_line(
    assay: Assay, store: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    said = assay("token", *arguments)

    assert (code, "") == (said.code, said.out)
    (line,) = said.err.splitlines()
    assert told in line


def test_workspaces_have_tokens_of_their_own(assay: Assay, store: Path) -> None:
    assert 0 == assay("workspace", "create", "Team").code
    (secret,) = assay("token", "create", "--name", "ada", "--role", "writer", "--workspace", "team").lines

    assert "team" == members(store).check(secret).workspace
    assert [{"name": "main", "tokens": 0}, {"name": "team", "tokens": 1}] == json.loads(
        assay("workspace", "list", "--json").out
    )
    assert ["main  0 tokens", "team  1 token"] == assay("workspace", "list").lines
    assert [] == json.loads(assay("token", "list", "--workspace", "main", "--json").out)


def test_policies_are_set_and_shown_with_what_is_held(assay: Assay, runs: Path) -> None:
    assay("workspace", "create", "team")
    said = assay("workspace", "set", "main", "--keep-days", "365", "--quota", "500GB")
    assert "runs go to the trash 365 days after their end, it holds at most 465.7 GiB" in said.out
    assert 0 == assay("workspace", "set", "main", "--experiment", "Digits", "--keep-days", "30d").code
    assert 0 == assay("workspace", "set", "team", "--quota", "1.5kB").code

    main, team = json.loads(assay("workspace", "usage", "--json").out)

    assert ("main", 4, 365, 500 * 10**9) == (main["name"], main["runs"], main["keep_days"], main["quota_bytes"])
    parts = {one["name"]: one for one in main["experiments"]}
    assert {"digits": (3, 30), "letters": (1, None)} == {
        name: (one["runs"], one["keep_days"]) for name, one in parts.items()
    }
    assert 1000 == parts["letters"]["object_bytes"]
    assert parts["digits"]["point_bytes"] > 1000
    assert ("team", 0, 1500) == (team["name"], team["runs"], team["quota_bytes"])
    table = assay("workspace", "usage", "main", width=120).out
    assert "365 days" in table
    assert "letters" in table
    assert "team" not in table


def test_a_trash_is_emptied_beside_whoever_uses_it(assay: Assay, runs: Path) -> None:
    assay("trash", "letters/first")
    spared = assay("workspace", "gc", "main")
    assert "0 runs deleted for good, 0 objects" in spared.out

    said = json.loads(assay("workspace", "gc", "main", "--older-than", "0d", "--json").out)

    assert (["letters/first"], 1, 1000) == (said["deleted"], said["objects"], said["object_bytes"])
    assert 3 == len(Session().search_runs())


def test_a_policy_is_taken_back(assay: Assay, runs: Path) -> None:
    assay("workspace", "set", "main", "--keep-days", "365", "--quota", "500GB")

    said = assay("workspace", "set", "main", "--quota", "none")
    assert "365 days after their end." in said.out
    said = assay("workspace", "set", "main", "--keep-days", "none")
    assert "kept for ever" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("set", "main"), 2, "say --keep-days or --quota"),
        (("set", "main", "--keep-days", "many"), 2, "a number of days, or none"),
        (("set", "main", "--keep-days", "0"), 1, "1 to 36500 days"),
        (("set", "main", "--quota", "much"), 2, "an amount such as 500MB"),
        (("set", "main", "--quota", "5000000TB"), 1, "a quota has up to"),
        (("set", "tema", "--quota", "1GB"), 1, "no workspace 'tema'"),
        (("set", "main", "--experiment", "digist", "--quota", "1GB"), 1, "nearest: 'digits'"),
        (("create", "../up"), 1, "is not allowed"),
        (("usage", "tema"), 1, "no workspace 'tema'"),
    ],
)
def test_a_policy_that_can_not_be_is_one_line(
    assay: Assay, runs: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    said = assay("workspace", *arguments)

    assert (code, "") == (said.code, said.out)
    (line,) = said.err.splitlines()
    assert told in line


def test_usage_of_a_folder_without_a_server_says_what_its_runs_take(assay: Assay, store: Path) -> None:
    with Run("digits", "baseline") as run:
        for step in range(100):
            run.log_metric("loss", 1 / (step + 1), step=step)
    Session(store).store.close()

    (main,) = json.loads(assay("workspace", "usage", "--json").out)

    assert ("main", 1, None) == (main["name"], main["runs"], main["quota_bytes"])
