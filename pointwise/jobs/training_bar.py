"""The bar of a training: of what is downloaded before it, then of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from tqdm import tqdm

    from pointwise.data.download import Download
    from pointwise.training import Step

DOWNLOADS, STEPS = "downloads", "steps"  # what a bar is of


class Making(Protocol):
    """What makes a bar that is said to be of ``what``; ``more`` is for tqdm."""

    def __call__(self, what: str, total: int, unit: str, **more: Any) -> tqdm[Any]: ...


class TrainingBar:
    """A bar of what is downloaded, then one of the steps, which says the epoch and the mean of its losses so far.

    ``measured`` are metrics that it says besides, as they were after the last epoch. The context closes it.
    """

    def __init__(self, epochs: int, make: Making, measured: Sequence[str] = ()) -> None:
        self._epochs, self._make, self._measured = epochs, make, measured
        self._bar: tqdm[Any] | None = None
        self._of = ""
        self._epoch, self._loss, self._steps = 0, 0.0, 0  # the epoch, and the sum of its losses so far
        self._found = ""  # the metrics, as they are said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def download(self, download: Download) -> tqdm[Any]:
        """The bar, moved to where a download is."""
        what = waiting_for(download)
        shown = self.begin(DOWNLOADS, what, download.total, "B", unit_scale=True)
        shown.set_description(what, refresh=False)
        shown.update(download.done - shown.n)
        return shown

    def step(self, step: Step) -> None:
        """Move the bar to a step."""
        shown = self.begin(STEPS, "", step.total, "steps", initial=step.number - 1)
        epoch = epoch_of(step.number, step.total, self._epochs)
        if epoch != self._epoch:
            self._epoch, self._loss, self._steps = epoch, 0.0, 0
            shown.set_description(f"epoch {epoch}/{self._epochs}", refresh=False)
        self._loss, self._steps = self._loss + step.loss, self._steps + 1
        if step.epoch is not None:
            self._found = "".join(f", {name} {step.epoch.metrics[name]:.4f}" for name in self._measured)
        shown.set_postfix_str(f"loss {self._loss / self._steps:.4f}{self._found}", refresh=False)
        shown.update(step.number - shown.n)

    def begin(self, of: str, what: str, total: int, unit: str, **more: Any) -> tqdm[Any]:
        """The bar of these, which takes the place of another one's."""
        if self._bar is None or self._of != of:
            self.close()
            self._of, self._bar = of, self._make(what, total, unit, **more)
        return self._bar

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._of = None, ""


def waiting_for(download: Download) -> str:
    """What a download is, in words: one of this training, or of another one."""
    return "Another training is downloading this" if download.waiting else "Downloading"


def epoch_of(step: int, total: int, epochs: int) -> int:
    """The epoch, from 1, that a step, from 1, of a training belongs to."""
    return (step - 1) * epochs // total + 1
