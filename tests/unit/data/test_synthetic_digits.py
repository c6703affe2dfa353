"""Digits made of strokes."""

from __future__ import annotations

import torch

from pointwise.data.synthetic_digits import SKELETONS, made_digits
from pointwise.models import build, default_config
from pointwise.training import Recipe, train
from pointwise.training.metrics import measure


def test_made_digits_are_prepared_pictures_of_every_class() -> None:
    made = made_digits(40, seed=1)
    assert (made.images.dtype, made.images.shape) == (torch.uint8, (40, 28, 28))
    assert torch.bincount(made.labels).tolist() == [4] * 10
    for image in made.images:
        rows, columns = (image > 0).any(1).nonzero(), (image > 0).any(0).nonzero()
        assert 19 <= max(rows.max() - rows.min(), columns.max() - columns.min()) + 1 <= 20


def test_the_same_seed_makes_the_same() -> None:
    assert torch.equal(made_digits(12, seed=3).images, made_digits(12, seed=3).images)
    assert not torch.equal(made_digits(12, seed=3).images, made_digits(12, seed=4).images)


def test_every_class_has_more_than_one_way() -> None:
    assert sorted(SKELETONS) == list(range(10))
    assert all(len(ways) > 1 for ways in SKELETONS.values())


def test_a_network_learns_to_read_them() -> None:
    training, held_out = made_digits(600, seed=0), made_digits(200, seed=1)
    model = build(default_config("mlp_1x1"))
    for _ in train(model, Recipe("short", epochs=12, batch_size=32), training, held_out):
        pass
    assert measure(model, held_out)["accuracy"] > 0.8


def test_none_is_none() -> None:
    assert len(made_digits(0)) == 0
