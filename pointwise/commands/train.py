"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_data, add_json, figures, say, tell
from pointwise.errors import ConfigError, LibraryError
from pointwise.runs import Progress

if TYPE_CHECKING:
    import torch

    from pointwise.jobs import Job
    from pointwise.library import Recording
    from pointwise.training import Epoch, Step
    from pointwise.training.checkpoints import Checkpoint
    from pointwise.training.processes import Group


AT_LATEST = 20.0  # seconds between two checkpoints


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
    parser.add_argument("--resume", action="store_true", help="go on after a killed training's last checkpoint")
    parser.add_argument("--no-keep", action="store_true", help="leave this run out of the library that the app shows")
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
        epoch = _last_epoch(job, checkpoint_of(out), group, options.no_keep, device=device, since=since)
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


def _last_epoch(
    job: Job, checkpoint: Path, group: Group, forget: bool, since: Checkpoint | None, device: torch.device
) -> Epoch:
    """The last epoch. The first process of a group writes checkpoints, keeps the run, and says each epoch on stderr.

    Raises ConfigError when the checkpoint to go on from leaves nothing to train.
    """
    from pointwise.data.mnist import Download
    from pointwise.runs import Run

    recorder = None
    if group.first:
        recorder = _Recorder(checkpoint, None if forget else _recording(job, since))
    before = Progress(step=since.step) if since is not None else None
    run = Run(job, "train", None, math.inf, recorder, since, before, device=device, group=group)
    for event in run.events():
        if isinstance(event, Download):
            tell(event)
        elif event.epoch is not None and group.first:
            say(f"epoch {event.epoch.number}/{job.recipe.epochs}  {figures(event.epoch.metrics)}")
    last = run.progress().latest
    if last is None:
        raise ConfigError("The training of this checkpoint is over. Train again without --resume.")
    return last


def _recording(job: Job, since: Checkpoint | None) -> Recording | None:
    """Where the run is kept for the app; None, with a sentence on stderr, where it cannot be, or is not to be."""
    from pointwise.costs import cost
    from pointwise.library import keeps, open_library

    if not keeps():
        return None
    try:
        return open_library().shelf("").begin(job.describe(), cost(job.config).parameters)
    except LibraryError as error:
        say(f"This run is not kept. {error}")
        return None


class _Recorder:
    """A Recorder that writes the checkpoint of a training that was not stopped, and hands all on to a Recording."""

    resumable, broken = True, ""

    def __init__(self, checkpoint: Path, recording: Recording | None) -> None:
        self._checkpoint, self._recording = checkpoint, recording
        self._since = time.monotonic()

    def wants_weights(self, number: int, total: int) -> bool:
        return self._recording is not None and self._recording.wants_weights(number, total)

    def wants_checkpoint(self, ended: bool) -> bool:
        return ended or time.monotonic() - self._since >= AT_LATEST

    def record(self, progress: Progress, step: Step | None) -> None:
        if step is not None and step.checkpoint is not None:
            step.checkpoint.write(self._checkpoint)
            self._since = time.monotonic()
        if self._recording is not None:
            self._recording.record(progress, step)

    def wish(self) -> str:
        return "" if self._recording is None else self._recording.wish()

    def close(self, progress: Progress) -> None:
        if self._recording is not None:
            self._recording.close(progress)


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result as a sentence."""
    yield f"{result['file']}: {figures(result['metrics'])} on held-out examples, {result['seconds']:.0f} s"
