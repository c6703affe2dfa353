"""A price taken apart against the network's own answer, and fold lines against geometry."""

import numpy as np
import pytest
import torch

from pointwise.errors import ConfigError
from pointwise.explain.price_parts import Matrices, channel_maps, clip_line, fold_lines, has_folds, price_parts
from pointwise.inference import predict_price, prices_at
from pointwise.models import ACTIVATIONS, ModelConfig, Network, build, default_config

HOUSES = [(0.0, 0.0), (2_500.0, 5.0), (4_321.0, 9.5), (6_000.0, 12.0)]


def random_network(widths: tuple[int, int] = (16, 8), activation: str = "relu", batch_norm: bool = False) -> Network:
    config = ModelConfig("price_1x1", 2, 1, 1, widths, activation, batch_norm, dropout=0.3)
    model = build(config, seed=sum(widths)).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(1)
    for name, value in model.state_dict().items():
        if "norm" in name and value.is_floating_point():
            value.uniform_(0.5, 2.0, generator=generator)
    model.card = {"scaling": {"mean": 300_000.0, "std": 150_000.0}}
    return model


@pytest.mark.parametrize("widths", [(16, 8), (1, 1), (3, 40)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_contributions_sum_to_the_prediction(widths: tuple[int, int], activation: str, batch_norm: bool) -> None:
    model = random_network(widths, activation, batch_norm)
    for house in HOUSES:
        parts = price_parts(model, *house)
        assert parts.contributions.shape == (widths[1],)
        assert parts.base + sum(parts.contributions) == pytest.approx(predict_price(model, *house), abs=1.0)
        assert parts.price == pytest.approx(predict_price(model, *house), abs=1.0)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_channels_are_those_of_the_networks_own_layers(batch_norm: bool) -> None:
    model = random_network(batch_norm=batch_norm)
    x = torch.tensor([0.5, 0.5]).view(1, 2, 1, 1)
    first = model.norm1(model.conv1(x))
    second = model.norm2(model.conv2(first.relu()))
    parts = price_parts(model, 2_500.0, 5.0)
    np.testing.assert_allclose(parts.first.before, first.flatten(), atol=1e-5)
    np.testing.assert_allclose(parts.second.before, second.flatten(), atol=1e-5)
    np.testing.assert_allclose(parts.second.values, second.relu().flatten(), atol=1e-5)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_plane_of_a_relu_network_holds_until_the_next_fold(batch_norm: bool) -> None:
    model = random_network(batch_norm=batch_norm)
    parts = price_parts(model, 2_500.0, 5.0)
    assert parts.plane.exact
    for feet, rooms in [(1.0, 0.0), (0.0, 0.002)]:
        step = parts.plane.dollars_per_square_foot * feet + parts.plane.dollars_per_room * rooms
        assert price_parts(model, 2_500.0 + feet, 5.0 + rooms).price == pytest.approx(parts.price + step, abs=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu"])
def test_plane_of_a_smooth_network_is_its_tangent(activation: str) -> None:
    model = random_network(activation=activation)
    plane = price_parts(model, 2_500.0, 5.0).plane
    across = price_parts(model, 2_500.5, 5.0).price - price_parts(model, 2_499.5, 5.0).price
    up = price_parts(model, 2_500.0, 5.001).price - price_parts(model, 2_500.0, 4.999).price
    assert not plane.exact
    assert plane.dollars_per_square_foot == pytest.approx(across, rel=1e-4)
    assert plane.dollars_per_room == pytest.approx(up / 0.002, rel=1e-4)


def test_taking_apart_works_inside_inference_mode_and_leaves_the_model_alone() -> None:
    model = random_network()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with torch.inference_mode():
        price_parts(model, 100.0, 1.0)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_maps_agree_with_single_houses() -> None:
    model = random_network((5, 3))
    maps = channel_maps(model, n=6)
    parts = price_parts(model, maps.square_feet[4], maps.rooms[1])
    for layer, part in enumerate((parts.first, parts.second)):
        assert maps.values[layer].shape == ((5, 3)[layer], 6, 6)
        np.testing.assert_allclose(maps.before[layer][:, 1, 4], part.before)
        np.testing.assert_allclose(maps.values[layer][:, 1, 4], part.values)
    everywhere = prices_at(model, *np.meshgrid(maps.square_feet, maps.rooms))
    np.testing.assert_allclose(maps.price, everywhere, atol=1.0)


def test_maps_cover_the_whole_range() -> None:
    maps = channel_maps(random_network(), n=3)
    assert (maps.square_feet.tolist(), maps.rooms.tolist()) == ([0, 2_500, 5_000], [0, 5, 10])


def test_channels_are_zero_on_their_fold_lines() -> None:
    model = random_network((64, 4), batch_norm=True)
    lines = fold_lines(model)
    assert len(lines) == 64
    assert {line is None for line in lines} == {True, False}
    for channel, line in enumerate(lines):
        for end in line or ():
            assert price_parts(model, *end).first.before[channel] == pytest.approx(0, abs=1e-9)


def test_maps_and_fold_lines_reach_beyond_the_range() -> None:
    model = random_network((64, 4))
    maps = channel_maps(model, n=3, reach=1.2)
    assert (maps.square_feet.tolist(), maps.rooms.tolist()) == ([0, 3_000, 6_000], [0, 6, 12])
    near, far = fold_lines(model), fold_lines(model, reach=1.2)
    assert sum(line is not None for line in far) >= sum(line is not None for line in near)
    for channel, line in enumerate(far):
        for end in line or ():
            assert price_parts(model, *end).first.before[channel] == pytest.approx(0, abs=1e-9)
            assert max(end[0] / 6_000, end[1] / 12) <= 1 + 1e-9


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_matrices_alone_give_the_price(activation: str) -> None:
    matrices = Matrices.of(model := random_network(activation=activation, batch_norm=True))
    hidden = matrices.activation(matrices.w1 @ torch.tensor([0.5, 0.3], dtype=torch.float64) + matrices.b1)
    hidden = matrices.activation(matrices.w2 @ hidden + matrices.b2)
    assert float(matrices.last @ hidden) + matrices.base == pytest.approx(price_parts(model, 2_500.0, 3.0).price)


def test_channel_without_a_fold_line_keeps_its_sign_over_the_range() -> None:
    model = random_network((64, 4))
    before = channel_maps(model, n=5).before[0]
    for channel, line in enumerate(fold_lines(model)):
        if line is None:
            assert (before[channel] > 0).all() or (before[channel] < 0).all()


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu"])
def test_smooth_network_has_no_folds(activation: str) -> None:
    model = random_network(activation=activation)
    assert not has_folds(model)
    assert fold_lines(model) == ()


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ((1.0, 0.0, -0.25), ((0.25, 0.0), (0.25, 1.0))),
        ((0.0, -2.0, 1.0), ((0.0, 0.5), (1.0, 0.5))),
        ((1.0, 1.0, -0.5), ((0.0, 0.5), (0.5, 0.0))),
        ((1.0, -1.0, 0.0), ((0.0, 0.0), (1.0, 1.0))),
        ((1.0, 1.0, 1.0), None),
        ((1.0, 1.0, 0.0), None),
        ((0.0, 0.0, 1.0), None),
        ((0.0, 0.0, 0.0), None),
        ((1.0, 0.0, -2.0), None),
    ],
)
def test_line_is_clipped_to_the_square(line: tuple[float, float, float], ends: object) -> None:
    assert clip_line(*line) == ends


def test_classifier_has_no_price_to_take_apart() -> None:
    for explain in (channel_maps, fold_lines, lambda model: price_parts(model, 1.0, 1.0)):
        with pytest.raises(ConfigError, match="prices no houses"):
            explain(build(default_config("mlp_1x1")))
