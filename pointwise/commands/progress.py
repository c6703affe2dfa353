"""What a command says of its work on stderr while it goes on: sentences, and a bar where that is a terminal.

With --quiet there is nothing of it; what goes wrong is said all the same.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pointwise.jobs.training_bar import DOWNLOADS, TrainingBar, waiting_for
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


class Shown(TrainingBar):
    """What is seen of a training: its bar, and a sentence after each epoch."""

    def __init__(self, options: argparse.Namespace, epochs: int = 0) -> None:
        super().__init__(epochs, partial(bar, options))
        self._options = options

    def __enter__(self) -> Self:
        if self._epochs:
            self.begin("", "preparing", 0, "", bar_format="{desc}")
        return self

    def download(self, download: Download) -> tqdm[Any]:
        begins = self._of != DOWNLOADS
        shown = super().download(download)
        if begins and shown.disable:
            tell(self._options, f"{waiting_for(download)}: {download.total / 1e6:.1f} MB.")
        return shown

    def step(self, step: Step) -> None:
        super().step(step)
        if step.epoch is not None:
            from pointwise.commands import figures

            tell(self._options, f"epoch {step.epoch.number}/{self._epochs}  {figures(step.epoch.metrics)}")


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
