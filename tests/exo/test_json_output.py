"""What ``--json`` prints is JSON, whatever a command hands over."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo.json_output import print_json, to_plain


def test_numpy_values_become_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"speed": np.float64(1.3), "peaks": np.array([1.1, 1.2]), "fell": np.bool_(False), "n": np.int64(3)})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"speed": 1.3, "peaks": [1.1, 1.2], "fell": False, "n": 3}


def test_what_is_not_finite_becomes_null() -> None:
    assert to_plain({"a": math.nan, "b": [np.inf, np.array([-np.inf, 1.0])]}) == {"a": None, "b": [None, [None, 1.0]]}


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
trees = st.recursive(leaves, lambda tree: st.lists(tree) | st.tuples(tree) | st.dictionaries(st.text(), tree))


@given(st.dictionaries(st.text(), trees))
def test_any_tree_of_plain_values_is_valid_json(tree: dict[str, object]) -> None:
    text = json.dumps(to_plain(tree), allow_nan=False)
    assert json.loads(text) == to_plain(tree)
