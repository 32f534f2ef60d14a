"""The physics of one emulated drive, whatever frames it speaks."""

import math
from dataclasses import dataclass

import numpy as np

from exo_hardware.drive_injection import HOT_C, JUMP_RAD, Injection
from exo_hardware.emulation_config import DriveEmulation

_FRICTION_WIDTH_RAD_PER_S = 0.05
"""Speed over which the sign of the Coulomb friction turns."""


@dataclass(frozen=True)
class DriveTarget:
    """What a drive follows at its output shaft: kp (position - q) + kd (velocity - dq) + torque."""

    position_rad: float = 0.0
    velocity_rad_per_s: float = 0.0
    kp_nm_per_rad: float = 0.0
    kd_nm_s_per_rad: float = 0.0
    torque_nm: float = 0.0


FREE = DriveTarget()


class EmulatedDrive:
    """Motor, gear, encoder, temperature and the drive's own watchdog. All values at the output shaft.

    ``injections`` are the faults that are on.
    """

    def __init__(
        self,
        emulation: DriveEmulation,
        torque_constant_nm_per_a: float,
        torque_limit_nm: float,
        timeout_s: float | None,
        rng: np.random.Generator,
    ) -> None:
        """Create a cold, free drive.

        Args:
            emulation: its imperfections.
            torque_constant_nm_per_a: torque per current.
            torque_limit_nm: what its current limit allows.
            timeout_s: time without a command after which it drops its torque; None: it holds the last command.
            rng: noise of its encoder.
        """
        self.emulation = emulation
        self.injections: set[Injection] = set()
        self.torque_constant_nm_per_a, self.torque_limit_nm = torque_constant_nm_per_a, torque_limit_nm
        self.timeout_s = timeout_s
        self.over_temperature = False  # latched until ``clear_error``
        self.timed_out = False
        self.current_a = 0.0
        self.temperature_c = emulation.ambient_c
        self._rng = rng
        self._target = FREE
        self._idle_s = 0.0  # since the last command
        self._angle = self._velocity = 0.0
        self._play = 0.5 * emulation.backlash_rad  # rotor ahead of the shaft, within half the backlash
        self._play_velocity = 0.0
        self._reported: float | None = None  # by a stuck encoder

    @property
    def torque_nm(self) -> float:
        """Torque of the motor, before friction and gear play."""
        return self.current_a * self.torque_constant_nm_per_a

    @property
    def position_rad(self) -> float:
        """What the encoder reports now."""
        if Injection.STUCK_ENCODER in self.injections and self._reported is not None:
            return self._reported
        angle = self._angle + self._play + self._rng.normal(0.0, 1.0) * self.emulation.encoder_noise_rad
        step = self.emulation.encoder_step_rad
        self._reported = round(angle / step) * step if step else angle
        return self._reported + (JUMP_RAD if Injection.JUMPING_ENCODER in self.injections else 0.0)

    @property
    def velocity_rad_per_s(self) -> float:
        """What the drive reports as velocity now."""
        if Injection.STUCK_ENCODER in self.injections:
            return 0.0
        noise = self._rng.normal(0.0, 1.0) * self.emulation.velocity_noise_rad_per_s
        return self._velocity + self._play_velocity + noise

    def follow(self, target: DriveTarget) -> None:
        """Take a command, which also feeds the watchdog."""
        self._target = target
        self.feed()

    def feed(self) -> None:
        """Feed the watchdog."""
        self._idle_s, self.timed_out = 0.0, False

    def clear_error(self) -> None:
        """Forget an over-temperature, unless the winding is still hot."""
        self.over_temperature = self.temperature_c > self.emulation.over_temperature_c

    def step(self, angle_rad: float, velocity_rad_per_s: float, dt_s: float) -> float:
        """Advance by ``dt_s`` with the shaft where the leg holds it, and return the torque on the shaft, Nm."""
        self._angle, self._velocity = angle_rad, velocity_rad_per_s
        self._idle_s += dt_s
        if self.timeout_s is not None and self._idle_s > self.timeout_s:
            self._target, self.timed_out = FREE, True
        self._advance_temperature(dt_s)
        off = self.over_temperature or Injection.NO_TORQUE in self.injections
        wanted_a = 0.0 if off else self._wanted_torque() / self.torque_constant_nm_per_a
        bandwidth = self.emulation.torque_bandwidth_hz
        share = 1.0 if bandwidth is None else -math.expm1(-2.0 * math.pi * bandwidth * dt_s)
        self.current_a += share * (wanted_a - self.current_a)
        return self._through_gear(dt_s) - self._friction()

    def _wanted_torque(self) -> float:
        target = self._target
        stiffness = target.kp_nm_per_rad * (target.position_rad - self._angle)
        damping = target.kd_nm_s_per_rad * (target.velocity_rad_per_s - self._velocity)
        wanted = stiffness + damping + target.torque_nm
        return min(max(wanted, -self.torque_limit_nm), self.torque_limit_nm)

    def _advance_temperature(self, dt_s: float) -> None:
        emulation = self.emulation
        final = emulation.ambient_c + emulation.heating_c_per_a2 * self.current_a**2
        self.temperature_c += -math.expm1(-dt_s / emulation.thermal_time_s) * (final - self.temperature_c)
        if Injection.HOT in self.injections:
            self.temperature_c = HOT_C
        if Injection.OVER_TEMPERATURE in self.injections:
            self.temperature_c = emulation.over_temperature_c + 5.0
        if self.temperature_c > emulation.over_temperature_c:
            self.over_temperature = True

    def _through_gear(self, dt_s: float) -> float:
        """Return the motor's torque if the teeth touch on the side it pushes to; else let the rotor fly across."""
        torque, half = self.torque_nm, 0.5 * self.emulation.backlash_rad
        if half == 0.0 or torque == 0.0:
            return torque
        side = math.copysign(half, torque)
        if self._play == side:
            self._play_velocity = 0.0
            return torque
        self._play_velocity += torque / self.emulation.rotor_inertia_kg_m2 * dt_s
        self._play = min(max(self._play + self._play_velocity * dt_s, -half), half)
        return 0.0

    def _friction(self) -> float:
        coulomb = self.emulation.coulomb_friction_nm * math.tanh(self._velocity / _FRICTION_WIDTH_RAD_PER_S)
        return coulomb + self.emulation.viscous_friction_nm_s_per_rad * self._velocity
