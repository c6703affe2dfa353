"""What the claims about speed are checked with: models, classify and retrain."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from pointwise.costs import cost, measured_ms
from pointwise.data.digits import Digits
from pointwise.data.mnist import load_mnist, unpack
from pointwise.errors import ConfigError
from pointwise.inference import classify_drawing
from pointwise.models import CLASSIFIERS, Network, build, default_config
from pointwise.strokes import draw_strokes
from pointwise.training import pick_device, recipe_named, train
from pointwise.weights import load_model, shipped_files

NAMES = ("models", "classify", "retrain")
SEVEN = [[[0.1, 0.05], [0.9, 0.05], [0.4, 1.0]]]  # strokes in a unit box
REPEATS = 100
WARM_UP = 5
GOAL = 0.98  # test accuracy that retraining must reach
SHARE = 1 / 20  # of the time that ten epochs of the tutorial's loop take


def check_names(names: list[str]) -> list[str]:
    """The benchmarks to run: those named, else all. Raises ConfigError for an unknown one."""
    for name in names:
        if name not in NAMES:
            raise ConfigError(f"There is no benchmark '{name}'. Choose among {', '.join(NAMES)}.")
    return names or list(NAMES)


def bench_models() -> list[dict[str, Any]]:
    """Of each shipped network: parameters, multiply-adds and the median milliseconds of one forward pass."""
    rows = []
    for path in shipped_files():
        model = load_model(path)
        counted = cost(model.config)
        rows.append(
            {
                "model": path.stem,
                "parameters": counted.parameters,
                "multiply_adds": counted.multiply_adds,
                "forward_ms": measured_ms(model),
            }
        )
    return rows


def bench_classify() -> list[dict[str, Any]]:
    """Of each shipped classifier: median and 95th percentile of the milliseconds that reading one drawing takes."""
    models = {path.stem: load_model(path) for path in shipped_files()}
    return [
        {"model": name, **_classify_ms(model)} for name, model in models.items() if model.config.arch in CLASSIFIERS
    ]


def _classify_ms(model: Network) -> dict[str, float]:
    drawing = draw_strokes(SEVEN, side=280)
    times = []
    for _ in range(WARM_UP + REPEATS):
        started = time.perf_counter()
        classify_drawing(model, drawing)
        times.append((time.perf_counter() - started) * 1e3)
    median, p95 = np.percentile(times[WARM_UP:], [50, 95])
    return {"median_ms": float(median), "p95_ms": float(p95)}


def bench_retrain(folder: Path, steps: int | None = 150) -> dict[str, Any]:
    """Retraining nin with the recipe fast beside the tutorial's loop, on the same machine, one after the other.

    ``steps`` of the tutorial's loop are timed (None: a whole epoch) and scaled to ten epochs. Raises ConfigError for
    less than one step, DataError where MNIST cannot be read.
    """
    if steps is not None and steps < 1:
        raise ConfigError(f"{steps} steps cannot be timed. Choose at least 1.")
    training, test = load_mnist(folder)
    tutorial = _tutorial(folder, steps)
    retraining = _retraining(training, test)
    reached = retraining["seconds_to_goal"]
    share = reached / tutorial["ten_epochs_seconds"] if reached is not None else None
    holds = share is not None and share <= SHARE
    return {"tutorial": tutorial, "retraining": retraining, "goal": GOAL, "share": share, "holds": holds}


def _tutorial(folder: Path, steps: int | None) -> dict[str, Any]:
    """The loop as tutorials write it; unpacking the files and the first few steps are left out of the time."""
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    device = pick_device()
    model = build(default_config("conv_mlp")).to(device).train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    with tempfile.TemporaryDirectory() as unpacked:
        unpack(folder, Path(unpacked))
        loader = DataLoader(datasets.MNIST(unpacked, transform=transform), batch_size=64, shuffle=True)

    def run(limit: int | None) -> int:
        done, running_loss = 0, 0.0
        for images, labels in islice(loader, limit):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
            done += 1
        return done

    run(WARM_UP)
    started = time.perf_counter()
    done = run(steps)
    seconds = time.perf_counter() - started
    return {
        "steps_timed": done,
        "seconds_timed": seconds,
        "steps_per_epoch": len(loader),
        "ten_epochs_seconds": seconds / done * len(loader) * 10,
        "scaling": f"{done} steps timed, multiplied by 10 × {len(loader)} / {done}",
    }


def _retraining(training: Digits, test: Digits) -> dict[str, Any]:
    """Seconds count from the fresh network on and hold what measuring the test digits takes."""
    recipe = recipe_named("fast")
    started = time.perf_counter()
    epochs = []
    for step in train(build(default_config("nin"), recipe.seed), recipe, training, test):
        if step.epoch is not None:
            epochs.append({"seconds": time.perf_counter() - started, "accuracy": step.epoch.metrics["accuracy"]})
    reached = next((epoch["seconds"] for epoch in epochs if epoch["accuracy"] >= GOAL), None)
    return {"arch": "nin", "recipe": recipe.name, "seed": recipe.seed, "epochs": epochs, "seconds_to_goal": reached}


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The results as text."""
    for row in result.get("models", ()):
        yield (
            f"{row['model']}: {row['parameters']:,} parameters, {row['multiply_adds']:,} multiply-adds, "
            f"{row['forward_ms']:.2f} ms a forward pass"
        )
    for row in result.get("classify", ()):
        yield f"{row['model']}: reads a drawing in {row['median_ms']:.2f} ms (median), {row['p95_ms']:.2f} ms (p95)"
    if "retrain" in result:
        yield from _retrain_lines(result["retrain"])


def _retrain_lines(result: Mapping[str, Any]) -> Iterator[str]:
    tutorial, retraining = result["tutorial"], result["retraining"]
    yield f"Ten epochs of the tutorial's loop: {tutorial['ten_epochs_seconds']:.0f} s ({tutorial['scaling']})"
    for number, epoch in enumerate(retraining["epochs"], start=1):
        yield f"nin, recipe fast, epoch {number}: {epoch['accuracy']:.2%} after {epoch['seconds']:.1f} s"
    if result["share"] is None:
        yield f"{result['goal']:.0%} was not reached."
    else:
        held = "at most" if result["holds"] else "more than"
        yield (
            f"{result['goal']:.0%} was reached after {retraining['seconds_to_goal']:.1f} s: "
            f"1/{1 / result['share']:.1f} of the tutorial's time, {held} 1/{1 / SHARE:.0f}."
        )
