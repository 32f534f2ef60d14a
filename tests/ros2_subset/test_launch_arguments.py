"""Arguments on the command line of ros2 launch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

from ros2_subset.errors import CommandError
from ros2_subset.launch_arguments import check_arguments, parse_arguments

NAMES = st.text(min_size=1).filter(lambda text: ":=" not in text and not text.endswith(":"))
VALUES = st.text(min_size=1)


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_arguments_come_back(pairs: list[tuple[str, str]]) -> None:
    assert parse_arguments(f"{name}:={value}" for name, value in pairs) == dict(pairs)


@given(st.text())
def test_any_word_is_parsed_or_refused_by_name(word: str) -> None:
    try:
        ((name, value),) = parse_arguments([word]).items()
    except CommandError as error:
        assert repr(word)[1:-1] in repr(str(error))
        assert ":=" not in word or word.startswith(":=") or word.endswith(":=")
    else:
        assert f"{name}:={value}" == word


def describe() -> LaunchDescription:
    return LaunchDescription(
        [
            DeclareLaunchArgument("policy", default_value="dofc", choices=["zero", "dofc"]),
            GroupAction([DeclareLaunchArgument("seed", default_value="1")]),
        ]
    )


@pytest.mark.parametrize("arguments", [{}, {"policy": "zero", "seed": "2"}, {"sigterm_timeout": "1"}])
def test_declared_arguments_pass(arguments: dict[str, str]) -> None:
    check_arguments(arguments, describe())


@given(st.text(min_size=1).filter(lambda name: name not in {"policy", "seed"} and "_" not in name and "-" not in name))
def test_any_other_argument_is_refused(name: str) -> None:
    with pytest.raises(CommandError) as refusal:
        check_arguments({name: "1"}, describe())
    assert f"unknown launch argument '{name}'" in str(refusal.value)
    assert "policy, seed" in str(refusal.value)


@given(st.text().filter(lambda value: value not in {"zero", "dofc"}))
def test_a_value_outside_the_choices_is_refused(value: str) -> None:
    with pytest.raises(CommandError) as refusal:
        check_arguments({"policy": value}, describe())
    assert "'policy'" in str(refusal.value)
    assert "zero, dofc" in str(refusal.value)


@pytest.mark.parametrize(
    "entity",
    [
        OpaqueFunction(function=lambda context: None),
        IncludeLaunchDescription(PythonLaunchDescriptionSource(LaunchConfiguration("file"))),
    ],
)
def test_what_is_known_only_when_launching_may_declare_more(entity: object) -> None:
    description = describe()
    description.add_action(entity)
    check_arguments({"more": "1"}, description)


def test_declaring_sets_the_configuration_and_checks_it() -> None:
    context = LaunchContext()
    for entity in (DeclareLaunchArgument("a", default_value="x"), DeclareLaunchArgument("a", default_value="y")):
        entity.visit(context)
    assert context.launch_configurations["a"] == "x"
    with pytest.raises(RuntimeError, match=r'"b".*not provided'):
        DeclareLaunchArgument("b").visit(context)
    with pytest.raises(RuntimeError, match=r'"a".*"x" is not valid'):
        DeclareLaunchArgument("a", choices=["y", "z"]).visit(context)


@pytest.mark.parametrize("choices", [[], ["b"]])
def test_choices_must_hold_the_default(choices: list[str]) -> None:
    with pytest.raises(RuntimeError):
        DeclareLaunchArgument("a", default_value="a", choices=choices)
