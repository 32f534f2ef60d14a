"""Metabolic rate from spirometer files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_analysis.metabolic_rate import metabolic_power_w, net_change_percent, steady_state
from exo_analysis.respiration import Respiration
from exo_analysis.spirometer_file import load_spirometer_file
from exo_control.errors import ConfigError, ExoError


def k5(*rows: str) -> str:
    """A K5 export: the subject's data on the left, breaths on the right."""
    header = 'ID code:;S01;;t;Rf;VT;VO2;VCO2\nWeight (Kg);74,5;;"hh:mm:ss";1/min;L;mL/min;mL/min\n;;;;;;;\n'
    return header + "\n".join(f"Age;24;;{row}" for row in rows)


def write(folder: Path, text: str) -> Path:
    path = folder / "k5.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_brockways_equation() -> None:
    # 1 l/min of oxygen at an exchange ratio of 0.85: 16.58 x 16.667 + 4.51 x 14.167 = 340.2 W.
    breath = Respiration(np.array([0.0]), np.array([1000.0]), np.array([850.0]))
    assert metabolic_power_w(breath)[0] == pytest.approx(340.2, abs=0.1)


def test_a_k5_export_with_decimal_commas(tmp_path: Path) -> None:
    path = write(tmp_path, k5("00:00:03;20;0,8;512,5;430,25", "00:01:04;21;0,9;1500;1300"))
    read = load_spirometer_file(path)
    assert read.time_s.tolist() == [3.0, 64.0]
    assert read.o2_ml_min.tolist() == [512.5, 1500.0]
    assert read.co2_ml_min.tolist() == [430.25, 1300.0]


def test_other_units_separators_and_orders(tmp_path: Path) -> None:
    path = write(tmp_path, "VCO2\tVO2\tt\nL/min\tmL/s\ts\n0.43\t8.5\t3.5\n1.3\t25\t64\n")
    read = load_spirometer_file(path)
    assert read.o2_ml_min.tolist() == pytest.approx([510.0, 1500.0])
    assert read.co2_ml_min.tolist() == pytest.approx([430.0, 1300.0])
    assert read.time_s.tolist() == [3.5, 64.0]


GAS = st.floats(0.0, 9000.0).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(st.integers(1, 30), GAS, GAS), min_size=2, max_size=20), st.sampled_from(",;\t"))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, breaths: list[tuple[int, float, float]], separator: str
) -> None:
    times = np.cumsum([seconds for seconds, _, _ in breaths])
    rows = [["t", "VO2", "VCO2"], ["s", "mL/min", "mL/min"]]
    rows += [[str(at), str(o2), str(co2)] for at, (_, o2, co2) in zip(times, breaths, strict=True)]
    path = write(tmp_path_factory.mktemp("k5"), "\n".join(separator.join(row) for row in rows))
    read = load_spirometer_file(path)
    assert read.time_s.tolist() == times.tolist()
    assert read.o2_ml_min.tolist() == [o2 for _, o2, _ in breaths]
    assert read.co2_ml_min.tolist() == [co2 for _, _, co2 in breaths]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no row has a column 't'"),
        ("t,VO2\ns,mL/min\n1,2\n", "no column 'VCO2' in row 1"),
        ("t,VO2,VO2,VCO2\n", "2 columns 'VO2' in row 1"),
        ("t,VO2,VCO2\ns,kg,mL/min\n1,2,3\n", "row 2, VO2: unit 'kg' is unknown; known are mL/min"),
        ("t,VO2,VCO2\ns,mL/min,mL/min\n1,x,3\n2,4,5\n", "row 3, VO2: 'x' is no number"),
        ("t,VO2,VCO2\ns,mL/min,mL/min\n1,2,\n2,4,5\n", "row 3, VCO2: '' is no number"),
        ("t,VO2,VCO2\ns,mL/min,mL/min\n5,2,3\n4,4,5\n", "time goes back after 5 s"),
        ("t,VO2,VCO2\ns,mL/min,mL/min\n5,2,3\n", "1 breaths; needs at least two"),
        ("t,VO2,VCO2\ns,L/min,L/min\n1,1500,1300\n2,1500,1300\n", "does the row of units say what the numbers are"),
    ],
)
def test_a_bad_file_is_refused_by_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_spirometer_file(write(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.csv: cannot be read"):
        load_spirometer_file(tmp_path / "none.csv")


def breathing(power_w: float, settle_s: float = 0.0) -> Respiration:
    """Six minutes at an exchange ratio of 0.9, a breath every 3 s, that settle to a power."""
    time_s = np.arange(0.0, 361.0, 3.0)
    share = 1.0 - np.exp(-time_s / settle_s) if settle_s else np.ones_like(time_s)
    o2 = 60.0 * power_w * share / (16.58 + 0.9 * 4.51)
    return Respiration(time_s, o2, 0.9 * o2)


def test_the_steady_state_is_that_of_the_last_minutes() -> None:
    steady = steady_state(breathing(350.0, settle_s=40.0), 0.0, 360.0, 70.0)
    # What is missing is the mean of exp(-t / 40 s) over the last 180 s of 360 s.
    assert steady.mean_w_kg == pytest.approx(5.0 * (1.0 - 0.0024), abs=2e-3)
    assert abs(steady.slope_w_kg_min) < 0.02
    assert steady.respiratory_exchange_ratio == pytest.approx(0.9)
    assert steady.breaths == 60
    still_rising = steady_state(breathing(350.0, settle_s=200.0), 0.0, 360.0, 70.0)
    assert still_rising.slope_w_kg_min > 0.2


@pytest.mark.parametrize(
    ("begin_s", "end_s", "mass_kg", "message"),
    [
        (0.0, 100.0, 70.0, "condition of 100 s: needs at least the window of 180 s"),
        (0.0, 3600.0, 70.0, "0 breaths from 3420 to 3600 s: needs 10; the respiration covers 0 to 360 s"),
        (0.0, 360.0, 0.0, "mass_kg = 0: needs a number above 0"),
    ],
)
def test_what_has_no_steady_state(begin_s: float, end_s: float, mass_kg: float, message: str) -> None:
    with pytest.raises(ExoError, match=message):
        steady_state(breathing(350.0), begin_s, end_s, mass_kg)


def test_the_net_change_is_that_above_standing() -> None:
    assert net_change_percent(condition_w_kg=4.5, free_w_kg=5.0, stand_w_kg=1.5) == pytest.approx(-100.0 / 7.0)
    with pytest.raises(ExoError, match="the phases may be mixed up"):
        net_change_percent(4.0, 1.4, 1.5)
