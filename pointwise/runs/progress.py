"""What is known of a run so far, as frozen values: its state, its curve, its epochs, its place in the queue."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pointwise.run_queue import Standing

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.data.download import Download
    from pointwise.training import Epoch

MAX_POINTS = 1000  # of the loss history
ACTIVE = ("queued", "waiting", "fetching", "training", "paused")  # waiting is for its data
ENDED = ("done", "stopped", "failed", "parked", "interrupted")
RESUMABLE = ("stopped", "parked", "interrupted")  # where there is a checkpoint, or no step was made


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

    state: str = "waiting"  # one of ACTIVE, then one of ENDED
    step: int = 0
    total: int = 0
    history: tuple[Point, ...] = ()  # at most MAX_POINTS
    epochs: tuple[Epoch, ...] = ()  # only the latest still has its weights
    examples: int = 0  # seen so far
    seconds: float = 0.0  # spent at work, pauses left out
    download: Download | None = None
    snapshot: Snapshot | None = None  # the latest
    error: str | None = None  # a sentence, when something went wrong or the run did by itself what nobody asked for
    standing: Standing | None = None  # where it stands in the queue

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
