"""The shipped price network keeps what the README says of it."""

from pathlib import Path

import numpy as np
import pytest

from pointwise.data.housing import make_houses, true_price
from pointwise.evaluation import price_scores
from pointwise.explain.price_parts import price_parts
from pointwise.inference import predict_price
from pointwise.models import Network
from pointwise.weights import load_model


@pytest.fixture(scope="module")
def model() -> Network:
    return load_model(Path(__file__).parents[3] / "models" / "price_1x1.safetensors")


def test_error_on_the_test_houses_and_everywhere_in_the_range(model: Network) -> None:
    result = price_scores(model)
    assert result["mae"] <= 400
    assert result["worst_grid_error"] <= 1_500
    assert max(map(abs, result["corner_errors"].values())) <= 1_500


def test_card_holds_the_scaling_of_the_training_houses(model: Network) -> None:
    assert model.card["scaling"] == pytest.approx(make_houses()[0].scaling.as_dict())
    assert model.card["metrics"]["mae"] == pytest.approx(price_scores(model)["mae"], rel=1e-3)


@pytest.mark.parametrize(("square_feet", "rooms"), [(2_500.0, 5.0), (2_500.0, 4.0), (0.0, 0.0), (5_000.0, 10.0)])
def test_price_is_within_1500_dollars_and_the_sum_of_its_parts(
    model: Network, square_feet: float, rooms: float
) -> None:
    price = predict_price(model, square_feet=square_feet, rooms=rooms)
    assert price == pytest.approx(true_price(square_feet, rooms), abs=1_500)
    assert price_parts(model, square_feet, rooms).price == pytest.approx(price, abs=1)


def test_parts_add_up_for_the_test_houses(model: Network) -> None:
    _, test = make_houses()
    houses = list(zip(test.square_feet, test.rooms, strict=True))[:20]
    sums = [price_parts(model, *house).price for house in houses]
    np.testing.assert_allclose(sums, [predict_price(model, *house) for house in houses], atol=1)


def test_trained_as_the_tutorial_writes_it_the_same_network_is_worse_than_the_mean() -> None:
    written = load_model(Path(__file__).parents[3] / "models" / "as_written" / "price_1x1.safetensors")
    prices = make_houses()[1].prices.numpy()
    assert written.config == load_model(Path(__file__).parents[3] / "models" / "price_1x1.safetensors").config
    assert written.card["recipe"]["name"] == "tutorial"
    assert price_scores(written)["mae"] == pytest.approx(289_578, rel=0.001)
    assert np.abs(prices - prices.mean()).mean() == pytest.approx(126_612, abs=1)
