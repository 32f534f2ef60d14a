"""Compiles the kernels into Numba's cache, so that the first walk does not wait: python -m exo_sim.compile_engine."""

import numpy as np

from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.names import DEFAULT_GAIT
from exo_sim.walk import Walker
from exo_sim.wearer import STAND, make_wearer


def main() -> None:
    """Walk a moment, period by period as the simulation node does and in one call as searches do."""
    model, gait = load_human_model(), load_gait(DEFAULT_GAIT)
    make_wearer(model, {DEFAULT_GAIT: gait}, STAND).step(np.zeros(2))
    Walker(model, gait).disturbed(0.1, Disturbance(), 0)


if __name__ == "__main__":
    main()
