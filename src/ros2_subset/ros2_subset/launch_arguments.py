"""Arguments on the command line of ``ros2 launch``.

The real ``ros2 launch`` takes any argument, so a misspelt one goes unnoticed. Here an argument that no launch file
declares is an error.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ros2_subset.errors import CommandError
from ros2_subset.packages import suggestion

# Launch configurations that the launch system itself reads; users of the real one pass them as arguments.
BUILT_IN_ARGUMENTS = frozenset(
    {"emulate_tty", "launch-prefix", "launch-prefix-filter", "sigkill_timeout", "sigterm_timeout"}
)


def parse_arguments(words: Iterable[str]) -> dict[str, str]:
    """Return the arguments by name; of several with one name the last counts.

    Raises:
        CommandError: if a word is not of the form ``<name>:=<value>``.
    """
    arguments: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition(":=")
        if not separator or not name or (not value and word.count(":=") == 1):
            raise CommandError(f"malformed launch argument '{word}', expected format '<name>:=<value>'")
        arguments[name] = value
    return arguments


def check_arguments(arguments: Mapping[str, str], description: Any) -> None:
    """Check arguments before launching, as far as that is possible.

    A launch description whose parts are known only when launching may still declare more; its arguments are left to
    ``check_declared_at_run_time``.

    Raises:
        CommandError: if an argument is declared nowhere or its value is not among the choices.
    """
    declared = description.get_launch_arguments()
    for argument in declared:
        value = arguments.get(argument.name)
        # An argument that only some conditions bring in may be declared again, with other choices, under others.
        if value is None or argument.choices is None or argument._conditionally_included:
            continue
        if value not in argument.choices:
            raise CommandError(
                f"launch argument '{argument.name}': '{value}' is not one of its choices: {', '.join(argument.choices)}"
                f"{suggestion(value, argument.choices)}"
            )
    if not _is_dynamic(description):
        _refuse_unknown(arguments, {argument.name for argument in declared})


def check_declared_at_run_time(context: Any, arguments: Mapping[str, str], description: Any) -> None:
    """Check arguments once everything has been visited and no process has started yet; for an OpaqueFunction."""
    declared = getattr(context, "declared_arguments", None)
    if declared is None:
        return  # the real launch does not keep them
    declared = declared | {argument.name for argument in description.get_launch_arguments()}
    _refuse_unknown(arguments, declared)


def _refuse_unknown(arguments: Mapping[str, str], declared: set[str]) -> None:
    for name in arguments:
        if name not in declared and name not in BUILT_IN_ARGUMENTS:
            raise CommandError(
                f"unknown launch argument '{name}'{suggestion(name, declared)} "
                f"Declared are: {', '.join(sorted(declared)) or 'none'}. '--show-args' describes them."
            )


def _is_dynamic(entity: Any) -> bool:
    from launch.actions import IncludeLaunchDescription, OpaqueFunction

    if isinstance(entity, OpaqueFunction):
        return True
    sub_entities = [*entity.describe_sub_entities()]
    for _, group in entity.describe_conditional_sub_entities():
        sub_entities.extend(group)
    if isinstance(entity, IncludeLaunchDescription) and not sub_entities:
        return True  # its path is known only when launching
    return any(_is_dynamic(sub_entity) for sub_entity in sub_entities)
