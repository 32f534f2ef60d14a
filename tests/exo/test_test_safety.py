"""``exo test-safety`` on one row of its campaign."""

import argparse
import json

import pytest

from exo.cli import main
from exo.commands import test_safety
from exo_hardware import safety_campaign
from exo_hardware.campaign_rules import RULE_ROWS


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


def test_the_drives_may_be_realistic_and_of_another_make(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    short = tuple(row for row in RULE_ROWS if row.name == "no start without emergency stop")
    monkeypatch.setattr(safety_campaign, "ROWS", short)
    assert main(["test-safety", "--trials", "1", "--emulation", "realistic", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["emulation"], result["driver"]) == ("realistic", "cubemars")
    pytest.importorskip("moteus")
    assert main(["test-safety", "--trials", "1", "--driver", "moteus", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["emulation"], result["driver"]) == ("ideal", "moteus")


def test_each_row_has_twenty_moments_unless_asked_otherwise() -> None:
    parser = argparse.ArgumentParser()
    args = test_safety.add_parser(parser.add_subparsers()).parse_args([])
    assert (args.trials, args.emulation, args.driver) == (20, "ideal", None)
