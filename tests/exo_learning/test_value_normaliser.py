"""Normalisation of returns."""

import pytest

torch = pytest.importorskip("torch")

from exo_learning.value_normaliser import SHARE, ValueNormaliser  # noqa: E402


def test_the_first_buffer_gives_mean_0_and_sd_1() -> None:
    normaliser, returns = ValueNormaliser(), 100.0 + 7.0 * torch.randn(4096)
    normaliser.update(returns)
    normal = normaliser.normalise(returns)
    assert normal.mean().abs() < 1e-3
    assert normal.std() == pytest.approx(1.0, abs=1e-3)


def test_there_and_back() -> None:
    normaliser = ValueNormaliser()
    normaliser.update(100.0 + 7.0 * torch.randn(64))
    values = torch.tensor([-30.0, 0.0, 110.0])
    torch.testing.assert_close(normaliser.denormalise(normaliser.normalise(values)), values)


def test_old_returns_are_forgotten() -> None:
    normaliser = ValueNormaliser()
    for mean in (0.0, *[50.0] * 80):
        normaliser.update(mean + torch.randn(256))
    assert normaliser.mean == pytest.approx(50.0, abs=0.5)
    assert normaliser.variance == pytest.approx(1.0, abs=0.3)


def test_a_later_buffer_has_its_share() -> None:
    normaliser = ValueNormaliser()
    first, second = torch.tensor([0.0, 2.0]), torch.tensor([10.0, 10.0])
    normaliser.update(first)
    normaliser.update(second)
    mean = (1.0 - SHARE) * 1.0 + SHARE * 10.0
    assert normaliser.mean == pytest.approx(mean)
    square = (1.0 - SHARE) * (0.0 + 4.0) / 2.0 + SHARE * 100.0
    assert normaliser.variance == pytest.approx(square - mean**2)


def test_a_fresh_critic_expects_to_walk_for_ever() -> None:
    normaliser = ValueNormaliser()
    normaliser.expect(0.6, discount=0.99)
    assert normaliser.denormalise(torch.zeros(1)).item() == pytest.approx(60.0)


def test_returns_that_are_all_alike_do_not_divide_by_zero() -> None:
    normaliser = ValueNormaliser()
    normaliser.update(torch.full((8,), 3.0))
    assert torch.isfinite(normaliser.normalise(torch.tensor([3.0, 4.0]))).all()
