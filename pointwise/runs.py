"""One training, in a background thread or not: start, pause, stop, and a frozen Progress to look at.

It knows no data set and no network, and importing it needs no torch.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from pointwise.errors import PointwiseError

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.data.download import Download
    from pointwise.training import Epoch, Step
    from pointwise.training.checkpoints import Checkpoint

    Work = Generator[Step | Download, bool | None, None]

LEASE = 120.0  # seconds without a reader after which a run parks, or stops where it cannot go on later
LOOK = 0.5  # seconds between two looks, in a pause, at what somebody asked for
MAX_POINTS = 1000  # of the loss history
ENDED = ("done", "stopped", "failed", "parked", "interrupted")
REST = "history"  # among a checkpoint's facts: what the curve needs to go on as well
RESUMABLE = ("stopped", "parked", "interrupted")  # where there is a checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """A network's weights after a step."""

    step: int
    weights: Mapping[str, Tensor] = field(repr=False)


class Point(NamedTuple):
    """A point of a loss curve."""

    step: int
    loss: float  # mean since the point before
    seconds: float  # at work until then


@dataclass(frozen=True)
class Progress:
    """What is known of a run so far. It never changes: what comes later is another Progress."""

    state: str = "waiting"  # waiting, fetching, training, paused, then one of ENDED
    step: int = 0
    total: int = 0
    history: tuple[Point, ...] = ()  # at most MAX_POINTS
    epochs: tuple[Epoch, ...] = ()  # only the latest still has its weights
    examples: int = 0  # seen so far
    seconds: float = 0.0  # spent at work, pauses left out
    download: Download | None = None
    snapshot: Snapshot | None = None  # the latest
    error: str | None = None  # a sentence, when something went wrong or the run ended by itself

    @property
    def active(self) -> bool:
        """Whether the run may still change."""
        return self.state not in ENDED

    @property
    def latest(self) -> Epoch | None:
        """The last epoch that was measured, with its weights."""
        return self.epochs[-1] if self.epochs else None

    @property
    def rate(self) -> float:
        """Examples per second, measuring included."""
        return self.examples / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """Estimated from the mean time of the steps so far; NaN before the first."""
        return self.seconds / self.step * (self.total - self.step) if self.step else math.nan


class History:
    """Losses thinned to at most MAX_POINTS: when they are too many, neighbours are averaged.

    ``rest`` is what ``rest()`` said when there were those ``points``.
    """

    def __init__(self, points: Iterable[Point] = (), rest: tuple[int, float, int] = (1, 0.0, 0)) -> None:
        self._points = list(points)
        self._stride, self._sum, self._count = rest

    def rest(self) -> tuple[int, float, int]:
        """Steps to a point, and the sum and the number of the losses since the last one."""
        return self._stride, self._sum, self._count

    def add(self, step: int, loss: float, seconds: float) -> None:
        self._sum, self._count = self._sum + loss, self._count + 1
        if self._count < self._stride:
            return
        self._points.append(Point(step, self._sum / self._count, seconds))
        self._sum, self._count = 0.0, 0
        if len(self._points) >= MAX_POINTS:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [Point(b.step, (a.loss + b.loss) / 2, b.seconds) for a, b in pairs]
            self._stride *= 2

    def points(self) -> tuple[Point, ...]:
        return tuple(self._points)


class Steps(Protocol):
    """What a run needs of a job."""

    def steps(self) -> Work: ...


class Recorder(Protocol):
    """Who keeps what a run does. None of it raises: what cannot be kept is not kept."""

    resumable: bool  # whether checkpoints are of use

    @property
    def broken(self) -> str:
        """The sentence of what made it stop keeping, or ""."""

    def wants_weights(self, number: int, total: int) -> bool:
        """Whether the weights after a step are to be kept."""

    def wants_checkpoint(self, ended: bool) -> bool:
        """Whether a checkpoint is due, after a step that ended an epoch or not."""

    def record(self, progress: Progress, step: Step | None) -> None:
        """Keep what is new after a step, or another state without one."""

    def wish(self) -> str:
        """What somebody outside of this process asked for: "stop", "pause", "resume", "park", or ""."""

    def close(self, progress: Progress) -> None:
        """Keep the end."""


J = TypeVar("J", bound=Steps)


class Run(Generic[J]):
    """A job that is carried out, as a rule in a named daemon thread.

    ``slot`` is a semaphore acquired by the caller and released at the end. A run that goes on after a checkpoint,
    ``since``, begins with the Progress of then. ``how`` is what else ``Job.steps`` takes.
    """

    def __init__(
        self,
        job: J,
        name: str,
        slot: threading.Semaphore | None = None,
        lease: float = LEASE,
        recorder: Recorder | None = None,
        since: Checkpoint | None = None,
        before: Progress | None = None,
        look: float = math.inf,  # seconds between two looks at the weights within an epoch
        **how: Any,
    ) -> None:
        self.job, self.name = job, name
        self._slot, self._lease, self._recorder, self._look = slot, lease, recorder, look
        self._how = how if since is None else {**how, "since": since}
        self._stop, self._go_on, self._park = threading.Event(), threading.Event(), threading.Event()
        self._go_on.set()
        self._progress = replace(before or Progress(), state="waiting", error=None)
        self._last_read = self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"pointwise-run-{name}", daemon=True)

    def start(self) -> None:
        """Begin in a thread; a run is started once."""
        self._thread.start()

    def events(self) -> Iterator[Step | Download]:
        """Carry out the job here, without a thread; each event after its Progress is there.

        Raises what the job raises, after keeping that it failed.
        """
        try:
            yield from self._consume(self.job.steps(**self._options()))
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
                if self._slot is not None:
                    self._slot.release()

    def stop(self) -> None:
        """End after the current step, also from a pause; the weights so far are measured and kept."""
        self._stop.set()
        self._go_on.set()

    def pause(self) -> None:
        """Hold after the current step."""
        self._go_on.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._go_on.set()

    def park(self) -> None:
        """End after the next step with a checkpoint to go on from; where none is made, as ``stop``."""
        self._park.set()
        self._go_on.set()

    @property
    def paused(self) -> bool:
        """Whether it was told to hold."""
        return not self._go_on.is_set()

    @property
    def unkept(self) -> str:
        """The sentence of what made its recorder stop keeping it, or ""."""
        return "" if self._recorder is None else self._recorder.broken

    @property
    def whole(self) -> bool:
        """Whether it begins with the job's first step, and not after a checkpoint."""
        return "since" not in self._how

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
        self._last_read = time.monotonic()
        return self._progress

    def _run(self) -> None:
        try:
            for _ in self.events():
                pass
        except PointwiseError:
            pass  # its sentence is the Progress's error
        except Exception:
            log.exception("Run %s failed", self.name)

    def _options(self) -> dict[str, Any]:
        """What the job's steps are asked for; a job that takes nothing is asked for nothing."""
        if self._recorder is None and math.isinf(self._look):
            return self._how
        from pointwise.training import Wanted

        return {**self._how, "wanted": Wanted(self._wants_weights, self._wants_checkpoint)}

    def _wants_weights(self, number: int, total: int) -> bool:
        now = time.monotonic()
        if now - self._looked >= self._look:
            self._looked = now
            return True
        return self._recorder is not None and self._recorder.wants_weights(number, total)

    def _wants_checkpoint(self, ended: bool) -> bool:
        if self._recorder is None or not self._recorder.resumable:
            return False
        return self._stop.is_set() or self._park.is_set() or self._recorder.wants_checkpoint(ended)

    def _consume(self, work: Work) -> Iterator[Step | Download]:
        history = self._history()
        began, stopping = time.monotonic(), False
        with suppress(StopIteration):
            while True:
                event = work.send(True) if stopping else next(work)
                worked = self._progress.seconds + time.monotonic() - began
                step = _with_rest(self._take(event, history, worked), history)
                if self._parked(step):
                    work.close()
                    return
                if self._recorder is not None:
                    self._recorder.record(self._progress, step)
                yield event
                stopping = not self._may_go_on()
                began = time.monotonic()
        self._publish(state="stopped" if stopping else "done")

    def _history(self) -> History:
        """The curve so far, of a run that goes on as it was when the checkpoint was made."""
        points, since = self._progress.history, self._how.get("since")
        stride, total, count = (1, 0.0, 0) if since is None else since.facts.get(REST, (1, 0.0, 0))
        if points and points[0].step != stride:  # it was thinned between the checkpoint and the end
            stride, count = points[0].step, self._progress.step - points[-1].step
            total = points[-1].loss * count
        return History(points, (stride, total, count))

    def _parked(self, step: Step | None) -> bool:
        """Whether the run ends here, with the checkpoint of this step, or as it was before its first step."""
        asked = self._park.is_set() and not self._stop.is_set()
        if not asked or self._recorder is None or (step is not None and step.checkpoint is None):
            return False
        if self._progress.step:
            self._publish(state="parked")
        else:  # there is nothing to go on from
            self._publish(state="stopped", error="Nobody was watching this run any more, so it was never begun.")
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

    def _may_go_on(self) -> bool:
        """Wait while paused; False when it is to end here, because somebody asked or nobody has looked for long."""
        while not self._stop.is_set():
            self._obey()
            if time.monotonic() - self._last_read > self._lease and not self._park.is_set():
                if self._recorder is None or not self._recorder.resumable:
                    self._publish(error="Nobody was watching this run any more, so it stopped itself.")
                    return False
                self._publish(error="Nobody was watching this run any more, so it is parked.")
                self.park()
            if self._go_on.wait(timeout=0.0):
                return self._park_here()
            if self._progress.state != "paused":
                self._publish(state="paused")
                if self._recorder is not None:
                    self._recorder.record(self._progress, None)
            self._go_on.wait(timeout=min(LOOK, self._lease / 4))
        return False

    def _park_here(self) -> bool:
        """Whether another step is made; a job whose checkpoints are of no use stops where it should park."""
        return not self._park.is_set() or (self._recorder is not None and self._recorder.resumable)

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
