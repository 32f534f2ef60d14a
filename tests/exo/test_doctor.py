"""``exo doctor`` reports in lines and as JSON, and runs where ROS does not."""

import json
import subprocess
import sys

import pytest

from exo import cli
from exo.doctor import can_interfaces
from exo.doctor.finding import note, ok, problem
from exo.doctor.machine import Machine
from exo.doctor.subjects import SUBJECTS


@pytest.fixture(autouse=True)
def invented_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    """All subjects are fine but one, which has a problem and a note."""
    for subject in SUBJECTS:
        monkeypatch.setattr(subject, "check", lambda machine: [ok("fine", "all well")])
    found = [problem("can", "no drives", "plug them in"), note("can", "old cable", "buy one")]
    monkeypatch.setattr(can_interfaces, "check", lambda machine: found)


def test_each_line_has_level_subject_and_fix(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "problem   can       no drives\n                    fix: plug them in\n" in out
    assert out.splitlines()[-1] == "1 problems, 1 notes"


def test_json_is_one_object_on_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--json"]) == 1
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["problems"], result["notes"], len(result["findings"])) == (1, 1, 11)
    assert {"subject": "can", "level": "note", "text": "old cable", "fix": "buy one"} in result["findings"]


def test_notes_alone_are_no_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(can_interfaces, "check", lambda machine: [note("can", "old cable", "buy one")])
    assert cli.main(["doctor"]) == 0


def test_the_checks_import_no_ros() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['rclpy', 'rcl_interfaces', 'numba', 'can']))\n"
        "from exo.doctor.machine import Ended, Machine\n"
        "from exo.doctor.subjects import SUBJECTS\n"
        "machine = Machine(run=lambda words: Ended(1, '', 'ImportError'))\n"
        "print(*(finding.text for subject in SUBJECTS for finding in subject.check(machine)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "makes no node: ImportError" in done.stdout
    assert Machine().checkout.is_dir()
