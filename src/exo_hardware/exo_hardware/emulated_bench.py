"""Both emulated drives on the legs that they move, stepped in time."""

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.device_config import JointConfig
from exo_hardware.device_state import Floats
from exo_hardware.drive_injection import Injection
from exo_hardware.emulated_drive import EmulatedDrive
from exo_hardware.joint_mounting import JointMounting
from exo_hardware.plant import PlantStep

PHYSICS_STEP_S = 0.0005


class EmulatedBench:
    """Advances drives and legs together; its time is the emulation's own, so that tests need not wait.

    Between two steps of the plant the legs are taken to turn on at their last velocity, and the plant gets the mean
    torque of the drives: so a plant may have a coarser step than the drives.
    """

    def __init__(
        self,
        drives: list[EmulatedDrive],
        joints: list[JointConfig],
        offsets_rad: list[float],
        plant: PlantStep,
        plant_period_s: float = PHYSICS_STEP_S,
    ) -> None:
        """Mount the drives.

        Args:
            drives: one per joint, in the order of ``JOINT_NAMES``.
            joints: how they are mounted.
            offsets_rad: the true encoder offsets: hip angle at which each drive reports zero, rad.
            plant: the legs.
            plant_period_s: time from one call of the plant to the next, s; a multiple of ``PHYSICS_STEP_S``.
        """
        self.drives = drives
        self.now_s = 0.0
        self.bus_injections: set[Injection] = set()
        self._mountings = [JointMounting(joint, offset) for joint, offset in zip(joints, offsets_rad, strict=True)]
        self._plant, self._plant_steps = plant, max(round(plant_period_s / PHYSICS_STEP_S), 1)
        self._steps = 0
        self._debt_s = 0.0  # time asked for but not yet simulated
        self._impulse: Floats = np.zeros(len(JOINT_NAMES))
        self.hip_torque_nm: Floats = np.zeros(len(JOINT_NAMES))
        self.hip_angle_rad, self.hip_velocity_rad_per_s = plant(self.hip_torque_nm, 0.0)
        self._move_shafts(0.0)

    @property
    def motor_torque_nm(self) -> Floats:
        """Torques of the motors at the hips now, before friction and play, (2,) Nm."""
        pairs = zip(self._mountings, self.drives, strict=True)
        return np.array([mounting.hip_torque_nm(drive.torque_nm) for mounting, drive in pairs])

    def clock(self) -> float:
        """Return the time of the emulation, s."""
        return self.now_s

    def inject(self, injection: Injection, joint: str | None = None) -> None:
        """Turn a fault on, for one joint or for both and the bus."""
        for target in self._injected(joint):
            target.add(injection)

    def heal(self, injection: Injection, joint: str | None = None) -> None:
        """Turn a fault off."""
        for target in self._injected(joint):
            target.discard(injection)

    def advance(self, dt_s: float) -> None:
        """Let time pass; what is less than ``PHYSICS_STEP_S`` waits for the next call, but the clock does not."""
        self.now_s += dt_s
        self._debt_s += dt_s
        while self._debt_s >= PHYSICS_STEP_S - 1e-12:
            self._debt_s -= PHYSICS_STEP_S
            self._impulse += self._move_shafts(PHYSICS_STEP_S)
            self._steps += 1
            if self._steps % self._plant_steps == 0:
                self.hip_torque_nm = self._impulse / self._plant_steps
                period_s = self._plant_steps * PHYSICS_STEP_S
                self.hip_angle_rad, self.hip_velocity_rad_per_s = self._plant(self.hip_torque_nm, period_s)
                self._impulse = np.zeros(len(JOINT_NAMES))

    def _injected(self, joint: str | None) -> list[set[Injection]]:
        if joint is None:
            return [self.bus_injections, *(drive.injections for drive in self.drives)]
        return [self.drives[JOINT_NAMES.index(joint)].injections]

    def _move_shafts(self, dt_s: float) -> Floats:
        """Advance the drives and return their torques at the hips."""
        since_plant_s = (self._steps % self._plant_steps) * PHYSICS_STEP_S
        torque = np.zeros(len(JOINT_NAMES))
        for i, (drive, mounting) in enumerate(zip(self.drives, self._mountings, strict=True)):
            velocity = float(self.hip_velocity_rad_per_s[i])
            angle = float(self.hip_angle_rad[i]) + velocity * since_plant_s
            shaft = drive.step(mounting.drive_position_rad(angle), mounting.drive_velocity_rad_per_s(velocity), dt_s)
            torque[i] = mounting.hip_torque_nm(shaft)
        return torque
