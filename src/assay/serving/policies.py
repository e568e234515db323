"""Policies: how long a workspace keeps runs that have ended, and how much it may hold; for experiments of it too.

They lie with the tables of access, since it is who runs a server that sets them. An experiment is named by its id, so
that renaming it changes nothing. What an experiment does not say for itself, its workspace says; a quota of an
experiment is within that of its workspace, which counts everything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import EllipsisType

from assay.errors import InvalidInputError
from assay.serving.access.tables import Database

WORKSPACE = ""
"""What stands for the workspace itself where an experiment's id may."""
MOST_DAYS = 36_500
MOST_BYTES = 1 << 60


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for a workspace, or for an experiment.

    Attributes:
        keep_days: Runs go to the trash so many days after their end; None keeps them.
        quota_bytes: So much it may hold; None for as much as there is room for.
    """

    keep_days: int | None = None
    quota_bytes: int | None = None


FREE = Policy()
"""Keeps everything, and takes everything."""


class Policies:
    """The policies of a server's workspaces.

    Args:
        database: Where the tables of access lie; `Members` has made them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, workspace: str) -> dict[str, Policy]:
        """The policies of a workspace, by the experiment's id; its own under `WORKSPACE`, where it has one."""
        with self._database.read() as connection:
            return {
                uid: Policy(keep_days, quota_bytes)
                for uid, keep_days, quota_bytes in connection.execute(
                    "SELECT experiment_uid, keep_days, quota_bytes FROM policies WHERE workspace = ?", (workspace,)
                ).fetchall()
            }

    def put(self, workspace: str, policy: Policy, experiment_uid: str = WORKSPACE) -> None:
        """Have a policy hold from now on, in place of the one before.

        Raises:
            InvalidInputError: It is none that can be.
        """
        if policy.keep_days is not None and not 1 <= policy.keep_days <= MOST_DAYS:
            raise InvalidInputError(f"runs are kept for 1 to {MOST_DAYS} days, not for {policy.keep_days}")
        if policy.quota_bytes is not None and not 0 <= policy.quota_bytes <= MOST_BYTES:
            raise InvalidInputError(f"a quota has up to {MOST_BYTES} bytes, not {policy.quota_bytes}")
        with self._database.write() as connection:
            if policy == FREE:
                connection.execute(
                    "DELETE FROM policies WHERE workspace = ? AND experiment_uid = ?", (workspace, experiment_uid)
                )
                return
            connection.execute(
                "INSERT INTO policies (workspace, experiment_uid, keep_days, quota_bytes) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (workspace, experiment_uid) DO UPDATE SET keep_days = excluded.keep_days, "
                "quota_bytes = excluded.quota_bytes",
                (workspace, experiment_uid, policy.keep_days, policy.quota_bytes),
            )

    def change(
        self,
        workspace: str,
        experiment_uid: str = WORKSPACE,
        *,
        keep_days: int | EllipsisType | None = ...,
        quota_bytes: int | EllipsisType | None = ...,
    ) -> Policy:
        """Change what is given of a policy, and leave the rest; what holds then.

        Args:
            workspace: The workspace.
            experiment_uid: The experiment's id, or `WORKSPACE`.
            keep_days: As in `Policy`; `...` leaves it.
            quota_bytes: As in `Policy`; `...` leaves it.
        """
        policy = self.of(workspace).get(experiment_uid, FREE)
        if keep_days is not ...:
            policy = replace(policy, keep_days=keep_days)
        if quota_bytes is not ...:
            policy = replace(policy, quota_bytes=quota_bytes)
        self.put(workspace, policy, experiment_uid)
        return policy

    def take_turn(self, what: str, now_us: int, every_us: int) -> bool:
        """Whether something that is done once in a while is this server's to do now; then it is noted as done.

        Args:
            what: Its name.
            now_us: The time, in microseconds since 1970.
            every_us: How long it is done for once it was.
        """
        with self._database.write() as connection:
            connection.hold(("turn", what))
            row = connection.execute("SELECT value FROM access_facts WHERE name = ?", (f"turn {what}",)).fetchone()
            if row is not None and 0 <= now_us - int(row[0]) < every_us:
                return False
            connection.execute(
                "INSERT INTO access_facts (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (f"turn {what}", str(now_us)),
            )
        return True
