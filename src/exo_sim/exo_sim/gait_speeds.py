"""Which gait walks a speed."""

from __future__ import annotations

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_sim.gait import load_gait

LARGEST_DIFFERENCE_M_S = 0.03
"""Between the speed that is wanted and the one that a gait was made for."""


def gait_at_speed(gait: str, speed_m_s: float) -> str:
    """Return a gait, or its variant in config/gaits/speeds, that walks a speed.

    Raises:
        ConfigError: there is none; the message lists the speeds there are.
    """
    folder = config_path("gaits", "speeds")
    variants = [f"speeds/{path.stem}" for path in sorted(folder.glob(f"{gait}_[0-9]*.yaml"))]
    speeds = {name: load_gait(name).speed_m_s for name in (gait, *variants)}
    nearest = min(speeds, key=lambda name: abs(speeds[name] - speed_m_s))
    if abs(speeds[nearest] - speed_m_s) > LARGEST_DIFFERENCE_M_S:
        known = ", ".join(f"{speed:g}" for speed in sorted(speeds.values()))
        raise ConfigError(
            f"gait '{gait}' does not walk {speed_m_s:g} m/s; it walks {known} m/s. Use one of these, or make a gait: "
            f"exo optimize-gait --start {gait} --speed-m-s {speed_m_s:g}"
        )
    return nearest
