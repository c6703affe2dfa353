"""What a command says of its work on stderr while it goes on: sentences, and a bar where that is a terminal.

With --quiet there is nothing of it; what goes wrong is said all the same.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pointwise.visible_text import printable

if TYPE_CHECKING:
    from tqdm import tqdm

    from pointwise.data.catalogue import Pictures
    from pointwise.data.download import Download
    from pointwise.training import Step

LOCK = threading.RLock()
APART = 0.1  # seconds between two looks of a bar


def say(sentence: str) -> None:
    """Print a sentence on stderr, at once, above a bar if there is one."""
    from tqdm import tqdm

    _prepare(tqdm)
    tqdm.write(printable(sentence), file=sys.stderr)


def tell(options: argparse.Namespace, sentence: str) -> None:
    """Say how the work goes, unless nobody wants to know."""
    if not options.quiet:
        say(sentence)


def bar(options: argparse.Namespace, what: str, total: int, unit: str, **more: Any) -> tqdm[Any]:
    """A bar for so many units of work, gone when it is closed; nothing where stderr is no terminal, or with --quiet."""
    from tqdm import tqdm

    _prepare(tqdm)
    hidden = True if options.quiet or sys.stderr is None else None  # None: where stderr is no terminal
    look = {"unit": f" {unit}", "leave": False, "dynamic_ncols": True, "mininterval": APART, "disable": hidden, **more}
    return tqdm(desc=printable(what), total=total, **look)


def _prepare(bars: type[tqdm[Any]]) -> None:
    """Let bars have no thread and no semaphore of their own."""
    bars.monitor_interval = 0
    bars.set_lock(LOCK)


class Shown:
    """What is seen of a training: a bar of what is downloaded, one of its steps, and a sentence after each epoch."""

    def __init__(self, options: argparse.Namespace, epochs: int = 0) -> None:
        self._options, self._epochs = options, epochs
        self._bar: tqdm[Any] | None = None
        self._of = ""  # what the bar is of: downloads or steps
        self._epoch, self._loss, self._steps = 0, 0.0, 0  # the epoch, and the sum of its losses so far

    def __enter__(self) -> Shown:
        if self._epochs:
            self._begin("", "preparing", 0, "", bar_format="{desc}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def download(self, download: Download) -> None:
        """Show how far a download is."""
        what = "Another training is downloading this" if download.waiting else "Downloading"
        shown = self._bar
        if shown is None or self._of != "downloads":
            shown = self._begin("downloads", what, download.total, "B", unit_scale=True)
            if shown.disable:
                tell(self._options, f"{what}: {download.total / 1e6:.1f} MB.")
        shown.set_description(what, refresh=False)
        shown.update(download.done - shown.n)

    def step(self, step: Step) -> None:
        """Show a step, and what was measured after it."""
        shown = self._bar
        if shown is None or self._of != "steps":
            shown = self._begin("steps", "", step.total, "steps", initial=step.number - 1)
        if not shown.disable:
            self._move(shown, step)
        if step.epoch is not None:
            from pointwise.commands import figures

            tell(self._options, f"epoch {step.epoch.number}/{self._epochs}  {figures(step.epoch.metrics)}")

    def _begin(self, of: str, what: str, total: int, unit: str, **more: Any) -> tqdm[Any]:
        self.close()
        self._of, self._bar = of, bar(self._options, what, total, unit, **more)
        return self._bar

    def _move(self, bar: tqdm[Any], step: Step) -> None:
        epoch = epoch_of(step.number, step.total, self._epochs)
        if epoch != self._epoch:
            self._epoch, self._loss, self._steps = epoch, 0.0, 0
            bar.set_description(f"epoch {epoch}/{self._epochs}", refresh=False)
        self._loss, self._steps = self._loss + step.loss, self._steps + 1
        bar.set_postfix_str(f"loss {self._loss / self._steps:.4f}", refresh=False)
        bar.update(step.number - bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._of = None, ""


def epoch_of(step: int, total: int, epochs: int) -> int:
    """The epoch, from 1, that a step, from 1, of a training belongs to."""
    return (step - 1) * epochs // total + 1


def fetched(options: argparse.Namespace, pictures: Pictures) -> Pictures:
    """The pictures, once what was missing of them is in the user's cache folder. Raises DataError."""
    with Shown(options) as shown:
        for download in pictures.fetch():
            shown.download(download)
    return pictures


def mnist_folder(options: argparse.Namespace) -> Path:
    """The folder that MNIST lies in, fetched if it is the user's cache folder. Raises DataError."""
    from pointwise.data.catalogue import Pictures
    from pointwise.data.mnist import data_folder

    fetched(options, Pictures("mnist", options.data))
    return data_folder(options.data)


@contextmanager
def looked_at(bar: tqdm[Any], *networks: Any) -> Iterator[None]:
    """A context in which every picture that one of these networks looks at moves the bar."""

    def move(_: object, __: object, output: Any) -> None:  # what a hook returns would be the network's answer
        bar.update(min(len(output), bar.total - bar.n))  # how many there will be is known but roughly

    hooks = [network.register_forward_hook(move) for network in networks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
