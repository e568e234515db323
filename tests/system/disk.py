"""A disk that loses power: what of a store's folder is sure to be on it, and what may be.

A file is sure to hold what it held when it was last synced; any of its pages may have reached the disk since then, in
any order, each page whole. A name is sure once its folder was synced. `Disk` watches a store by `system.observer` from
within the processes that use it, and keeps what is sure in a folder of its own; `Photograph` is what a store's folder
holds at one moment, taken while its processes are stopped; `develop` makes of these a folder as a power cut at that
moment could have left it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import json
import os
import random
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

PAGE_BYTES = 4096
CATALOG = ("catalog.db", "catalog.db-wal")
VANISHING = ("catalog.db-shm",)
"""What lies in memory alone and is made anew by whoever comes first."""


class Disk:
    """What is sure to be on the disk, kept in the folder `kept` for the store in the folder `store`."""

    def __init__(self, store: Path, kept: Path) -> None:
        self.store, self.kept = store, kept
        kept.mkdir(exist_ok=True)

    def observe(self, step: str, path: str) -> None:
        """To be `system.observer`."""
        before_ns = time.monotonic_ns()
        if step == "sync":
            self._keep_file(Path(path))
        elif step == "sync_folder":
            self._keep_names(Path(path))
        elif step == "commit":
            self._keep_catalog()
        with (self.kept / "looking").open("ab", buffering=0) as file:
            file.write(b"%d %d\n" % (before_ns, time.monotonic_ns()))
        if (self.kept / f"fail-{step}").exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    def looking(self) -> list[tuple[int, int]]:
        """When it was looked at the store, from when to when: time that passes only because of the test."""
        lines = (self.kept / "looking").read_text().splitlines()
        return [(int(start), int(end)) for start, end in (line.split() for line in lines)]

    def fail(self, step: str, *, fails: bool) -> None:
        """Let a step, once it is done, look as if it had failed; from now on, or no more."""
        mark = self.kept / f"fail-{step}"
        if fails:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def _temporary(self) -> Path:
        return self.kept / f"new-{os.getpid()}-{threading.get_ident()}-{time.monotonic_ns()}"

    def _keep_file(self, path: Path) -> None:
        temporary = self._temporary()
        with contextlib.suppress(FileNotFoundError):
            inode = path.stat().st_ino
            shutil.copyfile(path, temporary)
            (temporary.with_suffix(".path")).write_text(str(path.relative_to(self.store)))
            # The path first: an image without it is not looked at.
            os.replace(temporary.with_suffix(".path"), self.kept / f"{inode}.path")
            os.replace(temporary, self.kept / f"{inode}.image")

    def _keep_names(self, folder: Path) -> None:
        with (self.kept / "names.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # else of two processes the one that looked earlier could write later
            names = {}
            for entry in os.scandir(folder):
                inode = entry.inode()
                names[entry.name] = inode
                link = self.kept / f"{inode}.link"
                if entry.is_file() and entry.name not in (*CATALOG, *VANISHING):
                    with contextlib.suppress(FileNotFoundError, FileExistsError):
                        os.link(entry.path, link)  # what is deleted later may be there again after the cut
            temporary = self._temporary()
            temporary.write_text(json.dumps(names))
            os.replace(temporary, self.kept / f"{folder.relative_to(self.store)}.names".replace("/", "+"))

    def _keep_catalog(self) -> None:
        with (self.kept / "catalog.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            temporary = self._temporary()
            temporary.mkdir()
            for name in reversed(CATALOG):  # the WAL first: what is carried from it meanwhile is then there twice
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(self.store / name, temporary / name)
            newest = self.kept / f"catalog-{time.monotonic_ns():020}"
            os.replace(temporary, newest)
            for older in self.kept.glob("catalog-*"):
                if older.name < newest.name:
                    shutil.rmtree(older, ignore_errors=True)


@dataclass
class Photograph:
    """A store's folder at one moment, and what was sure at that moment; all of its processes are stopped meanwhile.

    Attributes:
        contents: By path, the bytes of each file.
        inodes: By path.
        folders: All folders, the store's own being "".
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    inodes: dict[str, int] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    images: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    names: dict[str, dict[str, int]] = field(default_factory=dict)
    links: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def take(cls, disk: Disk) -> Photograph:
        photograph = cls()
        for folder, _, names in os.walk(disk.store):
            inside = os.path.relpath(folder, disk.store)
            photograph.folders.append("" if inside == "." else inside)
            for name in names:
                path = Path(folder, name)
                key = str(path.relative_to(disk.store))
                photograph.contents[key] = path.read_bytes()
                photograph.inodes[key] = path.stat().st_ino
        photograph._take_kept(disk)
        return photograph

    def _take_kept(self, disk: Disk) -> None:
        for path in disk.kept.iterdir():
            if path.suffix == ".image":
                named = path.with_suffix(".path").read_text()
                self.images[int(path.stem)] = (named, path.read_bytes())
            elif path.suffix == ".names":
                inside = path.stem.replace("+", "/")
                self.names["" if inside == "." else inside] = json.loads(path.read_text())
            elif path.suffix == ".link":
                self.links[int(path.stem)] = path.read_bytes()
        commits = sorted(disk.kept.glob("catalog-*"))
        for name in CATALOG:
            if name in self.inodes:
                sure = (commits[-1] / name).read_bytes() if commits and (commits[-1] / name).exists() else b""
                self.images[self.inodes[name]] = (name, sure)

    def sure(self, path: str) -> bytes:
        """What the file surely holds on the disk."""
        return self._sure_of(self.inodes[path], path)

    def _sure_of(self, inode: int, path: str) -> bytes:
        named, image = self.images.get(inode, ("", b""))
        # A number may have been another file's before; an object is synced under a temporary name.
        is_same = named == path or (named.startswith("objects/new-") and path.startswith("objects/"))
        return image if is_same else b""

    def deleted(self, folder: str) -> dict[str, tuple[bytes, bytes]]:
        """By path, what is sure and what may be of files whose deletion may not have reached the disk."""
        found = {}
        for name, inode in self.names.get(folder, {}).items():
            path = f"{folder}/{name}" if folder else name
            if path not in self.contents and inode in self.links:
                found[path] = (self._sure_of(inode, path), self.links[inode])
        return found


def develop(now: Photograph, before: Photograph, target: Path, draw: random.Random) -> None:
    """Make the folder that a power cut could leave.

    Args:
        now: The moment of the cut.
        before: A moment shortly before: pages may have reached the disk as they were then.
        target: The folder; it is made.
        draw: Decides what the disk kept.
    """
    target.mkdir()
    readiness = draw.choice((0.0, 0.1, 0.5, 0.9, 1.0))  # how much of what is not sure was written

    def chance() -> bool:
        return draw.random() < readiness

    kept = {""}
    for folder in sorted(now.folders):
        parent, _, name = folder.rpartition("/")
        if folder and parent in kept and (name in now.names.get(parent, {}) or chance()):
            kept.add(folder)
            (target / folder).mkdir()
    for path, content in now.contents.items():
        folder, _, name = path.rpartition("/")
        if name in VANISHING or folder not in kept:
            continue
        is_sure = name in CATALOG or now.names.get(folder, {}).get(name) == now.inodes[path]
        if is_sure or chance():
            sure = now.sure(path)
            older = before.contents.get(path) if now.inodes[path] == before.inodes.get(path) else None
            if older is not None and before.sure(path) != sure:
                older = None  # synced since: what came before is not to be had any more
            data = _mixed(sure, content, older, chance)
            if name not in CATALOG and not name.endswith(".rows"):
                data = data[: draw.randint(len(sure), len(data))] if len(data) > len(sure) and not chance() else data
            (target / path).write_bytes(data)
    for folder in kept:
        for path, (sure, content) in now.deleted(folder).items():
            if draw.random() < 0.5:
                (target / path).write_bytes(_mixed(sure, content, None, chance))


def _mixed(sure: bytes, content: bytes, older: bytes | None, chance: object) -> bytes:
    assert callable(chance)
    size = len(content)
    pages = []
    for start in range(0, size, PAGE_BYTES):
        end = min(start + PAGE_BYTES, size)
        page = sure[start:end].ljust(end - start, b"\0")
        newer = content[start:end]
        if page != newer and chance():
            page = newer
            if older is not None and chance() and chance():
                page = older[start:end].ljust(end - start, b"\0")
        pages.append(page)
    if len(sure) > size:  # cut shorter since, which may not have reached the disk
        pages.append(sure[size:])
    return b"".join(pages)


def restart(store: Path) -> None:
    """Make journals in a store's folder look as if the machine had been started anew since."""
    from assay.formats.event import HEADER_BYTES, Event, decode_events, encode_event

    for path in itertools.chain(store.glob("journals/*.events"), store.glob("journals/*.events.new")):
        data = path.read_bytes()
        opening = next(decode_events(data), None)
        if not isinstance(opening, Event) or opening.kind != "open":
            continue
        process = opening.body["process"]
        process["boot"] = process["boot"].translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
        frame = encode_event(opening)
        assert opening.end == HEADER_BYTES + len(frame)
        path.write_bytes(data[:HEADER_BYTES] + frame + data[opening.end :])
