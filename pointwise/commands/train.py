"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_data, add_json, figures, say, tell
from pointwise.errors import ConfigError

if TYPE_CHECKING:
    import torch

    from pointwise.jobs import Job
    from pointwise.training import Epoch
    from pointwise.training.processes import Group


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
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
    parser.set_defaults(run=train, show=told)
    add_data(parser)
    add_json(parser)


def train(options: argparse.Namespace) -> dict[str, Any] | None:
    """JSON: the file that was written and its card. None for all but the first of several processes."""
    import torch

    from pointwise.training.checkpoints import read_checkpoint
    from pointwise.training.processes import group_of_processes
    from pointwise.weights import check_writable, save_model

    job = _job(options)
    out = options.out or Path(f"{job.config.arch}.safetensors")
    check_writable(out)
    device, dtype = _device(options.device), torch.float16 if options.float16 else torch.float32
    since = read_checkpoint(checkpoint_of(out)) if options.resume else None
    with group_of_processes(device) as group:
        epoch = _last_epoch(job, checkpoint_of(out), group, device=device, since=since)
        if not group.first:
            return None
        if device.type != "cpu" or options.float16:
            epoch = job.as_stored(epoch, dtype)
        model = job.network(epoch)
        save_model(model, out, model.card, dtype)
        checkpoint_of(out).unlink(missing_ok=True)
    return {"file": str(out), "arch": job.config.arch, **model.card}


def _job(options: argparse.Namespace) -> Job:
    """The job that is asked for. Raises ConfigError for an unknown name or a value out of range."""
    from pointwise.data.catalogue import config_for
    from pointwise.data.housing import HouseOptions
    from pointwise.jobs import HouseJob, PictureJob, Pictures
    from pointwise.models import REGRESSOR, default_config
    from pointwise.training import recipe_named, recipes_for

    houses = options.arch == REGRESSOR
    config = default_config(options.arch) if houses else config_for(options.arch, options.data_set)
    changes = {"epochs": options.epochs, "batch_size": options.batch, "learning_rate": options.lr, "seed": options.seed}
    recipe = recipe_named(
        options.recipe or next(iter(recipes_for(config.arch))),
        config.arch,
        **{name: value for name, value in changes.items() if value is not None},
    )
    if houses:
        return HouseJob(config, recipe, HouseOptions())
    return PictureJob(config, recipe, Pictures(options.data_set, options.data))


def checkpoint_of(out: Path) -> Path:
    """The file that a training that will write ``out`` keeps its checkpoint in."""
    return out.with_name(f"{out.stem}.checkpoint.safetensors")


def _device(named: str | None) -> torch.device:
    """The device of that name, else the quickest. Raises ConfigError for one that this machine has not."""
    import torch

    from pointwise.training import pick_device

    if named is None:
        return pick_device()
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(named, False):
        usable = ", ".join(name for name, is_there in there.items() if is_there)
        raise ConfigError(f"There is no device '{named}' here. Choose one of {usable}.")
    return torch.device(named)


def _last_epoch(job: Job, checkpoint: Path, group: Group, **how: Any) -> Epoch:
    """The last epoch. The first process of a group writes each one's checkpoint, and its measures on stderr.

    Raises ConfigError when the checkpoint to go on from leaves nothing to train.
    """
    from pointwise.data.mnist import Download

    last = None
    for event in job.steps(group=group, keep=True, **how):
        if isinstance(event, Download):
            tell(event)
        elif event.epoch is not None:
            last = event.epoch
            if group.first:
                if last.checkpoint is not None:
                    last.checkpoint.write(checkpoint)
                say(f"epoch {last.number}/{job.recipe.epochs}  {figures(last.metrics)}")
    if last is None:
        raise ConfigError("The training of this checkpoint is over. Train again without --resume.")
    return last


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result as a sentence."""
    yield f"{result['file']}: {figures(result['metrics'])} on held-out examples, {result['seconds']:.0f} s"
