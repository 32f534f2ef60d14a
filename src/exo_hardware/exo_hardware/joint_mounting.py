"""Between the output shaft of a drive and the hip: direction, transmission, offset, measured torque scale."""

from dataclasses import dataclass

from exo_hardware.device_config import JointConfig


@dataclass(frozen=True)
class JointMounting:
    """One drive on one hip. ``offset_rad`` is the hip angle at which the drive reports zero."""

    config: JointConfig
    offset_rad: float = 0.0

    @property
    def _ratio(self) -> float:
        return self.config.direction * self.config.transmission

    def hip_angle_rad(self, drive_position_rad: float) -> float:
        """Return the hip angle for a position of the output shaft."""
        return drive_position_rad / self._ratio + self.offset_rad

    def drive_position_rad(self, hip_angle_rad: float) -> float:
        """Return the position of the output shaft for a hip angle."""
        return (hip_angle_rad - self.offset_rad) * self._ratio

    def hip_velocity_rad_per_s(self, drive_velocity_rad_per_s: float) -> float:
        """Return the hip's angular velocity."""
        return drive_velocity_rad_per_s / self._ratio

    def drive_velocity_rad_per_s(self, hip_velocity_rad_per_s: float) -> float:
        """Return the angular velocity of the output shaft."""
        return hip_velocity_rad_per_s * self._ratio

    def drive_torque_nm(self, hip_torque_nm: float) -> float:
        """Return the torque to ask of the drive so that the hip feels ``hip_torque_nm``."""
        return hip_torque_nm / (self._ratio * self.config.torque_scale)

    def hip_torque_nm(self, drive_torque_nm: float) -> float:
        """Return the torque at the hip while the drive reports ``drive_torque_nm``."""
        return drive_torque_nm * self._ratio * self.config.torque_scale
