"""Measures of a classifier against NumPy."""

import numpy as np
import pytest
import torch

from pointwise.data.digits import NO_DIGIT, Digits, joined
from pointwise.data.nondigits import made_nondigits
from pointwise.models import ModelConfig, Network, build
from pointwise.training import loss_of, measure
from pointwise.training.metrics import MEASURE_BATCH

CONFIG = ModelConfig("nin", widths=(2, 3, 4))


def toy(n: int) -> Digits:
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (n, 28, 28), generator=generator).to(torch.uint8)
    return Digits("toy", images, torch.randint(0, 10, (n,), generator=generator))


def test_loss_and_accuracy_of_all_examples() -> None:
    model, digits = build(CONFIG).eval(), toy(MEASURE_BATCH + 7)
    images, labels = digits.batch(slice(None))
    logits = model(images).detach().double().numpy()
    log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    measured = measure(model, digits)
    assert measured["loss"] == pytest.approx(-log_likelihood[np.arange(len(labels)), labels].mean(), rel=1e-6)
    assert measured["accuracy"] == (logits.argmax(axis=1) == labels.numpy()).mean()


def trained_state(model: Network) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in model.state_dict().values()]


def test_measuring_leaves_the_model_as_it_was() -> None:
    model = build(CONFIG).train()
    before = trained_state(model)
    measure(model, toy(20))
    assert model.training
    assert all(torch.equal(a, b) for a, b in zip(before, trained_state(model), strict=True))


def test_loss_of_classes_is_cross_entropy() -> None:
    assert loss_of(torch.zeros(3, 10), torch.tensor([1, 2, 3])).item() == pytest.approx(np.log(10))


def test_loss_of_prices_is_the_mean_square() -> None:
    assert loss_of(torch.tensor([[1.0], [3.0]]), torch.tensor([[0.0], [0.0]])).item() == 5.0


def test_the_loss_asks_for_doubt_where_there_is_no_digit() -> None:
    sure, even = torch.tensor([[9.0, 0.0, 0.0]]), torch.zeros(1, 3)
    nothing = torch.tensor([NO_DIGIT])
    assert loss_of(sure, nothing) > loss_of(even, nothing)
    assert loss_of(even, nothing) == pytest.approx(0.5 * torch.log(torch.tensor(3.0)))
    both = loss_of(torch.cat([sure, even]), torch.tensor([0, NO_DIGIT]))
    assert both == pytest.approx((loss_of(sure, torch.tensor([0])) + loss_of(even, nothing)) / 2)


def test_no_digits_do_not_count_as_mistakes() -> None:
    model, digits = build(CONFIG), toy(64)
    alone = measure(model, digits)["accuracy"]
    assert measure(model, joined(digits, made_nondigits(30)))["accuracy"] == alone
