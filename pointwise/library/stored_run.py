"""A run that another process carries out, or none any more, looked at and steered like a Run by way of the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from pointwise.errors import LibraryError
from pointwise.runs import Progress, Snapshot

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.jobs import Comparison, Job
    from pointwise.library.shelf import Shelf


class Unread(Mapping[str, "Tensor"]):
    """Weights that are read when somebody looks at them."""

    def __init__(self, read: Callable[[], Mapping[str, Tensor]]) -> None:
        self._read = read
        self._weights: Mapping[str, Tensor] | None = None

    def __getitem__(self, name: str) -> Tensor:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> Mapping[str, Tensor]:
        if self._weights is None:
            self._weights = self._read()
        return self._weights


J = TypeVar("J", "Job", "Comparison")


class StoredRun(Generic[J]):
    """A kept run with the surface of a Run; ``name`` is its id."""

    def __init__(self, shelf: Shelf, run: str, job: J) -> None:
        self.job: J = job
        self.name = run
        self._shelf = shelf
        self._progress = Progress()
        self._seen = ("", 0.0)
        self.stopping = False

    def progress(self) -> Progress:
        """The latest Progress that was kept; epoch and snapshot are the same objects until there is a later one."""
        try:
            record = self._shelf.run(self.name)
            if (record.state, record.changed) == self._seen:
                return self._progress
            self._seen = record.state, record.changed
            progress, known = self._shelf.progress(self.name), self._progress
            if known.epochs and len(known.epochs) == len(progress.epochs):
                progress = replace(progress, epochs=known.epochs)
            snapshots = self._shelf.snapshots(self.name)
            if snapshots:
                step, old = snapshots[-1].step, known.snapshot
                new = Snapshot(step, Unread(lambda: self._shelf.weights(self.name, step)))
                progress = replace(progress, snapshot=old if old is not None and old.step == step else new)
            self._progress = progress
        except LibraryError as error:  # it was thrown away meanwhile
            self._progress = replace(self._progress, state="failed", error=str(error))
        return self._progress

    @property
    def paused(self) -> bool:
        """Whether it holds."""
        return self._progress.state == "paused"

    def stop(self) -> None:
        """Ask for its end, as ``Run.stop``."""
        self.stopping = True
        self._shelf.ask(self.name, "stop")

    def pause(self) -> None:
        """Ask it to hold."""
        self._shelf.ask(self.name, "pause")

    def resume(self) -> None:
        """Ask it to go on."""
        self._shelf.ask(self.name, "resume")
