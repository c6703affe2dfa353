"""time-to-accuracy: nin from nothing to what the tutorial's network reads after ten epochs of the plain loop."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pointwise.bench.plain import plain_loop
from pointwise.data.digits import Digits
from pointwise.data.mnist import load_mnist
from pointwise.models import build, default_config
from pointwise.training import recipe_named, train
from pointwise.weights import SHIPPED, load_model

GOAL = 60  # times as fast
EPOCHS = 10


def measured(folder: Path, rounds: int, steps: int) -> dict[str, Any]:
    """Seconds of both; the ten epochs are extrapolated from ``rounds`` times ``steps`` measured steps.

    The accuracy to reach is the one on the card of the shipped tutorial's network. Raises DataError, ModelFileError.
    """
    target = float(load_model(SHIPPED / "conv_mlp.safetensors").card["metrics"]["accuracy"])
    training, test = load_mnist(folder)
    with plain_loop(folder, seed=0) as losses:
        plain = _seconds_a_step(losses, rounds, steps)
    per_epoch = -(-len(training) // 64)
    ten = plain * per_epoch * EPOCHS
    seconds, reached = _to_accuracy(training, test, target)
    return {
        "target": target,
        "plain_step_ms": plain * 1e3,
        "steps_timed": rounds * steps,
        "ten_epochs_s": ten,
        "nin_s": seconds,
        "nin_accuracy": reached,
        "ratio": ten / seconds if seconds is not None else None,
        "goal": GOAL,
    }


def _seconds_a_step(losses: Iterator[float], rounds: int, steps: int) -> float:
    next(losses)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in islice(losses, steps):
            pass
        times.append((time.perf_counter() - started) / steps)
    return statistics.median(times)


def _to_accuracy(training: Digits, test: Digits, target: float) -> tuple[float | None, float]:
    """Seconds until an epoch's measured accuracy reaches the target, None if none does; and that accuracy."""
    recipe = recipe_named("fast", epochs=1)
    started, reached = time.perf_counter(), 0.0
    for step in train(build(default_config("nin"), recipe.seed), recipe, training, test):
        if step.epoch is not None:
            reached = step.epoch.metrics["accuracy"]
            if reached >= target:
                return time.perf_counter() - started, reached
    return None, reached


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    if result["ratio"] is None:
        yield f"time-to-accuracy: nin ended at {result['nin_accuracy']:.2%}, below {result['target']:.2%}"
        return
    yield (
        f"time-to-accuracy: nin reads {result['nin_accuracy']:.2%} after {result['nin_s']:.1f} s; ten epochs of the "
        f"plain loop, which end at {result['target']:.2%}, take {result['ten_epochs_s']:.0f} s "
        f"({result['steps_timed']} steps measured, extrapolated): {result['ratio']:.0f} times as fast (goal {GOAL})"
    )
