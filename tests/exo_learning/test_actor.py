"""The actor is the paper's network (Fig. 2)."""

import pytest

torch = pytest.importorskip("torch")

from exo_learning.actor import Actor  # noqa: E402


def test_parameter_count_is_that_of_the_paper() -> None:
    # LSTM: 4 gates of input weights, recurrent weights and torch's two biases; then 128 -> 64 -> 2.
    lstm = 4 * 128 * (6 + 128 + 2)
    assert sum(parameter.numel() for parameter in Actor().parameters()) == lstm + (128 * 64 + 64) + (64 * 2 + 2)


def test_actions_have_one_row_per_observation_and_stay_within_one() -> None:
    actions = Actor()(100.0 * torch.randn(7, 10, 6))
    assert actions.shape == (7, 2)
    assert actions.abs().max() <= 1.0


def test_it_computes_the_equations_of_lstm_and_mlp() -> None:
    torch.manual_seed(0)
    actor = Actor(hidden=5, mlp=3).double()
    with torch.no_grad():
        actor.output_layer.weight.mul_(100.0)
    observation = torch.randn(1, 10, 6, dtype=torch.float64)
    weights = {name.removeprefix("lstm."): value for name, value in actor.named_parameters()}
    h = c = torch.zeros(5, dtype=torch.float64)
    for tick in observation[0]:
        gates = weights["weight_ih_l0"] @ tick + weights["bias_ih_l0"]
        gates = gates + weights["weight_hh_l0"] @ h + weights["bias_hh_l0"]
        i, f, g, o = gates.chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    hidden = torch.clamp(weights["hidden_layer.weight"] @ h + weights["hidden_layer.bias"], min=0.0)
    expected = torch.tanh(weights["output_layer.weight"] @ hidden + weights["output_layer.bias"])
    torch.testing.assert_close(actor(observation)[0], expected)


def test_no_state_is_kept_between_calls() -> None:
    actor = Actor()
    first, other = torch.randn(2, 1, 10, 6)
    before = actor(first)
    actor(other)
    assert torch.equal(actor(first), before)


def test_a_fresh_actor_commands_next_to_no_torque() -> None:
    torch.manual_seed(0)
    assert Actor()(torch.randn(100, 10, 6)).abs().max() < 0.02


@pytest.mark.skipif(not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="this processor has no bfloat16")
def test_bfloat16_changes_the_gradient_by_a_hundredth_and_no_command() -> None:
    exact, fast = Actor(), Actor(bfloat16=True)
    fast.load_state_dict(exact.state_dict())
    observation = torch.randn(64, 10, 6)
    with torch.no_grad():
        assert torch.equal(exact(observation), fast(observation))
    gradients = [
        torch.autograd.grad((actor(observation) ** 2).sum(), list(actor.parameters())) for actor in (exact, fast)
    ]
    for one, other in zip(*gradients, strict=True):
        assert one.dtype == other.dtype == torch.float32
        assert 0.0 < torch.linalg.vector_norm(one - other) < 0.02 * torch.linalg.vector_norm(one)
