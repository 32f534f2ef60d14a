"""Reflex controller files: the shipped rule sets, parameter names, and what is wrong with bad files."""

from pathlib import Path

import pytest
import yaml

from exo_control.errors import ConfigError
from exo_sim.gait import initial_gait
from exo_sim.reflex_controller import ReflexController, Rule, load_reflex_controller

# SCONE's H0918RS2v3: name, value optimised for OpenSim 4, minimum, maximum, delay (s).
TWO_STATE = [
    ("S11111.tib_ant.KL", 0.6036, 0, 10, 0.035),
    ("S11111.tib_ant.L0", 0.546, 0.5, 2, 0.035),
    ("S11111.tib_ant.KF", 0.5001, -10, 10, 0.035),
    ("S11111.soleus.KL", 0.8032, 0, 10, 0.035),
    ("S11111.soleus.L0", 0.9468, 0.5, 2, 0.035),
    ("S11111.soleus.KF", 0.9114, -10, 10, 0.035),
    ("S11111.gastroc.KL", 0.4378, 0, 10, 0.035),
    ("S11111.gastroc.L0", 0.8248, 0.5, 2, 0.035),
    ("S11111.gastroc.KF", 0.811, -10, 10, 0.035),
    ("S11111.tib_ant-soleus.KL", -0.0577, -10, 0, 0.035),
    ("S11111.tib_ant-soleus.KF", -0.9528, -2, 0, 0.035),
    ("S11111.tib_ant-gastroc.KL", -0.0273, -10, 0, 0.035),
    ("S11111.tib_ant-gastroc.KF", -0.668, -2, 0, 0.035),
    ("S11111.soleus-tib_ant.KF", -0.6798, -2, 0, 0.035),
    ("S11111.gastroc-tib_ant.KF", -0.6416, -2, 0, 0.035),
    ("S00011.vasti.KF", 0.7208, 0, 4, 0.02),
    ("S00011.vasti.KL", 1.7319, 0, 4, 0.02),
    ("S00011.vasti.L0", 0.6262, 0, 2, 0.02),
    ("S00011.iliopsoas.KL", 2.465, 0, 4, 0.01),
    ("S00011.iliopsoas.L0", 0.9182, 0, 2, 0.01),
    ("S00011.rect_fem.KL", 0.192, 0, 4, 0.015),
    ("S00011.rect_fem.L0", 0.4438, 0, 2, 0.015),
    ("S00011.hamstrings.KL", 0.6822, 0, 4, 0.015),
    ("S00011.hamstrings.L0", 0.7104, 0, 2, 0.015),
    ("S00011.bifemsh.KF", 0.1808, 0, 4, 0.02),
    ("S00011.glut_max.KL", 0.5012, 0, 4, 0.01),
    ("S00011.glut_max.L0", 1.0814, 0, 2, 0.01),
    ("S00011.hamstrings-pelvis_tilt.KP", 1.1521, -10, 10, 0.05),
    ("S00011.hamstrings-pelvis_tilt.KV", 0.204, 0, 10, 0.05),
    ("S00011.glut_max-pelvis_tilt.KP", 1.0366, -10, 10, 0.05),
    ("S00011.rect_fem-pelvis_tilt.KP", -1.1005, -10, 10, 0.05),
    ("S00011.rect_fem-pelvis_tilt.KV", -0.0159, -10, 10, 0.05),
    ("S11100.iliopsoas.KL", 0.9705, 0, 10, 0.01),
    ("S11100.iliopsoas.L0", 0.6622, 0, 2, 0.01),
    ("S11100.rect_fem.KL", 0.4964, 0, 10, 0.015),
    ("S11100.rect_fem.L0", 1.3896, 0, 2, 0.015),
    ("S11100.iliopsoas-pelvis_tilt.KP", 1.681, 0, 10, 0.05),
    ("S11100.iliopsoas-pelvis_tilt.KV", 0.2319, 0, 10, 0.05),
    ("S11100.iliopsoas-hamstrings.KL", -2.7714, -10, 10, 0.015),
    ("S11100.iliopsoas-hamstrings.L0", 0.6703, 0, 2, 0.015),
    ("S11100.hamstrings.KL", 0.2482, -10, 10, 0.015),
    ("S11100.hamstrings.L0", 1.0291, 0, 2, 0.015),
    ("S11100.bifemsh.KF", 0.2017, 0, 4, 0.02),
    ("S11100.glut_max.KL", 0.997, -10, 10, 0.01),
    ("S11100.glut_max.L0", 0.872, 0, 2, 0.01),
]

# SCONE's ControllerGH2010M18v9: name, delay (s).
GEYER_HERR = [
    ("S11111.tib_ant.KL", 0.02),
    ("S11111.tib_ant.L0", 0.02),
    ("S11111.tib_ant-soleus.KF", 0.02),
    ("S00111.soleus.KF", 0.02),
    ("S00111.gastroc.KF", 0.02),
    ("S00011.vasti.KF", 0.01),
    ("S00011.vasti.C0", 0.01),
    ("S00011.vasti.pos_max", 0.01),
    ("S00011.hamstrings-pelvis_tilt.KP", 0.005),
    ("S00011.hamstrings-pelvis_tilt.KV", 0.005),
    ("S00011.glut_max-pelvis_tilt.KP", 0.005),
    ("S00011.glut_max-pelvis_tilt.KV", 0.005),
    ("S00011.iliopsoas-pelvis_tilt.KP", 0.005),
    ("S00011.iliopsoas-pelvis_tilt.KV", 0.005),
    ("S00011.iliopsoas-pelvis_tilt.C0", 0.005),
    ("S00011.rect_fem-pelvis_tilt.KP", 0.005),
    ("S00011.rect_fem-pelvis_tilt.KV", 0.005),
    ("S00011.rect_fem-pelvis_tilt.C0", 0.005),
    ("S00100.iliopsoas.C0", 0.005),
    ("S00100.glut_max.C0", 0.005),
    ("S00100.rect_fem.KL", 0.005),
    ("S11000.iliopsoas.KL", 0.005),
    ("S11000.iliopsoas.L0", 0.005),
    ("S11000.iliopsoas-pelvis_tilt.KP", 0.005),
    ("S11000.iliopsoas-pelvis_tilt.KV", 0.005),
    ("S11000.iliopsoas-pelvis_tilt.P0", 0.005),
    ("S11000.iliopsoas-hamstrings.KL", 0.005),
    ("S11000.iliopsoas-hamstrings.L0", 0.005),
    ("S11000.hamstrings.KF", 0.005),
    ("S11000.glut_max.KF", 0.005),
    ("S11000.rect_fem.KL", 0.005),
    ("S11000.rect_fem-hamstrings.KL", 0.005),
    ("S11000.bifemsh-hamstrings.KF", 0.01),
]


def rule_named(controller: ReflexController, parameter: str) -> Rule:
    name = parameter.rpartition(".")[0]
    return next(rule for rule in controller.rules if rule.name == name)


@pytest.mark.parametrize(("name", "initial", "minimum", "maximum", "delay"), TWO_STATE)
def test_two_state_controller_is_scones(name, initial, minimum, maximum, delay) -> None:
    controller = load_reflex_controller("two_state")
    parameter = {p.name: p for p in controller.parameters()}[name]
    assert (parameter.initial, parameter.minimum, parameter.maximum) == (initial, minimum, maximum)
    assert rule_named(controller, name).delay_s == delay


@pytest.mark.parametrize(("name", "delay"), GEYER_HERR)
def test_geyer_herr_controller_is_scones(name, delay) -> None:
    controller = load_reflex_controller("geyer_herr")
    assert name in [p.name for p in controller.parameters()]
    assert rule_named(controller, name).delay_s == delay


def test_vasti_stop_when_the_knee_extends_too_far() -> None:
    gate = rule_named(load_reflex_controller("geyer_herr"), "S00011.vasti.KF").gate
    assert gate is not None and gate.coordinate == "knee"


@pytest.mark.parametrize("name", ["two_state", "geyer_herr"])
def test_trunk_feedback_has_the_published_reference(name) -> None:
    controller = load_reflex_controller(name)
    for rule in controller.rules:
        if rule.source == "pelvis_tilt" and not isinstance(rule.P0, tuple):
            assert rule.P0 == -0.105


@pytest.mark.parametrize("name", ["two_state", "geyer_herr"])
def test_initial_gait_fits_its_controller(name) -> None:
    controller = load_reflex_controller(name)
    gait = initial_gait(controller)
    table = controller.arrays(gait.gains)
    assert table.stance_load == gait.gains["stance_load_threshold"]
    assert len({len(column) for column in table[1:]}) == 1
    names = [p.name for p in controller.parameters()]
    assert names[0] == "stance_load_threshold" and len(set(names)) == len(names)


def test_gains_reach_the_table() -> None:
    controller = load_reflex_controller("two_state")
    gains = dict(initial_gait(controller).gains)
    before = controller.arrays(gains)
    gains["S00011.vasti.KF"] = 3.25
    after = controller.arrays(gains)
    changed = [i for i, (a, b) in enumerate(zip(before.gain, after.gain, strict=True)) if a != b]
    assert [after.gain[i] for i in changed] == [3.25]


def test_missing_gain_is_named() -> None:
    controller = load_reflex_controller("two_state")
    gains = dict(initial_gait(controller).gains)
    del gains["S00011.vasti.KF"]
    with pytest.raises(ConfigError, match=r"'S00011\.vasti\.KF' of controller 'two_state' has no value"):
        controller.arrays(gains)


def test_unknown_gain_is_named_with_the_nearest_known_one() -> None:
    controller = load_reflex_controller("two_state")
    gains = {**initial_gait(controller).gains, "S00011.vasty.KF": 1.0}
    with pytest.raises(ConfigError, match=r"no parameter 'S00011\.vasty\.KF'; did you mean 'S00011\.vasti\.KF'"):
        controller.arrays(gains)


def file_with(tmp_path: Path, **change: object) -> str:
    """Write a controller with one good rule, changed."""
    rule = {"states": ["swing"], "muscle": "soleus", "KF": [1.0, 0.0, 2.0], "delay_s": 0.01, **change}
    data = {"name": "bad", "source": "test", "stance_load_threshold": 0.2, "rules": [rule]}
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(data))
    return str(path)


def test_a_file_outside_the_configuration_folder(tmp_path) -> None:
    assert [p.name for p in load_reflex_controller(file_with(tmp_path)).parameters()] == ["S01000.soleus.KF"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"muscle": "soleous"}, r"unknown muscle 'soleous'; did you mean 'soleus'"),
        ({"source": "pelvis_tlt"}, r"unknown source 'pelvis_tlt'; did you mean 'pelvis_tilt'"),
        ({"states": ["swing", "lift"]}, r"unknown state 'lift'.*liftoff"),
        ({"states": "always"}, r"rules\.0\.states.*always"),
        ({"KG": 1.0}, r"unknown key 'rules\.0\.KG'"),
        ({"KP": 1.0}, r"P has no meaning for a muscle source \(soleus\)"),
        ({"source": "pelvis_tilt"}, r"F has no meaning for a coordinate source \(pelvis_tilt\)"),
        ({"KF": [3.0, 0.0, 2.0]}, r"F = \[3\.0, 0\.0, 2\.0\]: needs \[initial"),
        ({"KF": float("nan")}, r"rules\.0\.KF.*finite"),
        ({"delay_s": -0.01}, r"rules\.0\.delay_s = -0\.01.*at least 0"),
        ({"delay_s": 0.2}, r"rules\.0\.delay_s = 0\.2.*at most 0\.07"),
        ({"gate": {"coordinate": "elbow", "above_rad": 0.0}}, r"rules\.0\.gate\.coordinate = 'elbow'"),
        ({"gate": {"coordinate": "knee"}}, r"'rules\.0\.gate\.above_rad' is missing"),
    ],
)
def test_bad_rules_are_explained(tmp_path, change, message) -> None:
    with pytest.raises(ConfigError, match=message):
        load_reflex_controller(file_with(tmp_path, **change))


def test_a_parameter_defined_twice_is_named(tmp_path) -> None:
    path = Path(file_with(tmp_path))
    data = yaml.safe_load(path.read_text())
    data["rules"] *= 2
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError, match=r"'S01000\.soleus\.KF' is defined twice"):
        load_reflex_controller(str(path))


def test_unknown_controller_is_named() -> None:
    with pytest.raises(ConfigError, match=r"reflexes/three_state\.yaml"):
        load_reflex_controller("three_state")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"muscle": "soleus"}, "has no gain"),
        ({"muscle": "soleus", "KF": 1.0, "L0": 0.9}, "L0 has no effect without KL"),
        ({"muscle": "soleus", "source": "hip", "KV": 1.0, "P0": 0.9}, "P0 has no effect without KP"),
        ({"muscle": "soleus", "KF": [1.0, 2.0]}, "KF"),
    ],
)
def test_a_rule_that_would_do_nothing_is_refused(tmp_path: Path, rule, message):
    content = {
        "name": "broken",
        "source": "test",
        "stance_load_threshold": 0.1,
        "rules": [{"states": "all", "delay_s": 0.01, **rule}],
    }
    path = tmp_path / "broken.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match=message):
        load_reflex_controller(str(path))
