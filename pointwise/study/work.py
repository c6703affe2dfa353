"""What a worker does for the study: train a network, or go on with it, or find it trained, and measure it."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pointwise.card import data_set_of, options_of
from pointwise.data.catalogue import Pictures
from pointwise.data.drawn_digits import MADE, SEED, SHAKY
from pointwise.data.pen_strokes import PenDigit
from pointwise.errors import ConfigError, ModelFileError
from pointwise.jobs import Job
from pointwise.jobs.workers import Trained
from pointwise.models import Network
from pointwise.study.measuring import measured
from pointwise.training import Wanted
from pointwise.training.checkpoints import Checkpoint, is_of, read_checkpoint
from pointwise.weights import load_model, save_model

EVERY = 120.0  # seconds between a training's checkpoints
SECONDS = "processor_seconds"  # on a card and in a checkpoint: the processor's time of a training


@dataclass(frozen=True)
class StudyWork:
    """The work on each of the study's jobs, which all are trained on the same ``pictures``."""

    pictures: Pictures
    drawings: tuple[PenDigit, ...] = ()  # of people; none where no strokes were given
    folder: Path | None = None  # where networks are kept, and the checkpoints of those that are not done

    def describe(self) -> dict[str, Any]:
        """JSON: the drawings' fingerprint, and how the temperature is fitted."""
        text = json.dumps([asdict(one) for one in self.drawings])
        return {
            "drawings": hashlib.sha256(text.encode()).hexdigest()[:16] if self.drawings else None,
            "temperature": {"made_drawings": MADE, "shaky": SHAKY, "seed": SEED},
        }

    def __call__(self, job: Job, **how: Any) -> Trained:
        """The job's network in ``folder``, or a new one, measured."""
        network = self._found(job) or self._trained(job, **how)
        card = network.card
        facts = {"seconds": card[SECONDS], "threads": card["threads"], "torch": card["versions"]["torch"]}
        return Trained(card["metrics"], card["seconds"], facts | measured(network, self.pictures, self.drawings))

    def _found(self, job: Job) -> Network | None:
        """The network of the same configuration, recipe and data in the folder, if any."""
        if self.folder is None:
            return None
        try:
            network = load_model(self.folder / f"{_name(job)}.safetensors")
        except ModelFileError:
            return None
        same = (
            network.config == job.config
            and network.card.get("recipe") == asdict(job.recipe)
            and (data_set_of(network), options_of(network)) == (job.data.name, job.data.options)
            and SECONDS in network.card
        )
        return network if same else None

    def _trained(self, job: Job, **how: Any) -> Network:
        """The job's network, trained from its checkpoint on where there is one."""
        path = self.folder / f"{_name(job)}.checkpoint.safetensors" if self.folder else None
        since = _checkpoint(path, job)
        before = float(since.facts.get(SECONDS, 0.0)) if since else 0.0
        began, kept, last = time.process_time(), time.monotonic(), None
        wanted = Wanted(checkpoint=lambda ended: path is not None and time.monotonic() - kept >= EVERY)
        for event in job.steps(**how, since=since, wanted=wanted):
            last = getattr(event, "epoch", None) or last
            checkpoint = getattr(event, "checkpoint", None)
            if checkpoint is not None and path is not None:
                used = before + time.process_time() - began
                replace(checkpoint, facts={**checkpoint.facts, SECONDS: used}).write(path)
                kept = time.monotonic()
        assert last is not None
        used = round(before + time.process_time() - began, 1)
        network = job.network(replace(last, card={**last.card, SECONDS: used}))
        if self.folder is not None and path is not None:
            save_model(network, self.folder / f"{_name(job)}.safetensors", network.card)
            path.unlink(missing_ok=True)
        return network


def _name(job: Job) -> str:
    return f"{job.config.arch}-{job.recipe.name}-{job.recipe.seed}"


def _checkpoint(path: Path | None, job: Job) -> Checkpoint | None:
    """The checkpoint of this job's training in a file; None where there is none that it can go on from."""
    if path is None or not path.exists():
        return None
    try:
        found = read_checkpoint(path)
    except (ConfigError, ModelFileError):
        return None
    run = {name: value for name, value in job.describe().items() if name in ("config", "recipe")}
    return found if is_of(found, json.loads(json.dumps(run))) else None
