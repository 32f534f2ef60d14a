"""Gives up a run that has collapsed."""

from exo_learning.errors import TrainingError
from exo_learning.training_config import StopConfig


class DivergenceGuard:
    """Counts buffers in a row in which the walkers fall too often."""

    def __init__(self, config: StopConfig, count: int = 0) -> None:
        """Begin with ``count`` such buffers."""
        self._config = config
        self.count = count

    def watch(self, seconds_between_falls: float) -> None:
        """Take in a buffer.

        Raises:
            TrainingError: they have fallen too often for too long.
        """
        bad = seconds_between_falls < self._config.seconds_between_falls
        self.count = self.count + 1 if bad else 0
        if self.count >= self._config.buffers:
            raise TrainingError(
                f"training has collapsed: a walker fell every {seconds_between_falls:.2f} s of walking, more often "
                f"than stop.seconds_between_falls = {self._config.seconds_between_falls:g} s, in each of the last "
                f"{self.count} buffers. A smaller ppo.initial_action_sd or reward.smoothness_weight may help"
            )
