"""Pictures of somebody's own: what is learned from, what is held out, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from pointwise import OwnPictures, PictureJob, classify_pictures, fit, pictures_recipe, read_digit
from pointwise.card import reads_digits
from pointwise.data.synthetic_digits import made_digits
from pointwise.errors import ConfigError, DataError, ModelFileError, PictureError
from pointwise.evaluation import own_data
from pointwise.jobs import job_from
from pointwise.training import RECIPES
from pointwise.weights import load_model, to_bytes

CHANCE = np.random.default_rng(0)
GREY = CHANCE.integers(0, 256, (60, 8, 8), np.uint8)
COLOURS = CHANCE.integers(0, 256, (60, 8, 8, 3), np.uint8)
LABELS = np.arange(60) % 3


def by_picture(images: np.ndarray, labels: np.ndarray) -> dict[bytes, int]:
    return {image.tobytes(): int(label) for image, label in zip(images.astype(np.uint8), labels, strict=True)}


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (GREY, GREY),
        (GREY[..., None], GREY),
        (torch.from_numpy(GREY)[:, None], GREY),
        (GREY / 255.0, GREY),
        (GREY > 127, np.where(GREY > 127, 255, 0)),
        (GREY.tolist(), GREY),
        (COLOURS, np.moveaxis(COLOURS, 3, 1)),
        (np.moveaxis(COLOURS, 3, 1), np.moveaxis(COLOURS, 3, 1)),
    ],
)
def test_every_picture_is_trained_on_or_held_out_with_its_label(images: Any, expected: np.ndarray) -> None:
    parts = OwnPictures(images, LABELS).load()
    assert [len(part) for part in parts] == [48, 12]
    found = by_picture(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))
    assert found == by_picture(expected, LABELS)


def test_each_class_is_held_out_alike() -> None:
    labels = ["cat"] * 40 + ["dog"] * 20
    mine = OwnPictures(GREY, labels, held_out=0.25)
    assert mine.classes == ("cat", "dog")
    assert np.bincount(mine.load_held_out().labels).tolist() == [10, 5]


def test_the_network_fits_the_pictures() -> None:
    config = OwnPictures(COLOURS, LABELS).config("mlp_1x1", widths=(5,))
    assert (config.input_channels, config.image_size, config.num_classes, config.widths) == (3, 8, 3, (5,))


def test_a_trained_network_knows_its_classes_and_says_how_good_it_is() -> None:
    bright = np.where(np.arange(60) % 2, 200, 30).astype(np.uint8)[:, None, None] + GREY // 8
    mine = OwnPictures(bright, ["day" if i % 2 else "night" for i in range(60)], title="Skies")
    job = PictureJob(mine.config("mlp_1x1", widths=(8,)), pictures_recipe(60, epochs=8), mine)
    trained = fit(job)
    model = load_model(to_bytes(trained, trained.card))
    assert model.card["data"] == "Skies, 48 training pictures"
    assert (model.card["data_set"], model.card["classes"]) == ("own_pictures", ["day", "night"])
    assert model.card["metrics"]["accuracy"] == 1
    likely = classify_pictures(model, bright[:2])
    np.testing.assert_allclose(likely.sum(1), 1, atol=1e-6)
    assert likely.argmax(1).tolist() == [1, 0]
    assert not reads_digits(model)
    with pytest.raises(ModelFileError, match="pictures that it does not hold"):
        own_data("sky.safetensors", model)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="are not kept"):
        job_from(job.describe())
    with pytest.raises(DataError, match="1×9×9 do not fit this mlp_1x1, which reads 1×8×8"):
        classify_pictures(model, np.zeros((1, 9, 9)))


def test_a_network_for_ones_own_digits_reads_pictures_of_any_kind() -> None:
    digits = made_digits(150)
    pictures = [np.pad(255 - image, 9, constant_values=255) for image in digits.images.numpy()]  # dark on light, 46×46
    mine = OwnPictures(pictures, digits.labels, digits=True)
    model = fit(PictureJob(mine.config("mlp_1x1"), pictures_recipe(150, epochs=20), mine))
    found = np.array([read_digit(one, model).digit for one in pictures[:50]])
    assert (found == digits.labels.numpy()[:50]).mean() > 0.8


def test_few_pictures_are_shown_more_often() -> None:
    assert pictures_recipe(100).epochs > pictures_recipe(3_000).epochs > RECIPES["fast"].epochs
    assert pictures_recipe(60_000).epochs == RECIPES["fast"].epochs
    with pytest.raises(ConfigError, match="has no 'epoch'"):
        pictures_recipe(100, epoch=3)


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (GREY, LABELS[:-1], "60 pictures and 59 labels"),
        (GREY[:, :5], LABELS, "5×8 cannot be learned from"),
        (np.zeros((4, 300, 300)), [0, 1, 0, 1], "at most 256 pixels"),
        (GREY[0], LABELS, r"of shape \(8, 8\)"),
        ([GREY[0], GREY[1, 1:]], [0, 1], "to one size"),
        (GREY * 2.0, LABELS, "are unclear"),
        (GREY[:0], [], "there are none"),
        (5, [0], "of shape"),
        (GREY, np.linspace(0, 1, 60), "Labels are whole numbers or names"),
        (GREY, 5, "Labels are whole numbers or names"),
        (GREY, LABELS - 1, "from -1 to 1"),
        (GREY, LABELS * 1000, "from 0 to 2000"),
        (GREY, ["cat"] * 60, "two or more"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(images: Any, labels: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        OwnPictures(images, labels)


def test_what_shows_no_digits_is_refused() -> None:
    with pytest.raises(DataError, match="numbers 0 to 9"):
        OwnPictures(GREY, ["cat", "dog"] * 30, digits=True)
    with pytest.raises(PictureError, match="cannot be read"):
        OwnPictures(["nowhere.png"], [1], digits=True)
    with pytest.raises(DataError, match="held-out share of 1"):
        OwnPictures(GREY, LABELS, held_out=1)
