"""A network that reads its held-out pictures: in the background, in turns with others, and after all answers.

On a server few read at once, a few pictures of each in turn, so that a large network keeps nobody else waiting; where
nobody looks any more it is left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import turns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.confusion import Confusion, HeldOut
    from pointwise.models import Network

LOOK = 0.5  # seconds between two looks at how far it is
WAIT = 1.0  # seconds that a few pictures wait for answers that visitors wait for, at most
AT_ONCE = 3  # that read in turns; the others wait
UNSEEN = 60.0  # seconds after which one is left that nobody looks at
BREATH = 0.001  # seconds in which another gets its turn
_room, _turn = threading.BoundedSemaphore(AT_ONCE), threading.Lock()


@dataclass(frozen=True, eq=False)
class Mistakes:
    """What a network made of its held-out pictures."""

    confusion: Confusion
    pictures: NDArray[np.uint8]  # (M, H, W) or (M, C, H, W) those that were misread, the surest first
    of: str  # what all of them are called, a person's text
    stored: bool  # whether a sample of MNIST's test digits stands for all of them

    @property
    def size(self) -> int:
        """Bytes, about."""
        return int(self.pictures.nbytes + self.confusion.probabilities.nbytes + self.confusion.counts.nbytes)


class Left(Exception):
    """Nobody looks at it any more."""


class Reading:
    """Mistakes that are being looked for, in a thread that waits for its turn."""

    def __init__(self, network: Network, load: Callable[[], HeldOut]) -> None:
        self.done, self.total = 0, 0  # pictures; before they are loaded there are none
        self._found: Future[Mistakes] = Future()
        self._left, self._seen = threading.Event(), time.monotonic()
        self._thread = threading.Thread(
            target=self._begin, args=(network, load), name="pointwise-mistakes", daemon=True
        )
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether there is a result, or an error."""
        return self._found.done()

    @property
    def was_left(self) -> bool:
        """Whether it ended without a result, because nobody looked at it."""
        return self.ended and isinstance(self._found.exception(), Left)

    def look(self) -> None:
        """Let it go on: somebody is still there."""
        self._seen = time.monotonic()

    def result(self) -> Mistakes:
        """What was found. Raises what ``load`` raises, a PointwiseError."""
        return self._found.result()

    def leave(self) -> None:
        """Stop as soon as a few more pictures are read."""
        self._left.set()

    def join(self, seconds: float) -> bool:
        """Whether it has ended after so long."""
        self._thread.join(seconds)
        return self.ended

    def _begin(self, network: Network, load: Callable[[], HeldOut]) -> None:
        try:
            with _room:
                self._found.set_result(self._read(network, load))
        except BaseException as error:  # raised where the result is asked for
            self._found.set_exception(error)

    def _read(self, network: Network, load: Callable[[], HeldOut]) -> Mistakes:
        import numpy as np

        from pointwise.confusion import confusion_of, readings

        self._go_on()
        digits, stored = load()
        self.total, parts = len(digits), []
        every = readings(network, digits)
        while True:
            with _turn:
                part = next(every, None)
            if part is None:
                break
            parts.append(part)
            self.done += len(part)
            turns.let_answer(WAIT)
            time.sleep(BREATH)
            self._go_on()
        found = confusion_of(np.concatenate(parts), digits.labels.numpy())
        return Mistakes(found, digits.images.numpy()[found.misread], digits.name, stored)

    def _go_on(self) -> None:
        if self._left.is_set() or time.monotonic() - self._seen > UNSEEN:
            raise Left


def wait(reading: Reading) -> None:
    """How far it is, looked at again and again; at its end the page is drawn anew."""

    def look() -> None:
        reading.look()
        if reading.ended:
            st.rerun()
        share = reading.done / reading.total if reading.total else 0.0
        said = f"{reading.done:,} of {reading.total:,} pictures are read" if reading.total else "Waits for its turn"
        st.progress(min(share, 1.0), said)

    st.fragment(run_every=LOOK)(look)()
