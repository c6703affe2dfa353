"""Pictures of no digit, and the doubt that is learned from them."""

from __future__ import annotations

import torch

from pointwise.data.digits import NO_DIGIT, joined, load_bundled
from pointwise.data.nondigits import LEARNED, MEASURED, made_nondigits, with_made
from pointwise.data.synthetic_digits import made_digits
from pointwise.models import build, default_config
from pointwise.training import Recipe, train


def test_no_digits_have_ink_and_no_class() -> None:
    for part in ("learned", "measured"):
        made = made_nondigits(60, seed=2, part=part)
        assert made.labels.tolist() == [NO_DIGIT] * 60
        assert made.images.flatten(1).any(1).all()


def test_what_is_measured_on_was_not_learned_from() -> None:
    assert not set(LEARNED) & set(MEASURED)
    assert not set(LEARNED.values()) & set(MEASURED.values())


def test_the_same_seed_makes_the_same() -> None:
    assert torch.equal(made_nondigits(12, seed=3).images, made_nondigits(12, seed=3).images)
    assert not torch.equal(made_nondigits(12, seed=3).images, made_nondigits(12, seed=4).images)


def test_none_is_none() -> None:
    assert len(made_nondigits(0)) == 0
    digits = load_bundled()[1]
    assert with_made(digits, 0) is digits


def test_made_ones_join_the_others() -> None:
    digits = load_bundled()[1]
    together = with_made(digits, 20, seed=5)
    assert len(together) == len(digits) + 30
    assert torch.equal(together.images[: len(digits)], digits.images)
    assert torch.equal(together.images, joined(digits, made_digits(20, 5), made_nondigits(10, 5)).images)


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
