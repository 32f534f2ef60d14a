"""The fault campaign: every row of the safety checklist that a running device shows, at many random moments."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from exo_hardware.campaign_faults import FAULT_ROWS, JOINT, FaultRow
from exo_hardware.campaign_rig import STRIDE_S, CampaignRig, torque_lag_s
from exo_hardware.campaign_rules import RULE_ROWS, RuleRow
from exo_hardware.device_config import DeviceConfig, SupplyWindow
from exo_hardware.emulation_config import DriveEmulation
from exo_hardware.make_driver import emulated_config
from exo_safety.limits import SafetyLimits
from exo_safety.status import State

MODELS = ("AK60-6-V1.1", "AK60-6-V3")
"""One of each generation of frames; a trial has one of them."""

AFTERWARDS_S = 0.5
"""Time for which a fault goes on after the torque must be gone, and for which the healed device is watched."""

Row = FaultRow | RuleRow


@dataclass(frozen=True)
class RowResult:
    """What came of the trials of a row."""

    point: int
    name: str
    trials: int
    problems: tuple[str, ...]
    """One for each trial that went wrong."""
    within_s: float | None = None
    """Stated time; None for a rule."""
    slowest_s: float | None = None
    """Longest time from the fault to zero torque."""

    @property
    def passed(self) -> bool:
        """Whether all trials went well."""
        return not self.problems


class SafetyCampaign:
    """Runs rows on the device of a file with emulated drives."""

    def __init__(
        self,
        device: DeviceConfig,
        emulation: DriveEmulation,
        limits: SafetyLimits,
        seed: int,
        change: Callable[[CampaignRig], None] = lambda rig: None,
    ) -> None:
        """Prepare a campaign.

        Args:
            device: a device; the model of CubeMars drives is chosen anew in each trial.
            emulation: imperfections of the drives.
            limits: safety limits; gait gating is switched on for its own row only.
            seed: of all moments, torques and joints.
            change: made to each rig before its trial, such as a rule taken out.
        """
        self._device, self._emulation, self._seed, self._change = device, emulation, seed, change
        self._limits = limits.model_copy(update={"gait_gating": False})

    def run_row(self, row: Row, trials: int) -> Iterator[RowResult]:
        """Run the trials of a row; yields what came of them so far after each."""
        problems: list[str] = []
        slowest_s = -math.inf
        is_fault = isinstance(row, FaultRow)
        for trial in range(trials):
            rig = self._rig(row, trial)
            if isinstance(row, FaultRow):
                taken_s, problem = self._break(row, rig)
                slowest_s = max(slowest_s, taken_s)
            else:
                problem = row.check(rig)
            if problem is not None:
                problems.append(problem)
            yield RowResult(
                row.point,
                row.name,
                trial + 1,
                tuple(problems),
                self._within_s(row) if isinstance(row, FaultRow) else None,
                slowest_s if is_fault else None,
            )

    def _within_s(self, row: FaultRow) -> float:
        return row.within_s(self._limits, self._device) + torque_lag_s(self._emulation)

    def _rig(self, row: Row, trial: int) -> CampaignRig:
        number = ROWS.index(row) if row in ROWS else len(ROWS)
        rng = np.random.default_rng([self._seed, number, trial])
        model = str(rng.choice(MODELS)) if self._device.driver == "cubemars" else None
        joints = {name: joint.model_copy(update={"model": model}) for name, joint in self._device.joints.items()}
        device = emulated_config(self._device.model_copy(update={"joints": joints}))
        limits = self._limits.model_copy(update={"gait_gating": row.point == GAIT_GATING_POINT})
        rig = CampaignRig(device, self._emulation, limits, rng)
        self._change(rig)
        return rig

    def _break(self, row: FaultRow, rig: CampaignRig) -> tuple[float, str | None]:
        """Return the time from the fault to zero torque, s, and what is wrong, or None."""
        within_s = self._within_s(row)
        with rig.active():
            if np.abs(rig.legs.torque_nm).min() < 1.0:
                return math.inf, f"no torque to lose: {rig.loop.limiter.status.fault_text}"
            rig.run(float(rig.rng.uniform(0.0, STRIDE_S)))
            event_s = rig.bench.now_s + float(rig.rng.uniform(0.0, 0.02))
            rig.at(event_s, lambda: row.cause(rig))
            rig.run(within_s + AFTERWARDS_S)
            since_s = row.since_s(rig, event_s)
            taken_s = max(rig.legs.last_torque_s - since_s, 0.0)
            status = rig.loop.limiter.status
            if not taken_s <= within_s:
                reported = status.fault_text or "no fault"
                return taken_s, f"torque for {taken_s:.3f} s, stated {within_s:.3f} s; {reported}"
            row.heal(rig)
            if row.fault is None:
                return taken_s, None
            report = (self._device.driver == "moteus" and row.moteus_report) or row.report
            if status.fault is not row.fault or report.replace(JOINT, rig.joint_name) not in status.fault_text:
                found = f"{status.fault.value if status.fault else 'nothing'}: {status.fault_text}"
                return taken_s, f"reported as {found}"
            last_s = rig.legs.last_torque_s
            rig.run(AFTERWARDS_S)
            latched = rig.loop.limiter.status.state is State.FAULT and rig.legs.last_torque_s == last_s
            return taken_s, None if latched else "torque came back by itself"


GAIT_GATING_POINT = 20

MOTEUS_WINDOW = SupplyWindow(low_v=20.0, high_v=28.0)
"""Of emulated moteus drives on a device that has others."""


def with_drives(device: DeviceConfig, driver: str) -> DeviceConfig:
    """Return a device as it is with drives of another make, for a campaign; its models are then none of its own."""
    if driver == device.driver:
        return device
    moteus = driver == "moteus"
    model = None if moteus else MODELS[0]
    joints = {name: {**joint.model_dump(), "model": model} for name, joint in device.joints.items()}
    changes = {"driver": driver, "joints": joints, "supply_window": MOTEUS_WINDOW.model_dump() if moteus else None}
    return DeviceConfig.model_validate({**device.model_dump(), **changes})


def rows_for(driver: str) -> tuple[Row, ...]:
    """Return the rows that concern drives of a make."""
    return tuple(row for row in ROWS if driver in row.makes)


ROWS: tuple[Row, ...] = tuple(sorted((*FAULT_ROWS, *RULE_ROWS), key=lambda row: row.point))
