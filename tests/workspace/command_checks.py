"""Whether a command of a document would be understood: its options, arguments and the files of the project it names."""

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import yaml

from exo import cli
from exo.reference import launch_page, parameters_page, topics_page
from exo_control.registry import POLICY_NAMES, POLICY_SUFFIXES, shipped_policies
from exo_nodes.lifecycle import SHARED

TOP = Path(__file__).resolve().parents[2]

FOLDERS = {"gait": "gaits", "controller": "reflexes", "config": "training", "subject": "subjects"}
"""Options and launch arguments that name a file in a folder of config/, or give a path."""

TARGETS = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE))


def problems(words: tuple[str, ...]) -> list[str] | None:
    """Return what is wrong with a command, or None for a program that is not of this project."""
    match words:
        case ("exo", *arguments):
            found = [*_exo(arguments)]
        case ("ros2", "launch", "exo", file, *arguments):
            found = [*_launch(file, arguments)]
        case ("ros2", "run", "exo_nodes", executable, *arguments):
            found = [*_run(executable, arguments)]
        case ("ros2", ("topic" | "bag") as command, *arguments):
            found = [*_ros2(command, arguments)]
        case ("ros2", "service", "call", name, kind):
            found = [*_call(name, kind)]
        case ("ros2", "param", "set", node, name, _):
            found = [*_run(f"{node.lstrip('/')}_node", [f"{name}:="])]
        case ("make", *arguments):
            found = [*_make(arguments)]
        case ("python", _, *_):
            found = []
        case ("docker", "compose", "--file", file, *arguments):
            found = [*_compose(file, arguments)]
        case ("docker", "run", *arguments) if "ros2" in arguments:
            return problems(words[words.index("ros2") :])
        case _:
            return None
    return [*found, *_files(words)]


def _files(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if re.match(r"(config|docs|tests|docker|requirements)/", word) and not (TOP / word).exists():
            yield f"there is no {word}"


def _exo(arguments: list[str]) -> Iterator[str]:
    try:
        args, unknown = cli.make_parser().parse_known_args(arguments)
    except SystemExit as stop:
        if stop.code != 0:  # --help
            yield f"exo {' '.join(arguments)}: not understood"
        return
    for word in unknown:
        yield f"unknown argument {word}"
    yield from _names({name: value for name, value in vars(args).items() if isinstance(value, str)})
    policies = vars(args).get("policy")
    for policy in policies if isinstance(policies, list) else []:
        yield from _policy(policy)
    law = vars(args).get("law")
    if law and law != "none":
        yield from _policy(law)


def _names(values: dict[str, str]) -> Iterator[str]:
    for name, folder in FOLDERS.items():
        value = values.get(name, "")
        is_path = value.endswith((".yaml", ".scone"))
        if value and not is_path and not (TOP / "config" / folder / f"{value}.yaml").is_file():
            yield f"{name} {value}: no such file in config/{folder}"
    yield from _policy(values.get("policy", ""))


def _policy(value: str) -> Iterator[str]:
    if value and not value.endswith(POLICY_SUFFIXES) and value not in (*POLICY_NAMES, *shipped_policies()):
        yield f"policy {value}: no such policy"


def _launch(file: str, arguments: list[str]) -> Iterator[str]:
    if not (TOP / "launch" / file).is_file():
        yield f"there is no launch/{file}"
        return
    declared = {argument.name: argument for argument in launch_page.launch_arguments(TOP / "launch" / file)}
    values = dict(word.split(":=", 1) for word in arguments if not word.startswith("--"))
    for name, value in values.items():
        if name not in declared:
            yield f"{file} has no argument {name}"
        elif declared[name].choices and value not in declared[name].choices:
            yield f"{name}:={value}: needs one of {declared[name].choices}"
    yield from _names(values)


def _run(executable: str, arguments: list[str]) -> Iterator[str]:
    if executable not in parameters_page.executables():
        yield f"exo_nodes has no executable {executable}"
        return
    known = {parameter.name for parameter in (*SHARED, *parameters_page.own_parameters(executable))}
    for word in arguments:
        name, separator, _ = word.partition(":=")
        if separator and name not in known:
            yield f"{executable} has no parameter {name}"


def _ros2(command: str, arguments: list[str]) -> Iterator[str]:
    """Check a command that the stand-in for a distribution's ``ros2`` has too, and the topic that it is about."""
    parser = argparse.ArgumentParser(prog=f"ros2 {command}")
    import_module(f"ros2_subset.commands.{command}").add_arguments(parser)
    try:
        args = parser.parse_args(arguments)
    except SystemExit:
        yield f"ros2 {command} {' '.join(arguments)}: not understood"
        return
    topic = vars(args).get("topic_name")
    if topic and topic.lstrip("/") not in {each.name.lstrip("/") for each in topics_page.described_topics()}:
        yield f"no node publishes {topic}"


def _call(name: str, kind: str) -> Iterator[str]:
    services = {each for rows in topics_page.described_services().values() for each, _ in rows}
    if name.lstrip("/") not in services:
        yield f"no node offers {name}"
    if kind.replace("/srv/", "/") != topics_page.SERVICE_TYPE:
        yield f"{name} is not of type {kind}"


def _compose(file: str, arguments: list[str]) -> Iterator[str]:
    """Check ``docker compose run|up|exec SERVICE``, and the command that is run in the container."""
    services = yaml.safe_load((TOP / file).read_text())["services"]
    verb, service, *inner = (word for word in arguments if word != "--rm")
    if verb not in ("run", "up", "exec") or service not in services:
        yield f"docker compose {verb} {service}: needs run, up or exec, and one of {', '.join(services)}"
        return
    if inner[:1] == ["bash"]:
        inner = inner[-1].rpartition("&& ")[2].split()
    elif service == "train":
        inner = ["exo", "train", *inner]
    yield from (problems(tuple(inner)) or []) if inner else []


def _make(arguments: list[str]) -> Iterator[str]:
    values = dict(word.split("=", 1) for word in arguments if "=" in word)
    for target in (word for word in arguments if "=" not in word):
        if target not in TARGETS:
            yield f"there is no target {target}"
        words = values.get("ARGS", "").split()
        if target == "sim":
            yield from _launch("sim.launch.py", words)
        elif target == "train":
            yield from _exo(["train", *words])


def option_strings(name: str) -> set[str]:
    """Return the options of a command of ``exo`` and of the commands within it."""
    (top,) = (a for a in cli.make_parser()._actions if isinstance(a, argparse._SubParsersAction))
    parser = top.choices[name]
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found.update(*(child._option_string_actions for child in action.choices.values()))
    return found
