"""Torque, power and work of the device, worked out by hand."""

import numpy as np
import pytest

from exo_analysis.device_effort import device_effort
from exo_control.errors import ExoError

PHASE = 2.0 * np.pi * np.arange(1001) / 100.0
SWING = 2.0 * np.sin(PHASE)  # rad/s


def test_a_torque_along_the_motion_drives() -> None:
    velocity = np.stack([SWING, -SWING], axis=1)
    effort = device_effort(2.0 * velocity, velocity, 0.01)
    # Each leg: mean of 4 Nm sin x 2 rad/s sin = 4 W.
    assert effort.power_net_w == effort.power_positive_w == pytest.approx(8.0, rel=5e-3)
    assert effort.power_negative_w == pytest.approx(0.0, abs=0.01)
    assert effort.work_net_j == pytest.approx(80.0, rel=5e-3)
    assert effort.torque_rms_nm == pytest.approx(4.0 / np.sqrt(2.0), rel=1e-2)
    assert effort.torque_peak_nm == pytest.approx(4.0)
    braking = device_effort(-2.0 * velocity, velocity, 0.01)
    assert braking.power_net_w == braking.power_negative_w == pytest.approx(-8.0, rel=5e-3)


def test_legs_that_do_the_opposite_do_not_cancel_in_the_parts() -> None:
    velocity = np.ones((11, 2))
    torque = np.tile([3.0, -3.0], (11, 1))
    effort = device_effort(torque, velocity, 0.01)
    assert (effort.power_net_w, effort.power_positive_w, effort.power_negative_w) == (0.0, 3.0, -3.0)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ExoError, match=r"needs two of \(n, 2\)"):
        device_effort(np.zeros((5, 2)), np.zeros((4, 2)), 0.01)
