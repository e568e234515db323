"""What `assay workspace usage` shows of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.serving.opening import Workspaces

SHOWN = 20
"""So many experiments of a workspace are listed, the greatest first, before the rest is summed up."""


def usage_of(opened: Workspaces, workspace: str) -> dict[str, Any]:
    """What a workspace holds, and what holds for it, as JSON can say it."""
    from assay.serving.policies import FREE, WORKSPACE
    from assay.storage.sql.measuring import measure
    from assay.storage.usage import WorkspaceUsage

    found, policies = WorkspaceUsage(), opened.policies.of(workspace)
    if opened.has_catalog(workspace):
        store = opened.open_store(workspace)
        try:
            with store.reading() as connection:
                found = measure(connection)
        finally:
            store.close()
    whole = policies.get(WORKSPACE, FREE)
    return {
        "name": workspace,
        "runs": found.runs,
        "point_bytes": found.point_bytes,
        "object_bytes": found.object_bytes,
        "keep_days": whole.keep_days,
        "quota_bytes": whole.quota_bytes,
        "experiments": [
            {
                "name": one.name,
                "trashed": one.trashed,
                "runs": one.runs,
                "point_bytes": one.point_bytes,
                "object_bytes": one.object_bytes,
                "keep_days": policies.get(uid, FREE).keep_days,
                "quota_bytes": policies.get(uid, FREE).quota_bytes,
            }
            for uid, one in sorted(found.experiments.items(), key=lambda pair: (-pair[1].total_bytes, pair[1].name))
        ],
    }


def print_usage(workspaces: list[dict[str, Any]]) -> None:
    """Print a table of what workspaces and their experiments hold."""
    from rich import box
    from rich.table import Table

    from assay.cli.usage import console

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("workspace", "experiment", "runs", "points", "objects", "kept", "quota"):
        table.add_column(column, justify="left" if column in ("workspace", "experiment") else "right")
    for one in workspaces:
        table.add_row(one["name"], "", *_row(one))
        for part in one["experiments"][:SHOWN]:
            table.add_row("", part["name"] + (" (in the trash)" if part["trashed"] else ""), *_row(part))
        rest = len(one["experiments"]) - SHOWN
        if rest > 0:
            table.add_row("", f"… and {rest} more (all: --json)", "", "", "", "", "")
    console().print(table)


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    from assay.cli.wording import amount, size

    kept = "" if one["keep_days"] is None else amount(one["keep_days"], "day")
    quota = "" if one["quota_bytes"] is None else size(one["quota_bytes"])
    return f"{one['runs']:,}", size(one["point_bytes"]), size(one["object_bytes"]), kept, quota
