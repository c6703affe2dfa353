"""The plain loop and this package's compute the same; both are timed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import torch

from pointwise.bench import training
from pointwise.data.mnist import load_mnist
from pointwise.models import build, default_config
from pointwise.training import fast_linear, recipe_named, train
from pointwise.training.loop import batches


def test_the_quick_loop_and_the_plain_one_have_the_same_losses(write_mnist: Callable[..., Path]) -> None:
    """The same batches and initial weights give the same curve within float tolerance."""
    folder = write_mnist(train=256, test=64)
    recipe, (digits, test) = recipe_named("tutorial", epochs=2), load_mnist(folder)
    assert fast_linear.product_works(), "the quick routine is not tested here"
    ours = [step.loss for step in train(build(default_config("conv_mlp")), recipe, digits, test, torch.device("cpu"))]
    generator = torch.Generator().manual_seed(recipe.seed)
    orders = [torch.randperm(len(digits), generator=generator).tolist() for _ in range(recipe.epochs)]
    per_epoch = len(batches(torch.arange(256), 64))
    with training.plain_loop(folder, recipe.seed, order=[index for order in orders for index in order]) as losses:
        plain = list(islice(losses, recipe.epochs * per_epoch))
    assert ours == pytest.approx(plain, rel=2e-3)
    assert len(set(ours)) == len(ours)


def test_losses_go_on_into_the_next_epoch(write_mnist: Callable[..., Path]) -> None:
    with training.plain_loop(write_mnist(train=64, test=32), seed=0) as losses:
        assert len(list(islice(losses, 3))) == 3


def test_a_step_is_timed_in_both_loops_and_beside_its_arithmetic(write_mnist: Callable[..., Path]) -> None:
    result = training.step_times(write_mnist(train=256, test=64), rounds=1, steps=1)
    assert result["ratio"] == pytest.approx(result["plain_ms"] / result["pointwise_ms"])
    assert result["products_ms"] > 0
    assert result["adam_ms"] > 0
    assert result["limit_ms"] == pytest.approx(result["products_ms"] + result["adam_ms"])


def test_the_first_accuracy_that_reaches_the_target_stops_the_clock(write_mnist: Callable[..., Path]) -> None:
    folder, recipe = write_mnist(train=256, test=64), recipe_named("fast", epochs=1)
    *_, last = train(build(default_config("nin"), recipe.seed), recipe, *load_mnist(folder))
    assert last.epoch is not None
    accuracy, started = last.epoch.metrics["accuracy"], time.perf_counter()
    result = training.time_to_accuracy(folder, rounds=1, steps=1, target=accuracy)
    assert 0 < result["nin_s"] < time.perf_counter() - started
    assert result["nin_accuracy"] == accuracy
    assert result["ten_epochs_s"] == pytest.approx(result["plain_step_ms"] / 1e3 * 4 * 10)  # 256 pictures by 64
    assert result["loop_ratio"] == pytest.approx(result["plain_step_ms"] / result["pointwise_step_ms"])
    assert result["precision_ratio"] == pytest.approx(result["float32_step_ms"] / result["quick_step_ms"])
    factors = [result[f"{name}_ratio"] for name in ("loop", "precision", "network_and_recipe")]
    assert math.prod(factors) == pytest.approx(result["ratio"])
    missed = training.time_to_accuracy(folder, rounds=1, steps=1, target=accuracy + 0.01)
    assert (missed["nin_s"], missed["ratio"], missed["nin_accuracy"]) == (None, None, accuracy)


def test_the_first_epoch_that_reaches_the_accuracy_counts_where_the_whole_is_asked_for(
    write_mnist: Callable[..., Path],
) -> None:
    result = training.time_to_accuracy(write_mnist(train=64, test=32), rounds=1, steps=1, target=0.0, whole=True)
    assert (result["first_epoch"], result["first_s"]) == (1, pytest.approx(result["ten_epochs_s"] / 10))
    assert result["first_ratio"] == pytest.approx(result["ratio"] / 10)
    told = "\n".join(training.accuracy_lines(result))
    assert "network and recipe" in told
    assert "first reaches it after epoch 1" in told
