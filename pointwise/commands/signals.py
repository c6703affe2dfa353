"""What Ctrl-C, SIGTERM and a closed terminal do: a command ends with a sentence, a training with a checkpoint, too."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LIMIT = 2.0  # seconds for which a training may take its time once it was asked to end


class Stop(KeyboardInterrupt):
    """A signal, ``number``, has ended the command; the text is what is to be said of that, or ""."""

    def __init__(self, number: int, text: str = "") -> None:
        super().__init__(text)
        self.number = number


class Signals:
    """What the command has heard. ``gently``: the first signal is only kept, and the next one, or LIMIT, ends it."""

    def __init__(self) -> None:
        self.heard = 0  # the number of the first signal
        self.gently = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        again, self.heard = bool(self.heard), self.heard or number
        if again or not self.gently:
            raise Stop(self.heard)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, LIMIT)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A context in which the first signal is only kept."""
        self.gently = True
        try:
            yield
        finally:
            self.gently = False
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0.0)


SIGNALS = Signals()  # a process has but one of each


@contextmanager
def handled() -> Iterator[None]:
    """A context in which SIGTERM, Ctrl-C and a closed terminal raise Stop.

    Not where a launcher, torchrun, ends its processes, nor outside of the main thread, nor what is to be ignored.
    """
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread() or "LOCAL_RANK" in os.environ:
        numbers = []
    before = {number: signal.getsignal(number) for number in numbers}
    SIGNALS.heard = 0
    try:
        for number in numbers:
            if before[number] != signal.SIG_IGN:
                signal.signal(number, SIGNALS)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
