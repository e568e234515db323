"""Findings: what a check-up of a store reports, as records that a program can act on and a person can read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a store that is not as it should be.

    Attributes:
        kind: What is concerned: `catalog`, `run`, `chunk`, `extremes`, `segment`, `summary`, `event`, `object` or
            `journal`.
        path: The file that it was found in, or the one that is missing.
        what: What was found, in a sentence without a full stop.
        runs: The runs that it touches, each as `experiment/run`.
        repairable: Whether a check-up with `repair` mends it.
        repaired: What such a check-up did about it; empty where it did nothing.
        harmless: Whether nothing is lost or wrong: something that is merely left over.
    """

    kind: str
    path: str
    what: str
    runs: tuple[str, ...] = ()
    repairable: bool = False
    repaired: str = ""
    harmless: bool = False

    def mended(self, how: str) -> Finding:
        """The same, with what was done about it."""
        return replace(self, repaired=how)


@dataclass(slots=True)
class Checkup:
    """What a check-up found, and what it looked at.

    Attributes:
        location: The store's folder.
        findings: In the order in which they were found.
        counts: How many of each thing were looked at: `experiments`, `runs`, `points`, `chunks`, `objects`, …
    """

    location: str
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        return all(finding.harmless or finding.repaired for finding in self.findings)

    def count(self, thing: str, number: int = 1) -> None:
        """Note that so many of a thing were looked at."""
        self.counts[thing] = self.counts.get(thing, 0) + number
