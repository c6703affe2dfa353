"""One training, in a background thread or not: start, pause, stop, and a frozen Progress to look at.

It knows no data set and no network, and importing it needs no torch.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pointwise.errors import LibraryError, PointwiseError
from pointwise.progress import ENDED, MAX_POINTS, RESUMABLE, History, Point, Progress, Snapshot
from pointwise.run_queue import LEND, Standing, Turn

if TYPE_CHECKING:
    from pointwise.data.download import Download
    from pointwise.training import Step
    from pointwise.training.checkpoints import Checkpoint

    Work = Generator[Step | Download, bool | None, None]

__all__ = ["ENDED", "MAX_POINTS", "RESUMABLE", "History", "Point", "Progress", "Run", "Snapshot"]

LEASE = 120.0  # seconds without a reader after which a run parks, or stops where it cannot go on later
AWAY = 1800.0  # seconds without a reader for which a run keeps its place in the queue
LOOK = 0.5  # seconds between two looks, in a pause or in the queue, at what somebody asked for
REST = "history"  # among a checkpoint's facts: what the curve needs to go on as well
ON, END, ASIDE, OVER = "on", "end", "aside", "over"  # after a step: another, the last, others first, or it has ended
UNWATCHED, CLOSED = "Nobody was watching this run any more, so it ", "The server ended"  # why it parks
SENTENCES = {
    UNWATCHED: {
        "parked": f"{UNWATCHED}is parked.",
        "stopped": f"{UNWATCHED}stopped itself.",
        "unbegun": f"{UNWATCHED}was never begun.",
    },
    CLOSED: {
        "parked": f"{CLOSED}, so this run is parked.",
        "stopped": f"{CLOSED}, so this run was stopped.",
        "unbegun": f"{CLOSED} before this run was begun.",
    },
}
PAUSED = "Others may have its place at work meanwhile. Resume puts it into the queue again, and nothing is lost."
TURNS = (
    "Others are waiting, so this run has made room for them after {} at work. When its turn comes again, it goes on by "
    "itself after step {:,}: nothing is lost."
)

log = logging.getLogger(__name__)


class Steps(Protocol):
    """What a run needs of a job."""

    def steps(self) -> Work: ...


class Recorder(Protocol):
    """Who keeps what a run does. None of it raises: what cannot be kept is not kept."""

    resumable: bool  # whether the run can go on after this process

    @property
    def checkpointed(self) -> int | None:
        """The step of the checkpoint that was kept last; None where there is none."""

    @property
    def broken(self) -> str:
        """The sentence of what made it stop keeping, or ""."""

    def wants_weights(self, number: int, total: int) -> bool:
        """Whether the weights after a step are to be kept."""

    def wants_checkpoint(self, ended: bool) -> bool:
        """Whether a checkpoint is due, after a step that ended an epoch or not."""

    def record(self, progress: Progress, step: Step | None) -> None:
        """Keep what is new after a step, or another state without one."""

    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that was kept last; None where there is none."""

    def wish(self) -> str:
        """What somebody outside of this process asked for: "stop", "pause", "resume", "park", or ""."""

    def close(self, progress: Progress) -> None:
        """Keep the end."""


J = TypeVar("J", bound=Steps)


class Run(Generic[J]):
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
        self.job, self.name = job, name
        self._turn, self._lease, self._recorder, self._look = turn, lease, recorder, look
        self._since, self._how, self.whole = since, how, since is None
        self._at = None if since is None else since.step  # of the checkpoint to go on from, wherever it is
        self._rest: tuple[int, float, int] = (1, 0.0, 0) if since is None else since.facts.get(REST, (1, 0.0, 0))
        self._stop, self._go_on, self._park = threading.Event(), threading.Event(), threading.Event()
        self._go_on.set()
        self._expected = expected
        self._yielding = False  # whether the next step is to be made with a checkpoint, to be put aside with
        self._why = ""  # what it parks for: one of SENTENCES
        self._said: tuple[str, tuple[int, ...]] = ("", ())  # what was kept last of a state between two steps
        self._progress = replace(before or Progress(), state="waiting", error=None, standing=None)
        self._last_read = self._looked = time.monotonic()
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

    def stop(self) -> None:
        """End after the current step, also from a pause; the weights so far are measured and kept."""
        self._stop.set()
        self._wake()

    def pause(self) -> None:
        """Hold after the current step."""
        self._go_on.clear()
        self._poke()

    def resume(self) -> None:
        """Go on after a pause, when its turn comes."""
        self._wake()

    def park(self) -> None:
        """End after the next step with a checkpoint to go on from; where none is made, as ``stop``."""
        self._park.set()
        self._wake()

    def watch(self) -> None:
        """Renew the lease: somebody is there for whom it goes on."""
        self._last_read = time.monotonic()

    @property
    def paused(self) -> bool:
        """Whether it was told to hold."""
        return not self._go_on.is_set()

    @property
    def unkept(self) -> str:
        """The sentence of what made its recorder stop keeping it, or ""."""
        return "" if self._recorder is None else self._recorder.broken

    @property
    def stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stop.is_set()

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

    def _wake(self) -> None:
        self._go_on.set()
        self._poke()

    def _poke(self) -> None:
        if self._turn is not None:
            self._turn.poke()

    def _close(self) -> None:
        """Park, as the server ends."""
        self._why = self._why or CLOSED
        self.park()

    @property
    def _unwatched(self) -> float:
        """Seconds since somebody read its Progress."""
        return time.monotonic() - self._last_read

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

    def _end_parked(self) -> None:
        if self._progress.step:
            self._publish(state="parked", standing=None, error=self._sentence("parked"))
        else:  # there is nothing to go on from
            self._publish(state="stopped", standing=None, error=self._sentence("unbegun"))

    def _sentence(self, end: str) -> str | None:
        """Why it ended so by itself; None where somebody asked for it."""
        return SENTENCES[self._why][end] if self._why else None

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

    def _next(self, step: Step | None) -> str:
        """What comes after a step, or after a piece of a download: ON, END, ASIDE or OVER; in a pause it waits."""
        while not self._stop.is_set():
            self._obey()
            if not self._watched():
                return END
            if self._go_on.is_set():
                asked = self._asked(idle=False)
                if not asked or self._park.is_set():
                    self._yielding = False
                    if self._park_here():
                        return ON
                    self._publish(error=self._sentence("stopped"))
                    return END
                if asked == LEND:
                    self._lend()
                elif do := self._give_way(step):
                    return do
                continue
            if self._progress.state != "paused":
                self._stand("paused")
            if not self._asked(idle=True):
                self._go_on.wait(timeout=min(LOOK, self._lease / 4))
            elif do := self._give_way(step):
                return do
        return END

    def _watched(self) -> bool:
        """False where nobody has looked for long and the run cannot go on later; else it may have been told to park."""
        if self._unwatched > self._lease and not self._park.is_set():
            if self._recorder is None or not self._recorder.resumable:
                self._publish(error=SENTENCES[UNWATCHED]["stopped"])
                return False
            self._why = UNWATCHED
            self.park()
        return True

    def _park_here(self) -> bool:
        """Whether another step is made; a job whose checkpoints are of no use stops where it should park."""
        return not self._park.is_set() or (self._recorder is not None and self._recorder.resumable)

    def _asked(self, idle: bool) -> str:
        """Whether somebody else is due: LEND, YIELD or ""."""
        if self._turn is None:
            return ""
        self._turn.rest(idle)
        return self._turn.asked()

    def _lend(self) -> None:
        """Hold for a short work, but not with an end that somebody asked for."""
        assert self._turn is not None
        self._turn.lend()
        while not (self._turn.wait(LOOK) or self._park.is_set() or self._stop.is_set()):
            self._obey()

    def _give_way(self, step: Step | None) -> str:
        """What to do where others are due: ASIDE, now that there is a checkpoint; ON, to make a step that has one.

        A job without checkpoints is held here until its turn has come again: "", or OVER where it ended meanwhile.
        """
        assert self._turn is not None
        if step is not None and step.number == step.total:
            return ON
        if step is not None and step.checkpoint is None and not self._yielding:
            self._yielding = True
            return ON
        self._yielding = False
        self._publish(error=PAUSED if self.paused else TURNS.format(_minutes(self._turn.held), self._progress.step))
        if step is None or step.checkpoint is not None:
            if step is not None and step.checkpoint is not None:
                self._put_aside(step.checkpoint)
            return ASIDE
        self._turn.leave()
        return "" if self._gets_its_turn() else OVER

    def _put_aside(self, checkpoint: Checkpoint) -> None:
        """Keep the checkpoint to go on from, in memory only where it is not kept elsewhere."""
        kept = self._recorder is not None and self._recorder.checkpointed == checkpoint.step
        self._since, self._at = None if kept else checkpoint, checkpoint.step

    def _taken_up(self) -> Checkpoint | None:
        """The checkpoint to go on from. Raises LibraryError where it is gone."""
        since = self._since
        if since is None and self._at is not None and self._recorder is not None:
            since = self._recorder.checkpoint()
        if self._at is not None and (since is None or since.step != self._at):
            raise LibraryError("The checkpoint of this run is gone. Train it anew.")
        self._since = None
        return since

    def _gets_its_turn(self) -> bool:
        """Whether it has its place at work, after waiting for that, paused or in the queue; False where it is over."""
        turn = self._turn
        while turn is not None:
            self._obey()
            stopping = self._stop.is_set() and self._why != CLOSED
            if stopping and not self._progress.step:
                return self._over("stopped")
            if stopping:
                turn.hurry()  # what is left is to measure the weights so far
            elif self._unwatched > self._lease + AWAY or self._park.is_set():
                self._why = self._why or UNWATCHED
                return self._over("parked")
            if self.paused:
                turn.leave()
                self._publish(error=PAUSED)
                self._stand("paused")
                if self._unwatched > self._lease:
                    self._park.set()
                self._go_on.wait(timeout=min(LOOK, self._lease / 4))
                continue
            turn.join()
            if not turn.wait(LOOK):
                self._stand("queued", turn.standing)
            elif self._unwatched > self._lease and not stopping:  # the next one is there
                self._why = UNWATCHED
                return self._over("parked")
            else:
                self._publish(error=None)
                self._stand("waiting")
                return True
        return True

    def _over(self, state: str) -> bool:
        """False: the run has ended while it had no place at work."""
        kept = self._recorder is not None and self._recorder.resumable and self._at is not None and self._since is None
        if state == "parked" and (kept or not self._progress.step):
            self._end_parked()
        else:
            self._publish(state="stopped", standing=None, error=self._sentence("stopped"))
        if self._recorder is not None:
            self._recorder.record(self._progress, None)
        return False

    def _stand(self, state: str, standing: Standing | None = None) -> None:
        """Be in a state between two steps, or at a place in the queue, and keep what is new of it."""
        self._publish(state=state, standing=standing)
        said = state, _roughly(standing)
        if self._recorder is not None and self._said != said:
            self._said = said
            self._recorder.record(self._progress, None)

    def _obey(self) -> None:
        wish = "" if self._recorder is None else self._recorder.wish()
        wishes = {"stop": self.stop, "pause": self.pause, "resume": self.resume, "park": self.park}
        if wish in wishes:
            wishes[wish]()

    def _publish(self, **changes: object) -> None:
        self._progress = replace(self._progress, **changes)  # type: ignore[arg-type]


def _with_rest(step: Step | None, history: History) -> Step | None:
    if step is None or step.checkpoint is None:
        return step
    facts = {**step.checkpoint.facts, REST: history.rest()}
    return replace(step, checkpoint=replace(step.checkpoint, facts=facts))


def _roughly(standing: Standing | None) -> tuple[int, ...]:
    return () if standing is None else (standing.place, standing.of, round(standing.seconds / 30))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{max(seconds, 1):.0f} s"
