"""One training in a background thread: start, pause, stop, and a frozen Progress to look at.

It knows no data set and no network, and importing it needs no torch.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pointwise.errors import PointwiseError

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.data.mnist import Download
    from pointwise.training import Epoch, Step

    Work = Generator[Step | Download, bool | None, None]

LEASE = 120.0  # seconds without a reader after which a run stops itself
MAX_POINTS = 1000  # of the loss history
ENDED = ("done", "stopped", "failed")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """A network's weights between two epochs."""

    step: int
    weights: Mapping[str, Tensor] = field(repr=False)


@dataclass(frozen=True)
class Progress:
    """What is known of a run so far. It never changes: what comes later is another Progress."""

    state: str = "waiting"  # waiting, fetching, training, paused, then one of ENDED
    step: int = 0
    total: int = 0
    history: tuple[tuple[int, float], ...] = ()  # (step, mean loss since the point before), at most MAX_POINTS
    epochs: tuple[Epoch, ...] = ()  # only the latest still has its weights
    examples: int = 0  # seen so far
    seconds: float = 0.0  # spent at work, pauses left out
    download: Download | None = None
    snapshot: Snapshot | None = None  # the latest, of runs that make some
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
    """Losses thinned to at most MAX_POINTS: when they are too many, neighbours are averaged."""

    def __init__(self) -> None:
        self._points: list[tuple[int, float]] = []
        self._stride, self._sum, self._count = 1, 0.0, 0

    def add(self, step: int, loss: float) -> None:
        self._sum, self._count = self._sum + loss, self._count + 1
        if self._count < self._stride:
            return
        self._points.append((step, self._sum / self._count))
        self._sum, self._count = 0.0, 0
        if len(self._points) >= MAX_POINTS:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [(b[0], (a[1] + b[1]) / 2) for a, b in pairs]
            self._stride *= 2

    def points(self) -> tuple[tuple[int, float], ...]:
        return tuple(self._points)


class Steps(Protocol):
    """What a run needs of a job."""

    def steps(self, *, snapshot_every: float = ...) -> Work: ...


J = TypeVar("J", bound=Steps)


class Run(Generic[J]):
    """A job in a named daemon thread. ``slot`` is a semaphore acquired by the caller and released at the end."""

    def __init__(
        self,
        job: J,
        name: str,
        slot: threading.Semaphore | None = None,
        lease: float = LEASE,
        snapshot_every: float = math.inf,  # seconds
    ) -> None:
        self.job, self.name = job, name
        self._slot, self._lease, self._snapshot_every = slot, lease, snapshot_every
        self._stop, self._go_on = threading.Event(), threading.Event()
        self._go_on.set()
        self._progress = Progress()
        self._last_read = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"pointwise-run-{name}", daemon=True)

    def start(self) -> None:
        """Begin; a run is started once."""
        self._thread.start()

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

    @property
    def paused(self) -> bool:
        """Whether it was told to hold."""
        return not self._go_on.is_set()

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
            self._consume(self.job.steps(snapshot_every=self._snapshot_every))
        except PointwiseError as error:
            self._publish(state="failed", error=str(error))
        except Exception as error:
            log.exception("Run %s failed", self.name)
            self._publish(state="failed", error=f"The run ended by an unexpected error: {error}")
        finally:
            if self._slot is not None:
                self._slot.release()

    def _consume(self, work: Work) -> None:
        history = History()
        began, stopping = time.monotonic(), False
        try:
            while True:
                event = work.send(True) if stopping else next(work)
                worked = self._progress.seconds + time.monotonic() - began
                self._take(event, history, worked)
                stopping = not self._may_go_on()
                began = time.monotonic()
        except StopIteration:
            self._publish(state="stopped" if stopping else "done")

    def _take(self, event: Step | Download, history: History, seconds: float) -> None:
        from pointwise.data.mnist import Download

        if isinstance(event, Download):
            self._publish(state="fetching", download=event)
            return
        before = self._progress
        epochs = before.epochs
        if event.epoch is not None:
            epochs = (*(replace(epoch, weights={}) for epoch in epochs), event.epoch)
        if event.number > before.step:
            history.add(event.number, event.loss)
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

    def _may_go_on(self) -> bool:
        """Wait while paused; False when somebody asked to stop or nobody has looked for the length of the lease."""
        while not self._stop.is_set():
            if time.monotonic() - self._last_read > self._lease:
                self._publish(error="Nobody was watching this run any more, so it stopped itself.")
                return False
            if self._go_on.wait(timeout=0.0):
                return True
            self._publish(state="paused")
            self._go_on.wait(timeout=min(1.0, self._lease / 4))
        return False

    def _publish(self, **changes: object) -> None:
        self._progress = replace(self._progress, **changes)  # type: ignore[arg-type]
