"""What is known of a training run at one moment, and its losses, thinned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.data.mnist import Download
    from pointwise.training import Epoch

MAX_POINTS = 1000  # of the loss history
ENDED = ("done", "stopped", "failed")


@dataclass(frozen=True)
class Snapshot:
    """A network's weights in the middle of its training."""

    step: int
    weights: Mapping[str, Tensor] = field(repr=False)


@dataclass(frozen=True)
class Progress:
    """What is known of a run at one moment. It never changes; a later moment is another Progress."""

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
