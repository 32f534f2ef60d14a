"""Where in its gait cycle a leg is, step by step as the forces come in."""

from exo_sim.gait_analysis import CONTACT_BW, SHORTEST_SWING_S

LONGEST_STRIDE_S = 3.0
"""After so long without a heel strike nobody walks."""


class GaitPhase:
    """The gait cycle of one leg, from heel strike to heel strike."""

    def __init__(self) -> None:
        self.in_stance = False
        self._lifted_s: float | None = None
        self._strike_s: float | None = None
        self._stride_s: float | None = None

    def update(self, time_s: float, vertical_bw: float) -> None:
        """Take the vertical ground reaction of a moment, body weights; a time that goes back is a new walk."""
        if self._strike_s is not None and time_s < self._strike_s:
            self.__init__()  # type: ignore[misc]
        loaded = bool(vertical_bw > CONTACT_BW)
        if loaded and not self.in_stance and self._lifted_s is not None:
            if time_s - self._lifted_s >= SHORTEST_SWING_S:
                stride_s = time_s - self._strike_s if self._strike_s is not None else None
                self._stride_s = stride_s if stride_s is not None and stride_s < LONGEST_STRIDE_S else None
                self._strike_s = time_s
        elif self.in_stance and not loaded:
            self._lifted_s = time_s
        self.in_stance = loaded

    def percent(self, time_s: float) -> float | None:
        """Return how far the cycle has come by the duration of the last one, 0 to 100; None before there is one."""
        if self._stride_s is None or self._strike_s is None or time_s - self._strike_s > LONGEST_STRIDE_S:
            return None
        return min(100.0 * (time_s - self._strike_s) / self._stride_s, 100.0)
