"""Protocol files: what is written is read, and what is wrong is named."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exo_control.errors import ConfigError
from exo_trial.protocol import load_protocol
from exo_trial.schedule import schedule_trial

NAME = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
LENGTH = st.one_of(
    st.floats(0.1, 120.0).map(lambda value: {"minutes": round(value, 3)}),
    st.floats(6.0, 7200.0).map(lambda value: {"seconds": round(value, 3)}),
)
STILL = st.fixed_dictionaries({"kind": st.sampled_from(["stand", "rest"])})
WALKING = st.fixed_dictionaries(
    {
        "kind": st.just("walk"),
        "condition": NAME.filter(lambda name: name != "none"),
        "policy": st.sampled_from(["zero", "dofc", "lstm_8nm"]),
        "speed_m_s": st.floats(0.1, 2.5).map(lambda value: round(value, 3)),
    }
)


@st.composite
def protocols(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAME, min_size=1, max_size=8, unique=True))
    phases = [{"name": name, **draw(st.one_of(STILL, WALKING)), **draw(LENGTH)} for name in names]
    moved = draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names)))
    if len(moved) > 1:
        for phase in phases:
            phase["shuffled"] = phase["name"] in moved
    return {"description": "any", "steady_state_s": 5.0, "phases": phases}


def write(folder: Path, content: object) -> str:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(content))
    return str(path)


@given(protocols(), st.integers(0, 2**31 - 1), st.floats(0.01, 2.0))
def test_a_schedule_has_the_phases_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, written: dict[str, Any], seed: int, scale: float
) -> None:
    protocol = load_protocol(write(tmp_path_factory.mktemp("protocol"), written))
    assert protocol.name == "mine" and len(protocol.sha256) == 64
    schedule = schedule_trial(protocol, seed, scale)
    by_name = {phase.name: phase for phase in schedule.phases}
    assert schedule.steady_state_s == 5.0 * scale
    for position, phase in enumerate(written["phases"]):
        planned = by_name.pop(phase["name"])
        assert planned.duration_s == pytest.approx(scale * phase.get("seconds", 60.0 * phase.get("minutes", 0.0)))
        assert (planned.kind, planned.condition) == (phase["kind"], phase.get("condition", "none"))
        assert (planned.policy, planned.speed_m_s) == (phase.get("policy", "zero"), phase.get("speed_m_s", 0.0))
        if not phase.get("shuffled", False):
            assert schedule.phases[position] == planned, "a phase that is not shuffled keeps its place"
    assert not by_name


WALK = {"name": "free", "kind": "walk", "minutes": 1.0, "condition": "free", "speed_m_s": 1.3}


def changed(**changes: object) -> dict[str, Any]:
    phase = {key: value for key, value in {**WALK, **changes}.items() if value is not None}
    return {"description": "any", "steady_state_s": 30.0, "phases": [phase]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(kind="run"), "phases.0.kind = 'run'"),
        (changed(speed="1.3"), "unknown key 'phases.0.speed'; did you mean 'speed_m_s'?"),
        (changed(speed_m_s=9.0), "phases.0.speed_m_s = 9.0"),
        (changed(speed_m_s=None), "phase 'free': walking needs a speed_m_s above 0"),
        (changed(condition=None), "phase 'free': walking needs a condition, such as free or dofc"),
        (changed(minutes=None), "phase 'free': give its length once, as minutes or as seconds"),
        (changed(seconds=60.0), "phase 'free': give its length once, as minutes or as seconds"),
        (changed(minutes=-1.0), "phases.0.minutes = -1.0"),
        (changed(minutes=0.1), "steady_state_s = 30 is longer than phase 'free' of 6 s"),
        (changed(policy="doffc"), "policy = 'doffc': unknown policy 'doffc'; did you mean 'dofc'?"),
        (changed(policy="none.onnx"), "policy = 'none.onnx': no such file"),
        (changed(name="Free 1"), "phases.0.name = 'Free 1'"),
        (changed(shuffled=True), "phase 'free' is the only shuffled one"),
        (changed(kind="rest", condition=None), "phase 'free': speed_m_s = 1.3 is for walking only; leave it out"),
        (changed() | {"phases": [WALK, WALK]}, "phase 'free' is there more than once"),
        (changed() | {"phases": []}, "phases = []"),
        (changed() | {"steady_state_s": 0.0}, "steady_state_s = 0.0"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, content: object, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        load_protocol(path)
    assert str(caught.value).startswith(path) and message in str(caught.value)


def test_an_unknown_protocol_names_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match=r"unknown protocol 'metabolik'; did you mean 'metabolic'\? choices: metabolic"
    ):
        load_protocol("metabolik")


def test_the_metabolic_protocol_is_table_iii_of_the_paper() -> None:
    phases = load_protocol("metabolic").content.phases
    assert [(phase.kind, phase.minutes) for phase in phases] == [
        ("stand", 5.0),
        ("walk", 6.0),
        ("rest", 5.0),
        ("walk", 6.0),
        ("rest", 5.0),
        ("walk", 6.0),
        ("rest", 5.0),
        ("walk", 6.0),
        ("stand", 5.0),
    ]
    assert [phase.condition for phase in phases if phase.shuffled] == ["lstm", "dofc"]
    assert {phase.speed_m_s for phase in phases if phase.kind == "walk"} == {1.36}


def test_the_speed_protocol_is_a_minute_each_at_3_4_and_5_km_h() -> None:
    content = load_protocol("speed").content
    assert [phase.duration_s for phase in content.phases] == [60.0, 60.0, 60.0]
    assert [round(3.6 * phase.speed_m_s) for phase in content.phases] == [3, 4, 5]
    assert content.steady_state_s == 30.0
