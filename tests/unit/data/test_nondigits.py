"""Pictures of no digit, and the doubt that is learned from them."""

from __future__ import annotations

import ast
from pathlib import Path

import torch

from pointwise.data import measured_nondigits as measured_nondigits_module
from pointwise.data.digits import NO_DIGIT, joined, load_bundled
from pointwise.data.measured_nondigits import KINDS, LETTERS, SHAPES, measured_nondigits
from pointwise.data.nondigits import SIGNS, made_nondigits, turned_digits, with_made
from pointwise.data.synthetic_digits import made_digits
from pointwise.models import build, default_config
from pointwise.training import Recipe, train


def test_no_digits_have_ink_and_no_class() -> None:
    for made in (made_nondigits(60, seed=2), measured_nondigits(60, seed=2)[0]):
        assert made.labels.tolist() == [NO_DIGIT] * 60
        assert made.images.flatten(1).any(1).all()


def test_what_is_measured_on_was_not_learned_from() -> None:
    """Neither the kinds, nor what draws them."""
    assert not set(SIGNS) & (set(LETTERS) | set(SHAPES))
    tree = ast.parse(Path(measured_nondigits_module.__file__).read_text(encoding="utf-8"))
    imported = {
        (node.module, name.name) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names
    }
    own = {(module, name) for module, name in imported if module.startswith("pointwise")}
    assert own == {
        ("pointwise.data.digits", "NO_DIGIT"),
        ("pointwise.data.digits", "Digits"),
        ("pointwise.drawing", "Ink"),
        ("pointwise.drawing", "prepare_ink"),
    }


def test_each_kind_is_measured_in_its_share() -> None:
    _, kinds = measured_nondigits(400)
    for kind, (share, _make) in KINDS.items():
        assert abs((kinds == kind).mean() - share) < 0.08


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
    assert len(together) == len(digits) + 40
    assert torch.equal(together.images[: len(digits)], digits.images)
    assert torch.equal(
        together.images, joined(digits, made_digits(20, 5), made_nondigits(15, 5), turned_digits(digits, 5, 5)).images
    )


def test_a_turned_digit_is_none() -> None:
    digits = load_bundled()[1]
    turned = turned_digits(digits, 30)
    assert turned.labels.tolist() == [NO_DIGIT] * 30
    known = {image.numpy().tobytes() for image in digits.images}
    assert not known & {image.numpy().tobytes() for image in turned.images}
    assert turned.images.flatten(1).any(1).all()


def test_learning_to_doubt_makes_doubtful() -> None:
    digits, strange = made_digits(500), made_nondigits(250)
    shares = []
    for training in (digits, joined(digits, strange)):
        model = build(default_config("mlp_1x1"))
        for _ in train(model, Recipe("short", epochs=10, batch_size=32), training, digits):
            pass
        with torch.inference_mode():
            inputs, _ = measured_nondigits(200)[0].batch(slice(None))
            shares.append(float((model(inputs).softmax(1).max(1).values < 0.8).float().mean()))
    assert shares[1] > shares[0] + 0.15
