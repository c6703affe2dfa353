"""python -m pointwise train: train a network and write its weights."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_data, add_json, add_memory, check_room, figures, say, tell
from pointwise.commands.signals import SIGNALS, Stop
from pointwise.errors import ConfigError, LibraryError, ModelFileError
from pointwise.runs import Progress, Run

if TYPE_CHECKING:
    import torch

    from pointwise.jobs import Job
    from pointwise.library import Recording, Shelf
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
    add_memory(parser)
    add_data(parser)
    add_json(parser)


def train(options: argparse.Namespace) -> dict[str, Any] | None:
    """JSON: the file that was written, its card, and the run that is kept of it, if any. None for all but the first of
    several processes, and for a training that was parked.
    """
    import torch

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
        recorder = _Recorder(checkpoint_of(out), group)
        before = recorder.begin(job, since, options.no_keep)
        run = Run(job, "train", None, math.inf, recorder, since, before, device=device, group=group, ignore_memory=True)
        try:
            with SIGNALS.kept():
                epoch = _last_epoch(job, run, group)
        except KeyboardInterrupt:
            raise Stop(SIGNALS.heard or signal.SIGINT, " ".join(recorder.left(run.progress(), since))) from None
        if epoch is None and SIGNALS.heard:
            raise Stop(SIGNALS.heard, " ".join(recorder.left(run.progress(), since)))
        if epoch is None and group.first:
            say(" ".join(recorder.left(run.progress(), since)))
        elif epoch is not None and group.first:
            if device.type != "cpu" or options.float16:
                epoch = job.as_stored(epoch, dtype)
            model = job.network(epoch)
            save_model(model, out, model.card, dtype)
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
    return PictureJob(config, recipe, Pictures(options.data_set, options.data and options.data.absolute()))


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


def _last_epoch(job: Job, run: Run[Job], group: Group) -> Epoch | None:
    """The last epoch, None of a training that was parked; the first process of a group says each on stderr.

    Raises ConfigError when the checkpoint to go on from leaves nothing to train.
    """
    from pointwise.data.download import Download

    for event in run.events():
        if isinstance(event, Download):
            tell(event)
        elif event.epoch is not None and group.first:
            say(f"epoch {event.epoch.number}/{job.recipe.epochs}  {figures(event.epoch.metrics)}")
    last = run.progress().latest
    if run.progress().state == "parked" or (last is None and run.progress().state == "stopped"):
        return None
    if last is None:
        raise ConfigError("The training of this checkpoint is over. Train again without --resume.")
    return last


class _Recorder:
    """A Recorder that keeps the checkpoint of a training that was not stopped, and hands all on to a Recording.

    In a group of processes it is the first one's; the others' do nothing but hear what that one was asked for.
    """

    resumable = True

    def __init__(self, checkpoint: Path, group: Group) -> None:
        self._checkpoint, self._group = checkpoint, group
        self._shelf: Shelf | None = None
        self._recording: Recording | None = None
        self._since, self._at = time.monotonic(), 0

    @property
    def broken(self) -> str:
        """Why the run is not kept any more, or ""."""
        return "" if self._recording is None else self._recording.broken

    def begin(self, job: Job, since: Checkpoint | None, forget: bool) -> Progress | None:
        """Keep the run for the app, unless it is to be forgotten; what is known of it until the checkpoint.

        A run that is kept already goes on. Where nothing can be kept, stderr says why.
        """
        from pointwise.costs import cost
        from pointwise.library import keeps, open_library

        before = None if since is None else Progress(step=since.step)
        if forget or not keeps() or not self._group.first:
            return before
        try:
            self._shelf, parameters = open_library().shelf(""), cost(job.config).parameters
            if since is not None and (run := self._same(str(since.facts.get("run")), job)):
                self._recording, _, before = self._shelf.go_on(run, parameters, since)
            else:
                self._recording = self._shelf.begin(job.describe(), parameters)
        except LibraryError as error:
            say(f"This run is not kept. {error}")
        return before

    def kept(self) -> dict[str, str] | None:
        """The id and the name of the run that is kept, whole; None where there is none."""
        if self._shelf is None or self._recording is None or self.broken:
            return None
        try:
            record = self._shelf.run(self._recording.run)
        except LibraryError:  # thrown away
            return None
        return {"id": record.id, "name": record.name}

    def left(self, progress: Progress, since: Checkpoint | None) -> Iterator[str]:
        """Sentences on what a training that ended early leaves."""
        if not self._group.first:
            return
        at, total = self._at or (since.step if since is not None else 0), progress.total
        yield f"Stopped at step {progress.step:,} of {total:,}." if total else "Stopped before the first step."
        yield f"Go on after step {at:,} with the same command and --resume." if at else "There is no checkpoint yet."
        if (kept := self.kept()) is not None:
            yield f"The run is kept as '{kept['name']}': {where(kept['id'])}"

    def wants_weights(self, number: int, total: int) -> bool:
        return self._recording is not None and self._recording.wants_weights(number, total)

    def wants_checkpoint(self, ended: bool) -> bool:
        due = ended or bool(SIGNALS.heard)
        return self._group.first and (due or time.monotonic() - self._since >= AT_LATEST)

    def record(self, progress: Progress, step: Step | None) -> None:
        if self._recording is not None:
            self._recording.record(progress, step)
        if step is not None and step.checkpoint is not None and self._group.first:
            run = None if self._recording is None else self._recording.run
            facts = {"run": run, "examples": progress.examples, "seconds": progress.seconds}
            replace(step.checkpoint, facts={**step.checkpoint.facts, **facts}).write(self._checkpoint)
            self._since, self._at = time.monotonic(), step.number

    @property
    def checkpointed(self) -> int | None:
        """The step of the checkpoint that the app would go on from; None where there is none."""
        return None if self._recording is None else self._recording.checkpointed

    def checkpoint(self) -> Checkpoint | None:
        return None if self._recording is None else self._recording.checkpoint()

    def wish(self) -> str:
        """What the first process was asked for; all of a group hear it after the same step."""
        wish = "" if self._recording is None else self._recording.wish()
        if SIGNALS.heard:
            wish = "park"
        return self._group.of_the_first(wish)

    def close(self, progress: Progress) -> None:
        if self._recording is not None:
            self._recording.close(progress)
            if self.broken:
                say(self.broken)

    def _same(self, run: str, job: Job) -> str | None:
        """The id, if such a run is kept and is one of this job."""
        assert self._shelf is not None
        described = json.loads(json.dumps(job.describe()))
        return next((one.id for one in self._shelf.runs() if one.id == run and one.job == described), None)


def where(run: str) -> str:
    """How to look at a kept run, as the rest of a sentence."""
    return f"look at it in the app under 'Your runs', or with: python -m pointwise runs show {run[:8]}"


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result as a sentence, and one on the run that is kept."""
    yield f"{result['file']}: {figures(result['metrics'])} on held-out examples, {result['seconds']:.0f} s"
    if kept := result["run"]:
        yield f"The run is kept as '{kept['name']}': {where(kept['id'])}"
