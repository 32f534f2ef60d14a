"""``exo bench``."""

import json

import pytest

from exo.cli import main


def test_engine_figures_as_json(monkeypatch, capsys) -> None:
    import exo_sim.benchmark as benchmark

    measure = benchmark.benchmark_engine
    monkeypatch.setattr(benchmark, "benchmark_engine", lambda: measure(repeats=1))
    assert main(["bench", "engine", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"real_time_factor", "mujoco_ratio", "thread_scaling"} <= set(figures)
    assert all(figures[key] > 0.0 for key in ("real_time_factor", "mujoco_ratio", "thread_scaling"))


@pytest.mark.parametrize("mujoco_ratio", [12.5, None])
def test_engine_figures_for_people(monkeypatch, capsys, mujoco_ratio) -> None:
    import exo_sim.benchmark as benchmark

    figures = benchmark.EngineBenchmark(
        real_time_factor=700.0,
        real_time_factor_cpu=710.0,
        mujoco_ratio=mujoco_ratio,
        thread_scaling=1.9,
        thread_scaling_cpu=2.0,
        step_us=0.8,
        mujoco_step_us=None if mujoco_ratio is None else 10.0,
        physics_step_s=0.001,
    )
    monkeypatch.setattr(benchmark, "benchmark_engine", lambda: figures)
    assert main(["bench", "engine"]) == 0
    shown = capsys.readouterr().out
    assert "700" in shown and "0.80 us" in shown and "1.90" in shown
    assert ("12.5" if mujoco_ratio else "MuJoCo is not installed") in shown


def test_unknown_benchmark_is_named(capsys) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["bench", "engin"])
    assert exit_info.value.code == 2
    assert "did you mean engine?" in capsys.readouterr().err
