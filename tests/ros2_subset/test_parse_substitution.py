"""Substitutions written in text."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from launch import LaunchContext

pytestmark = pytest.mark.usefixtures("stand_in_only")  # the real parser needs its package to be installed


def perform(text: str, **configurations: str) -> str:
    from launch.frontend.parse_substitution import parse_substitution
    from launch.utilities import perform_substitutions

    context = LaunchContext()
    context.launch_configurations.update(configurations)
    return perform_substitutions(context, parse_substitution(text))


@given(st.text().filter(lambda text: "$(" not in text and "\\" not in text))
def test_plain_text_stays(text: str) -> None:
    assert perform(text) == text


@given(st.text(), st.text(), st.text())
def test_escaped_text_and_values_come_through(before: str, value: str, after: str) -> None:
    def escape(text: str) -> str:
        return "".join(f"\\{character}" if character in "$\\\"'()" else character for character in text)

    assert perform(f"{escape(before)}$(var name){escape(after)}", name=value) == before + value + after


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a $(var x) b", "a 1 b"),
        ("$(var y none)", "none"),
        ("$(var $(var z))", "1"),
        ("$(eval '$(var x) + 2')", "3"),
        ("$(eval $(var x) + 2)", "3"),
        ("$(if $(equals $(var x) 1) 'is one' other)", "is one"),
        ('$(env DEMO_MISSING "with \' quote")', "with ' quote"),
        ("$(not false) $(and true 0) $(or 1 0)", "true false true"),
        ("\\$(var x) $", "$(var x) $"),
        ("$(command 'printf a')", "a"),
    ],
)
def test_substitutions(text: str, result: str) -> None:
    assert perform(text, x="1", z="x") == result


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$(var", "not closed"),
        ("$(var 'x)", "not closed"),
        ("$()", "no name"),
        ("$($(var x) y)", "no name"),
        ("$(vra x)", "unknown substitution 'vra'"),
        ("$(var)", "missing 1 required"),
        ("$(not a b)", "argument"),
    ],
)
def test_what_is_wrong_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="substitution") as error:
        perform(text)
    assert told in str(error.value)


@given(st.text(alphabet="$()var '\"\\x", max_size=20))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    from launch.substitutions import SubstitutionFailure

    with contextlib.suppress(ValueError, SubstitutionFailure):
        perform(text, x="1")
