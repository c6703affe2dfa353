"""Which process has which run of a library: the operating system lets go of it when a process dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pointwise.errors import LibraryError
from pointwise.library.database import unkept

PATIENCE = 0.5  # seconds in which nobody only looks


class RunLocks:
    """The runs of a library below a folder that this process has, by file locks; with None for it, by name alone."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def hold(self, run: str, patience: float = 0.0) -> Callable[[], None] | None:
        """Take a run for this process, or None while another one, or another thread, has it; call the result to let go.

        The operating system lets go of it when a process dies, whatever the clock says. ``patience`` is how many
        seconds it is tried: who only looks whether it is alive has it for an instant. Raises LibraryError.
        """
        until = time.monotonic() + patience
        while (release := self._hold(run)) is None and time.monotonic() < until:
            time.sleep(0.01)
        return release

    def _hold(self, run: str) -> Callable[[], None] | None:
        with self._lock:
            if run in self._held:
                return None
            self._held.add(run)
        if self.folder is None:
            return lambda: self._held.discard(run)
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "locks" / f"{run}.lock", thread_local=False)
        try:
            (self.folder / "locks").mkdir(exist_ok=True, mode=0o700)
            lock.acquire(timeout=0)
        except Timeout:
            self._held.discard(run)
            return None
        except OSError as error:
            self._held.discard(run)
            raise LibraryError(unkept(self.folder, error)) from None

        def release() -> None:
            lock.release()
            self._held.discard(run)

        return release

    @contextmanager
    def holding(self, run: str) -> Iterator[None]:
        """A context in which this process has a run. Raises LibraryError where another has it."""
        release = self.hold(run, PATIENCE)
        if release is None:
            raise LibraryError("Another process has this run. Try again later.")
        try:
            yield
        finally:
            release()

    def alive(self, run: str) -> bool:
        """Whether some process has this run. Raises LibraryError."""
        release = self.hold(run)
        if release is None:
            return True
        release()
        return False
