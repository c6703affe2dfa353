"""A run kept on disk as it goes: facts and curve every second, snapshots as scheduled, checkpoints to go on from."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import PointwiseError, ThrownAwayError
from pointwise.library.files import CHECKPOINT, WEIGHTS, folder_of, snapshot_name
from pointwise.library.records import EpochRecord
from pointwise.runs import Progress

if TYPE_CHECKING:
    from pointwise.library.store import Library
    from pointwise.run_queue import Standing
    from pointwise.training import Epoch, Step
    from pointwise.training.checkpoints import Checkpoint

SNAPSHOTS = 48  # of a network of up to SMALL parameters
SMALL = 300_000
MOST_BYTES = 60_000_000  # of a larger network's snapshots, which are float16
PACE = 1.0  # seconds between two writes of what is small
APART = 2.0  # seconds until the first checkpoint, and between two at the ends of epochs, at least
AT_LATEST = 20.0  # seconds between two checkpoints
SHARE = 0.03  # of a training's time, at most, for its checkpoints

log = logging.getLogger(__name__)


def snapshot_steps(total: int, parameters: int) -> frozenset[int]:
    """The steps of ``total`` after which a network's weights are kept: half of them dense at first, half even.

    The first and the last are among them; of a small network there are at least 40 where there are as many steps, of
    one that is too large for a single one there are none.
    """
    if total < 1 or 2 * parameters > MOST_BYTES:
        return frozenset()
    most = SNAPSHOTS if parameters <= SMALL else min(SNAPSHOTS, MOST_BYTES // (2 * parameters))
    if total <= most:
        return frozenset(range(1, total + 1))
    steps = {total}
    for number in range(most // 2):
        steps.add(round(total ** (number / max(most // 2, 1))))  # 1, then even on a logarithmic axis
        steps.add(round((number + 1) * total / (most - most // 2)))
    spare = iter(range(2, total))
    while len(steps) < most - 1 or (len(steps) < most and most > 2):  # the earliest steps round to one another
        steps.add(next(spare))
    return frozenset(sorted(steps)[:most] if most > 1 else {total})


class Recording:
    """What keeps one run; a Run's Recorder. ``broken`` is the sentence of what made it stop keeping, or ""."""

    def __init__(
        self,
        library: Library,
        run: str,
        description: Mapping[str, Any],
        release: Callable[[], None],
        parameters: int | None,
    ) -> None:
        self.run, self.broken = run, ""
        self.resumable = parameters is not None and not library.forgets
        self.checkpointed: int | None = None  # the step of the checkpoint that is kept
        self._library, self._release, self._parameters = library, release, parameters
        self._config, self._identity = description.get("config"), library.identity
        self._steps: frozenset[int] | None = None
        self._epochs: list[tuple[int, Epoch]] = []
        self._snapshots: list[tuple[int, int]] = []
        self._unwritten: Epoch | None = None  # whose weights are not in the file yet
        self._written = self._asked = self._weights_written = self._cost = 0.0
        self._checkpointed_at = time.monotonic()
        self._state: tuple[str, Standing | None] = ("", None)

    def wants_weights(self, number: int, total: int) -> bool:
        if self._parameters is None:
            return False
        if self._steps is None:
            self._steps = snapshot_steps(total, self._parameters)
        return number in self._steps

    def wants_checkpoint(self, ended: bool) -> bool:
        apart = min(AT_LATEST, max(APART, self._cost / SHARE))
        soon = ended or self.checkpointed is None
        return time.monotonic() - self._checkpointed_at >= (apart if soon else AT_LATEST)

    def record(self, progress: Progress, step: Step | None) -> None:
        if not self.broken:
            with self._not_raising():
                self._record(progress, step)

    def checkpoint(self) -> Checkpoint | None:
        from pointwise.training.checkpoints import checkpoint_from

        if self.checkpointed is None:
            return None
        content = self._library.files.read(f"{folder_of(self.run)}/{CHECKPOINT}")
        return None if content is None else checkpoint_from(content, Path(CHECKPOINT))

    def wish(self) -> str:
        now = time.monotonic()
        if now - self._asked < PACE:
            return ""
        self._asked = now
        with self._not_raising():
            wish = self._library.take_wish(self.run)
            if wish is None:  # it was thrown away, or is in a damaged library that was moved aside
                wish = "stop" if self._library.identity == self._identity else ""
            return wish
        return ""

    def close(self, progress: Progress) -> None:
        with self._not_raising():
            if not self.broken:
                self._close(progress)
        with self._not_raising():
            if self.broken:
                self._close_broken()
        self._release()

    def _close(self, progress: Progress) -> None:
        """Keep the end. The checkpoint goes last: until then a killed run can go on from it."""
        if self._unwritten is not None:
            self._write_weights(self._unwritten)
        if progress.state != "done":
            return self._flush(progress)
        self._flush(progress, None)
        self._library.files.delete(f"{folder_of(self.run)}/{CHECKPOINT}")
        return self._library.write_run(self.run, {"bytes": self._library.files.size(folder_of(self.run))})

    def _close_broken(self) -> None:
        """Say in the library why the run ends there before its end; of one that was thrown away, leave nothing."""
        try:
            self._library.write_run(self.run, {"state": "interrupted", "error": self.broken})
        except ThrownAwayError:
            self._library.files.delete(folder_of(self.run))

    def _record(self, progress: Progress, step: Step | None) -> None:
        checkpoint = None if step is None else step.checkpoint
        if step is not None:
            if step.weights is not None and self._steps and step.number in self._steps:
                self._write_snapshot(step.number, step.weights)
            if step.epoch is not None:
                self._epochs.append((step.number, step.epoch))
                self._unwritten = step.epoch
        late = time.monotonic() - self._weights_written >= PACE
        if self._unwritten is not None and self._parameters is not None and (late or checkpoint is not None):
            self._write_weights(self._unwritten)
        due = (progress.state, progress.standing) != self._state or time.monotonic() - self._written >= PACE
        if due or checkpoint is not None:
            self._flush(progress)
        if checkpoint is not None:
            began = time.monotonic()
            facts = {**checkpoint.facts, "examples": progress.examples, "seconds": progress.seconds}
            content = replace(checkpoint, facts=facts).to_bytes()
            self._library.files.write(f"{folder_of(self.run)}/{CHECKPOINT}", content)
            self._checkpointed_at = time.monotonic()
            self._cost = self._checkpointed_at - began
            self.checkpointed = checkpoint.step
            self._flush(progress, checkpoint.step)

    def _write_snapshot(self, number: int, weights: Mapping[str, Any]) -> None:
        import torch
        from safetensors.torch import save

        if self._parameters is not None and self._parameters > SMALL:
            weights = {name: t.to(torch.float16) if t.is_floating_point() else t for name, t in weights.items()}
        content = save(dict(weights))
        self._library.files.write(f"{folder_of(self.run)}/{snapshot_name(number)}", content)
        self._snapshots.append((number, len(content)))

    def _write_weights(self, epoch: Epoch) -> None:
        """The end's weights as a file of pointwise.weights; a comparison of several networks keeps none."""
        from pointwise.card import rebuilt
        from pointwise.models import ModelConfig
        from pointwise.weights import model_from, to_bytes

        if self._config is None:
            self._unwritten = None
            return
        model = model_from(rebuilt(ModelConfig, dict(self._config)), epoch.weights, epoch.card)
        self._library.files.write(f"{folder_of(self.run)}/{WEIGHTS}", to_bytes(model, epoch.card))
        self._weights_written, self._unwritten = time.monotonic(), None

    def _flush(self, progress: Progress, checkpoint: int | tuple[()] | None = ()) -> None:
        """Write what is small; ``checkpoint`` is the step of a new one, None for none any more, () for no change."""
        history = json.dumps([(p.step, round(p.loss, 7), round(p.seconds, 3)) for p in progress.history])
        now = time.time()
        changes: dict[str, object] = {
            "state": progress.state,
            "standing": json.dumps(progress.standing),
            "error": progress.error,
            "step": progress.step,
            "total": progress.total,
            "examples": progress.examples,
            "seconds": progress.seconds,
            "history": history,
            "changed": now,
            "bytes": self._library.files.size(folder_of(self.run)),
        }
        if progress.state != self._state[0]:
            changes["since"] = now
        if self._epochs:
            changes["card"] = json.dumps(dict(self._epochs[-1][1].card))
        if checkpoint != ():
            changes["checkpoint"] = checkpoint
        epochs = [
            EpochRecord(e.number, e.of, step, e.complete, e.metrics, _without_columns(e.card))
            for step, e in self._epochs
        ]
        self._library.write_run(self.run, changes, epochs, self._snapshots)
        self._epochs, self._snapshots = [], []
        self._written, self._state = time.monotonic(), (progress.state, progress.standing)

    def _not_raising(self) -> _Broken:
        return _Broken(self)

    def break_off(self, error: BaseException) -> None:
        """Keep no more, after an error."""
        if not self.broken:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.broken = f"This run is not kept any more: {why.rstrip('.')}."
            expected = isinstance(error, (OSError, PointwiseError))
            log.warning("Run %s: %s", self.run, self.broken, exc_info=None if expected else error)


def _without_columns(card: Mapping[str, Any]) -> dict[str, Any]:
    """An epoch's card without what all epochs have alike and is long: the columns of a table."""
    return {name: value for name, value in card.items() if name != "columns"}


class _Broken:
    """A context in which an error ends the keeping and not the run."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self._recording.break_off(error)
        return True
