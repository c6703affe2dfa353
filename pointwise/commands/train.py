"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
import math
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import (
    add_command,
    add_data,
    add_force,
    add_json,
    add_memory,
    add_quiet,
    add_threads,
    check_outs,
    check_room,
    figures,
    picture_folders,
    refuse,
    threads,
)
from pointwise.commands.progress import Shown, tell
from pointwise.commands.recorder import Recorder, where
from pointwise.commands.signals import SIGNALS, Stop
from pointwise.data.catalogue import DATA_SETS
from pointwise.errors import ConfigError, DataError, ModelFileError
from pointwise.models import ACTIVATIONS, ARCHITECTURES, CLASSIFIERS, PAINTER, REGRESSOR
from pointwise.runs import Run

if TYPE_CHECKING:
    import torch

    from pointwise.commands.best_epoch import BestEpoch
    from pointwise.data.labelled_pictures import OwnPictures
    from pointwise.jobs import Job
    from pointwise.models import ModelConfig
    from pointwise.training import Epoch, Recipe
    from pointwise.training.checkpoints import Checkpoint
    from pointwise.training.processes import Group

REGULARISED = " and ".join(name for name, one in ARCHITECTURES.items() if one.regularised and one.offered)
BUNDLED = "the bundled digits need no download"  # in the sentences of data that are missing


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    networks = ", ".join((*CLASSIFIERS, REGRESSOR))
    parser = add_command(
        commands,
        "train",
        "train a network and write its weights",
        "Classifiers learn from pictures, price_1x1 from 1,000 houses that it makes. The app shows the run, too.",
        (
            "nin --data-set digits",
            "mlp_1x1 --width 64 --dropout 0.3 --out small.safetensors",
            "nin --recipe augmented --resume",
            "nin --folder flowers --out flowers.safetensors",
        ),
    )
    parser.add_argument("arch", metavar="ARCH", help=f"the network: {networks}")
    parser.set_defaults(run=train, show=told)
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
    folder = (
        "of pictures to learn from instead: a sub-folder for each class, PNG or JPEG, any size, a fifth is held out"
    )
    how.add_argument("--folder", metavar="DIR", type=Path, help=folder)
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


def train(options: argparse.Namespace) -> dict[str, Any] | None:
    """JSON: the file that was written, its card, and the run that is kept of it, if any; ``file`` is None where the
    training was parked. None for all but the first of several processes.
    """
    from pointwise.models import default_config
    from pointwise.training.processes import processes, restarts

    if options.folder is not None:
        default_config(options.arch)  # an unknown one is said before all pictures are read
    out = options.out or Path(f"{options.arch}.safetensors")
    job = None if options.folder is not None else _job(options)
    if os.environ.get("RANK", "0") == "0" and not restarts():
        check_outs([out], replace=options.force)
    if processes() == 1:
        _check_unfinished(options, checkpoint_of(out), checkpoint_of(out).is_file())
    job = job or _job(options)
    check_room(options, job, processes=int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    with threads(options):
        return _trained(options, job, out)


def _trained(options: argparse.Namespace, job: Job, out: Path) -> dict[str, Any] | None:
    import torch

    from pointwise.card import measured_share
    from pointwise.commands.best_epoch import best_epoch
    from pointwise.training.processes import group_of_processes
    from pointwise.weights import save_model

    checkpoint, dtype = checkpoint_of(out), torch.float16 if options.float16 else torch.float32
    device = device_named(options.device) if job.config.architecture.classifies else torch.device("cpu")
    with group_of_processes(device) as group:
        group.check_alike(_facts(job, device))
        since = _since(options, checkpoint, group)
        picture_folders.check_same(job.describe()["data"], since)
        recorder = Recorder(checkpoint, group)
        best = best_epoch(out, job, since is not None) if group.first else None
        before = recorder.begin(job, since, options.no_keep)
        run = Run(job, "train", None, math.inf, recorder, since, before, device=device, group=group, ignore_memory=True)
        try:
            with SIGNALS.kept():
                epoch = _last_epoch(options, job, run, group, best)
                if epoch is not None and group.first:
                    epoch = best.epoch() if best else epoch
                    if device.type != "cpu" or options.float16:
                        epoch = job.as_stored(epoch, dtype)
                    model = job.network(epoch)
                    save_model(model, out, model.card, dtype)
                    if best:
                        best.forget()
        except KeyboardInterrupt:
            raise Stop(SIGNALS.heard or signal.SIGINT, " ".join(recorder.left(run.progress(), since))) from None
        if epoch is None and SIGNALS.heard:
            raise Stop(SIGNALS.heard, " ".join(recorder.left(run.progress(), since)))
    if epoch is not None:
        checkpoint.unlink(missing_ok=True)  # each machine's own, once the first process has written
    if not group.first:
        return None
    if epoch is None:
        return {"file": None, "arch": job.config.arch, "left": list(recorder.left(run.progress(), since))}
    share = measured_share(model) if model.card.get("classes") else None
    interval = {} if share is None else {"accuracy_interval": share.interval}
    return {"file": str(out), "arch": job.config.arch, **model.card, **interval, "run": recorder.kept()}


def _job(options: argparse.Namespace) -> Job:
    """The job that is asked for. Raises ConfigError for an unknown name, a value out of range, or one that does not
    apply.
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
        own = picture_folders.opened(options)
        return PictureJob(_configured(options, own.config(options.arch)), _own_recipe(options, own), own)
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


def _recipe(options: argparse.Namespace) -> Recipe:
    from pointwise.training import recipe_named, recipes_for

    name = next(iter(recipes_for(options.arch))) if options.recipe is None else options.recipe
    return recipe_named(name, options.arch, **_changes(options))


def _own_recipe(options: argparse.Namespace, own: OwnPictures) -> Recipe:
    """The recipe that is asked for, else the one for so many pictures of somebody's own."""
    from pointwise.training import pictures_recipe

    return _recipe(options) if options.recipe is not None else pictures_recipe(own.counts[0], **_changes(options))


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of a recipe that were given."""
    given = {"epochs": options.epochs, "batch_size": options.batch, "learning_rate": options.lr, "seed": options.seed}
    return {name: value for name, value in given.items() if value is not None}


def checkpoint_of(out: Path) -> Path:
    """The file that a training that will write ``out`` keeps its checkpoint in."""
    return out.with_name(f"{out.stem}.checkpoint.safetensors")


def _check_unfinished(options: argparse.Namespace, checkpoint: Path, there: bool) -> None:
    """Raise ConfigError where a training that was stopped would be lost."""
    if there and not options.resume and not options.force:
        raise ConfigError(
            f"{checkpoint} keeps a training that was stopped. Go on with it with --resume, or begin anew with --force."
        )


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
    data = {"data set": described["data"].get("name"), "pictures": described["data"].get("fingerprint")}
    options = {**described["config"], **described["recipe"], **data}
    facts = {name.replace("_", " "): value for name, value in options.items() if name not in ("arch", "name")}
    return {"network": job.config.arch, "recipe": job.recipe.name, "device": device.type, **facts}


def _since(options: argparse.Namespace, checkpoint: Path, group: Group) -> Checkpoint | None:
    """The checkpoint to go on from, when that is asked for, or when torchrun has started the group anew.

    In a group it is the furthest that any machine has; a training that begins anew throws older ones away. Raises
    ModelFileError where the one that is asked for is missing or damaged.
    """
    from pointwise.training.checkpoints import AGAIN, read_checkpoint
    from pointwise.training.processes import restarts

    if group.size == 1:
        return read_checkpoint(checkpoint) if options.resume else None
    said = group.of_all((options.resume, restarts() > 0, checkpoint.is_file()))
    asked, begun_anew, there = (any(one) for one in zip(*said, strict=True))
    if not asked and not begun_anew:
        _check_unfinished(options, checkpoint, there)
        checkpoint.unlink(missing_ok=True)
        return None
    since = group.furthest(read_checkpoint(checkpoint) if checkpoint.is_file() else None)
    if since is None and not begun_anew:
        raise ModelFileError(checkpoint, "is on none of the machines, so there is nothing to go on from", AGAIN)
    if group.first:
        anew, on = "Begun anew: there was no checkpoint yet.", "" if since is None else f"after step {since.step:,}"
        tell(options, f"Going on {on}." if on else anew)
    return since


def _last_epoch(
    options: argparse.Namespace, job: Job, run: Run[Job], group: Group, best: BestEpoch | None
) -> Epoch | None:
    """The last epoch, None of a training that was parked; the first process of a group shows how it goes, and lets
    ``best`` see each epoch.

    Raises ConfigError when the checkpoint to go on from leaves nothing to train, and DataError.
    """
    from pointwise.data.download import Download

    try:
        with Shown(options, job.recipe.epochs) as shown:
            for event in run.events():
                if isinstance(event, Download):
                    shown.download(event)
                elif group.first:
                    shown.step(event)
                    if best and event.epoch is not None:
                        best.see(event.epoch)
    except DataError as error:
        raise DataError(str(error).replace(BUNDLED, f"{BUNDLED} (--data-set digits)")) from None
    last = run.progress().latest
    if run.progress().state == "parked" or (last is None and run.progress().state == "stopped"):
        return None
    if last is None:
        raise ConfigError("The training of this checkpoint is over. Train again with --force instead of --resume.")
    return last


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result as a sentence, and one on the run that is kept."""
    if result["file"] is None:
        yield " ".join(result["left"])
        return
    held_out = "" if "accuracy" in result["metrics"] else " on held-out examples"
    yield f"{result['file']}: {figures(result['metrics'])}{held_out}, {result['seconds']:.0f} s"
    if "accuracy_interval" in result:
        yield picture_folders.held_out_told(result)
    if chosen := result.get("chosen"):
        yield f"Epoch {chosen['epoch']} of {chosen['of']} was kept, chosen by {chosen['by']} that were split off."
    if kept := result["run"]:
        yield f"The run is kept as '{kept['name']}': {where(kept['id'])}"
