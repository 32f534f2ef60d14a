"""The simulated person of a node: parameters, and making them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_nodes.lifecycle import StartError
from exo_nodes.parameters import NodeParameter
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import load_human_model
from exo_sim.names import DEFAULT_GAIT
from exo_sim.subject import load_subject

ENGINES = ("auto", "native", "scone")

PERSON = (
    NodeParameter("engine", "auto", "simulation engine: auto takes what is installed", choices=ENGINES),
    NodeParameter("gait", DEFAULT_GAIT, "name of a file in config/gaits, or a path ending in .yaml"),
    NodeParameter("subject", "reference", "name of a file in config/subjects, or a path ending in .yaml"),
    NodeParameter("seed", 0, "seed of sensor noise and disturbances", 0, 2**31 - 1),
    NodeParameter("hip_noise_nm", 0.0, "random torque on each hip, uniform, new every 0.25 s, Nm", 0.0, 30.0),
    NodeParameter("push_m_s", 0.0, "random forward pushes every 4 s, m/s", 0.0, 1.0),
)


def make_person(values: Mapping[str, Any]) -> SimulatedHuman:
    """Return the person that the values of ``PERSON`` describe.

    Raises:
        StartError: the engine is not installed.
        ConfigError: gait or subject cannot be loaded.
    """
    if values["engine"] == "scone":
        raise StartError("engine = scone: SCONE is not installed; use engine auto or native")
    gait = load_gait(values["gait"])
    subject = load_subject(values["subject"])
    human = SimulatedHuman(subject.scaled(load_human_model(gait.human)), gait)
    human.step(np.zeros(len(JOINT_NAMES)))  # compiles the engine, so that the first tick is as fast as the others
    return human


def disturbance_of(values: Mapping[str, Any]) -> Disturbance:
    """Return the disturbance that the values of ``PERSON`` describe."""
    return Disturbance(values["hip_noise_nm"], values["push_m_s"])
