"""Pixels in another order: what each network says of them, and what it learns from them."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.claims import shape
from pointwise.data.digits import all_shuffled, load_bundled
from pointwise.explain.chain import Chain
from pointwise.models import CLASSIFIERS, SHIPPED, ModelConfig, build
from pointwise.training import Recipe
from pointwise.weights import load_model


def test_shuffling_keeps_every_pixel_and_moves_them() -> None:
    image = np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(28, 28)
    other = shape.shuffled(image, 3)
    assert sorted(other.ravel()) == sorted(image.ravel())
    assert (other != image).mean() > 0.9
    assert np.array_equal(other, shape.shuffled(image, 3))
    assert not np.array_equal(other, shape.shuffled(image, 4))


def test_a_bag_of_pixels_does_not_move_over_a_hundred_digits_and_ten_orders() -> None:
    bag = load_model(SHIPPED / "bag_of_pixels.safetensors")
    images = load_bundled()[1].images[:100].numpy()
    assert max(shape.shuffle(bag, image, seed).moved for image in images for seed in range(10)) <= 1e-4


def test_how_far_logits_move_between_two_pictures() -> None:
    bag, images = load_model(SHIPPED / "bag_of_pixels.safetensors"), load_bundled()[1].images[:2].numpy()
    assert shape.moved(bag, images[0], shape.shuffled(images[0], 1)) == shape.shuffle(bag, images[0], 1).moved
    assert shape.moved(bag, images[0], images[1]) > 0.01


def test_a_white_pixel_adds_to_each_unit_what_its_place_is_worth() -> None:
    chain = Chain.of(build(ModelConfig("conv_mlp", widths=(3, 5)), seed=0))
    places = shape.by_place(chain)
    assert places.shape == (5, 28, 28)
    black, white = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.uint8)
    white[4, 20] = 255
    added = (chain.run(white).maps[1].before - chain.run(black).maps[1].before).flatten().numpy()
    np.testing.assert_allclose(places[:, 4, 20], added, atol=1e-5)


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_the_others_collapse(arch: str) -> None:
    model, digits = load_model(SHIPPED / f"{arch}.safetensors"), load_bundled()[1]
    usual = np.mean([shape.shuffle(model, i, 0).digits[0] for i in digits.images.numpy()] == digits.labels.numpy())
    accuracy = shape.accuracy_on_shuffled(model, digits, seed=0)
    if arch == "bag_of_pixels":
        assert accuracy == pytest.approx(usual, abs=1e-9)
    else:
        assert accuracy < 0.25 < usual - 0.1  # chance is 0.1


def test_a_picture_is_shuffled_as_all_digits_are() -> None:
    digits = load_bundled()[1]
    moved = all_shuffled(digits, seed=4)
    for image, other in zip(digits.images[:3].numpy(), moved.images[:3].numpy(), strict=True):
        assert (other == shape.shuffled(image, 4)).all()


def test_shuffling_costs_the_mlp_nothing_and_the_nin_something() -> None:
    recipe = Recipe("fast", epochs=6, batch_size=128, learning_rate=6e-3, optimizer="adamw", schedule="one_cycle")
    steps = shape.comparison(recipe, seed=0).steps()
    accuracy = {step.epoch.of: step.epoch.metrics["accuracy"] for step in steps if step.epoch}  # of the last epochs
    assert set(accuracy) == {shape.key_of(arch, moved) for arch in shape.ARCHS for moved in (False, True)}
    assert abs(accuracy["mlp_1x1 usual"] - accuracy["mlp_1x1 shuffled"]) < 0.03
    assert accuracy["nin usual"] - accuracy["nin shuffled"] > 0.02
