"""``exo test-safety`` on a few rows of its campaign."""

import json

import pytest

from exo.cli import main
from exo_hardware import safety_campaign


@pytest.fixture(autouse=True)
def two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_campaign, "ROWS", safety_campaign.ROWS[:2])


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-safety", "--trials", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("1 of 1") for line in lines[:2]] == [True, True]
    assert lines[-1] == "all of 2 trials went well"


def test_a_trial_that_went_wrong_is_in_exit_code_and_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(safety_campaign.RowResult, "passed", property(lambda result: False))
    assert main(["test-safety", "--trials", "1", "--json"]) == 1
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["passed"], [row["trials"] for row in result["rows"]]) == (False, [1, 1])


@pytest.mark.parametrize(("option", "value"), [("--trials", "0"), ("--seed", "-1")])
def test_numbers_out_of_range(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-safety", option, value]) == 2
    assert f"{option} {value}: needs a number" in capsys.readouterr().err
