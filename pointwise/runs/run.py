"""One training, in a background thread or not: start, its steps, and a frozen Progress to look at."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pointwise.errors import PointwiseError
from pointwise.run_queue import Turn
from pointwise.runs.controls import LEASE
from pointwise.runs.lifecycle import ASIDE, END, ON, OVER, Lifecycle
from pointwise.runs.progress import History, Progress, Snapshot
from pointwise.runs.protocols import Recorder, Steps

if TYPE_CHECKING:
    from pointwise.data.download import Download
    from pointwise.runs.protocols import Work
    from pointwise.training import Step
    from pointwise.training.checkpoints import Checkpoint


REST = "history"  # among a checkpoint's facts: what the curve needs to go on as well

log = logging.getLogger(__name__)

J = TypeVar("J", bound=Steps)


class Run(Lifecycle, Generic[J]):
    """A job that is carried out, as a rule in a named daemon thread.

    With a ``turn`` it waits in a queue for its place at work, and gives it back at the end, in a pause, and where
    others are due: it is put aside with a checkpoint and goes on by itself when its turn comes again; a job without
    checkpoints is held in memory. A run that goes on after a checkpoint, ``since``, begins with the Progress of then.
    ``how`` is what else ``Job.steps`` takes.
    """

    def __init__(
        self,
        job: J,
        name: str,
        turn: Turn | None = None,
        lease: float = LEASE,
        recorder: Recorder | None = None,
        since: Checkpoint | None = None,
        before: Progress | None = None,
        look: float = math.inf,  # seconds between two looks at the weights within an epoch
        expected: float = math.nan,  # seconds that it takes as a whole, where that is known
        **how: Any,
    ) -> None:
        progress = replace(before or Progress(), state="waiting", error=None, standing=None)
        super().__init__(turn, lease, recorder, since, progress)
        self.job, self.name = job, name
        self._how, self.whole = how, since is None
        self._rest: tuple[int, float, int] = (1, 0.0, 0) if since is None else since.facts.get(REST, (1, 0.0, 0))
        self._expected, self._look = expected, look
        self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"pointwise-run-{name}", daemon=True)
        if turn is not None:
            turn.belongs_to(lambda: self._unwatched <= self._lease, self._seconds_left, self._close)

    def start(self) -> None:
        """Begin in a thread, or wait for its turn there; a run is started once."""
        if self._turn is not None:
            self._turn.join()
            if not self._turn.at_work:
                self._publish(state="queued", standing=self._turn.standing)
                if self._since is not None:
                    self._put_aside(self._since)
        self._thread.start()

    def events(self) -> Iterator[Step | Download]:
        """Carry out the job here, without a thread; each event after its Progress is there.

        Raises what the job raises, after keeping that it failed.
        """
        try:
            yield from self._stretches()
        except PointwiseError as error:
            self._publish(state="failed", error=str(error))
            raise
        except (KeyboardInterrupt, GeneratorExit):
            self._publish(state="interrupted")
            raise
        except Exception as error:
            self._publish(state="failed", error=f"The run ended by an unexpected error: {error}")
            raise
        finally:
            try:
                if self._recorder is not None:
                    self._recorder.close(self._progress)
            finally:
                if self._turn is not None:
                    self._turn.done()

    @property
    def unkept(self) -> str:
        """The sentence of what made its recorder stop keeping it, or ""."""
        return "" if self._recorder is None else self._recorder.broken

    def join(self, timeout: float | None = None) -> bool:
        """Whether the end has come, after waiting for it."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def progress(self) -> Progress:
        """The latest Progress. Reading it renews the lease."""
        self.watch()
        return self._progress

    def _run(self) -> None:
        try:
            for _ in self.events():
                pass
        except PointwiseError:
            pass  # its sentence is the Progress's error
        except Exception:
            log.exception("Run %s failed", self.name)

    def _seconds_left(self) -> float:
        return self._progress.seconds_left if self._progress.step else self._expected

    def _options(self, since: Checkpoint | None) -> dict[str, Any]:
        """What the job's steps are asked for; a job that takes nothing is asked for nothing."""
        how = self._how if since is None else {**self._how, "since": since}
        if self._recorder is None and self._turn is None and math.isinf(self._look):
            return how
        from pointwise.training import Wanted

        return {**how, "wanted": Wanted(self._wants_weights, self._wants_checkpoint)}

    def _wants_weights(self, number: int, total: int) -> bool:
        now = time.monotonic()
        if now - self._looked >= self._look:
            self._looked = now
            return True
        return self._recorder is not None and self._recorder.wants_weights(number, total)

    def _wants_checkpoint(self, ended: bool) -> bool:
        if self._turn is not None and (self._yielding or self.paused) and not self._stop.is_set():
            self._yielding = True
            return True
        if self._recorder is None or not self._recorder.resumable:
            return False
        return self._stop.is_set() or self._park.is_set() or self._recorder.wants_checkpoint(ended)

    def _stretches(self) -> Iterator[Step | Download]:
        """The job's events, from one turn at work to the next."""
        history = self._history()
        while self._gets_its_turn():
            with closing(self.job.steps(**self._options(self._taken_up()))) as work:
                aside = yield from self._consume(work, history)
            if not aside or self._turn is None:
                return
            self._turn.leave()

    def _consume(self, work: Work, history: History) -> Generator[Step | Download, None, bool]:
        """The events of one turn at work; True in the end where the run is put aside, False where it is over."""
        began, do = time.monotonic(), ON
        try:
            while True:
                event = work.send(True) if do == END else next(work)
                worked = self._progress.seconds + time.monotonic() - began
                step = _with_rest(self._take(event, history, worked), history)
                if self._parked(step):
                    return False
                if self._recorder is not None:
                    self._recorder.record(self._progress, step)
                yield event
                do = self._next(step)
                if do in (ASIDE, OVER):
                    return do == ASIDE
                began = time.monotonic()
        except StopIteration:
            self._publish(state="stopped" if do == END else "done")
            return False

    def _history(self) -> History:
        """The curve so far, of a run that goes on as it was when the checkpoint was made."""
        points, (stride, total, count) = self._progress.history, self._rest
        if points and points[0].step != stride:  # it was thinned between the checkpoint and the end
            stride, count = points[0].step, self._progress.step - points[-1].step
            total = points[-1].loss * count
        return History(points, (stride, total, count))

    def _parked(self, step: Step | None) -> bool:
        """Whether the run ends here, with the checkpoint of this step, or as it was before its first step."""
        asked = self._park.is_set() and not self._stop.is_set()
        if not asked or self._recorder is None or (step is not None and step.checkpoint is None):
            return False
        self._end_parked()
        self._recorder.record(self._progress, step)
        return True

    def _take(self, event: Step | Download, history: History, seconds: float) -> Step | None:
        from pointwise.data.download import Download

        if isinstance(event, Download):
            self._publish(state="fetching", download=event)
            return None
        before = self._progress
        epochs = before.epochs
        if event.epoch is not None:
            epochs = (*(replace(epoch, weights={}) for epoch in epochs), event.epoch)
        if event.number > before.step:
            history.add(event.number, event.loss, seconds)
        self._publish(
            state="training",
            step=event.number,
            total=event.total,
            history=history.points(),
            epochs=epochs,
            examples=before.examples + (event.examples if event.number > before.step else 0),
            seconds=seconds,
            snapshot=before.snapshot if event.weights is None else Snapshot(event.number, event.weights),
        )
        return event


def _with_rest(step: Step | None, history: History) -> Step | None:
    if step is None or step.checkpoint is None:
        return step
    facts = {**step.checkpoint.facts, REST: history.rest()}
    return replace(step, checkpoint=replace(step.checkpoint, facts=facts))
