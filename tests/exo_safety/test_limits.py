"""The limits file: complete, ordered, never above the ceiling, hashed by value."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exo_control.errors import ConfigError
from exo_control.joints import TORQUE_CEILING_NM
from exo_safety.limits import SafetyLimits, load_limits


def write(folder: Path, limits: SafetyLimits, **changes: object) -> Path:
    path = folder / "limits.yaml"
    path.write_text(yaml.safe_dump({**limits.model_dump(), **changes}))
    return path


def test_the_shipped_file_is_the_default_and_has_every_rule_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Path(__file__).parents[2] / "config"
    monkeypatch.setenv("EXO_CONFIG_DIR", str(config))
    assert load_limits() == load_limits(config / "safety" / "limits.yaml")
    assert load_limits().gait_gating


def test_every_line_of_the_shipped_file_has_a_comment() -> None:
    text = (Path(__file__).parents[2] / "config" / "safety" / "limits.yaml").read_text()
    assert [line for line in text.splitlines() if line.strip() and "#" not in line] == []


def test_a_file_may_lower_the_torque_cap_but_not_raise_it_above_the_ceiling(
    limits: SafetyLimits, tmp_path: Path
) -> None:
    assert load_limits(write(tmp_path, limits, torque_cap_nm=3)).torque_cap_nm == 3.0
    assert load_limits(write(tmp_path, limits, torque_cap_nm=TORQUE_CEILING_NM)).torque_cap_nm == TORQUE_CEILING_NM
    with pytest.raises(ConfigError, match=r"limits\.yaml:\d+: torque_cap_nm = 15\.1: .*at most 15.*ceiling is fixed"):
        load_limits(write(tmp_path, limits, torque_cap_nm=15.1))


@pytest.mark.parametrize("name", SafetyLimits.model_fields)
def test_no_limit_can_be_left_out_or_be_text(name: str, limits: SafetyLimits, tmp_path: Path) -> None:
    values = limits.model_dump()
    del values[name]
    path = tmp_path / "limits.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ConfigError, match=f"key '{name}' is missing"):
        load_limits(path)
    with pytest.raises(ConfigError, match=f"{name} = 'none'"):
        load_limits(write(tmp_path, limits, **{name: "none"}))


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("rom_hard_min_rad", "rom_soft_min_rad"),
        ("rom_soft_max_rad", "rom_hard_max_rad"),
        ("velocity_warn_rad_per_s", "velocity_fault_rad_per_s"),
        ("command_age_ramp_s", "command_age_fault_s"),
        ("feedback_age_warn_s", "feedback_age_fault_s"),
        ("temperature_warn_c", "temperature_fault_c"),
    ],
)
def test_limits_out_of_order_are_refused(lower: str, upper: str, limits: SafetyLimits, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"limits\.yaml: {lower} = .* must be below {upper} = "):
        load_limits(write(tmp_path, limits, **{lower: getattr(limits, upper)}))


def test_the_hash_depends_on_the_values_only(limits: SafetyLimits, tmp_path: Path) -> None:
    path = tmp_path / "limits.yaml"
    shuffled = dict(reversed(limits.model_dump().items())) | {"torque_cap_nm": 8}
    path.write_text("# a comment\n" + yaml.safe_dump(shuffled, sort_keys=False))
    assert load_limits(path).sha256() == limits.sha256()
    assert len(limits.sha256()) == 64


@given(st.sampled_from([name for name in SafetyLimits.model_fields if name != "gait_gating"]), st.floats(0.5, 0.999))
def test_the_hash_changes_with_every_value(limits: SafetyLimits, name: str, factor: float) -> None:
    changed = limits.model_copy(update={name: getattr(limits, name) * factor})
    assert changed.sha256() != limits.sha256()


def test_the_hash_changes_with_gait_gating(limits: SafetyLimits) -> None:
    assert limits.model_copy(update={"gait_gating": True}).sha256() != limits.sha256()
