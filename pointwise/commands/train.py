"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import shared
from pointwise.errors import ConfigError

if TYPE_CHECKING:  # every command imports what it needs by itself: --help and refusals are quick
    import torch
    from torch import Tensor

    from pointwise.models import ModelConfig, Network
    from pointwise.training import Recipe, Step
    from pointwise.training.processes import Group


def add(commands: Any) -> None:
    """Its arguments."""
    parser = commands.add_parser("train", help="train a network and write its weights")
    parser.add_argument("arch", help="nin, conv_mlp, mlp_1x1, bag_of_pixels or price_1x1")
    parser.add_argument("--recipe", help="fast (default), tutorial or augmented; price_1x1: standardised or tutorial")
    parser.add_argument("--epochs", type=int, help="passes over the training data")
    parser.add_argument("--batch", type=int, help="examples per step")
    parser.add_argument("--lr", type=float, help="learning rate")
    parser.add_argument("--seed", type=int, help="initial weights, order and augmentation (default: the recipe's own)")
    parser.add_argument("--out", type=Path, help="weights file to write (default: ARCH.safetensors, here)")
    parser.add_argument("--data-set", default="mnist", help="mnist (default), fashion_mnist, kmnist, cifar10 or digits")
    parser.add_argument("--device", help="cpu, cuda or mps (default: cuda where there is one, else mps, else cpu)")
    parser.add_argument("--resume", action="store_true", help="go on after a killed training's last whole epoch")
    parser.add_argument("--float16", action="store_true", help="store half-precision weights: half the size")
    parser.set_defaults(run=run, show=lines)
    shared.add_common(parser)


def run(options: argparse.Namespace) -> dict[str, Any] | None:
    """None for all but the first of several processes."""
    import torch

    from pointwise.data.catalogue import config_for
    from pointwise.models import REGRESSOR, default_config
    from pointwise.training import recipe_named, recipes_for
    from pointwise.training.processes import group_of_processes
    from pointwise.weights import check_writable, save_model

    houses = options.arch == REGRESSOR
    config = default_config(options.arch) if houses else config_for(options.arch, options.data_set)
    changes = {"epochs": options.epochs, "batch_size": options.batch, "learning_rate": options.lr, "seed": options.seed}
    recipe = recipe_named(
        options.recipe or next(iter(recipes_for(config.arch))),
        config.arch,
        **{name: value for name, value in changes.items() if value is not None},
    )
    out = options.out or Path(f"{config.arch}.safetensors")
    check_writable(out)
    dtype = torch.float16 if options.float16 else torch.float32
    device = _device(options.device)
    with group_of_processes(device) as group:
        if houses:
            model = _trained_on_houses(config, recipe, dtype)
        else:
            model = _trained_on_digits(config, recipe, dtype, _Place(options, out, device, group))
        if not group.first:
            return None
        save_model(model, out, model.card, dtype)
        checkpoint_of(out).unlink(missing_ok=True)
    return {"file": str(out), "arch": config.arch, **model.card}


@dataclass(frozen=True)
class _Place:
    """Where a training happens."""

    options: argparse.Namespace
    out: Path
    device: torch.device
    group: Group


def checkpoint_of(out: Path) -> Path:
    """Where a training that will write ``out`` keeps its checkpoint."""
    return out.with_name(f"{out.stem}.checkpoint.safetensors")


def _device(named: str | None) -> torch.device:
    """Raises ConfigError for a device that this machine has not."""
    import torch

    from pointwise.training import pick_device

    if named is None:
        return pick_device()
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(named, False):
        usable = ", ".join(name for name, is_there in there.items() if is_there)
        raise ConfigError(f"There is no device '{named}' here. Choose one of {usable}.")
    return torch.device(named)


def _trained_on_digits(config: ModelConfig, recipe: Recipe, dtype: torch.dtype, place: _Place) -> Network:
    from pointwise.data.catalogue import load_data_set
    from pointwise.data.nondigits import with_made
    from pointwise.models import build
    from pointwise.training import measure, train
    from pointwise.training.checkpoints import read_checkpoint
    from pointwise.training.metrics import temperature_for
    from pointwise.weights import model_from

    name, path = place.options.data_set, checkpoint_of(place.out)
    since = read_checkpoint(path) if place.options.resume else None
    training, test = load_data_set(name, shared.data_folder(place.options, name))
    digits = with_made(training, recipe.made, recipe.seed) if name == "mnist" else training
    model = build(config, recipe.seed)
    steps = train(model, recipe, digits, test, place.device, group=place.group, since=since, keep=True)
    weights, seconds = _last_weights(steps, recipe, dtype, path, place.group)
    model = model_from(config, weights)
    data = f"{training.name}, {len(training):,} training pictures"
    model.card = {"recipe": asdict(recipe), "data_set": name, "data": data}
    model.card |= {"metrics": measure(model, test), "seconds": seconds}
    if recipe.augment:
        model.card |= {"temperature": round(temperature_for(model, training, recipe.seed), 4)}
    return model


def _trained_on_houses(config: ModelConfig, recipe: Recipe, dtype: torch.dtype) -> Network:
    from pointwise.data.housing import make_houses
    from pointwise.training.regression import priced_model, train_houses

    steps = train_houses(config, recipe, *make_houses(standardise=recipe.standardise))
    weights, seconds = _last_weights(steps, recipe, dtype)
    model = priced_model(config, recipe, weights)
    model.card = {**model.card, "seconds": seconds}
    return model


def _last_weights(
    steps: Iterator[Step],
    recipe: Recipe,
    dtype: torch.dtype,
    checkpoint: Path | None = None,
    group: Group | None = None,
) -> tuple[dict[str, Tensor], float]:
    """Those of the last epoch, rounded as they will be stored, and seconds; each epoch's measures go to stderr.

    Only the first process of a group writes and prints.
    """
    started = time.perf_counter()
    weights: Mapping[str, Tensor] = {}
    for step in steps:
        if step.epoch is None:
            continue
        weights = step.epoch.weights
        if group is None or group.first:
            if checkpoint is not None and step.epoch.checkpoint is not None:
                step.epoch.checkpoint.write(checkpoint)
            shared.say(f"epoch {step.epoch.number}/{recipe.epochs}  {shared.figures(step.epoch.metrics)}")
    rounded = {name: t.to(dtype).float() if t.is_floating_point() else t for name, t in weights.items()}
    return rounded, round(time.perf_counter() - started, 1)


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield f"{result['file']}: {shared.figures(result['metrics'])} on held-out examples, {result['seconds']:.0f} s"
