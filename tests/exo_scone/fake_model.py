"""The Model of the double of sconepy."""

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
from fake_reflexes import Parameters, reflex_arrays
from zml_reader import Node, child, children, read_zml

from exo_sim.engine import layout
from exo_sim.engine.advance import advance
from exo_sim.engine.model_arrays import Floats, model_arrays
from exo_sim.gait import Gait
from exo_sim.human import initial_state
from exo_sim.human_model import HumanModel, InitialPose, load_human_model
from exo_sim.names import MUSCLES

PHYSICS_STEP_S = 0.001
STEPS_PER_CONTROL = 5
STEMS = {"hip": "hip_flexion", "knee": "knee_angle", "ankle": "ankle_angle"}
DOFS = ("pelvis_tilt", "pelvis_tx", "pelvis_ty", *(f"{s}_{side}" for side in "rl" for s in STEMS.values()))
OURS = {f"{theirs}_{side}": f"{ours}_{side}" for side in "rl" for ours, theirs in STEMS.items()}
EXO = ("hip_flexion_r", "hip_flexion_l")


def state_path(dof: str) -> str:
    """Return what OpenSim 4 calls a coordinate."""
    joint = "ground_pelvis" if dof.startswith("pelvis") else OURS[dof]
    return f"/jointset/{joint}/{dof}"


class Vec3(SimpleNamespace):
    def __init__(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        super().__init__(x=x, y=y, z=z)


class _Reflexes:
    """Stands for the gait whose table was read from the file."""

    def __init__(self, arrays: Any) -> None:
        self.offsets: dict[str, float] = {}
        self._arrays = arrays

    def reflex_arrays(self) -> Any:
        return self._arrays


class Model:
    def __init__(self, file: Path, par: dict[str, float], array: Any) -> None:
        ((self._type, body),) = read_zml(file)
        self._array, self._parameters, self._resets = array, Parameters(par), 0
        self._end_s = float("inf")
        self._human, self._actuators = _read_human(file.parent / child(body, "model_file"))
        self._control_s = float(child(body, "fixed_control_step_size"))
        assert self._control_s == PHYSICS_STEP_S * STEPS_PER_CONTROL
        composites = children(body, "CompositeController")
        self._has_external = bool(composites)
        controllers = children(composites[0] if composites else body, "GaitStateController")
        gait = _Reflexes(reflex_arrays(controllers[0], self._parameters.get))
        self._measure = bool(children(body, "EffortMeasure"))
        self._human = self._human.model_copy(update={"initial_pose": self._pose(file.parent, body)})
        self._arrays, self._reflexes = model_arrays(self._human), gait.reflex_arrays()
        self._start = initial_state(self._human, self._arrays, self._reflexes, as_gait(gait))
        self._moving = [(name, peak) for name, peak in self._actuators.items()]
        self._begin(self._start.copy())

    def _begin(self, state: Floats) -> None:
        self._state, self._power_w = state, 0.0
        self._input = np.zeros(len(MUSCLES) + len(self._moving))
        self._applied = np.zeros(len(self._moving))
        self._force_n = 0.0

    def _moved_states(self, body: list[Node]) -> list[str]:
        """Return the states that offsets move: those that the model includes, or all of OpenSim 4 but the excluded."""
        if children(body, "initial_state_offset_include"):
            return str(child(body, "initial_state_offset_include")).split(";")
        excluded = child(body, "initial_state_offset_exclude").split(";")
        states = [f"{state_path(name)}/{kind}" for name in DOFS for kind in ("value", "speed")]
        return [state for state in states if not any(fnmatch(state, pattern) for pattern in excluded)]

    def _pose(self, folder: Path, body: list[Node]) -> InitialPose:
        """Read the state file and add the offsets that the .par has for the states that the model includes."""
        start = read_zml(folder / child(body, "state_init_file"))
        values = {name: float(text) for name, text in child(start, "values")}
        rates = {name: float(text) for name, text in child(start, "velocities")}
        for state in self._moved_states(body):
            moved = self._parameters.get(f"{state}.offset", child(body, "initial_state_offset"))
            if self._type == "ModelOpenSim4":
                name, kind = state.split("/")[-2:]
            else:
                name, kind = (state[:-2], "speed") if state.endswith("_u") else (state, "value")
            (rates if kind == "speed" else values)[name] += moved
        x, y = model_arrays(self._human).pelvis_origin
        tilt, rate = values["pelvis_tilt"], rates["pelvis_tilt"]
        forward, up = np.cos(tilt) * x - np.sin(tilt) * y, np.sin(tilt) * x + np.cos(tilt) * y
        return InitialPose(
            position_rad={name: values[scone] for scone, name in {**OURS, "pelvis_tilt": "pelvis_tilt"}.items()},
            velocity_rad_s={name: rates[scone] for scone, name in {**OURS, "pelvis_tilt": "pelvis_tilt"}.items()},
            forward_velocity_m_s=rates["pelvis_tx"] + rate * up,
            vertical_velocity_m_s=rates["pelvis_ty"] - rate * forward,
        )

    # what a model is made of

    def name(self) -> str:
        return self._human.name

    def mass(self) -> float:
        return self._human.mass_kg

    def control_step_size(self) -> float:
        return self._control_s

    def dofs(self) -> list[Any]:
        return [_Dof(self, i, name) for i, name in enumerate(DOFS)]

    def muscles(self) -> list[Any]:
        # An order of its own: nobody may rely on places.
        return [SimpleNamespace(name=lambda name=name: name) for name in reversed(MUSCLES)]

    def actuators(self) -> list[Any]:
        driven = [SimpleNamespace(name=lambda n=n: n, max_input=lambda: 1.0) for n, _ in self._moving]
        return [*self.muscles(), *driven]

    def legs(self) -> list[Any]:
        return [_Leg(self, "leg0_l", 1), _Leg(self, "leg1_r", 0)]

    def bodies(self) -> list[Any]:
        return [_Body(self, "whole", self.mass())]

    def joints(self) -> list[Any]:
        return [_Joint(self, f"hip_{side}") for side in "rl"]

    def get_custom_value_names(self) -> list[str]:
        return ["leg0_l.state", "leg1_r.state"]

    def get_custom_value(self, name: str) -> float:
        return float(self._state[layout.GAIT_STATE + "rl".index(name[5])]) if self.time() > 0 else -1.0

    def get_control_parameter_names(self) -> list[str]:
        """Return the gains of the reflexes; one that is 0 has no entry."""
        used = self._parameters.used
        return sorted(name for name, value in used.items() if re.match(r"S[01]{5}\.", name) and value != 0.0)

    # state

    def state(self) -> dict[str, float]:
        """Return coordinates and rates by the engine's names."""
        values = zip(DOFS, self.dof_values(layout.POSITION), self.dof_values(layout.VELOCITY), strict=True)
        found = {}
        for name, value, rate in values:
            if self._type == "ModelOpenSim4":
                found |= {f"{state_path(name)}/value": value, f"{state_path(name)}/speed": rate}
            else:
                found |= {name: value, f"{name}_u": rate}
        return found

    def time(self) -> float:
        return float(self._state[layout.STEP] * PHYSICS_STEP_S)

    def _ground(self, leg: int) -> Vec3:
        return Vec3(*self._state[layout.GROUND_FORCE + 2 * leg : layout.GROUND_FORCE + 2 * leg + 2])

    def dof_values(self, base: int) -> Floats:
        state = self._state
        tilt = state[base + 2]
        joints = [state[base + 3 + i] - (tilt if i % 3 == 0 else state[base + 2 + i]) for i in range(6)]
        return np.array([tilt, state[base], state[base + 1], *joints])

    def dof_position_array(self) -> Any:
        return self._array(self.dof_values(layout.POSITION))

    def dof_velocity_array(self) -> Any:
        return self._array(self.dof_values(layout.VELOCITY))

    def _muscle(self, offset: int) -> Any:
        return self._array(self._state[offset : offset + len(MUSCLES)][::-1])

    def muscle_activation_array(self) -> Any:
        return self._muscle(layout.ACTIVATION)

    def muscle_excitation_array(self) -> Any:
        return self._muscle(layout.EXCITATION)

    def muscle_fiber_length_array(self) -> Any:
        return self._muscle(layout.FIBRE_LENGTH)

    def muscle_fiber_velocity_array(self) -> Any:
        return self._muscle(layout.FIBRE_VELOCITY)

    def muscle_force_array(self) -> Any:
        return self._muscle(layout.FORCE)

    def _com(self, base: int) -> Vec3:
        from exo_sim.human_interface import Human

        view = SimpleNamespace(_state=self._state, arrays=self._arrays)
        return Vec3(*Human._com(view, base))  # type: ignore[arg-type]

    def com_pos(self) -> Vec3:
        return self._com(layout.POSITION)

    def com_vel(self) -> Vec3:
        return self._com(layout.VELOCITY)

    # simulation

    def set_simulation_end_time(self, time_s: float) -> None:
        self._end_s = time_s

    def has_simulation_ended(self) -> bool:
        return self.time() >= self._end_s

    def set_actuator_inputs(self, inputs: Any) -> None:
        if len(inputs) != len(self._input):
            raise RuntimeError(f"Invalid array length; expected {len(self._input)}, received {len(inputs)}")
        self._input = np.array(inputs, dtype=float)

    def advance_simulation_to(self, time_s: float) -> None:
        for _ in range(int(0.5 + (time_s - self.time()) / self._control_s)):
            if not self._has_external:
                self._input[:] = 0.0  # the controller clears all inputs before it adds its own
            assert not self._input[: len(MUSCLES)].any(), "the double's muscles are excited by its reflexes only"
            self._applied = np.clip(self._input[len(MUSCLES) :], -1.0, 1.0)
            forces = {n: u * peak for (n, peak), u in zip(self._moving, self._applied, strict=True)}
            push = forces.get("pelvis_tx", 0.0) + self._force_n
            self._state[layout.VELOCITY] += push / self.mass() * self._control_s
            energy = self._state[layout.MUSCLE_ENERGY : layout.MUSCLE_ENERGY + len(MUSCLES)].sum()
            torque = np.array([forces.get(name, 0.0) for name in EXO])
            step, count = PHYSICS_STEP_S, STEPS_PER_CONTROL
            advance(self._arrays, self._reflexes, self._state, torque, step, count, count)
            spent = self._state[layout.MUSCLE_ENERGY : layout.MUSCLE_ENERGY + len(MUSCLES)].sum() - energy
            self._power_w = spent / self._control_s + self._arrays.basal_power
            if self.has_simulation_ended():
                return

    def current_measure(self) -> float:
        if not self._measure:
            raise RuntimeError("Model has no Measure")
        return float(self._power_w)

    def reset(self) -> None:
        self._resets += 1
        state = self._start.copy()
        state[layout.VELOCITY + 2 : layout.VELOCITY + 9] += 0.001 * self._resets
        self._begin(state)


class _Dof:
    def __init__(self, model: Model, index: int, name: str) -> None:
        self._model, self._index, self._name = model, index, name

    def name(self) -> str:
        return self._name

    def _joint(self, offset: int) -> float:
        return float(self._model._state[offset + self._index - 3]) if self._index >= 3 else 0.0

    def limit_torque(self) -> float:
        return self._joint(layout.LIMIT_TORQUE)

    def muscle_moment(self) -> float:
        return self._joint(layout.MUSCLE_TORQUE)

    def actuator_torque(self) -> float:
        moving = [name for name, _ in self._model._moving]
        assert self._name in moving, "SCONE would crash: this coordinate has no actuator"
        place = moving.index(self._name)
        return float(self._model._applied[place] * self._model._moving[place][1])


class _Body:
    def __init__(self, model: Model, name: str, mass: float) -> None:
        self._model, self._name, self._mass = model, name, mass

    def name(self) -> str:
        return self._name

    def mass(self) -> float:
        return self._mass

    def set_external_force(self, force: Vec3) -> None:
        assert self._model._type == "ModelHyfydy", "OpenSim 4: SCONE would apply this to another body"
        self._model._force_n = force.x

    def set_external_moment(self, moment: Vec3) -> None:
        raise AssertionError("OpenSim 4: SCONE would apply this to another body")

    def clear_external_force_moment(self) -> None:
        self._model._force_n = 0.0


class _Leg:
    def __init__(self, model: Model, name: str, leg: int) -> None:
        self._model, self._name, self._leg = model, name, leg

    def name(self) -> str:
        return self._name

    def contact_force(self) -> Vec3:
        return self._model._ground(self._leg)


class _Joint:
    def __init__(self, model: Model, name: str) -> None:
        self._model, self._name = model, name

    def name(self) -> str:
        return self._name

    def add_motor_torque(self, torque: Vec3) -> None:
        raise RuntimeError("Function not implemented")


def as_gait(reflexes: _Reflexes) -> Gait:
    return reflexes  # type: ignore[return-value]


_reference = cache(load_human_model)


def _read_human(file: Path) -> tuple[HumanModel, dict[str, float]]:
    """Return our model with the file's mass and thigh, and the peak of each of its actuators that is no muscle."""
    if not file.is_file():
        raise RuntimeError(f"Could not find file {file}")
    if file.suffix == ".osim":
        root = ElementTree.fromstring(file.read_text().replace("::", "."))  # as OpenSim writes it, which is no XML
        mass = sum(float(mass.text or "") for mass in root.iter("mass"))
        knee = next(joint for joint in root.iter("PinJoint") if joint.get("name") == "knee_r")
        thigh = -float((knee.findtext("location_in_parent") or "").split()[1])
        peaks = {
            actuator.findtext("coordinate") or "": float(actuator.findtext("optimal_force") or "")
            for actuator in root.iter("CoordinateActuator")
        }
    else:
        nodes = child(read_zml(file), "model")
        bodies = {child(body, "name"): body for body in children(nodes, "body")}
        mass = sum(float(child(body, "mass")) for body in bodies.values())
        joint = {side: float(child(child(child(bodies[b], "joint"), key), "y")) for side, b, key in (
            ("knee", "tibia_r", "pos_in_parent"), ("hip", "femur_r", "pos_in_child"))}  # fmt: skip
        thigh = joint["hip"] - joint["knee"]
        peaks = {
            child(motor, "joint").replace("hip_", "hip_flexion_"): float(child(motor, "max_torque"))
            for motor in children(nodes, "joint_motor")
        }
    reference = _reference()
    height = reference.reference.height_m * thigh / -reference.joints["knee"].in_parent_m[1]
    return reference.scaled(mass, round(height, 9)), peaks
