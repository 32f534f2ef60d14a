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
from exo_scone.engines import HUMAN_ENGINES
from exo_scone.people import human_maker, is_own_model, load_own_human
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.names import DEFAULT_GAIT
from exo_sim.subject import load_subject
from exo_sim.wearer import Wearer, make_wearer

MOTION = NodeParameter(
    "motion",
    "",
    "what the person does: stand, the gait or one of more_gaits; empty: the gait; may be set while running: they pass "
    "over to it within a second",
    read_only=False,
)

PERSON = (
    NodeParameter("engine", "auto", "auto or native: our own; scone: SCONE, where installed", choices=HUMAN_ENGINES),
    NodeParameter(
        "gait",
        DEFAULT_GAIT,
        "name in config/gaits, or a path ending in .yaml; with engine scone also a SCONE model, ending in .scone",
    ),
    NodeParameter("more_gaits", "", "further gaits that the person can walk, separated by spaces"),
    MOTION,
    NodeParameter("subject", "reference", "name of a file in config/subjects, or a path ending in .yaml"),
    NodeParameter("seed", 0, "seed of sensor noise and disturbances", 0, 2**31 - 1),
    NodeParameter("hip_noise_nm", 0.0, "random torque on each hip, uniform, new every 0.25 s, Nm", 0.0, 30.0),
    NodeParameter("push_m_s", 0.0, "random forward pushes every 4 s, m/s", 0.0, 1.0),
)


SHOWN_PERSON = tuple(parameter for parameter in PERSON if parameter.name in ("gait", "subject"))
"""What a node needs to know to draw the person."""


def load_person_model(values: Mapping[str, Any]) -> HumanModel:
    """Return the human model of the values ``gait`` and ``subject``, scaled to the subject.

    Raises:
        ConfigError: gait or subject cannot be loaded.
    """
    gait, subject = values["gait"], load_subject(values["subject"])
    model = load_human_model() if is_own_model(gait) else load_human_model(load_gait(gait).human)
    return subject.scaled(model)


def make_person(values: Mapping[str, Any]) -> Wearer:
    """Return the person that the values of ``PERSON`` describe.

    Raises:
        ConfigError: a gait or the subject cannot be loaded, or the first motion is none of theirs.
        SconeError: SCONE is asked for and cannot be used; says what was searched and what to do.
    """
    engine, gait = values["engine"], values["gait"]
    first = values[MOTION.name] or gait
    if engine == "scone" and is_own_model(gait):
        person = Wearer({gait: load_own_human(gait)}, first)
    else:
        gaits = {name: load_gait(name) for name in (gait, *values["more_gaits"].split())}
        person = make_wearer(load_person_model(values), gaits, first, human_maker(engine))
    person.step(np.zeros(len(JOINT_NAMES)))  # compiles the engine, so that the first tick is as fast as the others
    person.reset()
    return person


def make_native_person(values: Mapping[str, Any]) -> Wearer:
    """Return the same of our own engine, for what needs steps of a millisecond.

    Raises:
        StartError: another engine is asked for.
        ConfigError: as ``make_person``.
    """
    if values["engine"] == "scone":
        raise StartError("engine = scone: SCONE walks in steps of 5 ms, emulated drives need 1 ms; use auto or native")
    return make_person(values)


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
