"""exo compare."""

import json
from pathlib import Path

import pytest

from exo.cli import main
from exo_control.config_files import config_path


def test_table_iv_of_the_paper(capsys: pytest.CaptureFixture[str]) -> None:
    table = config_path("studies", "paper_table_iv.csv")
    assert main(["compare", str(table), "--changes", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    lstm, dofc, difference = result["comparisons"]
    assert result["subjects"] == 4
    assert [(row["first"], row["second"]) for row in result["comparisons"]] == [
        ("LSTM", None),
        ("DOFC", None),
        ("LSTM", "DOFC"),
    ]
    assert [round(row["p"], 3) for row in (lstm, dofc, difference)] == [0.018, 0.045, 0.14]
    # Three comparisons: none of the paper's is significant once that is accounted for.
    assert [round(row["p_holm"], 2) for row in (lstm, dofc, difference)] == [0.05, 0.09, 0.14]


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(config_path("studies", "paper_table_iv.csv"))]) == 0
    printed = capsys.readouterr().out
    assert "LSTM - DOFC" in printed and "3.35" in printed and "4 subjects" in printed


def test_rows_are_called_what_the_table_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "speeds.csv"
    path.write_text("seed,3 km/h,4 km/h\n1,2.1,2.4\n2,2.0,2.5\n3,2.2,2.4\n")
    assert main(["compare", str(path)]) == 0
    assert "3 seeds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,a\n1,2\n", "row 1 is 'name,a'; needs subject or seed, and a column per condition"),
        ("subject,a,a\n1,2,3\n", "row 1 has the condition 'a' more than once"),
        ("subject,a,b\n1,2\n", "row 2 has 2 cells, row 1 has 3"),
        ("subject,a,b\n1,2,3\n1,2,3\n", "row 3: subject '1' is there already"),
        ("seed,a,b\n1,2,3\n1,2,3\n", "row 3: seed '1' is there already; one row per seed"),
        ("subject,a,b\n1,2,x\n", "row 2, b: 'x' is no number"),
        ("subject,a\n1,2\n2,3\n", "one condition; give another to compare with"),
        ("subject,a,b\n1,2,3\n", "1 subjects; a paired comparison needs at least 2"),
    ],
)
def test_a_bad_table_is_refused_by_row_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert main(["compare", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "none.csv"]) == 2
    assert "none.csv: cannot be read" in capsys.readouterr().err
