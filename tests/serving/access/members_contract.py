"""What members do, whatever database their tables lie in: one test class that each database inherits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from assay.errors import InvalidInputError, InvalidNameError, NotFoundError, NotSignedInError, StoreVersionError
from assay.serving.access.grant import Grant, Role
from assay.serving.access.members import Members, NewToken
from assay.serving.access.tables import MIGRATIONS, Connection, Database
from assay.serving.access.token import new_token
from tests.serving.access.requests import DAY_US, SECOND_US, Clock


class Counting:
    """A database that counts its transactions, and lets something happen right behind a read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.behind_a_read: Callable[[], None] | None = None
        self.reads = self.writes = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self.reads += 1
        with self._database.read() as connection:
            yield connection
        happening, self.behind_a_read = self.behind_a_read, None
        if happening is not None:
            happening()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.writes += 1
        with self._database.write() as connection:
            yield connection


class MembersContract:
    @pytest.fixture
    def members(self, database: Database, clock: Clock) -> Members:
        return Members(database, clock_us=clock)

    @pytest.fixture
    def another_server(self, members: Members, database: Database, clock: Clock) -> Members:
        return Members(database, cache_s=0.05, clock_us=clock)

    @pytest.fixture
    def token(self, members: Members) -> NewToken:
        return members.create_token("main", "writer", "ci")

    def test_the_main_workspace_is_always_there(self, members: Members) -> None:
        assert ["main"] == members.list_workspaces()
        assert members.has_workspace("main")

    def test_a_workspace_is_made_once_in_lower_case(self, members: Members) -> None:
        assert not members.has_workspace("team-a")

        assert "team-a" == members.create_workspace("Team-A")
        assert "team-a" == members.create_workspace("team-a")

        assert ["main", "team-a"] == members.list_workspaces()
        assert members.has_workspace("team-a")

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "a/b",
            "..",
            "a\0",
            "-a",
            "a-",
            "x" * 58,
            "é",
            "\u212a",
            "a b",
            "a;b",
            pytest.param("a" * 10**7, id="10 MB"),
        ],
    )
    def test_a_workspace_of_another_form_of_name_is_refused(self, members: Members, name: str) -> None:
        with pytest.raises(InvalidNameError):
            members.create_workspace(name)
        assert not members.has_workspace(name)

        assert ["main"] == members.list_workspaces()

    def test_a_token_lets_into_its_workspace_with_its_role(self, members: Members) -> None:
        members.create_workspace("team-a")
        made = {role: members.create_token("team-a", role, f"for a {role}") for role in ("viewer", "writer", "admin")}

        for role, one in made.items():
            expected = Grant("team-a", Role[role.upper()], one.token.id, f"for a {role}")
            assert expected == members.check(one.secret)
            assert expected == members.check_id(one.token.id)

    def test_a_token_is_good_on_every_server(self, another_server: Members, token: NewToken) -> None:
        assert "ci" == another_server.check(token.secret).name

    def test_the_tables_hold_no_token(self, database: Database, token: NewToken) -> None:
        with database.read() as connection:
            kept = [list(row) for row in connection.execute("SELECT * FROM tokens").fetchall()]

        assert 1 == len(kept)
        assert token.secret not in repr(kept)
        assert token.secret[6:-6] not in repr(kept)

    def test_a_token_of_no_known_role_or_workspace_or_name_is_not_made(self, members: Members) -> None:
        with pytest.raises(InvalidInputError, match="viewer, writer, admin, not 'owner'"):
            members.create_token("main", "owner", "ci")
        with pytest.raises(NotFoundError, match=r"no workspace 'mian' \(nearest: 'main'\)"):
            members.create_token("mian", "writer", "ci")
        for name in ("", "a\nb", "a\0", "x" * 121):
            with pytest.raises(InvalidNameError, match="1 to 120 printable"):
                members.create_token("main", "writer", name)

        assert [] == members.list_tokens()
        assert not members.has_members()

    @pytest.mark.parametrize("expires_us", [0, -1, 1_800_000_000 * SECOND_US, 2**63])
    def test_a_token_that_would_have_expired_is_not_made(self, members: Members, expires_us: int) -> None:
        with pytest.raises(InvalidInputError, match="'ci' would expire"):
            members.create_token("main", "writer", "ci", expires_us=expires_us)

        assert [] == members.list_tokens()

    def test_a_token_is_good_until_it_expires(self, members: Members, another_server: Members, clock: Clock) -> None:
        token = members.create_token("main", "viewer", "guest", expires_us=clock.now_us + DAY_US)
        clock.now_us += DAY_US - 1

        assert "guest" == members.check(token.secret).name
        clock.now_us += 1  # what is remembered expires too
        for server in (members, another_server):
            with pytest.raises(
                NotSignedInError, match=rf"{token.token.id} \(guest\) expired on 2027-01-16 at 08:00 UTC"
            ):
                server.check(token.secret)
            with pytest.raises(NotSignedInError, match="expired"):
                server.check_id(token.token.id)

    def test_a_revoked_token_is_refused_here_at_once_and_elsewhere_soon(
        self, members: Members, another_server: Members, token: NewToken
    ) -> None:
        members.check(token.secret)
        another_server.check(token.secret)
        members.revoke(token.token.id)

        with pytest.raises(NotSignedInError, match=rf"{token.token.id} \(ci\) was revoked"):
            members.check(token.secret)
        threading.Event().wait(0.06)
        with pytest.raises(NotSignedInError, match="was revoked"):
            another_server.check(token.secret)
        with pytest.raises(NotSignedInError, match="was revoked"):
            another_server.check_id(token.token.id)

    def test_a_check_that_reads_while_a_token_is_revoked_is_not_remembered(
        self, database: Database, token: NewToken
    ) -> None:
        watched = Counting(database)
        members = Members(watched)
        watched.behind_a_read = lambda: members.revoke(token.token.id)

        assert "ci" == members.check(token.secret).name  # it was good when it was read
        with pytest.raises(NotSignedInError, match="was revoked"):
            members.check(token.secret)

    def test_revoking_twice_keeps_the_first_time(self, members: Members, token: NewToken, clock: Clock) -> None:
        revoked_us = clock.now_us
        members.revoke(token.token.id)
        clock.pass_days(1)
        members.revoke(token.token.id)

        assert [replace(token.token, revoked_us=revoked_us)] == members.list_tokens()

    def test_an_admin_has_no_say_in_another_workspace(self, members: Members, token: NewToken) -> None:
        members.create_workspace("team-a")
        other = members.create_token("team-a", "admin", "theirs")

        with pytest.raises(NotFoundError, match=f"no token with the id '{token.token.id}' in workspace 'team-a'"):
            members.revoke(token.token.id, "team-a")
        assert [other.token] == members.list_tokens("team-a")
        assert [] == members.list_tokens("team-b")
        assert "ci" == members.check(token.secret).name

    @pytest.mark.parametrize(
        "token_id", ["", "0123456789", "a\0", "\ud800", "٣" * 10, "' OR 1=1 --", pytest.param("x" * 10**7, id="10 MB")]
    )
    def test_an_id_that_no_token_has_is_not_found(self, members: Members, token: NewToken, token_id: str) -> None:
        with pytest.raises(NotFoundError) as caught:
            members.revoke(token_id)
        with pytest.raises(NotSignedInError, match="sign in again"):
            members.check_id(token_id)

        assert 120 > len(str(caught.value))
        assert "ci" == members.check(token.secret).name

    def test_a_whole_token_that_was_never_made_is_refused(self, members: Members, token: NewToken) -> None:
        with pytest.raises(NotSignedInError, match="not one of this server's"):
            members.check(new_token())

    def test_a_malformed_token_is_refused_without_asking_the_database(
        self, database: Database, token: NewToken
    ) -> None:
        counting = Counting(database)
        members = Members(counting)
        for text in ("", token.token.id, token.secret[:-1], token.secret + " ", token.secret.lower(), "x" * 10**7):
            with pytest.raises(NotSignedInError, match="was it copied whole"):
                members.check(text)

        assert 0 == counting.reads

    def test_checks_of_one_token_ask_the_database_once(self, database: Database, token: NewToken) -> None:
        counting = Counting(database)
        members = Members(counting)
        assert not members.remembers(token.secret)
        for _ in range(100):
            members.check(token.secret)

        assert members.remembers(token.secret)
        assert (1, 1) == (counting.reads, counting.writes)  # the write is the opening's

    def test_a_server_has_members_until_the_last_token_is_revoked(self, members: Members, clock: Clock) -> None:
        assert not members.has_members()
        first = members.create_token("main", "admin", "first", expires_us=clock.now_us + 1)
        second = members.create_token("main", "viewer", "second")
        clock.pass_days(1)

        assert members.has_members()
        members.revoke(second.token.id)
        assert members.has_members()  # an expired token keeps the server closed
        members.revoke(first.token.id)
        assert not members.has_members()

    def test_the_time_of_use_is_saved_once_a_minute(self, database: Database, clock: Clock, token: NewToken) -> None:
        counting = Counting(database)
        members = Members(counting, clock_us=clock)
        used_us = []
        for seconds in (1, 30, 31):
            clock.now_us += seconds * SECOND_US
            members.check(token.secret)
            members.save_uses()
            used_us.append(members.list_tokens()[0].last_used_us)

        first_us = token.token.created_us + SECOND_US
        assert [first_us, first_us, first_us + 61 * SECOND_US] == used_us
        assert 3 == counting.writes  # the first is the opening's

    def test_a_server_that_stops_saves_the_last_use(self, members: Members, token: NewToken, clock: Clock) -> None:
        members.check(token.secret)
        members.save_uses()
        clock.now_us += SECOND_US
        members.check(token.secret)
        members.save_uses(everything=True)

        assert clock.now_us == members.list_tokens()[0].last_used_us

    def test_a_use_never_goes_back(
        self, members: Members, another_server: Members, token: NewToken, clock: Clock
    ) -> None:
        another_server.check(token.secret)
        clock.now_us += SECOND_US
        members.check(token.secret)
        members.save_uses()
        another_server.save_uses()

        assert clock.now_us == members.list_tokens()[0].last_used_us

    def test_servers_that_open_new_tables_at_once_make_them_once(self, database: Database) -> None:
        opened: list[Members] = []
        threads = [threading.Thread(target=lambda: opened.append(Members(database))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [["main"]] * 6 == [members.list_workspaces() for members in opened]
        with database.read() as connection:
            assert [("secret",), ("version",)] == [
                tuple(row) for row in connection.execute("SELECT name FROM access_facts ORDER BY name").fetchall()
            ]

    def test_tokens_made_at_once_are_all_kept(self, members: Members, database: Database, clock: Clock) -> None:
        secrets: list[str] = []

        def make() -> None:
            another = Members(database, clock_us=clock)
            for number in range(5):
                secrets.append(another.create_token("main", "writer", f"token {number}").secret)
                assert "main" == another.check(secrets[-1]).workspace
                another.save_uses(everything=True)

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 20 == len(members.list_tokens()) == len({members.check(secret).token_id for secret in secrets})

    def test_tables_of_a_newer_version_are_refused(self, members: Members, database: Database) -> None:
        newer = len(MIGRATIONS) + 1
        with database.write() as connection:
            connection.execute("UPDATE access_facts SET value = ? WHERE name = 'version'", (str(newer),))

        with pytest.raises(StoreVersionError, match=rf"version {newer}, .* knows {len(MIGRATIONS)}"):
            Members(database)

    def test_no_token_stands_in_a_representation_or_an_error(self, members: Members, token: NewToken) -> None:
        seen = [repr(token), str(token), repr(members), repr(members.check(token.secret)), repr(members.list_tokens())]
        members.revoke(token.token.id)
        for text in (token.secret, token.secret + "x", token.secret[:-1] + "!", new_token()):
            with pytest.raises(NotSignedInError) as caught:
                members.check(text)
            seen += [str(caught.value), repr(caught.value), repr(caught.value.__context__)]

        assert [] == [text for text in seen if token.secret[6:40] in text]
