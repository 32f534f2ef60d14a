"""Figures of a trial in phases, and a spirometer's file beside it, from signals that can be worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from exo import phase_figures
from exo.cli import main
from exo.phase_figures import RecordedTrial, summarise, table
from exo.phase_plot import phase_panels, plot_phases
from exo.spirometry import respiration_of_phases
from exo.trial_progress import recorded_runs
from exo.trial_recording import Recording, Series, empty_topic
from exo_analysis.respiration import Respiration
from exo_control.errors import ConfigError
from exo_nodes import topics
from exo_sim.names import MUSCLES
from exo_trial.phase_clock import SECOND_NS, TrialState
from exo_trial.phase_mark import mark_of
from exo_trial.schedule import Schedule, ScheduledPhase
from exo_trial.trial_file import TrialFile

MASS_KG = 70.0
PHASES = (
    ("stand_1", "stand", "none", 0.0, 1.5),
    ("free_1", "walk", "free", 1.36, 5.5),
    ("lstm", "walk", "lstm", 1.36, 5.1),
)
"""Name, kind, condition, speed, gross W/kg."""


def trial_file() -> TrialFile:
    phases = [
        ScheduledPhase(name=name, kind=kind, condition=condition, policy="zero", speed_m_s=speed, duration_s=20.0)
        for name, kind, condition, speed, _ in PHASES
    ]
    schedule = Schedule(
        protocol="short", protocol_sha256="0", order_seed=0, duration_scale=1.0, steady_state_s=10.0, phases=phases
    )
    return TrialFile(schedule=schedule, arguments={"subject": "reference"}, mass_kg=MASS_KG)


class Signals(Recording):
    """A recording of made-up signals: hips swing at 1 Hz, with 4 Nm along the motion in the phase lstm."""

    def __init__(self, begin_s: float, phases: list[int], last_finishes: bool = True) -> None:
        super().__init__({}, {topics.JOINT_STATES: empty_topic(topics.JOINT_STATES)}, True)
        time_s = begin_s + np.arange(0.0, 20.0 * len(phases) + 0.005, 0.01)
        stamps = np.round(time_s * SECOND_NS).astype(np.int64)
        phase = np.array(phases)[np.minimum((time_s - begin_s) / 20.0 - 1e-9, len(phases) - 1).clip(0).astype(int)]
        walking = np.array([PHASES[index][1] == "walk" for index in phase])
        swing = np.sin(2.0 * np.pi * time_s) * walking
        velocity = 0.4 * 2.0 * np.pi * np.cos(2.0 * np.pi * time_s) * walking
        hips = np.stack([0.4 * swing, -0.4 * swing], axis=1)
        rates = np.stack([velocity, -velocity], axis=1)
        torque = np.where((phase == 2)[:, None], 4.0 * np.sign(rates), 0.0)
        power = MASS_KG * np.array([PHASES[index][4] for index in phase])
        speed = 1.36 * walking
        for name, values in (
            ("applied_torque", torque),
            ("joint_position", hips),
            ("joint_velocity", rates),
            ("metabolic_power", np.outer(power, np.eye(1 + len(MUSCLES))[0])),
            ("centre_of_mass", np.stack([np.cumsum(speed) * 0.01, np.ones(len(speed))], axis=1)),
        ):
            self.__dict__[name] = Series(stamps, values)
        scheduled = trial_file().schedule.phases
        marks = [
            (round((begin_s + 20.0 * place) * SECOND_NS), mark_of(scheduled[index], index, TrialState.RUNNING))
            for place, index in enumerate(phases)
        ]
        state = TrialState.FINISHED if last_finishes else TrialState.ABORTED
        marks.append((int(stamps[-1]), mark_of(scheduled[phases[-1]], phases[-1], state)))
        self.__dict__["phase_marks"] = marks


def made_up(folder: Path, **recordings: Recording) -> RecordedTrial:
    last = {run.mark.index: (name, run) for name, made in recordings.items() for run in recorded_runs(made)}
    return RecordedTrial(folder, trial_file(), recordings, [last[index] for index in sorted(last)])


def test_each_phase_has_its_figures(tmp_path: Path) -> None:
    summary = summarise(made_up(tmp_path, bag=Signals(1.0, [0, 1, 2])))
    stand, free, lstm = summary["phases"]
    assert summary["finished"] and summary["standing_w_kg"] == pytest.approx(1.5)
    assert stand["gross_w_kg"] == pytest.approx(1.5) and stand["net_w_kg"] is None
    assert stand["cadence_steps_min"] is None and stand["walked_m_s"] == pytest.approx(0.0)
    assert free["net_w_kg"] == pytest.approx(4.0) and free["torque_rms_nm"] == 0.0
    assert free["cadence_steps_min"] == pytest.approx(120.0, abs=0.5)
    assert free["walked_m_s"] == pytest.approx(1.36)
    # Legs of the reference subject, 0.88 m, that open to 0.8 rad.
    assert free["step_length_by_hips_m"] == pytest.approx(2.0 * 0.883 * np.sin(0.4), rel=0.02)
    assert free["hip_range_right_deg"] == pytest.approx(np.degrees(0.8), rel=0.03)
    assert lstm["torque_rms_nm"] == pytest.approx(4.0, rel=0.02)
    # Both legs: 2 x 4 Nm x mean of |velocity|, 0.4 rad x 2 pi x 2 / pi.
    assert lstm["exo_net_power_w"] == pytest.approx(8.0 * 0.4 * 4.0, rel=0.02)
    assert lstm["work_positive_j_stride"] == pytest.approx(8.0 * 0.4 * 4.0, rel=0.02)  # a stride takes 1 s
    assert summary["conditions"]["lstm"]["change_percent"] == pytest.approx(-10.0)
    assert "lstm: net 3.60 W/kg, -10.0 % against walking free" in table(summary)


def test_a_resumed_phase_counts_as_it_went_the_last_time(tmp_path: Path) -> None:
    trial = made_up(tmp_path, bag=Signals(1.0, [0, 1], last_finishes=False), bag_2=Signals(1.0, [1, 2]))
    summary = summarise(trial)
    assert [(phase["phase"], phase["recording"], phase["complete"]) for phase in summary["phases"]] == [
        ("stand_1", "bag", True),
        ("free_1", "bag_2", True),
        ("lstm", "bag_2", True),
    ]
    assert summary["finished"] and len(summary["recordings"]) == 2


def test_a_phase_that_was_not_finished_is_told_but_not_compared(tmp_path: Path) -> None:
    summary = summarise(made_up(tmp_path, bag=Signals(1.0, [0, 1, 2], last_finishes=False)))
    assert not summary["finished"] and "lstm" not in summary["conditions"]
    assert summary["phases"][2]["gross_w_kg"] == pytest.approx(5.1)
    assert "not finished" in table(summary)


def test_the_plot_of_a_trial(tmp_path: Path) -> None:
    trial = made_up(tmp_path, bag=Signals(1.0, [0, 1, 2]))
    plot_phases(trial, summarise(trial), tmp_path / "trial.png")
    assert (tmp_path / "trial.png").read_bytes().startswith(b"\x89PNG")


def test_the_plot_begins_with_the_device_not_with_the_person(tmp_path: Path) -> None:
    recording = Signals(30.0, [0, 1, 2])
    before = Series(np.array([SECOND_NS], dtype=np.int64), 9.0 * MASS_KG * np.eye(1 + len(MUSCLES))[:1])
    power = recording.metabolic_power
    recording.__dict__["metabolic_power"] = Series(
        np.concatenate([before.stamp_ns, power.stamp_ns]), np.concatenate([before.values, power.values])
    )
    trial = made_up(tmp_path, bag=recording)
    rate, _ = phase_panels(trial, summarise(trial)["phases"], bin_s=2.0)
    assert (rate.time_s[0], rate.values[0]) == (1.0, pytest.approx(1.5))


def breathing(begin_s: float) -> Respiration:
    """A breath a second, at the rates of the phases, from ``begin_s`` of the spirometer on."""
    time_s = begin_s + np.arange(60.0) + 0.5
    rate = np.repeat([gross for *_, gross in PHASES], 20)
    o2 = 60.0 * MASS_KG * rate / (16.58 + 0.9 * 4.51)
    return Respiration(time_s, o2, 0.9 * o2)


def test_the_spirometer_is_aligned_by_its_offset(tmp_path: Path) -> None:
    phases = respiration_of_phases(made_up(tmp_path, bag=Signals(1.7e9, [0, 1, 2])), breathing(100.0), 100.0)
    assert [phase.steady.mean_w_kg for phase in phases if phase.steady] == pytest.approx([1.5, 5.5, 5.1])
    assert all(phase.rate is not None for phase in phases)


def test_a_phase_that_the_spirometer_does_not_cover_says_so(tmp_path: Path) -> None:
    *_, last = respiration_of_phases(made_up(tmp_path, bag=Signals(1.0, [0, 1, 2])), breathing(0.0), 30.0)
    assert last.steady is None and "breaths from 80 to 90 s" in last.problem


def test_the_clock_of_a_resumed_simulation_cannot_be_aligned(tmp_path: Path) -> None:
    trial = made_up(tmp_path, bag=Signals(1.0, [0, 1], last_finishes=False), bag_2=Signals(1.0, [1, 2]))
    with pytest.raises(ConfigError, match="the clock of a simulated trial starts anew when it is resumed"):
        respiration_of_phases(trial, breathing(0.0), 0.0)
    on_the_device = made_up(tmp_path, bag=Signals(1.0, [0, 1], last_finishes=False), bag_2=Signals(90.0, [1, 2]))
    assert respiration_of_phases(on_the_device, breathing(0.0), 0.0)[0].steady is not None


def test_exo_metabolic_prints_net_rates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trial, gas = made_up(tmp_path, bag=Signals(1.0, [0, 1, 2])), breathing(0.0)
    monkeypatch.setattr(phase_figures, "load_trial", lambda folder: trial)
    rows = zip(gas.time_s, gas.o2_ml_min, gas.co2_ml_min, strict=True)
    text = "t,VO2,VCO2\ns,mL/min,mL/min\n" + "".join(f"{at},{o2},{co2}\n" for at, o2, co2 in rows)
    (tmp_path / "k5.csv").write_text(text)
    assert main(["metabolic", str(tmp_path / "k5.csv"), str(tmp_path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["standing_w_kg"] == pytest.approx(1.5)
    assert result["conditions"]["lstm"]["change_percent"] == pytest.approx(-10.0)
    assert result["phases"][1]["steady_state"]["respiratory_exchange_ratio"] == pytest.approx(0.9)
    assert (tmp_path / "metabolic.png").read_bytes().startswith(b"\x89PNG")
    assert main(["metabolic", str(tmp_path / "k5.csv"), str(tmp_path)]) == 0
    assert "lstm: net 3.60 W/kg, -10.0 % against walking free" in capsys.readouterr().out
