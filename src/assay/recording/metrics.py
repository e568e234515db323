"""The rows of a journal: which layout a call's metrics have, which block is theirs, and the calls that fill it.

The closures of `calls` do all of this for a plain call to a known metric. This is the way for every other call: first
of a name, block full, timestamp given, value that must be converted first. It takes no lock either; of two threads
that meet here each makes what it needs, and the later one's is used on.
"""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from assay.errors import ContextError, InvalidTypeError
from assay.formats.rows import VOID, WORD_BYTES, Layout
from assay.formats.values import metric_name, metric_value, step_number, timestamp_us
from assay.recording.blocks import (
    LARGE_BLOCK_BYTES,
    LARGE_PART_BYTES,
    SMALL_BLOCK_BYTES,
    SMALL_PART_BYTES,
    Block,
    Part,
)
from assay.recording.calls import RowSlot, Slot, make_log_metric, make_log_metrics

if TYPE_CHECKING:
    from assay.recording.budget import Budget

OUTSIDE = "This method should be called inside context of 'with' statement."
COLUMNS_LIMIT = 1000
"""Metrics a row: a call with more is kept as several rows."""
LAYOUTS_LIMIT = 256
"""Layouts of several metrics a journal: when keys vary more than that, each metric gets a row of its own."""
SMALLEST_ROWS = 4
"""A small block must hold at least so many rows to be worth it."""

Row = tuple[Layout, int, tuple[float, ...]]
"""A row to be kept: its layout, its step, its values."""


class MetricRows:
    """The rows that one writer logs.

    Args:
        last_steps: The last step of each series that the run has already.
        note: Keeps an event about the journal; raises OSError where there is no space.
        check_open: Raises where the writer takes no calls; makes a forked child's writer ready.
        refuse: Told of a call that the system refused; it returns or raises.
        budget: What the files may take of the disk.
    """

    def __init__(
        self,
        last_steps: Mapping[str, int],
        note: Callable[[str, Mapping[str, Any]], None],
        check_open: Callable[[], None],
        refuse: Callable[[OSError], None],
        budget: Budget | None = None,
    ) -> None:
        self._last_steps = last_steps
        self._note, self._check_open, self._refuse, self._budget = note, check_open, refuse, budget
        self._slots: dict[str, Slot] = {}
        self._row_slots: dict[tuple[str, ...], RowSlot] = {}
        self._likely_slots: dict[int, RowSlot] = {}
        self._steps: dict[str, Callable[[], int]] = {}
        self.log_metric = make_log_metric(self._slots, self.log_metric_checked)
        self.log_metrics = make_log_metrics(self._row_slots, self._likely_slots, self.log_metrics_checked)

    def open(self, folder: str, writer: str) -> None:
        """Start with empty files; what was there belongs to another writer.

        Raises:
            OSError: There is no space for the first file.
        """
        self._folder, self._writer = folder, writer
        self.parts: list[Part] = []
        self.blocks: list[Block] = []
        self.layouts: dict[int, Layout] = {}
        self._layout_numbers: dict[Layout, int] = {}
        self._block_of: dict[Layout, Block] = {}
        self._next_layout: Callable[[], int] = itertools.count().__next__
        self._next_part: Callable[[], int] = itertools.count().__next__
        self.parts_made = 0
        self._sealed = False
        self._part_of: dict[bool, Part | None] = {False: None, True: None}
        self._part_of[False] = self._new_part(large=False)

    def log_metric_checked(self, name: Any, value: Any, timestamp: Any = None, step: Any = None) -> None:
        """`log_metric` with every check."""
        try:
            self.keep_metric(name, value, timestamp, step)
        except OSError as error:
            self._refuse(error)

    def log_metrics_checked(self, values: Any, step: Any = None, timestamp: Any = None) -> None:
        """`log_metrics` with every check."""
        try:
            self.keep_metrics(values, step, timestamp)
        except OSError as error:
            self._refuse(error)

    def keep_metric(self, name: Any, value: Any, timestamp: Any = None, step: Any = None) -> None:
        """`log_metric` with every check.

        Raises:
            OSError: There is no space for it.
        """
        number = metric_value(name, value)
        stamp = None if timestamp is None else timestamp_us(timestamp)
        given = None if step is None else step_number(step)
        metric_name(name)
        self._check_open()
        counted = step_number(self._next_step(name)()) if given is None else given
        self._store([(Layout((name,), stamp is not None), counted, (number,))], stamp)

    def keep_metrics(self, values: Any, step: Any = None, timestamp: Any = None) -> None:
        """`log_metrics` with every check.

        Raises:
            OSError: There is no space for it; nothing of it is kept.
        """
        if not isinstance(values, Mapping):
            raise InvalidTypeError(f"values must be a dict of metric names to numbers, not {type(values).__name__}")
        given = None if step is None else step_number(step)
        stamp = None if timestamp is None else timestamp_us(timestamp)
        numbers = {metric_name(name): metric_value(name, value) for name, value in values.items()}
        self._check_open()
        if numbers:
            self._store(self._rows_of(numbers, given, stamped=stamp is not None), stamp)

    def _rows_of(self, numbers: dict[str, float], step: int | None, *, stamped: bool) -> list[Row]:
        names = tuple(numbers)
        steps = [step] * len(names) if step is not None else [self._next_step(name)() for name in names]
        steps = [step_number(one) for one in steps]
        alone = len(names) == 1 or (len(self._row_slots) >= LAYOUTS_LIMIT and names not in self._row_slots)
        if alone or any(one != steps[0] for one in steps):
            return [(Layout((name,), stamped), one, (numbers[name],)) for name, one in zip(names, steps, strict=True)]
        pieces = [names[start : start + COLUMNS_LIMIT] for start in range(0, len(names), COLUMNS_LIMIT)]
        return [(Layout(some, stamped), steps[0], tuple(numbers[name] for name in some)) for some in pieces]

    def _next_step(self, name: str) -> Callable[[], int]:
        known = self._steps.get(name)
        if known is None:
            # setdefault is one step: of two threads that come here at once, both count with the same counter
            known = self._steps.setdefault(name, itertools.count(self._last_steps.get(name, -1) + 1).__next__)
        return known

    def _store(self, rows: list[Row], stamp: int | None) -> None:
        """Keep the rows of one call, all of them or none."""
        slots: list[tuple[Block, int]] = []
        try:
            for layout, _, _ in rows:
                slots.append(self._take_slot(layout))
        except OSError:
            for block, at in slots:
                block.part.words[at] = VOID
            raise
        for (layout, step, values), (block, at) in zip(rows, slots, strict=True):
            words = block.part.words
            words[at + 1] = step
            if stamp is not None:
                words[at + 2] = stamp
            struct.pack_into(f"@{len(values)}d", block.part.mapping, (at + layout.first_value) * WORD_BYTES, *values)
        mark = time.time_ns()  # behind the values: recovery tells by it what was stored before what
        for block, at in slots:
            block.part.words[at] = mark

    def _take_slot(self, layout: Layout) -> tuple[Block, int]:
        block = self._block_of.get(layout)
        at = -1 if block is None else block.next_slot()
        while block is None or at >= block.end:
            block = self._new_block(layout)
            at = block.next_slot()
        return block, at

    def _new_block(self, layout: Layout) -> Block:
        """A block for rows of a layout, said in the events file, then shown to the fast calls."""
        number = self._layout_numbers.get(layout)
        known = number is not None
        if number is None:
            number = self._next_layout()
        large = known or layout.words * WORD_BYTES * SMALLEST_ROWS > SMALL_BLOCK_BYTES
        block = self._free_block(number, layout, large=large)
        body: dict[str, Any] = {"part": block.part.number, "layout": number, "at": block.start, "rows": block.rows}
        if not known:
            body |= {"names": layout.names, "stamped": layout.stamped}
        self._note("block", body)
        self.layouts[number] = layout
        self.blocks.append(block)
        if (
            self._sealed
        ):  # asked behind the append: a seal that came before it is seen here, one after it sees the block
            raise ContextError(OUTSIDE)
        self._layout_numbers[layout] = number
        self._block_of[layout] = block
        if not layout.stamped:
            self._show(layout, block)
        return block

    def _free_block(self, number: int, layout: Layout, *, large: bool) -> Block:
        while True:
            part = self._part_of[large]
            if part is not None and (block := part.open_block(number, layout.words)) is not None:
                return block
            self._part_of[large] = self._new_part(large=large)

    def _new_part(self, *, large: bool) -> Part:
        if large:
            made = sum(part.block_bytes == LARGE_BLOCK_BYTES for part in self.parts)
            size_bytes, block_bytes = LARGE_PART_BYTES[0 if made == 0 else 1], LARGE_BLOCK_BYTES
        else:
            size_bytes, block_bytes = SMALL_PART_BYTES, SMALL_BLOCK_BYTES
        if self._budget is not None:
            self._budget.take(size_bytes)
        part = Part(self._folder, self._writer, self._next_part(), size_bytes, block_bytes)
        self.parts.append(part)
        self.parts_made = part.number + 1
        return part

    def _show(self, layout: Layout, block: Block) -> None:
        part, names = block.part, layout.names
        if len(names) == 1:
            name = names[0]
            self._slots[name] = (block.next_slot, block.end, part.doubles, part.words, self._next_step(name))
        else:
            pack = struct.Struct(f"@q{len(names)}d").pack_into
            slot = (block.next_slot, block.end, part.mapping, part.words, pack, itemgetter(*names))
            self._row_slots[names] = self._likely_slots[len(names)] = slot

    def hide(self) -> None:
        """Send every further call the checked way."""
        self._slots.clear()
        self._row_slots.clear()
        self._likely_slots.clear()

    def seal(self) -> None:
        """Take no more rows; those under way in other threads come to their end first."""
        self._sealed = True
        self.hide()
        self._block_of.clear()
        deadline = time.monotonic() + 0.1
        for block in list(self.blocks):
            block.seal()
            while block.unfinished and time.monotonic() < deadline:
                time.sleep(0.0005)

    def release(self, block: Block) -> None:
        """Drop a block of which everything is in the store, and its file with the last of its blocks."""
        self.blocks.remove(block)
        part = block.part
        part.released += 1
        if part.released * part.block_bytes >= part.size_bytes:
            self.parts.remove(part)
            part.close()
            part.remove()
