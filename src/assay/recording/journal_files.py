"""The files in a folder of journals, by their names alone: a look that every opening of a store takes."""

from __future__ import annotations

import os

from assay import system

UNREADY = ".new"
"""What stands behind an events file's name until it is locked and says whose it is."""


def journal_files(folder: str) -> list[str]:
    """The events files in a folder of journals, those that are not ready as yet among them."""
    return [*events_files(folder), *unready_files(folder)]


def events_files(folder: str) -> list[str]:
    """The events files in a folder of journals."""
    return _files_named(folder, ".events")


def unready_files(folder: str) -> list[str]:
    """The files in a folder of journals that their writers have not made events files of as yet."""
    return _files_named(folder, f".events{UNREADY}")


def _files_named(folder: str, end: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(os.path.join(folder, name) for name in names if name.endswith(end))


def writer_of(path: str) -> str:
    """The writer that a file in a folder of journals belongs to."""
    return os.path.basename(path).partition(".")[0]


def files_of(path: str) -> list[str]:
    """All files of the journal of an events file, that file last."""
    folder, writer = os.path.split(path)[0], writer_of(path)
    files = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(writer + ".")]
    return sorted(files, key=lambda name: name == path)


def is_unlocked(path: str) -> bool:
    """Whether nobody holds the lock that a living writer has on its events file; one that can't be opened is held."""
    try:
        fd = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        return system.try_lock(fd)
    finally:
        system.unlock(fd)
        os.close(fd)
