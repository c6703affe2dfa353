"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
import math
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_command, check_outs, check_room, figures, picture_folders, threads
from pointwise.commands.progress import Shown, tell
from pointwise.commands.recorder import Recorder, kept_as
from pointwise.commands.signals import SIGNALS, Stop
from pointwise.commands.training_options import add_options, device_named, job_of
from pointwise.errors import ConfigError, DataError, ModelFileError
from pointwise.models import CLASSIFIERS, REGRESSOR
from pointwise.runs import Run

if TYPE_CHECKING:
    import torch

    from pointwise.commands.best_epoch import BestEpoch
    from pointwise.jobs import Job
    from pointwise.training import Epoch
    from pointwise.training.checkpoints import Checkpoint
    from pointwise.training.processes import Group

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
    add_options(parser)


def train(options: argparse.Namespace) -> dict[str, Any] | None:
    """JSON: the file that was written, its card, and the run that is kept of it, if any; ``file`` is None where the
    training was parked. None for all but the first of several processes.
    """
    out = options.out or Path(f"{options.arch}.safetensors")
    job = job_of(options, lambda: _check_files(options, out))
    _check_files(options, out, job)
    check_room(options, job, processes=int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    with threads(options):
        return _trained(options, job, out)


def _check_files(options: argparse.Namespace, out: Path, job: Job | None = None) -> None:
    """Raise an exception where ``out`` could not be written, or a training that was stopped would be lost.

    For a job there has to be room for its weights.
    """
    from pointwise.models import count_parameters, skeleton
    from pointwise.training.processes import processes, restarts
    from pointwise.weights import check_writable

    if os.environ.get("RANK", "0") == "0" and not restarts():
        check_outs([out], replace=options.force)
        check_writable(checkpoint_of(out))
        if job is not None:
            check_writable(out, count_parameters(skeleton(job.config)) * (2 if options.float16 else 4))
    if processes() == 1:
        _check_unfinished(options, checkpoint_of(out), checkpoint_of(out).is_file())


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
        except ModelFileError as error:
            if (kept := recorder.kept()) is not None:
                error.args = (f"{error} {kept_as(kept)}",)
            raise
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


def checkpoint_of(out: Path) -> Path:
    """The file that a training that will write ``out`` keeps its checkpoint in."""
    return out.with_name(f"{out.stem}.checkpoint.safetensors")


def _check_unfinished(options: argparse.Namespace, checkpoint: Path, there: bool) -> None:
    """Raise ConfigError where a training that was stopped would be lost."""
    if there and not options.resume and not options.force:
        raise ConfigError(
            f"{checkpoint} keeps a training that was stopped. Go on with it with --resume, or begin anew with --force."
        )


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
        yield kept_as(kept)
