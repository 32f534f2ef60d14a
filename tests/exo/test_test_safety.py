"""``exo test-safety`` on one row of its campaign."""

import json

import pytest

from exo.cli import main
from exo_hardware import safety_campaign


@pytest.fixture(autouse=True)
def one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_campaign, "ROWS", safety_campaign.ROWS[:1])


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-safety", "--trials", "1"]) == 0
    row, summary = capsys.readouterr().out.splitlines()
    assert row.endswith("1 of 1")
    assert summary == "all of 1 trials went well"


def test_a_trial_that_went_wrong_is_in_exit_code_and_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(safety_campaign.RowResult, "passed", property(lambda result: False))
    assert main(["test-safety", "--trials", "1", "--json"]) == 1
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["passed"], [row["trials"] for row in result["rows"]]) == (False, [1])


@pytest.mark.parametrize(("option", "value"), [("--trials", "0"), ("--seed", "-1")])
def test_numbers_out_of_range(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-safety", option, value]) == 2
    assert f"{option} {value}: needs a number" in capsys.readouterr().err
