"""tutorial-step and time-to-accuracy: this package's training beside the loop as tutorials write it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from pointwise.costs import alternating_medians
from pointwise.data.digits import Digits
from pointwise.data.mnist import load_mnist, unpack
from pointwise.models import SHIPPED, build, count_parameters, default_config
from pointwise.training import recipe_named, train
from pointwise.training.fast_linear import product, product_works
from pointwise.training.precision import precision_for
from pointwise.weights import load_model

STEP_GOAL, ACCURACY_GOAL = 2.5, 120  # times as fast
BATCH, FEATURES, HIDDEN = 64, 50_176, 256  # of the tutorial's large dense layer
EPOCHS = 10  # of the tutorial


@contextmanager
def plain_loop(folder: Path, seed: int, order: Sequence[int] | None = None) -> Iterator[Iterator[float]]:
    """Losses of step after step, epoch after epoch: DataLoader, per-picture transforms, default Adam, loss.item().

    ``order`` gives the pictures' order instead of a random one. Batches of 64, float32, the tutorial's network.
    """
    with TemporaryDirectory() as unpacked:
        unpack(folder, Path(unpacked))
        yield _losses(Path(unpacked), seed, order)


def _losses(root: Path, seed: int, order: Sequence[int] | None) -> Iterator[float]:
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    data = datasets.MNIST(root, transform=transform)
    loader = DataLoader(data, batch_size=BATCH, shuffle=order is None, sampler=order)
    model = build(default_config("conv_mlp"), seed).train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            yield loss.item()


def step_times(folder: Path, rounds: int, steps: int) -> dict[str, Any]:
    """Milliseconds a step of both loops, and the least that its arithmetic takes here. Raises DataError."""
    plain, own = _loops_ms(folder, *load_mnist(folder), rounds, steps)
    products, adam = products_ms(rounds), adam_ms(rounds)
    return {
        "rounds": rounds,
        "steps": steps,
        "plain_ms": plain,
        "pointwise_ms": own,
        "ratio": plain / own,
        "goal": STEP_GOAL,
        "products_ms": products,
        "adam_ms": adam,
        "limit_ms": products + adam,
        "limit_ratio": plain / (products + adam),
    }


def _loops_ms(folder: Path, training: Digits, test: Digits, rounds: int, steps: int) -> tuple[float, float]:
    """Milliseconds a step of the tutorial's network in the plain loop and in this package's, in turns, medians."""
    recipe = replace(recipe_named("tutorial"), epochs=500)
    few = Digits(test.name, test.images[:64], test.labels[:64])
    ours = train(build(default_config("conv_mlp")), recipe, training, few, torch.device("cpu"))
    with plain_loop(folder, recipe.seed) as losses:
        work = {"plain": lambda: _take(losses, steps), "pointwise": lambda: _take(ours, steps)}
        medians = alternating_medians(work, rounds)
    return medians["plain"] / steps, medians["pointwise"] / steps


def _precisions_ms(training: Digits, test: Digits, rounds: int, steps: int) -> tuple[float, float]:
    """Milliseconds a step of nin in float32 and in what its recipe allows here, in turns, medians."""
    few = Digits(test.name, test.images[:64], test.labels[:64])
    recipe = replace(recipe_named("fast"), epochs=500)
    loops = {
        name: train(
            build(default_config("nin")), replace(recipe, mixed_precision=mixed), training, few, torch.device("cpu")
        )
        for name, mixed in (("float32", False), ("quick", True))
    }
    medians = alternating_medians({name: partial(_take, loop, steps) for name, loop in loops.items()}, rounds)
    return medians["float32"] / steps, medians["quick"] / steps


def _take(steps: Iterator[object], count: int) -> None:
    for _ in islice(steps, count):
        pass


def products_ms(rounds: int) -> float:
    """Milliseconds of the large dense layer's matrix products: its output, the gradients of its input and weights.

    Each by the quicker of the routines that PyTorch has, into memory that is there.
    """
    x, weights, gradient = torch.randn(BATCH, FEATURES), torch.randn(HIDDEN, FEATURES), torch.randn(BATCH, HIDDEN)
    out, back, change = torch.empty(BATCH, HIDDEN), torch.empty_like(x), torch.empty_like(weights)
    work: dict[str, Callable[[], object]] = {
        "out": lambda: torch.mm(x, weights.T, out=out),
        "back": lambda: torch.mm(gradient, weights, out=back),
        "change": lambda: torch.mm(gradient.T, x, out=change),
    }
    if product_works():
        work["quick out"] = lambda: product(x, weights)
        work["quick back"] = lambda: product(gradient, weights.T)
    with torch.inference_mode():
        medians = alternating_medians(work, max(rounds, 5))
    return sum(min(medians[name], medians.get(f"quick {name}", math.inf)) for name in ("out", "back", "change"))


def adam_ms(rounds: int) -> float:
    """Milliseconds of one pass of Adam over the parameters, their gradients, and their first and second moments."""
    parameters = torch.zeros(count_parameters(build(default_config("conv_mlp"))), requires_grad=True)
    parameters.grad = torch.ones_like(parameters)
    optimizer = torch.optim.Adam([parameters], fused=True)
    return alternating_medians({"adam": optimizer.step}, max(rounds, 5))["adam"]


def step_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``step_times`` in sentences."""
    yield (
        f"tutorial-step: {result['pointwise_ms']:.0f} ms a step, the plain loop {result['plain_ms']:.0f} ms: "
        f"{result['ratio']:.2f} times as fast (goal {STEP_GOAL}); medians of {result['rounds']} rounds of "
        f"{result['steps']} steps in turns"
    )
    yield (
        f"  three matrix products {result['products_ms']:.0f} ms and one pass of Adam {result['adam_ms']:.0f} ms: with "
        f"these routines no loop can be more than {result['limit_ratio']:.2f} times as fast as the plain one here"
    )


def time_to_accuracy(
    folder: Path, rounds: int, steps: int, target: float | None = None, whole: bool = False
) -> dict[str, Any]:
    """Seconds of nin to an accuracy, and of ten plain epochs, extrapolated from ``rounds`` times ``steps`` steps.

    The ratio of the two is the product of ``loop_ratio``, this package's loop beside the plain one on the tutorial's
    network, ``precision_ratio``, nin's steps beside the same ones in float32, and ``network_and_recipe_ratio``, all
    that is left. With ``whole`` the tutorial's network is trained, too,
    by the quicker loop, whose losses are the plain one's, for the first epoch that reaches the target. The target is
    the accuracy on the card of the shipped tutorial's network unless given. Raises DataError, ModelFileError.
    """
    if target is None:
        target = float(load_model(SHIPPED / "conv_mlp.safetensors").card["metrics"]["accuracy"])
    training, test = load_mnist(folder)
    plain, own = _loops_ms(folder, training, test, rounds, steps)
    float32, quick = _precisions_ms(training, test, rounds, steps)
    epoch = plain / 1e3 * math.ceil(len(training) / BATCH)
    ten = epoch * EPOCHS
    seconds, reached = _seconds_to(target, training, test)
    first = _first_epoch(target, training, test) if whole else None
    result = {
        "target": target,
        "plain_step_ms": plain,
        "steps_timed": rounds * steps,
        "ten_epochs_s": ten,
        "nin_s": seconds,
        "nin_accuracy": reached,
        "ratio": None if seconds is None else ten / seconds,
        "goal": ACCURACY_GOAL,
        "pointwise_step_ms": own,
        "loop_ratio": plain / own,
        "float32_step_ms": float32,
        "quick_step_ms": quick,
        "precision_ratio": float32 / quick,
        "precision": precision_for(recipe_named("fast"), default_config("nin"), torch.device("cpu")),
        "network_and_recipe_ratio": None if seconds is None else ten / seconds / (plain / own) / (float32 / quick),
    }
    if whole:
        at = None if first is None else epoch * first
        result |= {"first_epoch": first, "first_s": at, "first_ratio": at and seconds and at / seconds}
    return result


def _first_epoch(target: float, training: Digits, test: Digits) -> int | None:
    """The first of the tutorial's epochs after which its network reads so many test digits; None if none of them."""
    recipe = recipe_named("tutorial")
    for step in train(build(default_config("conv_mlp"), recipe.seed), recipe, training, test, torch.device("cpu")):
        if step.epoch is not None and step.epoch.metrics["accuracy"] >= target:
            return step.epoch.number
    return None


def _seconds_to(target: float, training: Digits, test: Digits) -> tuple[float | None, float]:
    """Seconds until an epoch's measured accuracy reaches the target, None if none does; and that accuracy."""
    recipe = recipe_named("fast", epochs=1)
    started, reached = time.perf_counter(), 0.0
    for step in train(build(default_config("nin"), recipe.seed), recipe, training, test):
        if step.epoch is not None:
            reached = step.epoch.metrics["accuracy"]
            if reached >= target:
                return time.perf_counter() - started, reached
    return None, reached


def accuracy_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``time_to_accuracy`` in sentences."""
    if result["ratio"] is None:
        yield f"time-to-accuracy: nin ended at {result['nin_accuracy']:.2%}, below {result['target']:.2%}"
        return
    yield (
        f"time-to-accuracy: nin reads {result['nin_accuracy']:.2%} after {result['nin_s']:.1f} s; ten epochs of the "
        f"plain loop, which end at {result['target']:.2%}, take {result['ten_epochs_s']:.0f} s "
        f"({result['steps_timed']} steps measured, extrapolated): {result['ratio']:.0f} times as fast (goal"
        f" {ACCURACY_GOAL})"
    )
    yield (
        f"  of which the loop {result['loop_ratio']:.1f} times ({result['plain_step_ms']:.0f} ms a step of the "
        f"tutorial's network and {result['pointwise_step_ms']:.0f} ms), {result['precision']} "
        f"{result['precision_ratio']:.1f} times ({result['float32_step_ms']:.0f} ms a step of nin in float32 and "
        f"{result['quick_step_ms']:.0f} ms), and network and recipe {result['network_and_recipe_ratio']:.0f} times"
    )
    if "first_epoch" not in result:
        yield "  the epoch in which the plain loop first reaches it: not measured, --whole does (10 to 30 minutes)"
    elif result["first_epoch"] is None:
        yield f"  the tutorial's network did not reach {result['target']:.2%} here in its {EPOCHS} epochs"
    else:
        yield (
            f"  the plain loop first reaches it after epoch {result['first_epoch']}, in {result['first_s']:.0f} s: "
            f"{result['first_ratio']:.0f} times as fast to there"
        )
