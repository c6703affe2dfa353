"""Somebody's turn at work, and where it stands in the queue."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pointwise.run_queue.queue import RunQueue

SHORT = 5.0  # seconds that a short work takes, until one is told better
OUT, WAITING, WORKING = "out", "waiting", "working"
LEND, YIELD = "lend", "yield"


class Standing(NamedTuple):
    """Where a turn stands in the queue."""

    place: int  # 1 is next
    of: int  # how many wait
    seconds: float  # until it is at work, as far as one can tell
    at_most: bool  # whether nobody can tell, and that is the longest it can be


class Turn:
    """Somebody's turn at work: not in the queue, waiting in it, or at work. Any thread may call its methods."""

    def __init__(self, queue: RunQueue, owner: str, short: bool) -> None:
        self.owner, self.short = owner, short
        self.state, self.idle = OUT, False  # idle: paused, so that its place is of no use to it
        self.arrival = self.order = 0  # among the turns of its owner, and among those of all
        self.front = False  # whether it lent its place, and has one again before all others
        self.since = self.worked = self.idle_since = 0.0  # at work since, and before it lent its place; seconds
        self.lent_at, self.rested = 0.0, -math.inf  # when it lends its place again at the earliest
        self.present: Callable[[], bool] = lambda: True
        self.remaining: Callable[[], float] = lambda: SHORT if short else math.nan
        self.end: Callable[[], None] = lambda: None
        self._queue, self._news = queue, threading.Event()

    def belongs_to(self, present: Callable[[], bool], remaining: Callable[[], float], end: Callable[[], None]) -> None:
        """Know whether somebody looks at what is carried out, the seconds that it still takes, NaN where that is not
        known, and what ends it. None of them may wait for anything.
        """
        self.present, self.remaining, self.end = present, remaining, end

    @property
    def at_work(self) -> bool:
        """Whether it has a place at work."""
        return self.state == WORKING

    @property
    def held(self) -> float:
        """Seconds at work since it got its place."""
        return self._queue.held(self)

    @property
    def standing(self) -> Standing | None:
        """The place in the queue and the expected wait; None where it does not wait."""
        return self._queue.standing(self)

    def join(self) -> None:
        """Join the queue at its end, unless it waits or is at work already."""
        self._queue.join(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is at work, after waiting for that, or for a ``poke``, at most ``timeout`` seconds."""
        if not self.at_work:
            self._news.wait(timeout)
            self._news.clear()
        return self.at_work

    def poke(self) -> None:
        """Wake whoever waits for it."""
        self._news.set()

    def rest(self, idle: bool) -> None:
        """Say whether it is paused: others that wait have its place at once."""
        self._queue.rest(self, idle)

    def asked(self) -> str:
        """LEND where a short work waits for its place, YIELD where another turn is due; "" as long as it may go on."""
        return self._queue.asked(self)

    def lend(self) -> None:
        """Give the place to a short work, and wait before all others to have it again."""
        self._queue.lend(self)

    def hurry(self) -> None:
        """Count as a short work from now on: only the end is left to do."""
        self._queue.hurry(self)

    def leave(self) -> None:
        """Give the place back, or leave the queue; it may join again."""
        self._queue.leave(self)

    def done(self) -> None:
        """Leave for good."""
        self._queue.done(self)
