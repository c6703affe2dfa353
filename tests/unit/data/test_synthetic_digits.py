"""Digits and non-digits made of strokes."""

from __future__ import annotations

import pytest
import torch

from pointwise.data.digits import NO_DIGIT, Digits, joined, load_bundled
from pointwise.data.nondigits import LEARNED, MEASURED, made_nondigits, with_made
from pointwise.data.synthetic_digits import SKELETONS, made_digits
from pointwise.models import build, default_config
from pointwise.training import Recipe, train
from pointwise.training.metrics import loss_of, measure


def test_made_digits_are_prepared_pictures_of_every_class() -> None:
    made = made_digits(40, seed=1)
    assert (made.images.dtype, made.images.shape) == (torch.uint8, (40, 28, 28))
    assert torch.bincount(made.labels).tolist() == [4] * 10
    for image in made.images:
        rows, columns = (image > 0).any(1).nonzero(), (image > 0).any(0).nonzero()
        assert 19 <= max(rows.max() - rows.min(), columns.max() - columns.min()) + 1 <= 20


def test_the_same_seed_makes_the_same() -> None:
    for make in (made_digits, made_nondigits):
        assert torch.equal(make(12, seed=3).images, make(12, seed=3).images)
        assert not torch.equal(make(12, seed=3).images, make(12, seed=4).images)


def test_every_class_has_more_than_one_way() -> None:
    assert sorted(SKELETONS) == list(range(10))
    assert all(len(ways) > 1 for ways in SKELETONS.values())


def test_a_network_learns_to_read_them() -> None:
    training, held_out = made_digits(600, seed=0), made_digits(200, seed=1)
    model = build(default_config("mlp_1x1"))
    for _ in train(model, Recipe("short", epochs=12, batch_size=32), training, held_out):
        pass
    assert measure(model, held_out)["accuracy"] > 0.8


def test_no_digits_have_ink_and_no_class() -> None:
    for part in ("learned", "measured"):
        made = made_nondigits(60, seed=2, part=part)
        assert made.labels.tolist() == [NO_DIGIT] * 60
        assert made.images.flatten(1).any(1).all()


def test_what_is_measured_on_was_not_learned_from() -> None:
    assert not set(LEARNED) & set(MEASURED)
    assert not set(LEARNED.values()) & set(MEASURED.values())


def test_none_is_none() -> None:
    assert len(made_digits(0)) == len(made_nondigits(0)) == 0
    digits = load_bundled()[1]
    assert with_made(digits, 0) is digits


def test_made_ones_join_the_others() -> None:
    digits = load_bundled()[1]
    together = with_made(digits, 20, seed=5)
    assert len(together) == len(digits) + 30
    assert torch.equal(together.images[: len(digits)], digits.images)
    assert torch.equal(together.images, joined(digits, made_digits(20, 5), made_nondigits(10, 5)).images)


def test_the_loss_asks_for_doubt_where_there_is_no_digit() -> None:
    sure, even = torch.tensor([[9.0, 0.0, 0.0]]), torch.zeros(1, 3)
    nothing = torch.tensor([NO_DIGIT])
    assert loss_of(sure, nothing) > loss_of(even, nothing)
    assert loss_of(even, nothing) == pytest.approx(0.5 * torch.log(torch.tensor(3.0)))
    both = loss_of(torch.cat([sure, even]), torch.tensor([0, NO_DIGIT]))
    assert both == pytest.approx((loss_of(sure, torch.tensor([0])) + loss_of(even, nothing)) / 2)


def test_no_digits_do_not_count_as_mistakes() -> None:
    training = Digits("few", load_bundled()[0].images[:64], load_bundled()[0].labels[:64])
    model = build(default_config("bag_of_pixels"))
    alone = measure(model, training)["accuracy"]
    assert measure(model, joined(training, made_nondigits(30)))["accuracy"] == alone


def test_learning_to_doubt_makes_doubtful() -> None:
    digits, strange = made_digits(500), made_nondigits(250)
    shares = []
    for training in (digits, joined(digits, strange)):
        model = build(default_config("mlp_1x1"))
        for _ in train(model, Recipe("short", epochs=10, batch_size=32), training, digits):
            pass
        with torch.inference_mode():
            inputs, _ = made_nondigits(200, seed=9, part="measured").batch(slice(None))
            shares.append(float((model(inputs).softmax(1).max(1).values < 0.8).float().mean()))
    assert shares[1] > shares[0] + 0.15
