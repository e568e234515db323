"""`assay backup` and `assay restore-backup`: all that a server holds, to a folder and back."""

from __future__ import annotations

from assay.cli.placing import Database, DatabaseFile, Objects, Store
from assay.cli.usage import Json


def backup(
    destination: str,
    /,
    *,
    keep: int | None = None,
    json: Json = False,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
    objects: Objects = None,
) -> int:
    """Copy all that a server holds into a folder, while it runs.

    Every workspace as of one moment, its objects, and who may come in.
    A folder may hold many backups; objects are copied once for all of them.
    What clients have not sent yet is not in it: their journals hold it.

    If an object is damaged it is left out and named, and the exit code is 1.

        assay backup /backups/assay --keep 30
        assay backup /backups/assay --database-file /run/secrets/database --objects s3://bucket/assay

    Args:
        destination: The folder; another disk than the data's, or what is copied to another machine.
        keep: How many backups stay in it, this one among them; older ones go. Left out, all stay.
        json: Print a JSON object.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
        objects: Where the bytes of artifacts lie, if not in the folder.
    """
    import sys

    from assay.cli.document import print_json
    from assay.cli.placing import workspaces_meant
    from assay.cli.wording import amount, size
    from assay.serving.backup import back_up

    with workspaces_meant(store, database, database_file, objects) as opened:
        done = back_up(opened, destination, keep=keep)
    manifest = done.manifest
    if json:
        print_json(
            {
                "path": done.path,
                "workspaces": manifest.workspaces,
                "objects": done.objects,
                "new_objects": done.new_objects,
                "new_bytes": done.new_bytes,
                "dropped": done.dropped,
                "missing": manifest.missing,
                "damaged": manifest.damaged,
            }
        )
    else:
        print(done.path)
        print(
            f"{amount(len(manifest.workspaces), 'workspace')} and {amount(done.objects, 'object')}, "
            f"{done.new_objects:,} of them new; {size(done.new_bytes)} written"
        )
        if done.dropped:
            print(f"{amount(len(done.dropped), 'older backup')} went")
    if manifest.missing:
        print(f"assay: {amount(len(manifest.missing), 'object')} had not been uploaded yet", file=sys.stderr)
    for sha256 in manifest.damaged:
        print(f"assay: object {sha256} is damaged and not in the backup", file=sys.stderr)
    return 1 if manifest.damaged else 0


def restore_backup(
    source: str,
    /,
    *,
    json: Json = False,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
    objects: Objects = None,
) -> int:
    """Put a backup back, where nothing is yet.

    Every file of it is checked first, and every object as it is copied. The
    kind of database stays: a backup of SQLite needs a folder, one of
    PostgreSQL an empty database; objects go where you say, whatever held
    them before.

        assay restore-backup /backups/assay --store /data/assay
        assay restore-backup /backups/assay/2026-11-25T010203.456789Z --database postgresql://assay@db/new

    Args:
        source: The folder of a backup, or one that holds backups: then the last of them.
        json: Print a JSON object.
        store: The folder that it goes to. Left out, `assay where` says which.
        database: The PostgreSQL database that it goes to.
        database_file: A file whose first line is the URL of the database.
        objects: Where the bytes of artifacts go, if not to the folder.
    """
    from assay.cli.document import print_json
    from assay.cli.placing import workspaces_meant
    from assay.cli.wording import amount, size
    from assay.serving.restoring import restore_backup as restore

    with workspaces_meant(store, database, database_file, objects) as opened:
        done = restore(source, opened)
        where = str(opened.place)
    if json:
        print_json(
            {
                "path": done.path,
                "workspaces": done.manifest.workspaces,
                "objects": done.objects,
                "object_bytes": done.object_bytes,
            }
        )
        return 0
    print(
        f"Restored {done.path} to {where}: {amount(len(done.manifest.workspaces), 'workspace')}, "
        f"{amount(done.objects, 'object')} of {size(done.object_bytes)}."
    )
    return 0
