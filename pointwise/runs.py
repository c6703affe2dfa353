"""One training run in a background thread: start, pause, stop, and a frozen Progress to look at."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.claims import regularising, shape
from pointwise.data.catalogue import fetch, load_data_set
from pointwise.data.digits import load_bundled
from pointwise.data.housing import HouseOptions, make_houses
from pointwise.data.mnist import Download
from pointwise.data.nondigits import with_made
from pointwise.errors import PointwiseError
from pointwise.export.page_weights import MOST_PARAMETERS
from pointwise.models import ModelConfig, build, count_parameters
from pointwise.progress import History, Progress, Snapshot
from pointwise.training import Recipe, Step, train
from pointwise.training.interleave import in_turns
from pointwise.training.regression import train_houses, train_table

if TYPE_CHECKING:
    from pointwise.data.table import Prepared

LEASE = 120.0  # seconds without a reader after which a run stops itself
SHOWN_EVERY = 1.0  # seconds between two snapshots of a network that is small enough to be evaluated in the page
Work = Generator[Step | Download, bool | None, None]

log = logging.getLogger(__name__)


class Run:
    """Work in a named daemon thread. ``slot`` is a semaphore acquired by the caller and released at the end."""

    def __init__(
        self, work: Callable[[], Work], name: str, slot: threading.Semaphore | None = None, lease: float = LEASE
    ) -> None:
        self.name = name
        self._work, self._slot, self._lease = work, slot, lease
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
        """Wait for the end; whether it has come."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def progress(self) -> Progress:
        """The latest Progress. Reading it renews the lease."""
        self._last_read = time.monotonic()
        return self._progress

    def _run(self) -> None:
        try:
            self._consume(self._work())
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


def retrain_digits(config: ModelConfig, recipe: Recipe, source: str, folder: Path) -> Work:
    """Fetch what is needed and train a fresh classifier on ``source``, a name of DATA_SETS, below ``folder``."""
    for download in fetch(source, folder):
        if (yield download):
            return
    training, held_out = load_data_set(source, folder)
    if source == "mnist":
        training = with_made(training, recipe.made, recipe.seed)
    model = build(config, recipe.seed)
    shown = SHOWN_EVERY if count_parameters(model) <= MOST_PARAMETERS else math.inf
    yield from train(model, recipe, training, held_out, show_every=shown)


def retrain_houses(config: ModelConfig, recipe: Recipe, options: HouseOptions) -> Work:
    """Make the houses and train a fresh price network; in dollars as they are unless ``recipe.standardise``."""
    training, held_out = make_houses(options, recipe.standardise)
    yield from train_houses(config, recipe, training, held_out)


def try_scalings(config: ModelConfig, recipe: Recipe, options: HouseOptions) -> Work:
    """``recipe`` on prices "as written" and "standardised", in turns."""
    yield from in_turns(
        {
            name: train_houses(config, replace(recipe, standardise=scaled), *make_houses(options, scaled))
            for name, scaled in (("as written", False), ("standardised", True))
        }
    )


def try_shuffled(recipe: Recipe, seed: int) -> Work:
    """The networks of ``shuffles.trainings`` on the bundled digits, in turns."""
    yield from in_turns(shape.trainings(*load_bundled(), recipe, seed))


def try_regularising(source: str, folder: Path) -> Work:
    """The variants of ``regularising.trainings``, in turns; ``source`` and ``folder`` as for ``retrain_digits``."""
    yield from in_turns(regularising.trainings(*load_data_set(source, folder)))


def retrain_table(config: ModelConfig, recipe: Recipe, prepared: Prepared) -> Work:
    """Train a fresh network on the training rows of a user's table."""
    yield from train_table(config, recipe, prepared)
