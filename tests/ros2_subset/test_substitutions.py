"""Substitutions and conditions of the launch API."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from launch import LaunchContext
from launch.conditions import (
    IfCondition,
    LaunchConfigurationEquals,
    LaunchConfigurationNotEquals,
    UnlessCondition,
)
from launch.substitutions import (
    AndSubstitution,
    AnonName,
    Command,
    EnvironmentVariable,
    EqualsSubstitution,
    FindExecutable,
    IfElseSubstitution,
    LaunchConfiguration,
    NotEqualsSubstitution,
    NotSubstitution,
    OrSubstitution,
    PathJoinSubstitution,
    PythonExpression,
    SubstitutionFailure,
    TextSubstitution,
    ThisLaunchFile,
    ThisLaunchFileDir,
)
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.substitutions import FindPackagePrefix, FindPackageShare

BOOLEANS = st.sampled_from(["true", "True", "1", "false", "False", "0"])


def truth(text: str) -> bool:
    return text.lower() in ("true", "1")


@pytest.fixture
def context() -> LaunchContext:
    return LaunchContext()


@given(st.lists(st.one_of(st.text(), st.builds(lambda text: TextSubstitution(text=text), st.text()))))
def test_normalised_parts_join_to_the_whole(parts: list) -> None:
    whole = "".join(part if isinstance(part, str) else part.text for part in parts)
    assert perform_substitutions(LaunchContext(), normalize_to_list_of_substitutions(parts)) == whole


@pytest.mark.parametrize("bad", [[1], 1.5, [["nested"]], [None]])
def test_other_types_are_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        normalize_to_list_of_substitutions(bad)  # type: ignore[arg-type]


@given(BOOLEANS, BOOLEANS)
def test_logic(left: str, right: str) -> None:
    context = LaunchContext()
    assert truth(AndSubstitution(left, right).perform(context)) == (truth(left) and truth(right))
    assert truth(OrSubstitution(left, right).perform(context)) == (truth(left) or truth(right))
    assert truth(NotSubstitution(left).perform(context)) == (not truth(left))
    assert truth(EqualsSubstitution(left, right).perform(context)) == (truth(left) == truth(right))
    assert truth(NotEqualsSubstitution(left, right).perform(context)) == (truth(left) != truth(right))
    assert IfElseSubstitution(left, "yes", "no").perform(context) == ("yes" if truth(left) else "no")
    assert IfCondition(left).evaluate(context) == truth(left)
    assert UnlessCondition(left).evaluate(context) == (not truth(left))


@given(st.text().filter(lambda text: text.strip().lower() not in ("true", "false", "1", "0")))
def test_a_condition_is_true_false_1_or_0(text: str) -> None:
    for condition in (IfCondition(text), UnlessCondition(text)):
        with pytest.raises(ValueError, match="expected one of"):
            condition.evaluate(LaunchContext())


@pytest.mark.parametrize("bad", ["maybe", "2", ""])
def test_logic_refuses_what_is_no_boolean(context: LaunchContext, bad: str) -> None:
    for substitution in (NotSubstitution(bad), AndSubstitution("true", bad), OrSubstitution("true", bad)):
        with pytest.raises(SubstitutionFailure):
            substitution.perform(context)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_compared_as_numbers(left: float, right: float) -> None:
    equal = truth(EqualsSubstitution(str(left), f"{right:.17e}").perform(LaunchContext()))
    assert equal or left != right
    if abs(left - right) > 1e-6 * max(abs(left), abs(right)):
        assert not equal


def test_launch_configurations(context: LaunchContext) -> None:
    context.launch_configurations["a"] = "1"
    assert LaunchConfiguration("a").perform(context) == "1"
    assert LaunchConfiguration(["", "a"], default="2").perform(context) == "1"
    assert LaunchConfiguration("b", default=2).perform(context) == "2"
    with pytest.raises(SubstitutionFailure, match="'b' does not exist"):
        LaunchConfiguration("b").perform(context)


@pytest.mark.filterwarnings("ignore:The 'LaunchConfigurationEquals'", "ignore:LaunchConfigurationEquals")
def test_conditions_on_launch_configurations(context: LaunchContext) -> None:
    context.launch_configurations["a"] = "1"
    for name, value, holds in [("a", "1", True), ("a", "2", False), ("a", None, False), ("b", None, True)]:
        assert LaunchConfigurationEquals(name, value).evaluate(context) is holds
        assert LaunchConfigurationNotEquals(name, value).evaluate(context) is not holds


def test_environment_variables(context: LaunchContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "here")
    monkeypatch.delenv("DEMO_MISSING", raising=False)
    assert EnvironmentVariable("DEMO").perform(context) == "here"
    assert EnvironmentVariable("DEMO_MISSING", default_value=["a", "b"]).perform(context) == "ab"
    with pytest.raises(SubstitutionFailure, match="'DEMO_MISSING' does not exist"):
        EnvironmentVariable("DEMO_MISSING").perform(context)


def test_python_expressions(context: LaunchContext) -> None:
    context.launch_configurations["n"] = "4"
    assert PythonExpression(["sqrt(", LaunchConfiguration("n"), ") + math.pi * 0"]).perform(context) == "2.0"
    assert PythonExpression("os.sep", python_modules=["os"]).perform(context) == "/"
    with pytest.raises(NameError):
        PythonExpression("unknown").perform(context)


def test_paths(context: LaunchContext) -> None:
    assert PathJoinSubstitution(["/a", "b", TextSubstitution(text="c.yaml")]).perform(context) == "/a/b/c.yaml"
    with pytest.raises(SubstitutionFailure, match="script"):
        ThisLaunchFileDir().perform(context)
    context.extend_locals({"current_launch_file_path": "/x/y.py", "current_launch_file_directory": "/x"})
    assert (ThisLaunchFile().perform(context), ThisLaunchFileDir().perform(context)) == ("/x/y.py", "/x")


@pytest.mark.usefixtures("stand_in_only")
def test_a_slash_joins_paths(context: LaunchContext) -> None:
    path = PathJoinSubstitution(["/a"]) / "b" / [TextSubstitution(text="c"), ".yaml"]  # type: ignore[operator]
    assert path.perform(context) == "/a/b/c.yaml"


def test_executables(context: LaunchContext) -> None:
    assert FindExecutable(name="sh").perform(context).endswith("/sh")
    with pytest.raises(SubstitutionFailure, match=r"no_such_program|TextSubstitution"):
        FindExecutable(name="no_such_program").perform(context)


def test_commands(context: LaunchContext) -> None:
    assert Command("printf 'a b'").perform(context) == "a b"
    assert Command("sh -c 'echo out; echo err >&2'", on_stderr="ignore").perform(context) == "out\n"
    assert "err" in Command("sh -c 'echo err >&2'", on_stderr="capture").perform(context)
    for command in ("false", "no_such_program", "sh -c 'echo err >&2'"):
        with pytest.raises(SubstitutionFailure):
            Command(command).perform(context)


def test_anonymous_names(context: LaunchContext) -> None:
    first, again, other = AnonName("a").perform(context), AnonName("a").perform(context), AnonName("b").perform(context)
    assert first == again
    assert first.startswith("a_")
    assert first != other
    assert first.replace("_", "").isalnum()


def test_packages(context: LaunchContext, demo_prefix: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(demo_prefix))
    assert FindPackagePrefix("demo_pkg").perform(context) == str(demo_prefix)
    assert FindPackageShare(["demo", "_pkg"]).perform(context) == f"{demo_prefix}/share/demo_pkg"
    with pytest.raises(Exception, match="no_such_pkg"):
        FindPackageShare("no_such_pkg").perform(context)
