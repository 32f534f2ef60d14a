"""What stamps say: rate, gaps, doubles, jumps of the clock."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_analysis.stamp_quality import clock_jumps, stamp_quality, without_jumps

PERIOD_NS = 10_000_000
EVEN = PERIOD_NS * np.arange(1000, dtype=np.int64)


def test_an_even_topic() -> None:
    quality = stamp_quality(EVEN)
    assert quality.rate_hz == pytest.approx(100.0) and quality.messages == 1000
    assert (quality.lost, quality.duplicated, quality.disordered) == (0, 0, 0)


def test_lost_doubled_and_overtaken_messages() -> None:
    stamps = np.delete(EVEN, slice(100, 105))
    stamps[200], stamps[300] = stamps[199], stamps[302]
    quality = stamp_quality(stamps)
    assert (quality.lost, quality.duplicated, quality.disordered) == (7, 2, 1)
    assert quality.longest_gap_s == pytest.approx(0.06)


@given(st.lists(st.integers(0, 2**62), max_size=5))
def test_any_few_stamps_are_no_error(stamps: list[int]) -> None:
    assert stamp_quality(np.array(stamps, dtype=np.int64)).messages == len(stamps)


@pytest.mark.parametrize("by_ns", [-(10**9), -(10**14), 3 * 10**9, 10**15])
def test_a_jump_of_the_clock_is_found_and_undone(by_ns: int) -> None:
    stamps = EVEN.copy()
    stamps[400:] += by_ns
    jumps = clock_jumps(stamps, EVEN)
    assert [jump.by_ns for jump in jumps] == [by_ns]
    assert without_jumps(stamps, EVEN, jumps).tolist() == EVEN.tolist()


def test_a_gap_is_no_jump() -> None:
    stamps = np.delete(EVEN, slice(100, 500))
    assert clock_jumps(stamps, stamps) == []
    assert clock_jumps(EVEN[:1], EVEN[:1]) == []
