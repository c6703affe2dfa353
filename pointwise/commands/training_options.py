"""What train is asked for: its options, and the job and the device that they name."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import (
    add_data,
    add_force,
    add_json,
    add_memory,
    add_quiet,
    add_threads,
    picture_folders,
    refuse,
)
from pointwise.data.catalogue import DATA_SETS
from pointwise.errors import ConfigError
from pointwise.models import ACTIVATIONS, ARCHITECTURES, PAINTER, REGRESSOR

if TYPE_CHECKING:
    import torch

    from pointwise.jobs import Job
    from pointwise.models import ModelConfig
    from pointwise.training import Recipe

REGULARISED = " and ".join(name for name, one in ARCHITECTURES.items() if one.regularised and one.offered)


def add_options(parser: Any) -> None:
    """Add the options of train, in groups."""
    its = parser.add_argument_group("the network")
    its.add_argument("--activation", metavar="NAME", help=f"{', '.join(ACTIVATIONS)} (default {ACTIVATIONS[0]})")
    its.add_argument("--width", metavar="N", type=int, help="channels of its first layer, the others in proportion")
    its.add_argument("--dropout", metavar="SHARE", type=float, help=f"of hidden channels, 0 to 0.9; {REGULARISED} only")
    its.add_argument("--batch-norm", action="store_true", help=f"normalise batches; {REGULARISED} only")
    how = parser.add_argument_group("how it learns")
    names = "fast (default), tutorial or augmented; price_1x1: standardised (default) or tutorial"
    how.add_argument("--recipe", metavar="NAME", help=f"{names}. The options below change it")
    how.add_argument("--epochs", metavar="N", type=int, help="passes over the training data")
    how.add_argument("--batch", metavar="N", type=int, help="examples per step")
    how.add_argument("--lr", metavar="RATE", type=float, help="learning rate")
    how.add_argument("--seed", metavar="N", type=int, help="initial weights, order of the examples, augmentation")
    how.add_argument("--data-set", metavar="NAME", help=f"of a classifier: {', '.join(DATA_SETS)} (default mnist)")
    folder = "pictures to learn from instead, PNG or JPEG of any size: a sub-folder for each class; a fifth is held out"
    how.add_argument("--folder", metavar="DIR", type=picture_folders.folder, help=folder)
    split = "split N training pictures off and keep the epoch that reads most of them (default: keep the last epoch)"
    how.add_argument("--validation", metavar="N", type=int, help=split)
    add_data(how)
    where = parser.add_argument_group("where it is trained")
    where.add_argument("--device", help="cpu, cuda or mps (default: cuda where there is one, else mps, else cpu)")
    add_threads(where)
    add_memory(where)
    files = parser.add_argument_group("what becomes of it")
    files.add_argument(
        "--out", metavar="FILE", type=Path, help="weights file to write (default ARCH.safetensors, here)"
    )
    files.add_argument("--resume", action="store_true", help="go on after the last checkpoint of a stopped training")
    add_force(files)
    files.add_argument("--float16", action="store_true", help="store half-precision weights: half the size")
    files.add_argument("--no-keep", action="store_true", help="leave this run out of the library that the app shows")
    add_quiet(files)
    add_json(files)


def job_of(options: argparse.Namespace, before_reading: Callable[[], None]) -> Job:
    """The job that is asked for; its pictures are read where they lie in a folder, which ``before_reading`` may refuse.

    Raises ConfigError for an unknown name, a value out of range, or one that does not apply; DataError for the folder.
    """
    from pointwise.card import HOUSES
    from pointwise.data.catalogue import config_for
    from pointwise.data.housing import HouseOptions
    from pointwise.jobs import HouseJob, PictureJob, Pictures
    from pointwise.models import default_config
    from pointwise.training.processes import processes

    if options.arch == PAINTER:
        raise ConfigError(
            "paint learns from strokes on a picture. Use: python -m pointwise segment PICTURE --scribbles …"
        )
    if options.arch != REGRESSOR and options.folder is not None:
        refuse(options, ["data_set", "data", "validation"], "to --folder, whose pictures are learned from or held out")
        _configured(options, default_config(options.arch))
        _recipe(options)
        before_reading()
        own = picture_folders.opened(options)
        return PictureJob(_configured(options, own.config(options.arch)), _recipe(options, own.counts[0]), own)
    if options.arch != REGRESSOR:
        name = "mnist" if options.data_set is None else options.data_set
        config = _configured(options, config_for(options.arch, name))
        folder = options.data and options.data.absolute()
        return PictureJob(config, _recipe(options), Pictures(name, folder, validation=options.validation))
    refuse(options, ["validation"], f"to {REGRESSOR}, whose houses are made")
    refuse(options, ["folder"], f"to {REGRESSOR}, which learns from houses that it makes")
    if options.data_set != HOUSES:
        refuse(options, ["data_set"], f"to {REGRESSOR}, which learns from houses that it makes")
    if options.device != "cpu":
        refuse(options, ["device"], f"to {REGRESSOR}, which is so small that the CPU is quickest")
    if processes() > 1:
        raise ConfigError(f"{REGRESSOR} is so small that one process trains it. Start it without torchrun.")
    return HouseJob(_configured(options, default_config(REGRESSOR)), _recipe(options), HouseOptions())


def _configured(options: argparse.Namespace, config: ModelConfig) -> ModelConfig:
    """The configuration as it is asked for. Raises ConfigError for what its network has not, or out of range."""
    if not config.architecture.regularised:
        refuse(options, ["dropout", "batch_norm"], f"to {config.arch}: only {REGULARISED} have it as a choice")
    chosen = {name: getattr(options, name) for name in ("activation", "dropout", "batch_norm")}
    config = replace(config, **{name: value for name, value in chosen.items() if value is not None})
    return config if options.width is None else config.with_width(options.width)


def _recipe(options: argparse.Namespace, own: int | None = None) -> Recipe:
    """The recipe as it is asked for, or the network's usual one, or that for so many pictures of somebody's own."""
    from pointwise.training import pictures_recipe, recipe_named, recipes_for

    given = {"epochs": options.epochs, "batch_size": options.batch, "learning_rate": options.lr, "seed": options.seed}
    changes = {name: value for name, value in given.items() if value is not None}
    if options.recipe is None and own is not None:
        return pictures_recipe(own, **changes)
    usual = next(iter(recipes_for(options.arch)))
    return recipe_named(usual if options.recipe is None else options.recipe, options.arch, **changes)


def device_named(named: str | None) -> torch.device:
    """The device of that name, else the quickest; in a group of processes, this one's own.

    Raises ConfigError for one that this machine has not, or not for so many processes.
    """
    import torch

    from pointwise.training import pick_device
    from pointwise.training.processes import own_device, processes

    if named is None:
        device = pick_device()
        return own_device(device) if device.type == "cuda" or processes() == 1 else torch.device("cpu")
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(named, False):
        usable = ", ".join(name for name, is_there in there.items() if is_there)
        raise ConfigError(f"There is no device '{named}' here. Choose one of {usable}.")
    return own_device(torch.device(named))
