"""Readings of a drawing, with a toy network whose answer is known."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pointwise.drawing import draw_strokes
from pointwise.errors import ConfigError, PictureError
from pointwise.inference import Reading, classify_drawing, classify_image
from pointwise.models import ModelConfig, build, default_config

SEVEN = draw_strokes([[[0.1, 0.1], [0.9, 0.1], [0.4, 0.9]]])
EMPTY = np.zeros((280, 280, 4), np.uint8)


class Sure(nn.Module):
    """Ten logits: 2 for the digit three, else 0."""

    config = ModelConfig("nin")

    def __init__(self, temperature: float = 1.0) -> None:
        super().__init__()
        self.card = {"temperature": temperature}

    def forward(self, x: Tensor) -> Tensor:
        self.seen = x
        return 2.0 * nn.functional.one_hot(torch.full((len(x),), 3), 10).float()


def test_likeliest_digit_with_softmax_probabilities() -> None:
    reading = classify_drawing(Sure(), SEVEN)
    assert reading.digit == 3
    assert reading.probability == pytest.approx(np.exp(2) / (np.exp(2) + 9))
    assert (reading.probabilities.dtype, reading.probabilities.shape) == (np.float32, (10,))
    assert reading.probabilities.sum() == pytest.approx(1)


def test_the_cards_temperature_divides_the_logits() -> None:
    reading = classify_drawing(Sure(temperature=4.0), SEVEN)
    assert reading.probability == pytest.approx(np.exp(0.5) / (np.exp(0.5) + 9))


def test_picture_is_what_the_model_saw() -> None:
    model = Sure()
    reading = classify_drawing(model, SEVEN)
    assert (reading.image.dtype, reading.image.shape) == (np.uint8, (28, 28))
    np.testing.assert_allclose(model.seen[0, 0], reading.image / 127.5 - 1, atol=1e-6)


def test_blank_drawing_is_no_digit() -> None:
    reading = classify_drawing(Sure(), EMPTY)
    assert reading.digit is None
    assert not reading.probabilities.any()
    assert not reading.sure


def test_normalising_can_be_switched_off() -> None:
    small = draw_strokes([[[0.0, 0.0], [0.2, 0.2]]])
    assert not np.array_equal(
        classify_drawing(Sure(), small).image, classify_drawing(Sure(), small, normalised=False).image
    )


def test_polarity_does_not_matter() -> None:
    model = build(ModelConfig("nin")).eval()
    dark = SEVEN.copy()
    dark[:, :, :3] = 255 - dark[:, :, :3]
    assert np.array_equal(classify_drawing(model, dark).probabilities, classify_drawing(model, SEVEN).probabilities)


def test_prepared_picture_gives_the_same_answer_as_the_drawing() -> None:
    model = build(ModelConfig("nin")).eval()
    reading = classify_drawing(model, SEVEN)
    assert np.array_equal(classify_image(model, reading.image).probabilities, reading.probabilities)


@pytest.mark.parametrize(("highest", "sure"), [(0.79, False), (0.8, True)])
def test_sure_from_eighty_percent_on(highest: float, sure: bool) -> None:
    probabilities = np.full(10, (1 - highest) / 9)
    probabilities[4] = highest
    assert Reading(4, probabilities, EMPTY[:28, :28, 0]).sure is sure


@pytest.mark.parametrize(
    ("config", "card", "named"),
    [
        (ModelConfig("nin"), {"data_set": "kmnist"}, "trained on kmnist, reads no digits"),
        (ModelConfig("nin"), {"data_set": "digits", "options": {"shuffled": 0}}, "trained on digits, reads no digits"),
        (ModelConfig("nin", input_channels=3, image_size=32), {"data_set": "cifar10"}, "32×32 pictures of 3 channels"),
        (ModelConfig("mlp_1x1", num_classes=26), {}, "in 26 classes reads no digits"),
        (default_config("price_1x1"), {"data_set": "houses"}, "price_1x1"),
    ],
)
@pytest.mark.parametrize("drawing", [SEVEN, EMPTY])
def test_a_network_that_reads_no_digits_is_refused(
    config: ModelConfig, card: dict, named: str, drawing: np.ndarray
) -> None:
    model = build(config).eval()
    model.card = card
    with pytest.raises(ConfigError, match=named) as refusal:
        classify_drawing(model, drawing)
    assert "Choose a network that was trained on MNIST" in str(refusal.value)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(PictureError, match="A drawing is uint8"):
        classify_drawing(Sure(), SEVEN[:, :, :3])
