"""The simulated person of a node: parameters, making them, and telling them what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter

from exo_control.errors import ConfigError
from exo_control.joints import JOINT_NAMES
from exo_nodes.lifecycle import StartError
from exo_nodes.parameters import NodeParameter
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.names import DEFAULT_GAIT
from exo_sim.subject import load_subject
from exo_sim.wearer import Wearer

ENGINES = ("auto", "native", "scone")

MOTION = NodeParameter(
    "motion",
    "",
    "what the person does: stand, the gait or one of more_gaits; empty: the gait; may be set while running: they pass "
    "over to it within a second",
    read_only=False,
)

PERSON = (
    NodeParameter("engine", "auto", "simulation engine: auto takes what is installed", choices=ENGINES),
    NodeParameter("gait", DEFAULT_GAIT, "name of a file in config/gaits, or a path ending in .yaml"),
    NodeParameter("more_gaits", "", "further gaits that the person can walk, separated by spaces"),
    MOTION,
    NodeParameter("subject", "reference", "name of a file in config/subjects, or a path ending in .yaml"),
    NodeParameter("seed", 0, "seed of sensor noise and disturbances", 0, 2**31 - 1),
    NodeParameter("hip_noise_nm", 0.0, "random torque on each hip, uniform, new every 0.25 s, Nm", 0.0, 30.0),
    NodeParameter("push_m_s", 0.0, "random forward pushes every 4 s, m/s", 0.0, 1.0),
)


def make_person(values: Mapping[str, Any]) -> Wearer:
    """Return the person that the values of ``PERSON`` describe.

    Raises:
        StartError: the engine is not installed.
        ConfigError: a gait or the subject cannot be loaded.
    """
    if values["engine"] == "scone":
        raise StartError("engine = scone: SCONE is not installed; use engine auto or native")
    gaits = {name: load_gait(name) for name in (values["gait"], *values["more_gaits"].split())}
    subject = load_subject(values["subject"])
    model = load_human_model(gaits[values["gait"]].human).scaled(subject.mass_kg, subject.height_m)
    person = Wearer(model, gaits, values[MOTION.name] or values["gait"])
    person.step(np.zeros(len(JOINT_NAMES)))  # compiles the engine, so that the first tick is as fast as the others
    person.reset()
    return person


def set_motion(person: Wearer | None, parameters: Sequence[Parameter]) -> SetParametersResult:
    """Let the person do what is among parameters that are being set; refuse what they cannot do.

    None is a person who has not been made yet.
    """
    for parameter in parameters:
        if parameter.name == MOTION.name:
            if person is None:
                return SetParametersResult(successful=False, reason="the node is not configured yet")
            try:
                person.do(parameter.value)
            except ConfigError as error:
                return SetParametersResult(successful=False, reason=str(error))
    return SetParametersResult(successful=True)


def disturbance_of(values: Mapping[str, Any]) -> Disturbance:
    """Return the disturbance that the values of ``PERSON`` describe."""
    return Disturbance(values["hip_noise_nm"], values["push_m_s"])
