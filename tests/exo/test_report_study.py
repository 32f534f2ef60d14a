"""The studies on the page of ``exo report``: what their rows are, and what is told where statistics are missing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from exo.cli import main
from exo.report.study import decimals_for, load_study


def page_and_json(
    capsys: pytest.CaptureFixture[str], table: Path, option: str = "--study"
) -> tuple[str, dict[str, Any]]:
    page = table.parent / "page.html"
    assert main(["report", option, str(table), "--output", str(page), "--json"]) == 0
    (study,) = json.loads(capsys.readouterr().out.splitlines()[-1])["studies"]
    return page.read_text(), study


@pytest.fixture
def speeds(tmp_path: Path) -> Path:
    table = tmp_path / "speeds.csv"
    table.write_text("seed,3 km/h,4 km/h\n7,2.041,2.513\n8,2.107,2.498\n9,2.066,2.530\n")
    return table


def test_rows_are_seeds_where_the_table_says_so(speeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, _ = page_and_json(capsys, speeds)
    text = re.sub(r"base64,[A-Za-z0-9+/=]*", "", page)
    assert '<td data-name="seed">7' in text and "n = 3 seeds" in text and "each of 3 seeds" in text
    assert "not for a population" in text and "subject" not in text


def test_small_numbers_have_more_decimals(speeds: Path) -> None:
    numbers = load_study(speeds, changes=False).tables[0]
    assert numbers.rows[0] == ["7", "2.04", "2.51"]
    assert numbers.rows[-1] == ["mean ± SD", "2.07 ± 0.03", "2.51 ± 0.02"]


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([], 2), ([0.0], 2), ([9.94], 2), ([-12.3, 1.0], 1), ([123.0], 0), ([5400.0], 0), ([0.0123], 4), ([1e-12], 6)],
)
def test_the_largest_number_is_shown_with_three_digits(values: list[float], decimals: int) -> None:
    assert decimals_for(values) == decimals


@pytest.mark.parametrize(
    ("rows", "reason", "pictures"),
    [
        ("", "0 subjects; a paired comparison needs at least 2", 0),
        ("1,4.0,5.0\n", "1 subjects; a paired comparison needs at least 2", 1),
        ("1,4.0,5.0\n2,4.5,5.5\n", "no statistics: ", 1),
    ],
)
def test_a_table_without_statistics_is_shown_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, reason: str, pictures: int
) -> None:
    table = tmp_path / "study.csv"
    table.write_text("subject,a,b\n" + rows)
    page, study = page_and_json(capsys, table)
    assert study["comparisons"] == [] and any(reason in note for note in study["notes"])
    assert "no statistics: " in page and page.count("<img ") == pictures
    assert page.count('<td data-name="subject">') == rows.count("\n") + (rows.count("\n") > 1)


def test_falls_notes_and_command_of_a_study_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "study_changes.csv"
    table.write_text("subject,policy,DOFC\ns01,-7.5,-4.1\ns02,-9.0,-5.0\ns04,-8.1,-2.2\n")
    falls = {"s01": (0, 1), "s02": (0, 0), "s03": (2, 3), "s04": (0, 0)}
    notes = ["left out, since a condition fell on every seed: s03", "policy: falls of s01 1, s03 3"]
    content = {"command": "exo study --seeds 3", "seeds": 3, "notes": notes, "left_out": ["s03"]}
    content["subjects"] = [{"name": name, "falls": {"no exo": a, "policy": b}} for name, (a, b) in falls.items()]
    (tmp_path / "study.json").write_text(json.dumps(content))
    page, study = page_and_json(capsys, table, "--changes")
    assert study["falls"] == {"no exo": 2, "policy": 4} and study["notes"] == notes
    assert "<pre>exo study --seeds 3</pre>" in page and all(note in page for note in notes)
    cells = re.findall(r'<td data-name="(?:condition|falls|walks)">([^<]*)</td>', page)
    assert cells == ["no exo", "2", "12", "policy", "4", "12"]


def test_falls_at_each_speed_are_shown(speeds: Path) -> None:
    content = {"command": "exo study --speeds", "seeds": 4, "seeds_compared": 3}
    content |= {"speeds": {"3 km/h": {"falls": 0}, "4 km/h": {"falls": 1}}}
    speeds.with_suffix(".json").write_text(json.dumps(content))
    study = load_study(speeds, changes=False)
    assert study.tables[-1].rows == [["3 km/h", "0", "4"], ["4 km/h", "1", "4"]]
    assert study.notes == ["3 of 4 seeds without a fall at any speed, which alone count"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"subjects": [{"name": "s01"}], "notes": [], "seeds": 3}'])
def test_a_record_that_means_nothing_is_named_and_the_table_shown(tmp_path: Path, content: str) -> None:
    table = tmp_path / "study.csv"
    table.write_text("subject,a,b\n1,1.0,2.0\n2,2.0,3.5\n3,1.5,2.0\n")
    (tmp_path / "study.json").write_text(content)
    study = load_study(table, changes=False)
    (note,) = study.notes
    assert note.startswith("study.json: falls and notes of the study cannot be read") and len(study.found) == 1


def test_a_table_of_another_name_does_not_take_the_record_beside_it(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("subject,a,b\n1,1.0,2.0\n2,2.0,3.5\n3,1.5,2.0\n")
    (tmp_path / "study.json").write_text("{}")
    study = load_study(table, changes=False)
    assert study.notes == [] and study.record.command == ""
