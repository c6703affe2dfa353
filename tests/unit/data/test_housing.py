"""The tutorial's houses, drawn number by number as the tutorial draws them."""

import numpy as np
import pytest
import torch

from pointwise.data.housing import KERAS_ERRORS, HouseOptions, make_houses, true_price
from pointwise.errors import DataError
from pointwise.models import SHIPPED


def test_first_house_is_the_tutorials() -> None:
    training, _ = make_houses()
    assert training.features[0].tolist() == pytest.approx([0.37454012, 0.95071431], abs=1e-7)
    assert float(training.prices[0]) == pytest.approx(282_341.49, abs=0.005)


def test_test_houses_are_drawn_after_the_training_houses() -> None:
    generator = np.random.RandomState(42)
    drawn = [generator.rand(1000, 2), generator.rand(200, 2)]
    for houses, x in zip(make_houses(), drawn, strict=True):
        np.testing.assert_allclose(houses.features, x, atol=1e-7)
        np.testing.assert_allclose(houses.prices, 500_000 * x[:, 0] + 100_000 * x[:, 1])


def test_always_answering_the_mean_is_wrong_by_126612_dollars() -> None:
    prices = make_houses()[1].prices
    assert float((prices - prices.mean()).abs().mean()) == pytest.approx(126_612, abs=1)


def test_batch_is_a_1x1_picture_with_standardised_targets() -> None:
    training, test = make_houses()
    inputs, targets = training.batch(slice(None))
    assert (inputs.dtype, inputs.shape) == (torch.float32, (1000, 2, 1, 1))
    assert (targets.dtype, targets.shape) == (torch.float32, (1000, 1))
    assert (float(targets.mean()), float(targets.std(correction=0))) == (pytest.approx(0, abs=1e-6), pytest.approx(1))
    assert torch.equal(inputs[:, :, 0, 0], training.features)
    assert test.scaling == training.scaling
    assert training.target_scale == training.scaling.std


def test_batch_of_chosen_houses() -> None:
    training, _ = make_houses()
    inputs, targets = training.batch(torch.tensor([7, 3]))
    everything = training.batch(slice(None))
    assert torch.equal(inputs, everything[0][[7, 3]])
    assert torch.equal(targets, everything[1][[7, 3]])


def test_raw_targets_are_dollars() -> None:
    training, _ = make_houses(standardise=False)
    assert training.batch(slice(1))[1].item() == pytest.approx(282_341.49, abs=0.05)
    assert training.target_scale == 1.0


def test_units_give_the_same_price() -> None:
    training, _ = make_houses()
    np.testing.assert_allclose(true_price(training.square_feet, training.rooms), training.prices, atol=0.05)
    assert true_price(2_500.0, 5.0) == 300_000.0


@pytest.mark.parametrize("rows", [20, 1_500])
def test_test_houses_do_not_depend_on_the_number_of_training_houses(rows: int) -> None:
    training, test = make_houses(HouseOptions(rows=rows))
    usual, usual_test = make_houses()
    n = min(rows, len(usual))
    assert len(training) == rows
    assert torch.equal(training.features[:n], usual.features[:n])
    assert torch.equal(test.features, usual_test.features)


def test_noise_moves_prices_alone_and_by_its_deviation() -> None:
    noisy, plain = make_houses(HouseOptions(noise=20_000.0))[0], make_houses()[0]
    assert torch.equal(noisy.features, plain.features)
    assert float((noisy.prices - plain.prices).std()) == pytest.approx(20_000, rel=0.1)


def test_another_seed_gives_other_houses() -> None:
    assert not torch.equal(make_houses(HouseOptions(seed=1))[0].features, make_houses()[0].features)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rows": 19}, "number of houses 19 is out of range"),
        ({"rows": 20_001}, "number of houses 20001"),
        ({"rows": 100.0}, "number of houses 100.0"),
        ({"seed": -1}, "seed -1"),
        ({"seed": True}, "seed True"),
        ({"noise": -1.0}, "noise of -1.0 dollars"),
        ({"noise": float("nan")}, "noise of nan dollars"),
    ],
)
def test_options_out_of_range_are_refused(options: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        HouseOptions(**options)


def test_the_readme_says_what_the_tutorial_s_own_code_ends_at() -> None:
    text = " ".join((SHIPPED / "README.md").read_text(encoding="utf-8").split())
    first, second, third = (f"{error:,}" for error in KERAS_ERRORS)
    assert f"absolute error of {first}, {second} and {third} dollars" in text
    training, test = make_houses(standardise=False)
    mean = float((test.prices - training.prices.mean()).abs().mean())
    assert f"always answering the mean of the training houses, at {mean:,.0f}" in text
    assert min(KERAS_ERRORS) > 2 * mean
