"""Whether the frames that come under one ID are of one drive or of two that stream at the same time.

Only what they report tells. The rate is set with the maker's tool and not known here, and the gaps between frames say
little: two drives may send half a period apart, and an adapter may hand on several frames at once.
"""

from collections.abc import Sequence

FRAMES_TO_COMPARE = 12

_APART_RAD = 0.02
"""Farther than noise and the 0.1 degree of a frame, and nearer than two shafts are but by a rare chance."""

_RETURN = 0.25
"""Part of a jump within which the next frame is back; a shaft that moves on is not."""

_MOST_JUMPS = 2
"""That one drive may show: a reading that is wrong looks so once."""


def has_two_sources(positions_rad: Sequence[float]) -> bool:
    """Return whether positions in the order of arrival, rad, jump there and back more often than one drive's.

    Two shafts within ``_APART_RAD`` of each other are taken for one.
    """
    triples = zip(positions_rad, list(positions_rad)[1:], list(positions_rad)[2:], strict=False)
    jumps = sum(abs(b - a) > _APART_RAD and abs(c - a) < _RETURN * abs(b - a) for a, b, c in triples)
    return jumps > _MOST_JUMPS
