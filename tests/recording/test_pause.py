"""Pauses between attempts at what does not answer."""

from __future__ import annotations

from assay.recording.pause import FIRST_S, LONGEST_S, Pause


def test_pauses_grow_to_a_limit_and_differ() -> None:
    lengths = []
    for _ in range(50):
        pause = Pause()
        for _ in range(20):
            pause.failed()
        lengths.append(pause.left_s)

    assert LONGEST_S / 2 - 1 <= min(lengths) <= max(lengths) <= LONGEST_S
    assert 1 < len({round(one, 1) for one in lengths})


def test_the_first_pause_is_short() -> None:
    pause = Pause()
    pause.failed()

    assert 0 < pause.left_s <= FIRST_S
    assert 1 == pause.failures


def test_a_pause_that_is_cut_short_is_over_and_remembers_the_failures() -> None:
    pause = Pause()
    pause.failed()
    pause.cut_short()

    assert (0.0, 1) == (pause.left_s, pause.failures)


def test_success_ends_a_pause() -> None:
    pause = Pause()
    pause.failed()
    pause.ended()

    assert (0.0, 0) == (pause.left_s, pause.failures)
