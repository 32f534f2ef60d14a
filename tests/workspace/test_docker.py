"""The container's files keep the rules; no engine builds them here."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ros2_subset.fallback_path import enable_fallback

enable_fallback()  # the launch files need the launch package, or its stand-in

from .command_checks import TOP, problems  # noqa: E402

DOCKERFILE = TOP / "docker" / "Dockerfile"
COMPOSE = yaml.safe_load((TOP / "docker" / "compose.yaml").read_text())
SERVICES = sorted(COMPOSE["services"])


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, each as its word and the rest."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def broken_rules(text: str) -> list[str]:
    """Return what is wrong with a Dockerfile that hadolint does not see."""
    found: list[str] = []
    users: dict[str, str] = {}
    stage = ""
    for word, rest in instructions(text):
        if word == "FROM":
            base, _, stage = rest.partition(" AS ")
            users[stage] = users.get(base, "root")
            if base not in users and not re.search(r"@sha256:|:(?!latest)[\w.-]+$", base):
                found.append(f"{base} is not pinned")
        elif word == "USER":
            users[stage] = rest.split(":")[0]
        elif word == "RUN" and "apt-get install" in rest and not rest.endswith("rm -rf /var/lib/apt/lists/*"):
            found.append("the lists of apt stay in the image")
    return [*found, *(f"stage {stage} runs as root" for stage, user in users.items() if user in ("root", "0"))]


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_dockerfile_keeps_the_rules() -> None:
    assert broken_rules(DOCKERFILE.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ros:jazzy-ros-base-noble", "ros:latest", "ros:latest is not pinned"),
        ("ros:jazzy-ros-base-noble", "ros", "ros is not pinned"),
        ("USER 1001:1001\n", "", "stage sim runs as root"),
        ("WORKDIR /exo", "USER root", "stage hardware runs as root"),
        (" \\\n && rm -rf /var/lib/apt/lists/*", "", "the lists of apt stay in the image"),
    ],
)
def test_a_broken_rule_is_found(old: str, new: str, problem: str) -> None:
    text = DOCKERFILE.read_text()
    assert old in text
    assert problem in broken_rules(text.replace(old, new))


def test_what_is_copied_and_made_exists() -> None:
    for word, rest in instructions(DOCKERFILE.read_text()):
        if word == "COPY":
            source = rest.split()[-2]
            assert (TOP / source).exists(), source
        elif word == "RUN" and "&& make " in rest:
            targets = [target for words in re.findall(r"&& make ([\w./ -]+)", rest) for target in words.split()]
            rules = (TOP / "Makefile").read_text().replace("$(VENV)", ".venv")
            assert [target for target in targets if f"\n{target}:" not in rules] == []


@pytest.mark.parametrize("command", [rest for word, rest in instructions(DOCKERFILE.read_text()) if word == "CMD"])
def test_what_a_container_starts_would_be_understood(command: str) -> None:
    assert problems(tuple(json.loads(command))) == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_right_that_it_does_not_need(name: str) -> None:
    service = COMPOSE["services"][name]
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert service.keys().isdisjoint({"privileged", "cap_add", "devices", "pid", "ipc", "user"})
    assert ("network_mode" in service) == (name in ("hardware", "view"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_a_stage_of_the_dockerfile_with_a_version(name: str) -> None:
    service = COMPOSE["services"][name]
    stages = re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE.read_text(), re.MULTILINE)
    assert service["build"]["target"] in stages
    build = TOP / "docker" / service["build"]["context"]
    assert (build / service["build"]["dockerfile"]).is_file()
    (version,) = re.findall(r'version="([^"]+)"', (TOP / "src" / "exo" / "setup.py").read_text())
    assert service["image"] == f"exo-{name}:{version}"


def test_the_live_page_of_a_container_is_one_of_the_host() -> None:
    (command,) = [rest for word, rest in instructions(DOCKERFILE.read_text()) if word == "CMD" and "view:=true" in rest]
    assert "view_port" not in command  # the documented one
    assert COMPOSE["services"]["view"]["network_mode"] == "host"  # the page listens on 127.0.0.1
    before = DOCKERFILE.read_text().partition(command)[0]
    assert "make _view_packages" in before.rpartition("FROM ")[2]


def test_the_context_is_without_what_is_built_or_recorded() -> None:
    ignored = (TOP / "docker" / "Dockerfile.dockerignore").read_text().split()
    assert {".venv", "build", "install", "log", "trials", "runs"} <= set(ignored)
