"""Garbage collection in slices: a full collection takes longer than a tick."""

import gc

SLICES_PER_SECOND_GENERATION = 100


class SlicedGarbage:
    """Collects the garbage of a node that is at work, a slice per tick; what was there before stays uncollected."""

    def __init__(self) -> None:
        self._slices = 0

    def begin(self) -> None:
        """Take over from the interpreter, which collects when it likes."""
        gc.collect()
        gc.freeze()
        gc.disable()

    def collect_slice(self) -> None:
        """Collect the youngest garbage, and now and then the one before it."""
        self._slices += 1
        gc.collect(0 if self._slices % SLICES_PER_SECOND_GENERATION else 1)

    def end(self) -> None:
        """Hand it back to the interpreter."""
        gc.enable()
