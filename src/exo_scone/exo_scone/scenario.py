"""Writes what SCONE needs to walk a gait of ours: model, start, controller, parameters, and an optimisation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exo_control.errors import ConfigError
from exo_scone.controller_file import controller_content
from exo_scone.engines import SconeEngine
from exo_scone.gait_parameters import gait_to_parameters, offset_std, search_settings
from exo_scone.hfd_model import hfd
from exo_scone.initial_state import initial_state_block
from exo_scone.osim_model import osim
from exo_scone.par_file import write_par
from exo_scone.parameter_names import offset_names
from exo_scone.zml import Block, Node, free, zml
from exo_sim.engine.layout import CONTROL_PERIOD_S
from exo_sim.gait import OFFSETS, Gait
from exo_sim.human_interface import FALL_HEIGHT
from exo_sim.human_model import HumanModel

MODEL_FILE = "model.scone"
OPTIMISATION_FILE = "optimise.scone"
PAR_FILE = "gait.par"
CONTROLLER_FILE = "controller.scone"
STATE_FILE = "start.zml"
DEFAULT_VERSION = "2.4"
"""Of the SCONE that files are written for where none is installed."""
WALK_S = 20.0
"""Length of the walks of the optimisation; SCONE's for the same model."""


@dataclass(frozen=True)
class SconeFiles:
    """A model that sconepy loads, with the parameters that it takes."""

    model: Path
    par: Path | None


def write_scenario(
    folder: Path, model: HumanModel, gait: Gait, engine: SconeEngine, scone_version: str = DEFAULT_VERSION
) -> SconeFiles:
    """Write a gait as a model with controller, and as an optimisation that starts at it.

    Args:
        folder: gets the files; it is made if need be.
        model: the human model, scaled to the subject.
        gait: controller, gains and offsets.
        engine: that walks it.
        scone_version: of the installed SCONE.

    Raises:
        ConfigError: this SCONE is too old, the gait has no counterpart there, or a file cannot be written.
    """
    major = scone_version.split(".")[0]
    if major.isdecimal() and int(major) < 2:
        raise ConfigError(f"SCONE {scone_version} is too old: controllers inside a model need SCONE 2")
    head = (
        f"# Gait with controller '{gait.controller.name}' on model '{model.name}', written for SCONE {scone_version}\n"
    )
    human = f"human{engine.model_suffix}"
    body = _model_lines(human, engine)
    controller: Node = ("CompositeController", [(f"<< {CONTROLLER_FILE} >>", "")])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / human).write_text(osim(model) if engine.model_suffix == ".osim" else hfd(model))
        (folder / STATE_FILE).write_text(zml(initial_state_block(model, gait)))
        (folder / CONTROLLER_FILE).write_text(head + zml(controller_content(gait)))
        whole = [(engine.model_type, [*body, controller, _effort(model, 1.0)])]
        (folder / MODEL_FILE).write_text(head + zml(whole))
        (folder / OPTIMISATION_FILE).write_text(head + zml(_optimisation(model, gait, engine, body, controller)))
    except OSError as error:
        raise ConfigError(f"cannot write into {folder}: {error.strerror}") from None
    write_par(folder / PAR_FILE, gait_to_parameters(gait, engine))
    return SconeFiles(folder / MODEL_FILE, folder / PAR_FILE)


def _model_lines(human: str, engine: SconeEngine) -> Block:
    search = search_settings()
    states = [name.removesuffix(".offset") for name in offset_names(engine).values()]
    bound = search.offset_bound
    lines: list[Node] = [
        ("model_file", human),
        ("state_init_file", STATE_FILE),
        # One range for all: angles and the forward velocity.
        ("initial_state_offset", free(0.0, offset_std(OFFSETS[0], search), -bound, bound)),
        ("initial_state_offset_include", ";".join(states)),
        ("initial_load", 1),
        ("fixed_control_step_size", CONTROL_PERIOD_S),
    ]
    if engine.name == "hyfydy":  # as in SCONE's own scenarios for Hyfydy
        lines += [("use_opensim_activation_dynamics", 1), ("zero_velocity_equilibration", 1)]
    return lines


def _effort(model: HumanModel, weight: float) -> Node:
    """Return the measure of metabolic power; alone in a model it is whole-body power in W and cost of transport."""
    curves = model.muscle
    lines: list[Node] = [
        ("name", "Effort"),
        ("weight", weight),
        ("measure_type", "Wang2012"),
        ("use_cost_of_transport", 1),
        ("specific_tension", curves.specific_tension_pa),
        ("muscle_density", curves.density_kg_m3),
        ("default_muscle_slow_twitch_ratio", curves.slow_twitch_fraction),
    ]
    return "EffortMeasure", lines


def _optimisation(model: HumanModel, gait: Gait, engine: SconeEngine, body: Block, controller: Node) -> Block:
    """Return a scenario for SCONE's own CMA-ES: gait, effort and activation, weighed as in SCONE's for this model.

    Its measures of knee stop and ground reaction are left out; add them there as needed.
    """
    activation: list[Node] = [
        ("name", "MuscleActivation"),
        ("weight", 2000),
        ("measure_type", "CubedMuscleActivation"),
        ("use_average_per_muscle", 1),
        ("use_cost_of_transport", 1),
    ]
    walk: list[Node] = [("weight", 100), ("termination_height", FALL_HEIGHT), ("min_velocity", gait.speed_m_s)]
    measures: list[Node] = [("GaitMeasure", walk), _effort(model, 0.1), ("EffortMeasure", activation)]
    objective: list[Node] = [
        ("max_duration", WALK_S),
        (engine.model_type, body),
        controller,
        ("CompositeMeasure", measures),
    ]
    start: list[Node] = [("file", PAR_FILE), ("use_best_as_mean", 1)]
    return [("CmaOptimizer", [("init", start), ("SimulationObjective", objective)])]
