"""tutorial-step: one optimiser step of the tutorial's network, this package's loop beside the plain one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from pointwise.bench.plain import plain_loop
from pointwise.bench.timing import in_turns
from pointwise.data.digits import Digits
from pointwise.data.mnist import load_mnist
from pointwise.models import build, count_parameters, default_config
from pointwise.training import recipe_named, train
from pointwise.training.dense import product, product_works

GOAL = 2.5  # times as fast
BATCH, FEATURES, HIDDEN = 64, 50_176, 256


def measured(folder: Path, rounds: int, steps: int) -> dict[str, Any]:
    """Milliseconds a step of both loops, and the least that its arithmetic takes here. Raises DataError."""
    recipe = replace(recipe_named("tutorial"), epochs=500)
    training, test = load_mnist(folder)
    few = Digits(test.name, test.images[:64], test.labels[:64])
    ours = train(build(default_config("conv_mlp")), recipe, training, few, torch.device("cpu"))
    with plain_loop(folder, recipe.seed) as losses:
        work = {"plain": lambda: _take(losses, steps), "pointwise": lambda: _take(ours, steps)}
        medians = in_turns(work, rounds)
    plain, own = medians["plain"] / steps, medians["pointwise"] / steps
    products, adam = products_ms(rounds), adam_ms(rounds)
    return {
        "rounds": rounds,
        "steps": steps,
        "plain_ms": plain,
        "pointwise_ms": own,
        "ratio": plain / own,
        "goal": GOAL,
        "products_ms": products,
        "adam_ms": adam,
        "limit_ms": products + adam,
        "limit_ratio": plain / (products + adam),
    }


def _take(steps: Iterator[object], count: int) -> None:
    for _ in islice(steps, count):
        pass


def products_ms(rounds: int) -> float:
    """The three matrix products of the large dense layer: its output, and the gradients of its input and weights.

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
        medians = in_turns(work, max(rounds, 5))
    return sum(min(medians[name], medians.get(f"quick {name}", math.inf)) for name in ("out", "back", "change"))


def adam_ms(rounds: int) -> float:
    """One pass over the parameters, their gradients and their two moments."""
    parameters = torch.zeros(count_parameters(build(default_config("conv_mlp"))), requires_grad=True)
    parameters.grad = torch.ones_like(parameters)
    optimizer = torch.optim.Adam([parameters], fused=True)
    return in_turns({"adam": optimizer.step}, max(rounds, 5))["adam"]


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"tutorial-step: {result['pointwise_ms']:.0f} ms a step, the plain loop {result['plain_ms']:.0f} ms: "
        f"{result['ratio']:.2f} times as fast (goal {GOAL}); medians of {result['rounds']} rounds of "
        f"{result['steps']} steps in turns"
    )
    yield (
        f"  three matrix products {result['products_ms']:.0f} ms and one pass of Adam {result['adam_ms']:.0f} ms: with "
        f"these routines no loop can be more than {result['limit_ratio']:.2f} times as fast as the plain one here"
    )
