"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
import math
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_data, add_json, add_memory, check_room, figures, say, tell
from pointwise.commands.recorder import Recorder, where
from pointwise.commands.signals import SIGNALS, Stop
from pointwise.errors import ConfigError, ModelFileError
from pointwise.runs import Run

if TYPE_CHECKING:
    import torch

    from pointwise.commands.best_epoch import BestEpoch
    from pointwise.jobs import Job
    from pointwise.training import Epoch
    from pointwise.training.checkpoints import Checkpoint
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
    parser.add_argument(
        "--validation",
        type=int,
        metavar="N",
        help="split N training pictures off and keep the epoch that reads most of them (default: keep the last epoch)",
    )
    parser.add_argument("--device", help="cpu, cuda or mps (default: cuda where there is one, else mps, else cpu)")
    parser.add_argument("--resume", action="store_true", help="go on after a killed training's last checkpoint")
    parser.add_argument("--no-keep", action="store_true", help="leave this run out of the library that the app shows")
    parser.add_argument("--float16", action="store_true", help="store half-precision weights: half the size")
    parser.set_defaults(run=train, show=told)
    add_memory(parser)
    add_data(parser)
    add_json(parser)


def train(options: argparse.Namespace) -> dict[str, Any] | None:
    """JSON: the file that was written, its card, and the run that is kept of it, if any. None for all but the first of
    several processes, and for a training that was parked.
    """
    import torch

    from pointwise.commands.best_epoch import best_epoch
    from pointwise.training.processes import group_of_processes
    from pointwise.weights import check_writable, save_model

    job = _job(options)
    out = options.out or Path(f"{job.config.arch}.safetensors")
    check_writable(out)
    check_room(options, job, processes=int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    device, dtype = device_named(options.device), torch.float16 if options.float16 else torch.float32
    with group_of_processes(device) as group:
        group.check_alike(_facts(job, device))
        since = _since(checkpoint_of(out), options.resume, group)
        recorder = Recorder(checkpoint_of(out), group)
        best = best_epoch(out, job, options.resume) if group.first else None
        before = recorder.begin(job, since, options.no_keep)
        run = Run(job, "train", None, math.inf, recorder, since, before, device=device, group=group, ignore_memory=True)
        try:
            with SIGNALS.kept():
                epoch = _last_epoch(job, run, group, best)
        except KeyboardInterrupt:
            raise Stop(SIGNALS.heard or signal.SIGINT, " ".join(recorder.left(run.progress(), since))) from None
        if epoch is None and SIGNALS.heard:
            raise Stop(SIGNALS.heard, " ".join(recorder.left(run.progress(), since)))
        if epoch is None and group.first:
            say(" ".join(recorder.left(run.progress(), since)))
        elif epoch is not None and group.first:
            epoch = best.epoch() if best else epoch
            if device.type != "cpu" or options.float16:
                epoch = job.as_stored(epoch, dtype)
            model = job.network(epoch)
            save_model(model, out, model.card, dtype)
            if best:
                best.forget()
    if epoch is None:
        return None
    checkpoint_of(out).unlink(missing_ok=True)  # each machine's own, once the first process has written
    if not group.first:
        return None
    return {"file": str(out), "arch": job.config.arch, **model.card, "run": recorder.kept()}


def _job(options: argparse.Namespace) -> Job:
    """The job that is asked for. Raises ConfigError for an unknown name or a value out of range."""
    from pointwise.data.catalogue import config_for
    from pointwise.data.housing import HouseOptions
    from pointwise.jobs import HouseJob, PictureJob, Pictures
    from pointwise.models import PAINTER, REGRESSOR, default_config
    from pointwise.training import recipe_named, recipes_for

    if options.arch == PAINTER:
        raise ConfigError(
            "paint learns from strokes on a picture. Use: python -m pointwise segment PICTURE --scribbles …"
        )
    houses = options.arch == REGRESSOR
    config = default_config(options.arch) if houses else config_for(options.arch, options.data_set)
    changes = {"epochs": options.epochs, "batch_size": options.batch, "learning_rate": options.lr, "seed": options.seed}
    recipe = recipe_named(
        options.recipe or next(iter(recipes_for(config.arch))),
        config.arch,
        **{name: value for name, value in changes.items() if value is not None},
    )
    if houses and options.validation:
        raise ConfigError("Houses are made, and none is split off to choose by. Leave --validation out.")
    if houses:
        return HouseJob(config, recipe, HouseOptions())
    folder = options.data and options.data.absolute()
    return PictureJob(config, recipe, Pictures(options.data_set, folder, validation=options.validation))


def checkpoint_of(out: Path) -> Path:
    """The file that a training that will write ``out`` keeps its checkpoint in."""
    return out.with_name(f"{out.stem}.checkpoint.safetensors")


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


def _facts(job: Job, device: torch.device) -> dict[str, object]:
    """What all processes of a group have to be started with alike; where the data lie may differ."""
    described = job.describe()
    options = {**described["config"], **described["recipe"], "data set": described["data"].get("name")}
    facts = {name.replace("_", " "): value for name, value in options.items() if name not in ("arch", "name")}
    return {"network": job.config.arch, "recipe": job.recipe.name, "device": device.type, **facts}


def _since(checkpoint: Path, resume: bool, group: Group) -> Checkpoint | None:
    """The checkpoint to go on from, when that is asked for, or when torchrun has started the group anew.

    In a group it is the furthest that any machine has; a training that begins throws older ones away. Raises
    ModelFileError where the one that is asked for is missing or damaged.
    """
    from pointwise.training.checkpoints import AGAIN, read_checkpoint
    from pointwise.training.processes import restarts

    if group.size == 1:
        return read_checkpoint(checkpoint) if resume else None
    asked, begun_anew = (any(said) for said in zip(*group.of_all((resume, restarts() > 0)), strict=True))
    if not asked and not begun_anew:
        checkpoint.unlink(missing_ok=True)
        return None
    since = group.furthest(read_checkpoint(checkpoint) if checkpoint.is_file() else None)
    if since is None and not begun_anew:
        raise ModelFileError(checkpoint, "is on none of the machines, so there is nothing to go on from", AGAIN)
    if group.first:
        say("Begun anew: there was no checkpoint yet." if since is None else f"Going on after step {since.step:,}.")
    return since


def _last_epoch(job: Job, run: Run[Job], group: Group, best: BestEpoch | None) -> Epoch | None:
    """The last epoch, None of a training that was parked; the first process of a group says each on stderr, and lets
    ``best`` see it.

    Raises ConfigError when the checkpoint to go on from leaves nothing to train.
    """
    from pointwise.data.download import Download

    for event in run.events():
        if isinstance(event, Download):
            tell(event)
        elif event.epoch is not None and group.first:
            say(f"epoch {event.epoch.number}/{job.recipe.epochs}  {figures(event.epoch.metrics)}")
            if best:
                best.see(event.epoch)
    last = run.progress().latest
    if run.progress().state == "parked" or (last is None and run.progress().state == "stopped"):
        return None
    if last is None:
        raise ConfigError("The training of this checkpoint is over. Train again without --resume.")
    return last


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result as a sentence, and one on the run that is kept."""
    held_out = "" if "accuracy" in result["metrics"] else " on held-out examples"
    yield f"{result['file']}: {figures(result['metrics'])}{held_out}, {result['seconds']:.0f} s"
    if chosen := result.get("chosen"):
        yield f"Epoch {chosen['epoch']} of {chosen['of']} was kept, chosen by {chosen['by']} that were split off."
    if kept := result["run"]:
        yield f"The run is kept as '{kept['name']}': {where(kept['id'])}"
