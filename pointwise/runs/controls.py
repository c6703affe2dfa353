"""The controls of a run: stop, pause, resume, park; and the lease that whoever looks at it renews."""

from __future__ import annotations

import threading
import time

from pointwise.run_queue import Turn

LEASE = 120.0  # seconds without a reader after which a run parks, or stops where it cannot go on later
CLOSED = "The server ended"  # why it parks


class Controls:
    """What others ask of a run, from any thread; whoever carries it out looks at it between two steps."""

    def __init__(self, turn: Turn | None, lease: float) -> None:
        self._turn, self._lease = turn, lease
        self._stop, self._go_on, self._park = threading.Event(), threading.Event(), threading.Event()
        self._go_on.set()
        self._why = ""  # what it parks for by itself
        self._last_read = time.monotonic()

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
    def stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stop.is_set()

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
