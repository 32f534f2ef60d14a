"""The observation of the policy: the last ten ticks of both hips (paper, Fig. 2)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exo_control.joints import JOINT_NAMES

HISTORY_LENGTH = 10
"""Ticks in an observation (paper, Fig. 2)."""

FEATURES = 3 * len(JOINT_NAMES)
"""Numbers per tick: [q_r, q_l, w_r, w_l, a_r, a_l]."""


class HistoryBuffer:
    """Sliding window of the last ten ticks; training, simulation and hardware all use this class.

    The observation has shape (..., 10, 6), oldest tick first. A tick holds hip angles q (rad), hip angular
    velocities w (rad/s) and the previous torque actions a (Nm / torque limit, so -1 to 1), right before left.
    The previous action is what the policy asked for on the tick before, ahead of the safety limiter.
    Ticks before the first push are zero. A leading batch shape holds many walkers at once.
    """

    def __init__(self, torque_limit_nm: ArrayLike, batch_shape: tuple[int, ...] = ()) -> None:
        """Create an empty history.

        Args:
            torque_limit_nm: torque that counts as action 1, Nm; a number or shape (2,).
            batch_shape: shape in front of (10, 6); () for one walker.
        """
        self._action_per_nm = 1.0 / np.asarray(torque_limit_nm, dtype=np.float64)
        # Every tick is written twice, HISTORY_LENGTH rows apart, so that the window is always one slice
        # and a push neither shifts nor allocates.
        self._rows = np.zeros((*batch_shape, 2 * HISTORY_LENGTH, FEATURES), dtype=np.float32)
        self._oldest = 0

    def push(self, position: ArrayLike, velocity: ArrayLike, previous_torque_nm: ArrayLike) -> None:
        """Add a tick and drop the oldest; arguments of shape (..., 2) in rad, rad/s and Nm."""
        row = self._rows[..., self._oldest, :]
        row[..., 0:2] = position
        row[..., 2:4] = velocity
        np.multiply(previous_torque_nm, self._action_per_nm, out=row[..., 4:6], casting="same_kind")
        self._rows[..., self._oldest + HISTORY_LENGTH, :] = row
        self._oldest = (self._oldest + 1) % HISTORY_LENGTH

    @property
    def observation(self) -> NDArray[np.float32]:
        """The window, shape (..., 10, 6): a read-only view that the next push changes; copy it to keep it."""
        view = self._rows[..., self._oldest : self._oldest + HISTORY_LENGTH, :]
        view.flags.writeable = False
        return view

    def reset(self, index: int | slice | NDArray[np.intp] | NDArray[np.bool_] = slice(None)) -> None:
        """Forget all ticks; ``index`` picks walkers of the batch, all by default."""
        self._rows[index] = 0.0

    def restart(self, index: NDArray[np.intp], position: ArrayLike, velocity: ArrayLike) -> None:
        """Let some walkers of the batch begin anew: they forget all ticks, and the newest one becomes their first.

        Args:
            index: (k,) walkers of a batch of shape (n,).
            position, velocity: (k, 2) of the first tick, rad and rad/s; its previous torque is zero.
        """
        self.reset(index)
        newest = (self._oldest - 1) % HISTORY_LENGTH
        for row in (newest, newest + HISTORY_LENGTH):
            self._rows[index, row, 0:2] = position
            self._rows[index, row, 2:4] = velocity
