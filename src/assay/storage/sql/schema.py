"""The tables of a SQL store, and the version that a database says it has.

All hot tables are keyed by run. `parameters` holds a run's parameters as rows for filters; `runs.parameters` holds
the same as one JSON text for reading. Points lie in `chunks`; rows that are still too few for one lie in `tail`.
"""

from __future__ import annotations

VERSION = 3
"""Of this format; a database of a greater one was written by a newer Assay, one of a lesser is brought to this one
(`assay.storage.sql.migrations`). SQLite has it as `PRAGMA user_version`, PostgreSQL as the fact `format`."""

APPLICATION_ID = 0x41535359
"""What `PRAGMA application_id` says: "ASSY"."""

TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE experiments (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '{}',
    created_us INTEGER NOT NULL,
    changed_us INTEGER NOT NULL,
    trashed_us INTEGER
);
CREATE UNIQUE INDEX experiments_by_name ON experiments (name) WHERE trashed_us IS NULL;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    status TEXT,
    status_message TEXT,
    start_us INTEGER,
    end_us INTEGER,
    created_us INTEGER NOT NULL,
    entered_writer INTEGER,
    parameters TEXT NOT NULL DEFAULT '{}',
    tags TEXT NOT NULL DEFAULT '{}',
    goals TEXT NOT NULL DEFAULT '{}',
    refused INTEGER NOT NULL DEFAULT 0,
    trashed_us INTEGER,
    revision INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX runs_by_name ON runs (experiment_id, name) WHERE trashed_us IS NULL;
CREATE TABLE tombstones (uid TEXT PRIMARY KEY, name TEXT NOT NULL, deleted_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX runs_by_creation ON runs (experiment_id, created_us);
CREATE TABLE writers (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    attempt INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    process TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT,
    traceback TEXT,
    start_us INTEGER NOT NULL,
    end_us INTEGER,
    next_segment INTEGER NOT NULL DEFAULT 0,
    tail_bytes INTEGER NOT NULL DEFAULT 0,
    heard_us INTEGER
);
CREATE INDEX writers_by_run ON writers (run_id);
CREATE TABLE parameters (
    name_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    number REAL,
    text TEXT,
    set_after_us INTEGER NOT NULL,
    writer_id INTEGER,
    PRIMARY KEY (run_id, name_id)
) WITHOUT ROWID;
CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    is_output INTEGER NOT NULL,
    name TEXT NOT NULL,
    step INTEGER,
    kind TEXT NOT NULL,
    value TEXT,
    media_type TEXT,
    size_bytes INTEGER,
    sha256 TEXT,
    caption TEXT,
    created_us INTEGER NOT NULL,
    trashed_us INTEGER
);
CREATE INDEX artifacts_by_run ON artifacts (run_id, is_output, name);
CREATE TABLE series (
    run_id INTEGER NOT NULL,
    name_id INTEGER NOT NULL,
    count INTEGER NOT NULL,
    nonfinite_count INTEGER NOT NULL,
    last REAL,
    min REAL,
    max REAL,
    mean REAL,
    bits BLOB,
    first_step INTEGER NOT NULL,
    last_step INTEGER NOT NULL,
    min_step INTEGER,
    max_step INTEGER,
    last_timestamp_us INTEGER NOT NULL,
    first REAL,
    first_timestamp_us INTEGER,
    PRIMARY KEY (run_id, name_id)
) WITHOUT ROWID;
CREATE INDEX series_by_last ON series (name_id, last);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    name_id INTEGER NOT NULL,
    writer_id INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_step INTEGER NOT NULL,
    last_step INTEGER NOT NULL,
    extremes BLOB NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX chunks_by_series ON chunks (run_id, name_id, writer_id);
CREATE TABLE tail (
    writer_id INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    summarised INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL,
    PRIMARY KEY (run_id, writer_id, segment)
);
CREATE TABLE set_aside (
    writer_id INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX artifacts_by_content ON artifacts (coalesce(substr(sha256, 1, 16), substr(value, 1, 128)), is_output);
"""
"""Indexes of later formats stand last, where a migration puts them.

`artifacts_by_content` leads from bytes or a value to the runs that logged it. A value has any length, and an index of
PostgreSQL no more than 2,704 bytes a row: so it has the beginning of each, of hashes as much as tells them apart.
"""

POSTGRES = """
ALTER TABLE chunks ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE chunks ALTER COLUMN extremes SET STORAGE EXTERNAL;
ALTER TABLE tail ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE tail SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
ALTER TABLE writers SET (fillfactor = 70);
ALTER TABLE runs SET (fillfactor = 80);
ALTER TABLE series SET (fillfactor = 80);
"""
"""What PostgreSQL is told beside the tables: bodies are compressed already, or live for seconds; what is changed again
and again has room beside it; of a table that is emptied as fast as it is filled, a fixed number of rows is vacuumed."""


def statements(text: str) -> list[str]:
    """The statements of such a text, one by one."""
    return [one for one in text.split(";\n") if one.strip()]


VIEWS = """
CREATE VIEW v1_runs AS SELECT r.uid AS run_id, e.name AS experiment_name, r.name AS run_name, r.display_name,
r.description, r.status, r.status_message, r.created_us, r.start_us, r.end_us, r.refused, r.tags, r.parameters, r.goals
FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE r.trashed_us IS NULL AND e.trashed_us IS NULL;
CREATE VIEW v1_parameters AS SELECT r.uid AS run_id, n.name,
CASE WHEN p.text = 'nan' THEN NULL ELSE p.number END AS number, p.text
FROM parameters p JOIN names n ON n.id = p.name_id JOIN runs r ON r.id = p.run_id
JOIN experiments e ON e.id = r.experiment_id WHERE r.trashed_us IS NULL AND e.trashed_us IS NULL;
CREATE VIEW v1_metrics AS SELECT r.uid AS run_id, n.name, s.last, s.min, s.max, s.mean, s.first, s.count,
s.nonfinite_count, s.first_step, s.last_step, s.min_step, s.max_step,
coalesce(s.first_timestamp_us, s.last_timestamp_us) AS first_timestamp_us, s.last_timestamp_us
FROM series s JOIN names n ON n.id = s.name_id JOIN runs r ON r.id = s.run_id
JOIN experiments e ON e.id = r.experiment_id WHERE r.trashed_us IS NULL AND e.trashed_us IS NULL;
CREATE VIEW v1_artifacts AS SELECT r.uid AS run_id, a.name, a.is_output, a.kind, a.step, a.media_type, a.size_bytes,
a.sha256, a.value, a.caption, a.created_us
FROM artifacts a JOIN runs r ON r.id = a.run_id JOIN experiments e ON e.id = r.experiment_id
WHERE a.trashed_us IS NULL AND r.trashed_us IS NULL AND e.trashed_us IS NULL;
"""
"""What other programs may read, whatever becomes of the tables: drawn in docs/sql.md.

Columns are only added; what can't be kept gets views of another name. The SQL is what SQLite and DuckDB have in common:
DuckDB reads a view's text itself, and gives columns of one that it can't read as text. Made before the tables: SQLite's
integrity check passes over pages that nothing uses where it meets a view first.
"""
