"""Training on houses, and the distance from the true plane."""

import json

import numpy as np
import pytest
import torch

from pointwise.data.housing import HouseOptions, make_houses
from pointwise.data.scaling import Scaling
from pointwise.errors import ConfigError
from pointwise.evaluation import grid_errors, price_scores
from pointwise.inference import outside_training, predict_price, prices_at
from pointwise.jobs import HouseJob
from pointwise.models import Network, build, default_config
from pointwise.training import measure, recipe_named
from pointwise.training.regression import train_houses
from pointwise.weights import model_from

CONFIG = default_config("price_1x1")
SCALING = Scaling(300_000.0, 150_000.0)


def plane_network(error: float = 0.0) -> Network:
    """price = 500,000·x₀ + 100,000·x₁ + error, exactly: one channel carries it through both layers."""
    model = build(CONFIG)
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    state = model.state_dict()
    state["conv1.weight"][0, :, 0, 0] = torch.tensor([500_000.0, 100_000.0]) / SCALING.std
    state["conv2.weight"][0, 0] = state["fc.weight"][0, 0] = 1.0
    state["fc.bias"][0] = (error - SCALING.mean) / SCALING.std
    return model_from(CONFIG, state, {"scaling": SCALING.as_dict()})


def test_price_of_a_house_is_in_dollars() -> None:
    assert predict_price(plane_network(), square_feet=2_500.0, rooms=4.0) == pytest.approx(290_000, abs=0.1)


def test_prices_of_many_houses_keep_their_shape() -> None:
    feet, rooms = np.array([0.0, 1_000.0, 5_000.0]), np.array([[0.0], [10.0]])
    prices = prices_at(plane_network(), feet, rooms)
    assert prices.dtype == np.float64
    np.testing.assert_allclose(prices, [[0, 100_000, 500_000], [100_000, 200_000, 600_000]], atol=0.1)


@pytest.mark.parametrize("arch", ["nin", "mlp_1x1"])
def test_classifier_prices_nothing(arch: str) -> None:
    with pytest.raises(ConfigError, match=f"{arch} with 1 inputs prices no houses"):
        predict_price(build(default_config(arch)), 1.0, 1.0)


@pytest.mark.parametrize(
    ("square_feet", "rooms", "outside"),
    [(0, 0, False), (5_000, 10, False), (5_001, 5, True), (2_500, 10.5, True), (-1, 5, True), (1, -1, True)],
)
def test_house_outside_the_training_range(square_feet: float, rooms: float, outside: bool) -> None:
    assert outside_training(square_feet, rooms) is outside


def test_grid_errors_of_the_true_plane_are_nothing() -> None:
    errors = grid_errors(plane_network())
    assert errors.shape == (11, 11)
    assert np.abs(errors).max() < 0.2


def test_grid_errors_name_the_corners() -> None:
    scores = price_scores(plane_network(error=700.0))
    corners = ["0 sq ft, 0 rooms", "5000 sq ft, 0 rooms", "0 sq ft, 10 rooms", "5000 sq ft, 10 rooms"]
    assert scores["corner_errors"] == pytest.approx(dict.fromkeys(corners, 700.0), abs=0.2)
    assert scores["worst_grid_error"] == pytest.approx(700, abs=0.2)


def test_evaluation_is_in_dollars_and_json() -> None:
    result = price_scores(plane_network(error=700.0))
    assert result["mae"] == pytest.approx(700, abs=0.2)
    assert result["r2"] == pytest.approx(1, abs=1e-4)
    assert json.loads(json.dumps(result)) == result


def test_standardised_weights_are_for_plain_features() -> None:
    training, test = make_houses(HouseOptions(rows=64))
    recipe = recipe_named("standardised", "price_1x1", epochs=2)
    *_, last = train_houses(CONFIG, recipe, training, test)
    again = measure(model_from(CONFIG, last.epoch.weights), test)
    assert {name: last.epoch.metrics[name] for name in again} == again


def test_raw_dollars_are_trained_as_they_are() -> None:
    recipe = recipe_named("tutorial", "price_1x1", epochs=1)
    *_, last = HouseJob(CONFIG, recipe, HouseOptions(rows=64)).steps()
    assert last.epoch.metrics["mae"] == pytest.approx(300_000, rel=0.1)


@pytest.mark.parametrize("name", ["standardised", "tutorial"])
def test_asked_to_stop_it_measures_what_there_is(name: str) -> None:
    work = HouseJob(CONFIG, recipe_named(name, "price_1x1"), HouseOptions()).steps()
    next(work)
    last = work.send(True)
    assert last.epoch is not None
    assert not last.epoch.complete
    with pytest.raises(StopIteration):
        next(work)


def test_a_few_epochs_of_the_standardised_recipe_beat_the_mean() -> None:
    recipe = recipe_named("standardised", "price_1x1", epochs=3)
    *_, last = HouseJob(CONFIG, recipe, HouseOptions(rows=300)).steps()
    assert last.epoch.metrics["mae"] < 126_612 / 4
