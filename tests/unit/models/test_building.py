"""What is built from a configuration: initial weights, and shapes without memory."""

import pytest
import torch

from pointwise.errors import ConfigError
from pointwise.models import ModelConfig, build, count_parameters, default_config, skeleton


@pytest.mark.parametrize(
    ("arch", "parameters"),
    [("conv_mlp", 12_848_010), ("mlp_1x1", 203_530), ("nin", 90_602), ("bag_of_pixels", 1_450), ("price_1x1", 193)],
)
def test_number_of_parameters(arch: str, parameters: int) -> None:
    assert count_parameters(skeleton(default_config(arch))) == parameters


def test_same_seed_same_weights() -> None:
    first, again = build(default_config("nin"), seed=7), build(default_config("nin"), seed=7)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_other_seed_other_weights() -> None:
    first, other = build(default_config("nin"), seed=7), build(default_config("nin"), seed=8)
    assert not torch.equal(first.conv1.weight, other.conv1.weight)


def test_building_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    build(default_config("nin"))
    assert torch.equal(torch.get_rng_state(), before)


def test_weights_start_where_pytorch_starts_them() -> None:
    layer = build(default_config("mlp_1x1")).conv1
    bound = 1 / 784**0.5  # of nn.Linear and nn.Conv2d: 1 / sqrt(inputs)
    for values in (layer.weight, layer.bias):
        assert 0.95 * bound < values.abs().max() <= bound
        assert abs(values.mean()) < bound / 5


def test_skeleton_takes_no_memory() -> None:
    assert all(parameter.is_meta for parameter in skeleton(default_config("conv_mlp")).parameters())


def test_too_many_parameters_are_refused_before_they_are_allocated() -> None:
    with pytest.raises(ConfigError, match=r"would have 1,\d{3},\d{3},\d{3},\d{3} parameters"):
        build(ModelConfig("conv_mlp", image_size=256, widths=(4096, 4096)))
