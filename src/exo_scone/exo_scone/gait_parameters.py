"""A gait's gains and offsets as SCONE's parameters, and back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_scone.engines import SconeEngine
from exo_scone.par_file import Parameter
from exo_scone.parameter_names import FORWARD_VELOCITY, ParameterNames, any_offset_names, nearest, offset_names
from exo_sim.gait import Gait
from exo_sim.gait_objective import Search, load_gait_optimisation
from exo_sim.reflex_controller import ReflexController

SAME = 1e-6
"""A fixed number of the table and the file's may differ by so much, in part: files round."""


@cache
def search_settings() -> Search:
    """Return how far our own gait search moves a parameter at first (config/gait_optimisation.yaml)."""
    return load_gait_optimisation(config_path("gait_optimisation.yaml")).search


def gain_std(name: str, value: float, search: Search) -> float:
    """Return the standard deviation at which a search of a gain starts: as in our own."""
    return max(search.scale_part * abs(value), search.scale_least[name.rsplit(".", 1)[-1]])


def offset_std(name: str, search: Search) -> float:
    """Return the same for an offset of the start, rad or m/s."""
    return search.offset_scale_m_s if name == FORWARD_VELOCITY else search.offset_scale_rad


def gait_to_parameters(gait: Gait, engine: SconeEngine) -> list[Parameter]:
    """Return a gait as the parameters of the scenario that ``scenario.write_scenario`` makes of it.

    Args:
        gait: gains and offsets.
        engine: whose names the offsets get; those of the gains are the same for all.

    Raises:
        ConfigError: the gait has a value that its controller has no parameter for.
    """
    gait.controller.arrays(gait.gains)  # checks that the gains are those of the controller
    names, search = ParameterNames(gait.controller).scone, search_settings()
    offsets = offset_names(engine)
    lines = [
        Parameter(offsets[name], value, value, offset_std(name, search))
        for name, value in ((name, float(value)) for name, value in gait.offsets.items())
    ]
    for name, value in ((name, float(value)) for name, value in gait.gains.items()):
        lines.append(Parameter(names[name], value, value, gain_std(name, value, search)))
    return lines


@dataclass(frozen=True)
class ImportedGait:
    """A gait out of SCONE's parameters."""

    gains: dict[str, float]
    offsets: dict[str, float]
    defaulted: list[str]
    """Our gains that the file does not have: they keep their published values."""
    out_of_range: list[str]
    """Our gains that lie outside the range of our own search."""


def parameters_to_gait(parameters: Iterable[Parameter], controller: ReflexController, origin: str) -> ImportedGait:
    """Return what SCONE's parameters are to a controller of ours.

    Args:
        parameters: of SCONE.
        controller: that gets them.
        origin: what errors call their file.

    Raises:
        ConfigError: the controller would ignore a parameter, or has fixed it at another value: names it and the
            nearest known one.
    """
    names = ParameterNames(controller)
    offsets = any_offset_names()
    ranges = {parameter.name: parameter for parameter in controller.parameters()}
    gains = {parameter.name: parameter.initial for parameter in ranges.values()}
    given: dict[str, float] = {}
    moved: dict[str, float] = {}
    for parameter in parameters:
        if parameter.name in names.gains:
            given[names.gains[parameter.name]] = parameter.best
        elif parameter.name in offsets:
            ours = offsets[parameter.name]
            if ours in moved:
                raise ConfigError(f"{origin}: '{parameter.name}' is given twice, by names of two engines")
            moved[ours] = parameter.best
        elif parameter.name in names.fixed:
            value = names.fixed[parameter.name]
            if not math.isclose(value, parameter.best, rel_tol=SAME, abs_tol=SAME):
                raise ConfigError(
                    f"{origin}: parameter '{parameter.name}' = {parameter.best:g}, but controller '{controller.name}' "
                    f"fixes it at {value:g}; make it [initial, minimum, maximum] in a controller file of your own"
                )
        else:
            known = {**names.gains, **names.fixed, **offsets}
            raise ConfigError(
                f"{origin}: controller '{controller.name}' has no parameter '{parameter.name}', it would be ignored"
                f"{nearest(parameter.name, known)}"
            )
    outside = [n for n, value in given.items() if not ranges[n].minimum <= value <= ranges[n].maximum]
    return ImportedGait({**gains, **given}, moved, [name for name in gains if name not in given], outside)
