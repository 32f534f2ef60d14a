"""Paired comparisons: the paper's Table IV, textbook formulas and what cannot be compared."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exo_analysis.paired_comparison import compare_paired, correct_for_several
from exo_control.errors import ExoError

# Table IV of the paper: reduction of the net metabolic rate, %, of four subjects.
LSTM = [7.9, 11.6, 4.2, 12.7]
DOFC = [1.2, 6.9, 5.4, 9.5]


def test_table_iv_of_the_paper() -> None:
    lstm, dofc, difference = compare_paired(LSTM), compare_paired(DOFC), compare_paired(LSTM, DOFC)
    assert (round(lstm.mean, 2), round(lstm.sd, 2), round(lstm.p, 3)) == (9.10, 3.86, 0.018)
    assert (round(dofc.mean, 2), round(dofc.sd, 2), round(dofc.p, 3)) == (5.75, 3.47, 0.045)
    assert (round(difference.mean, 2), round(difference.sd, 2), round(difference.p, 2)) == (3.35, 3.36, 0.14)
    assert [round(found.t, 2) for found in (lstm, dofc, difference)] == [4.72, 3.31, 2.00]
    assert lstm.degrees_of_freedom == 3
    # t(0.975, 3) = 3.182446
    half = 3.182446 * lstm.sd / 2.0
    assert lstm.confidence_interval == pytest.approx((lstm.mean - half, lstm.mean + half), rel=1e-6)
    assert lstm.effect_size == pytest.approx(lstm.mean / lstm.sd)
    assert lstm.effect_size_corrected == pytest.approx(lstm.effect_size * (1.0 - 3.0 / 11.0))
    assert lstm.normality_p is not None and lstm.normality_p > 0.05
    assert lstm.wilcoxon_p == 0.125  # two of the 16 equally likely signs


NUMBERS = st.lists(st.floats(-100.0, 100.0), min_size=3, max_size=20).filter(lambda x: np.std(x) > 1e-3)


@settings(max_examples=25)  # each makes three exact signed-rank tests
@given(NUMBERS, st.floats(-50.0, 50.0))
def test_the_sign_and_what_all_subjects_share_do_not_matter(differences: list[float], shift: float) -> None:
    found = compare_paired(differences)
    opposite = compare_paired([-value for value in differences])
    assert opposite.p == pytest.approx(found.p) and opposite.mean == pytest.approx(-found.mean)
    paired = compare_paired([value + shift for value in differences], [shift] * len(differences))
    assert paired.mean == pytest.approx(found.mean, abs=1e-9) and paired.sd == pytest.approx(found.sd)
    low, high = found.confidence_interval
    assert low < found.mean < high
    assert (low > 0.0 or high < 0.0) == (found.p < 0.05)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([1.0], None, "1 subjects; a paired comparison needs at least 2"),
        ([1.0, 2.0], [1.0], "2 and 1 subjects"),
        ([1.0, float("nan")], None, "needs one finite number per subject"),
        ([2.0, 3.0], [1.0, 2.0], "all 2 differences are 1"),
    ],
)
def test_what_cannot_be_compared(first: list[float], second: list[float] | None, message: str) -> None:
    with pytest.raises(ExoError, match=message):
        compare_paired(first, second)


def test_holms_correction() -> None:
    # Holm (1979), worked by hand: 0.01 x 4, 0.013 x 3 (not below the one before), 0.03 x 2, 0.04 x 1 (likewise).
    assert correct_for_several([0.03, 0.01, 0.04, 0.013]) == pytest.approx([0.06, 0.04, 0.06, 0.04])
    assert correct_for_several([]) == []
    assert correct_for_several([0.6, 0.7]) == [1.0, 1.0]
    with pytest.raises(ExoError, match="from 0 to 1"):
        correct_for_several([1.5])


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10))
def test_corrected_values_keep_their_order_and_are_no_smaller(p_values: list[float]) -> None:
    corrected = correct_for_several(p_values)
    assert all(after >= before for before, after in zip(p_values, corrected, strict=True))
    assert list(np.argsort(p_values, kind="stable")) == list(np.lexsort((range(len(p_values)), p_values, corrected)))
