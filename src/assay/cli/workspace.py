"""`assay workspace`: the workspaces of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.group import command_group
from assay.cli.placing import Database, DatabaseFile, Objects, Store, workspaces_meant
from assay.cli.usage import Json

if TYPE_CHECKING:
    from assay.serving.policies import Policy

HELP = """
Make and list the workspaces of a server; say how much they may hold.

Workspaces do not see each other: experiments, runs and objects of one are
not there for another, and names are unique within one. `main` is always
there. A token lets into one of them.

    assay workspace create team
    assay token create --name ada --role writer --workspace team
    assay workspace set team --keep-days 365 --quota 500GB
    assay workspace usage
"""


def create(name: str, /, *, store: Store = None, database: Database = None, database_file: DatabaseFile = None) -> int:
    """Make a workspace; one that is there already stays as it is.

    Its tables are made when somebody first comes in.

        assay workspace create team

    Args:
        name: Its name: letters, digits, and '-', '_' and '.' inside.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    with workspaces_meant(store, database, database_file) as opened:
        made = opened.members.create_workspace(name)
    print(f"Workspace {made} is there; to let somebody in: assay token create --workspace {made} --name … --role admin")
    return 0


def list_(
    *, json: Json = False, store: Store = None, database: Database = None, database_file: DatabaseFile = None
) -> int:
    """List the workspaces, with how many tokens are good for each.

    What they hold is shown by `assay workspace usage`.

        assay workspace list

    Args:
        json: Print a JSON array.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    import time

    from assay.cli.document import print_json
    from assay.cli.wording import amount

    now_us = time.time_ns() // 1000
    with workspaces_meant(store, database, database_file) as opened:
        counts = dict.fromkeys(opened.members.list_workspaces(), 0)
        for one in opened.members.list_tokens():
            counts[one.workspace] += one.revoked_us is None and (one.expires_us is None or one.expires_us > now_us)
    if json:
        print_json([{"name": name, "tokens": count} for name, count in counts.items()])
        return 0
    for name, count in counts.items():
        print(f"{name}  {amount(count, 'token')}")
    return 0


def set_(
    name: str,
    /,
    *,
    experiment: str | None = None,
    keep_days: str | None = None,
    quota: str | None = None,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
) -> int:
    """Say how long a workspace, or an experiment of it, keeps runs that have ended, and how much it may hold.

    Once a day the server moves runs to the trash that ended longer ago; not
    those with a tag `keep`, and none that has not ended. What has been in the
    trash for 30 days goes for good. With a quota that is used up, points and
    artifacts are refused: writers keep them and send them when there is room.

        assay workspace set team --keep-days 365 --quota 500GB
        assay workspace set team --experiment sweeps --keep-days 30
        assay workspace set team --quota none

    Args:
        name: The workspace.
        experiment: Only for this experiment of it: its days go before the workspace's, its quota is within that one.
        keep_days: So many days; `none` keeps them for ever.
        quota: So much, such as 500MB, 100GB, 2TiB; `none` for as much as there is room for.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    from assay.cli.usage import UsageError
    from assay.serving.policies import WORKSPACE

    if keep_days is None and quota is None:
        raise UsageError("say --keep-days or --quota, or both; `assay workspace usage` shows what holds")
    with workspaces_meant(store, database, database_file) as opened:
        opened.check_name(name)
        uid = WORKSPACE
        if experiment is not None:
            catalog = opened.open_store(name)
            try:
                uid = catalog.addressing.experiment_uid(experiment.lower(), "living")
            finally:
                catalog.close()
        policy = opened.policies.change(
            name,
            uid,
            keep_days=... if keep_days is None else _days(keep_days),
            quota_bytes=... if quota is None else _quota(quota),
        )
    what = f"Workspace {name}" if experiment is None else f"Experiment {experiment} of workspace {name}"
    print(f"{what}: {_said(policy)}. Servers that run learn of it within a minute.")
    return 0


def usage(
    name: str | None = None,
    /,
    *,
    json: Json = False,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
) -> int:
    """Show what workspaces hold, by experiment, and what their policies say.

        assay workspace usage
        assay workspace usage team --json

    Args:
        name: Only this workspace.
        json: Print a JSON array.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    from assay.cli.document import print_json
    from assay.cli.workspace_usage import print_usage, usage_of

    with workspaces_meant(store, database, database_file) as opened:
        if name is not None:
            opened.check_name(name)
        found = [usage_of(opened, one) for one in ([name] if name is not None else opened.names())]
    if json:
        print_json(found)
    else:
        print_usage(found)
    return 0


def gc(
    name: str,
    /,
    *,
    older_than: str = "30d",
    json: Json = False,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
    objects: Objects = None,
) -> int:
    """Empty a workspace's trash, and give back the space of objects that nothing names.

    Servers and clients may go on: what they need is never collected. In a
    bucket, what is younger than a day stays. Workspaces that keep runs for a
    number of days have this done once a day.

        assay workspace gc team
        assay workspace gc team --older-than 0d

    Args:
        name: The workspace.
        older_than: Of the trash, only what has been in it for so long: 12h, 30d, 2w.
        json: Print a JSON object.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
        objects: Where the bytes of artifacts lie, if not in the folder.
    """
    import time
    from dataclasses import asdict

    from assay.cli.document import print_json
    from assay.cli.duration import length_of
    from assay.cli.wording import amount, size
    from assay.serving.retention import empty

    before_us = time.time_ns() // 1000 - int(length_of(older_than, "--older-than").total_seconds() * 1_000_000)
    with workspaces_meant(store, database, database_file, objects) as opened:
        opened.check_name(name)
        catalog = opened.open_store(name)
        try:
            done = empty(catalog, before_us, journals=opened.journals(name))
            catalog.compact()
        finally:
            catalog.close()
    if json:
        print_json(asdict(done))
        return 0
    print(
        f"Workspace {name}: {amount(len(done.deleted), 'run')} deleted for good, "
        f"{amount(done.objects, 'object')} of {size(done.object_bytes)} collected."
    )
    return 0


def _days(text: str) -> int | None:
    from assay.cli.usage import UsageError

    if text.strip().lower() == "none":
        return None
    days = text.strip().lower().removesuffix("d")
    if not days.isascii() or not days.isdigit() or len(days) > 6:
        raise UsageError(f"--keep-days takes a number of days, or none, not {text!r}")
    return int(days)


def _quota(text: str) -> int | None:
    from assay.cli.duration import bytes_of

    return None if text.strip().lower() == "none" else bytes_of(text, "--quota")


def _said(policy: Policy) -> str:
    from assay.cli.wording import amount, size

    kept = "runs are kept for ever"
    if policy.keep_days is not None:
        kept = f"runs go to the trash {amount(policy.keep_days, 'day')} after their end"
    return kept + ("" if policy.quota_bytes is None else f", it holds at most {size(policy.quota_bytes)}")


workspace = command_group("workspace", HELP, (create, list_, set_, usage, gc))
