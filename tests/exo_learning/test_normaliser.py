"""Running mean and variance of observations."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exo_learning.normaliser import CLIP, Normaliser  # noqa: E402

SCALE = np.array([0.3, 0.3, 2.0, 2.0, 0.5, 0.5])
OFFSET = np.array([0.2, -0.1, 1.0, -3.0, 0.0, 0.4])


def observations(seed: int, count: int) -> "torch.Tensor":
    values = OFFSET + SCALE * np.random.default_rng(seed).standard_normal((count, 10, 6))
    return torch.tensor(values, dtype=torch.float32)


@pytest.mark.parametrize("sizes", [[50], [1, 2, 30, 400], [400, 1, 1, 1]])
def test_several_updates_give_the_statistics_of_all_ticks(sizes: list[int]) -> None:
    normaliser = Normaliser()
    batches = [observations(seed, size) for seed, size in enumerate(sizes)]
    for batch in batches:
        normaliser.update(batch)
    ticks = torch.cat(batches).double().numpy().reshape(-1, 6)
    assert normaliser.count == 10 * sum(sizes)
    np.testing.assert_allclose(normaliser.mean, ticks.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(normaliser.variance, ticks.var(axis=0), rtol=1e-4)


def test_the_result_has_mean_zero_and_variance_one() -> None:
    normaliser = Normaliser()
    batch = observations(0, 500)
    normaliser.update(batch)
    ticks = normaliser(batch).reshape(-1, 6)
    np.testing.assert_allclose(ticks.mean(dim=0), 0.0, atol=1e-4)
    np.testing.assert_allclose(ticks.var(dim=0), 1.0, atol=2e-3)


def test_it_is_the_identity_before_the_first_update_but_clips() -> None:
    observation = torch.tensor([[0.5, -0.5, 3.0, -3.0, 50.0, -50.0]])
    expected = torch.tensor([[0.5, -0.5, 3.0, -3.0, CLIP, -CLIP]])
    assert torch.equal(Normaliser()(observation), expected)


def test_a_feature_that_never_moved_is_not_blown_up() -> None:
    normaliser = Normaliser()
    normaliser.update(torch.zeros(100, 6))
    assert normaliser(torch.full((1, 6), 0.001)).abs().max() < 0.2


def test_no_ticks_change_nothing() -> None:
    normaliser = Normaliser()
    normaliser.update(torch.zeros(0, 10, 6))
    assert normaliser.count == 0
    assert normaliser.variance.tolist() == [1.0] * 6


def test_state_dict_keeps_the_statistics() -> None:
    normaliser, copy = Normaliser(), Normaliser()
    normaliser.update(observations(0, 20))
    copy.load_state_dict(normaliser.state_dict())
    assert copy.count == normaliser.count
    observation = observations(1, 3)
    assert torch.equal(copy(observation), normaliser(observation))
    assert set(normaliser.state_dict()) == {"mean", "variance", "count"}
