"""The networks against PyTorch's own layers."""

import pytest
import torch
from torch import Tensor, nn

from pointwise.models import ACTIVATIONS, CLASSIFIERS, ModelConfig, build, default_config
from pointwise.models.networks import SeededDropout


def pictures(n: int = 3, side: int = 28, seed: int = 1) -> Tensor:
    return torch.rand((n, 1, side, side), generator=torch.Generator().manual_seed(seed)) * 2 - 1


class TutorialConvMLP(nn.Module):
    """The class as tutorials print it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, kernel_size=1)
        self.relu = nn.ReLU()
        self.fc1 = nn.Linear(64 * 28 * 28, 256)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.conv1(x))
        x = x.view(x.size(0), -1)
        x = self.relu(self.fc1(x))
        return self.fc2(x)


def test_conv_mlp_takes_the_tutorials_weights_and_gives_its_answers() -> None:
    tutorial, ours = TutorialConvMLP(), build(default_config("conv_mlp"))
    ours.load_state_dict(tutorial.state_dict())
    torch.testing.assert_close(ours(pictures()), tutorial(pictures()))


def dense_twin() -> tuple[nn.Module, nn.Sequential]:
    """mlp_1x1 and the dense network with the same weights."""
    model = build(default_config("mlp_1x1"))
    dense = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    for layer, twin in ((model.conv1, dense[1]), (model.conv2, dense[3])):
        twin.load_state_dict({"weight": layer.weight.detach()[:, :, 0, 0], "bias": layer.bias.detach()})
    return model, dense


def test_mlp_1x1_answers_as_the_dense_network() -> None:
    model, dense = dense_twin()
    torch.testing.assert_close(model(pictures()), dense(pictures()))


def test_mlp_1x1_has_the_gradients_of_the_dense_network() -> None:
    model, dense = dense_twin()
    targets = torch.tensor([3, 1, 4])
    for network in (model, dense):
        nn.functional.cross_entropy(network(pictures()), targets).backward()
    for layer, twin in ((model.conv1, dense[1]), (model.conv2, dense[3])):
        torch.testing.assert_close(layer.weight.grad[:, :, 0, 0], twin.weight.grad)
        torch.testing.assert_close(layer.bias.grad, twin.bias.grad)


def shuffled(x: Tensor) -> Tensor:
    order = torch.randperm(x[0, 0].numel(), generator=torch.Generator().manual_seed(5))
    return x.flatten(2)[:, :, order].reshape(x.shape)


def test_bag_of_pixels_does_not_notice_a_shuffle() -> None:
    model = build(default_config("bag_of_pixels"))
    torch.testing.assert_close(model(shuffled(pictures())), model(pictures()))


def test_nin_notices_a_shuffle() -> None:
    model = build(default_config("nin")).eval()
    square = torch.full((1, 1, 28, 28), -1.0)
    square[:, :, 8:20, 8:20] = 1.0
    assert (model(shuffled(square)) - model(square)).abs().max() > 1e-4


@pytest.mark.parametrize("arch", CLASSIFIERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_logits_of_a_small_network(arch: str, activation: str) -> None:
    widths = tuple(3 for _ in default_config(arch).widths)
    config = ModelConfig(arch, image_size=8, num_classes=4, widths=widths, activation=activation)
    assert build(config)(pictures(side=8)).shape == (3, 4)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_price_per_house(batch_norm: bool) -> None:
    config = ModelConfig("price_1x1", 2, image_size=1, num_classes=1, batch_norm=batch_norm, dropout=0.5)
    assert build(config)(torch.zeros(5, 2, 1, 1)).shape == (5, 1)


def test_dropout_keeps_everything_when_a_network_is_used() -> None:
    x = torch.ones(100)
    assert torch.equal(SeededDropout(0.5).eval()(x), x)


def test_dropout_switches_off_a_share_and_strengthens_the_rest() -> None:
    x = SeededDropout(0.25)(torch.ones(10_000))
    assert x.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert (x == 0).float().mean().item() == pytest.approx(0.25, abs=0.02)


def test_dropout_repeats_with_the_models_seed() -> None:
    config = ModelConfig("price_1x1", 2, image_size=1, num_classes=1, dropout=0.5)
    houses = torch.ones(20, 2, 1, 1)
    assert torch.equal(build(config, seed=3)(houses), build(config, seed=3)(houses))
