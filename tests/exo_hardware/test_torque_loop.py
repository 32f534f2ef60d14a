"""The tick of the device: how long it may wait for the drives."""

from pathlib import Path

import numpy as np
import pytest

from exo_control.joints import JOINT_NAMES
from exo_hardware.drive_injection import Injection
from exo_hardware.torque_loop import TorqueLoop
from exo_safety.limits import load_limits

LIMITS = Path(__file__).parents[2] / "config" / "safety" / "limits.yaml"


@pytest.mark.parametrize("kind", ["standard", "extended"])
@pytest.mark.parametrize(("rate_hz", "longest_s"), [(100, 0.003), (500, 0.001)])
def test_a_drive_that_does_not_answer_makes_no_tick_late(make_rig, kind, rate_hz: int, longest_s: float) -> None:
    rig = make_rig(kind, reply_timeout_s=0.003)
    loop = TorqueLoop(rig.driver, load_limits(LIMITS), 1.0 / rate_hz, None, rig.bench.clock)
    loop.driver.open()
    rig.bench.inject(Injection.SILENT, JOINT_NAMES[1])
    rig.pass_time(0.01)  # frames on their way before
    begin_s = rig.bench.now_s
    loop.measure()
    loop.act(np.zeros(2), 0.0)
    assert rig.bench.now_s - begin_s == pytest.approx(longest_s, abs=1e-9)


def test_a_drive_answers_in_time_at_the_highest_rate(make_rig) -> None:
    rig = make_rig("standard", reply_timeout_s=0.003)
    loop = TorqueLoop(rig.driver, load_limits(LIMITS), 0.002, None, rig.bench.clock)
    loop.driver.open()
    rig.pass_time(0.002)
    assert loop.measure().age_s == pytest.approx([0.0, 0.0], abs=1e-9)
