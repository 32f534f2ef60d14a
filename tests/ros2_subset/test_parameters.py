"""Parameters of nodes, as far as the stand-in turns them into files."""

from typing import Any, List  # noqa: UP035  (as launch files have it)

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from launch import LaunchContext
from launch.substitutions import TextSubstitution

pytestmark = pytest.mark.usefixtures("stand_in_only")

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
SCALARS = st.one_of(st.booleans(), INTEGERS, FLOATS, TEXTS)
LISTS = st.one_of(*(st.lists(kind, min_size=1, max_size=4) for kind in (st.booleans(), INTEGERS, FLOATS, TEXTS)))
PARAMETERS = st.recursive(
    st.dictionaries(NAMES, st.one_of(SCALARS, LISTS), max_size=4),
    lambda inner: st.dictionaries(NAMES, st.one_of(SCALARS, inner), max_size=3),
    max_leaves=6,
)


def flatten(parameters: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in parameters.items():
        flat.update(flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value})
    return flat


@given(PARAMETERS)
def test_values_come_back_from_the_file_with_their_types(parameters: dict[str, Any]) -> None:
    from launch_ros.actions.node import dump_yaml
    from launch_ros.parameters import evaluate_parameters, normalize_parameters

    (evaluated,) = evaluate_parameters(LaunchContext(), normalize_parameters([parameters]))
    read = yaml.safe_load(dump_yaml(evaluated))
    expected = flatten(parameters)
    assert read == expected
    assert {name: type(value) for name, value in read.items()} == {name: type(v) for name, v in expected.items()}


@given(st.one_of(st.booleans(), INTEGERS, FLOATS, TEXTS, LISTS))
def test_a_single_value_fits_in_one_line(value: Any) -> None:
    from launch_ros.actions.node import dump_yaml

    text = dump_yaml(value, flow=True)
    assert "\n" not in text
    assert yaml.safe_load(text) == value


@pytest.mark.parametrize(
    ("value", "result"),
    [("5", 5), ("5.0", 5.0), ("true", True), ("text", "text"), ("[1, 2]", [1, 2]), ("", ""), ("'5'", "5")],
)
def test_substitutions_follow_yaml(value: str, result: Any) -> None:
    from launch_ros.parameters import evaluate_parameter_dict, normalize_parameter_dict

    parameters = normalize_parameter_dict({"a": TextSubstitution(text=value)})
    evaluated = evaluate_parameter_dict(LaunchContext(), parameters)["a"]
    assert (evaluated, type(evaluated)) == (result, type(result))


@pytest.mark.parametrize("value", [[], [1, "a"], [True, 1], [1.5, True]])
def test_lists_hold_one_type(value: list) -> None:
    from launch_ros.parameters import evaluate_parameter_dict, normalize_parameter_dict

    with pytest.raises(TypeError, match="'gains'"):
        evaluate_parameter_dict(LaunchContext(), normalize_parameter_dict({"gains": value}))


@pytest.mark.parametrize("text", ["{a: 1}", "[1, a]", "a: b: c", "[]", "null"])
def test_texts_that_are_no_parameter_are_named(text: str) -> None:
    from launch_ros.parameters import evaluate_parameter_dict, normalize_parameter_dict

    with pytest.raises(TypeError, match=r"'gains'.*value_type=str"):
        evaluate_parameter_dict(LaunchContext(), normalize_parameter_dict({"gains": TextSubstitution(text=text)}))


@pytest.mark.parametrize(
    ("text", "value_type", "result"),
    [("5", str, "5"), ("5", float, 5.0), ("1", bool, True), ("[1, 2]", List[int], [1, 2])],  # noqa: UP006
)
def test_typed_values(text: str, value_type: Any, result: Any) -> None:
    from launch_ros.parameter_descriptions import ParameterValue

    value = ParameterValue(TextSubstitution(text=text), value_type=value_type).evaluate(LaunchContext())
    assert (value, type(value)) == (result, type(result))


@pytest.mark.parametrize(("text", "value_type"), [("a", int), ("2", bool), ("[1, a]", List[int])])  # noqa: UP006
def test_typed_values_refuse_other_types(text: str, value_type: Any) -> None:
    from launch_ros.parameter_descriptions import ParameterValue

    with pytest.raises(ValueError, match=r"convert|invalid literal"):
        ParameterValue(TextSubstitution(text=text), value_type=value_type).evaluate(LaunchContext())


def test_a_missing_or_malformed_file_is_named(tmp_path: Any) -> None:
    from launch.substitutions import SubstitutionFailure
    from launch_ros.parameter_descriptions import ParameterFile

    path = tmp_path / "params.yaml"
    with pytest.raises(SubstitutionFailure, match=r"params\.yaml' does not exist"):
        ParameterFile(path).evaluate(LaunchContext())
    path.write_text("a: [1")
    with pytest.raises(SubstitutionFailure, match=r"params\.yaml"):
        ParameterFile(str(path)).evaluate(LaunchContext())


@given(st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3), st.booleans())
def test_namespaces_join(base: list[str], inner: list[str], absolute: bool) -> None:
    from launch_ros.names import join_namespace, validate_namespace

    text = ("/" if absolute else "") + "/".join(inner)
    joined = join_namespace("/" + "/".join(base), text)
    assert joined == "/" + "/".join(inner if absolute else base + inner)
    validate_namespace(joined)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "a/b", "ä"])
def test_bad_names_are_refused(name: str) -> None:
    from launch_ros.names import validate_namespace, validate_node_name

    with pytest.raises(ValueError, match="invalid node name"):
        validate_node_name(name)
    if "/" not in name:
        with pytest.raises(ValueError, match="invalid namespace"):
            validate_namespace(f"/ok/{name}")
