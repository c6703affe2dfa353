"""A run's snapshots, looked at with one drawing or over the plane of houses: each says what its own network says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from pointwise.errors import ConfigError
from pointwise.explain.chain import Chain
from pointwise.explain.replay import replay_drawing, replay_prices
from pointwise.inference import classify_image, predict_price, prices_at
from pointwise.models import CLASSIFIERS, ModelConfig, Network, build, default_config
from pointwise.weights import load_model, model_from
from tests.unit.explain.toys import IMAGE, MODELS, network

HOUSES = {"scaling": {"mean": 300_000.0, "std": 120_000.0}}
FEET, ROOMS = np.linspace(0, 6_000, 5), np.linspace(0, 12, 4)


def snapshots(*models: Network, dtype: torch.dtype = torch.float32) -> list[tuple[int, dict[str, torch.Tensor]]]:
    """At the steps 1, 10, 100, …"""
    states = [model.state_dict() for model in models]
    return [
        (10**n, {name: t.to(dtype) if t.is_floating_point() else t for name, t in state.items()})
        for n, state in enumerate(states)
    ]


def prices_networks() -> list[Network]:
    return [build(default_config("price_1x1"), seed).eval() for seed in range(3)]


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_every_snapshot_reads_as_its_network_does(arch: str) -> None:
    models, card = [network(arch, seed=seed) for seed in (1, 2, 3)], {"temperature": 1.7}
    layers = models[0].config.architecture.layers
    for number, layer in enumerate(layers):
        made = replay_drawing(models[0].config, card, snapshots(*models), IMAGE, layer.name)
        assert (made.steps, made.layer) == ((1, 10, 100), layer.name)
        for at, model in enumerate(models):
            model.card = card
            read = classify_image(model, IMAGE)
            assert np.array_equal(made.probabilities[at], read.probabilities)
            assert made.digit(at) == read.digit
            assert np.array_equal(made.maps[at], Chain.of(model).run(IMAGE).maps[number].after.numpy())
        assert np.array_equal(replay_drawing(models[0].config, card, snapshots(*models), IMAGE, number).maps, made.maps)


def test_half_precision_is_widened() -> None:
    models = [network("nin", seed=seed) for seed in (1, 2)]
    kept = snapshots(*models, dtype=torch.float16)
    made = replay_drawing(models[0].config, {}, kept, IMAGE, "mix1")
    for (_, state), row in zip(kept, made.probabilities, strict=True):
        assert np.array_equal(row, classify_image(model_from(models[0].config, state), IMAGE).probabilities)


def test_a_blank_drawing_is_no_digit_at_any_step() -> None:
    models = [network("nin", seed=seed) for seed in (1, 2)]
    made = replay_drawing(models[0].config, {}, snapshots(*models), np.zeros((28, 28), np.uint8), 0)
    assert not made.probabilities.any()
    assert [made.digit(number) for number in (0, 1)] == [None, None]


def test_the_snapshots_stay_as_they_are() -> None:
    models = [network("nin", seed=seed) for seed in (1, 2)]
    kept = snapshots(*models)
    before = [{name: t.clone() for name, t in state.items()} for _, state in kept]
    replay_drawing(models[0].config, {}, kept, IMAGE, "conv1")
    assert all(torch.equal(t, old[name]) for (_, now), old in zip(kept, before, strict=True) for name, t in now.items())


def test_every_snapshot_prices_as_its_network_does() -> None:
    models = prices_networks()
    made = replay_prices(models[0].config, HOUSES, snapshots(*models), FEET, ROOMS, (2_500.0, 4.0))
    assert made.dollars.shape == (3, 4, 5)
    assert made.prices is not None
    for at, model in enumerate(models):
        model.card = HOUSES
        expected = prices_at(model, *np.meshgrid(FEET, ROOMS))
        assert np.array_equal(made.dollars[at], expected.astype(np.float32))
        assert made.prices[at] == pytest.approx(predict_price(model, 2_500.0, 4.0), abs=0.05)


def test_weights_that_are_not_finite_say_nothing() -> None:
    good, bad = network("nin"), network("nin", seed=2)
    bad.state_dict()["classifier.bias"][0] = float("nan")
    made = replay_drawing(good.config, {}, snapshots(good, bad), IMAGE, "classifier")
    assert made.digit(0) is not None
    assert made.digit(1) is None
    assert not made.maps[1].any()
    houses = prices_networks()[0]
    lost = [(1, houses.state_dict()), (2, {name: t * float("inf") for name, t in houses.state_dict().items()})]
    assert not replay_prices(houses.config, HOUSES, lost, FEET, ROOMS).dollars[1].any()


def test_what_cannot_be_replayed_is_refused() -> None:
    small, houses = network("nin"), prices_networks()[0]
    other = build(replace(small.config, widths=(4, 4, 4)))
    with pytest.raises(ConfigError, match="no snapshots"):
        replay_drawing(small.config, {}, [], IMAGE, "mix1")
    with pytest.raises(ConfigError, match="does not fit its network, nin"):
        replay_drawing(small.config, {}, snapshots(small, other), IMAGE, "mix1")
    with pytest.raises(ConfigError, match="does not fit its network, nin"):
        replay_drawing(small.config, {}, snapshots(other), IMAGE, "mix1")
    for layer in ("mix9", 7, -1):
        with pytest.raises(ConfigError, match=r"has no layer .* Choose one of conv1, mix1"):
            replay_drawing(small.config, {}, snapshots(small), IMAGE, layer)
    with pytest.raises(ConfigError, match="reads no digits"):
        replay_drawing(small.config, {"data_set": "fashion_mnist"}, snapshots(small), IMAGE, "mix1")
    with pytest.raises(ConfigError, match="reads no digits"):
        replay_drawing(houses.config, HOUSES, snapshots(houses), IMAGE, "conv1")
    with pytest.raises(ConfigError, match="prices no houses"):
        replay_prices(small.config, HOUSES, snapshots(small), FEET, ROOMS)
    wide = build(ModelConfig("price_1x1", input_channels=3, image_size=1, num_classes=1))
    with pytest.raises(ConfigError, match="with 3 inputs prices no houses"):
        replay_prices(wide.config, HOUSES, snapshots(wide), FEET, ROOMS)


def test_the_shipped_reader_is_its_own_only_snapshot() -> None:
    model = load_model(MODELS / "nin.safetensors")
    made = replay_drawing(model.config, model.card, [(938, model.state_dict())], IMAGE, "mix3")
    assert np.array_equal(made.probabilities[0], classify_image(model, IMAGE).probabilities)
    assert made.maps.shape == (1, 96, 7, 7)
