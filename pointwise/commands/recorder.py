"""Who keeps what a training in a terminal does: a checkpoint beside its weights file, and the run for the app."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.commands.picture_folders import PICTURES
from pointwise.commands.progress import say
from pointwise.commands.signals import SIGNALS
from pointwise.errors import LibraryError, ModelFileError
from pointwise.jobs.training_bar import epoch_of
from pointwise.runs import Progress

if TYPE_CHECKING:
    from pointwise.jobs import Job
    from pointwise.library import Recording, Shelf
    from pointwise.training import Step
    from pointwise.training.checkpoints import Checkpoint
    from pointwise.training.processes import Group

AT_LATEST = 20.0  # seconds between two checkpoints


class Recorder:
    """A Recorder that keeps the checkpoint of a training that was not stopped, and hands all on to a Recording.

    In a group of processes it is the first one's; the others' do nothing but hear what that one was asked for.
    """

    resumable = True

    def __init__(self, checkpoint: Path, group: Group) -> None:
        self._checkpoint, self._group = checkpoint, group
        self._shelf: Shelf | None = None
        self._recording: Recording | None = None
        self._since, self._at, self._epochs = time.monotonic(), 0, 1
        self._unwritten = ""  # why the last checkpoint was not written
        self._pictures: dict[str, str] = {}  # their fingerprint, of somebody's own

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

        self._epochs = job.recipe.epochs
        fingerprint = job.describe()["data"].get("fingerprint")
        self._pictures = {PICTURES: fingerprint} if fingerprint else {}
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
        at, step, total = self._at or (since.step if since is not None else 0), progress.step, progress.total
        if not total:
            yield f"Stopped before {'any further' if step else 'the first'} step."
        else:
            epoch = epoch_of(max(step, 1), total, self._epochs)
            yield f"Stopped at step {step:,} of {total:,}, in epoch {epoch} of {self._epochs}."
        yield self._kept_until(at, step, total)
        if (kept := self.kept()) is not None:
            yield kept_as(kept)

    def _kept_until(self, at: int, step: int, total: int) -> str:
        """A sentence on the checkpoint after step ``at``; 0 where there is none."""
        if not at:
            return "There is no checkpoint yet."
        per_epoch = total // self._epochs
        if at == step:
            what = "All of it"
        elif per_epoch and at % per_epoch == 0:
            what = f"Epoch {at // per_epoch}"
        else:
            what = f"What was done until step {at:,}"
        return f"{what} is kept: go on with the same command and --resume."

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
            facts = {"run": run, "examples": progress.examples, "seconds": progress.seconds, **self._pictures}
            self._write(replace(step.checkpoint, facts={**step.checkpoint.facts, **facts}), step.number)

    def _write(self, checkpoint: Checkpoint, step: int) -> None:
        """Write a checkpoint after a step; where that fails, the training goes on, and stderr says so once."""
        try:
            checkpoint.write(self._checkpoint)
            self._at, self._unwritten = step, ""
        except ModelFileError as error:
            if not self._unwritten:
                say(f"The training goes on without a new checkpoint. {error}")
            self._unwritten = str(error)
        self._since = time.monotonic()

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


def kept_as(kept: Mapping[str, str]) -> str:
    """A sentence on a kept run of this ``id`` and ``name``, and how to look at it."""
    look = f"look at it in the app under 'Your runs', or with: python -m pointwise runs show {kept['id'][:8]}"
    return f"The run is kept as '{kept['name']}': {look}"
