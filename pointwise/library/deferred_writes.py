"""What is written soon and not at once, so that nobody who is waiting for an answer waits for a disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

from pointwise.errors import PointwiseError

PACE = 3.0  # seconds between two writes of one thing, and before the first

log = logging.getLogger(__name__)
_EVERY: WeakSet[DeferredWrites] = WeakSet()


class DeferredWrites:
    """Writes that wait, the latest alone of each key, and a thread that does them and ends when none is left."""

    def __init__(self, pace: float = PACE) -> None:
        self._pace = pace
        self._waiting: dict[str, tuple[float, Callable[[], None]]] = {}  # by key: when it is due, and the write
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # held during a write, so that a later one never comes before it
        self._thread: threading.Thread | None = None
        _EVERY.add(self)

    def put(self, key: str, write: Callable[[], None]) -> None:
        """Let ``write`` be called within seconds, in place of one that still waits under this key."""
        with self._lock:
            due = self._waiting[key][0] if key in self._waiting else time.monotonic() + self._pace
            self._waiting[key] = (due, write)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="pointwise-deferred", daemon=True)
                self._thread.start()

    def flush(self, timeout: float = 10.0) -> None:
        """Do now what waits, or give up after so many seconds because another write takes longer."""
        if self._writing.acquire(timeout=timeout):
            try:
                while (write := self._next(at_once=True)) is not None:
                    _safely(write)
            finally:
                self._writing.release()

    def _work(self) -> None:
        while (seconds := self._seconds()) is not None:
            time.sleep(seconds)
            with self._writing:
                if (write := self._next()) is not None:
                    _safely(write)

    def _seconds(self) -> float | None:
        """How long until something is due; None where nothing waits, at which the thread ends."""
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            return max(0.0, min(due for due, _ in self._waiting.values()) - time.monotonic())

    def _next(self, at_once: bool = False) -> Callable[[], None] | None:
        with self._lock:
            now = time.monotonic()
            due = [key for key, (when, _) in self._waiting.items() if at_once or when <= now]
            return self._waiting.pop(due[0])[1] if due else None


def flush_all(timeout: float) -> None:
    """Do what waits anywhere in this process, before it ends."""
    for writes in list(_EVERY):
        with suppress(Exception):
            writes.flush(timeout)


def _safely(write: Callable[[], None]) -> None:
    try:
        write()
    except PointwiseError as error:
        log.warning("Something is not kept: %s", error)
    except Exception:
        log.exception("Something could not be kept")
