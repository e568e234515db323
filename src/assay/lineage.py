"""What a run came from and what came of it, as a caller gets it."""

from __future__ import annotations

from dataclasses import dataclass

from assay.storage.lineage import Lineage, LineageArtifact


@dataclass(frozen=True, slots=True)
class LineageItem:
    """An artifact that went into a run or came out of it.

    Attributes:
        name: What the run called it.
        is_output: Whether it came out of the run; else it went in.
        kind: As of `Artifact`.
        value: What `log_artifact` was given, None for what the store holds.
        size_bytes: How many bytes it has, None where the store holds none.
        sha256: Their SHA-256, None where the store holds none.
        runs: Of an input the runs that made it, of an output those that used it, as `experiment/run`, the newest first.
        run_count: How many these are, also where there are too many to be listed.
    """

    name: str
    is_output: bool
    kind: str
    value: str | None
    size_bytes: int | None
    sha256: str | None
    runs: list[str]
    run_count: int

    def __str__(self) -> str:
        size = "" if self.size_bytes is None else f", {self.size_bytes:,} bytes"
        what = f"{self.name} ({self.kind}{size})" if self.value is None else f"{self.name} = {_short(self.value)}"
        if not self.runs:
            return what
        more = f" and {self.run_count - 3:,} more" if self.run_count > 3 else ""
        return f"{what} {'used by' if self.is_output else 'from'} {', '.join(self.runs[:3])}{more}"


@dataclass(frozen=True, slots=True, repr=False)
class RunLineage:
    """What went into a run, what came out, and the runs before and after it; `print` shows it in lines.

    Attributes:
        run: The run, as `experiment/run`.
        inputs: What went in, in the order of logging.
        outputs: What came out, in the order of logging; of a series of media only what a run took as an input.
        upstream: The runs that it came from, through all runs between, the nearest first.
        downstream: The runs that came from it, the nearest first.
        truncated: Whether there is more than is listed: at most 500 runs and artifacts are.
    """

    run: str
    inputs: list[LineageItem]
    outputs: list[LineageItem]
    upstream: list[str]
    downstream: list[str]
    truncated: bool

    def __repr__(self) -> str:
        more = ", and more" if self.truncated else ""
        return (
            f"<RunLineage of {self.run!r}: {_counted(self.inputs, 'input')}, {_counted(self.outputs, 'output')}, "
            f"{_counted(self.upstream, 'run')} before it, {len(self.downstream)} after it{more}>"
        )

    def __str__(self) -> str:
        lines = [self.run, *(f"  in   {one}" for one in self.inputs), *(f"  out  {one}" for one in self.outputs)]
        lines += [f"  {word} {', '.join(several)}" for word, several in self._others() if several]
        return "\n".join([*lines, *(["  … and more"] if self.truncated else [])])

    def _others(self) -> tuple[tuple[str, list[str]], ...]:
        return ("came from", self.upstream), ("led to", self.downstream)


def lineage_of(run_uid: str, found: Lineage) -> RunLineage:
    """What a caller gets of a lineage that a store gave.

    Args:
        run_uid: The run that it was asked of.
        found: What the store said.
    """
    names = {one.uid: f"{one.experiment_name}/{one.name}" for one in found.runs}
    artifacts = {one.key: one for one in found.artifacts}
    beside: dict[tuple[str, bool], list[str]] = {}
    for link in found.links:
        beside.setdefault((link.artifact, link.is_output), []).append(link.run)
    inputs: list[LineageItem] = []
    outputs: list[LineageItem] = []
    for link in found.links:
        if link.run == run_uid:
            others = beside.get((link.artifact, not link.is_output), [])
            runs = [name for uid, name in names.items() if uid in others]
            item = _item(link.name, link.is_output, artifacts[link.artifact], runs)
            (outputs if link.is_output else inputs).append(item)
    upstream, downstream = (_runs_along(run_uid, found, names, down=down) for down in (False, True))
    return RunLineage(names[run_uid], inputs, outputs, upstream, downstream, found.truncated)


def _item(name: str, is_output: bool, artifact: LineageArtifact, runs: list[str]) -> LineageItem:
    count = artifact.used_by if is_output else artifact.made_by
    value, size, sha256 = artifact.value, artifact.size_bytes, artifact.sha256
    return LineageItem(name, is_output, artifact.kind, value, size, sha256, runs, count)


def _runs_along(run_uid: str, found: Lineage, names: dict[str, str], *, down: bool) -> list[str]:
    out_of: dict[str, list[str]] = {}
    into: dict[str, list[str]] = {}
    for link in found.links:
        if link.is_output == down:
            out_of.setdefault(link.run, []).append(link.artifact)
        else:
            into.setdefault(link.artifact, []).append(link.run)
    met = dict.fromkeys([run_uid])
    last = [run_uid]
    while last:
        following = [run for one in last for artifact in out_of.get(one, ()) for run in into.get(artifact, ())]
        last = [run for run in dict.fromkeys(following) if run not in met]
        met |= dict.fromkeys(last)
    return [names[uid] for uid in met if uid != run_uid]


def _counted(several: list[LineageItem] | list[str], word: str) -> str:
    return f"{len(several)} {word}{'' if len(several) == 1 else 's'}"


def _short(value: str) -> str:
    return repr(value if len(value) <= 80 else f"{value[:79]}…")
