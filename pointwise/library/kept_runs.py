"""The runs that one owner keeps, to be looked at: records, curves, snapshots, weights and networks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pointwise.errors import LibraryError
from pointwise.library.files import WEIGHTS, folder_of, snapshot_name
from pointwise.library.limits import Room, room_of
from pointwise.library.records import EVERY, Curves, EpochRecord, RunRecord, SnapshotRecord
from pointwise.library.store import Library
from pointwise.runs import ENDED, Point, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.models import Network


@dataclass(frozen=True)
class KeptRuns:
    """The runs of one owner, and of others that it may see. Other owners' runs are not there for it."""

    library: Library
    owner: str
    others: tuple[str, ...] = ()  # whose runs it may see and handle as its own

    def runs(self, deleted: bool = False) -> list[RunRecord]:
        """The runs that are kept, or those that can be brought back, the latest first. Raises LibraryError."""
        marks = ", ".join("?" * len(self._owners))
        query = f"{EVERY} WHERE owner IN ({marks}) AND deleted = ? ORDER BY number DESC"
        return [self.library.checked(row) for row in self.library.rows(query, *self._owners, deleted)]

    def going(self) -> list[RunRecord]:
        """The runs that may still change by themselves, the latest first. Raises LibraryError."""
        marks, ended = (", ".join("?" * len(values)) for values in (self._owners, ENDED))
        query = f"{EVERY} WHERE owner IN ({marks}) AND state NOT IN ({ended}) AND NOT deleted ORDER BY number DESC"
        records = [self.library.checked(row) for row in self.library.rows(query, *self._owners, *ENDED)]
        return [record for record in records if record.active]

    def run(self, run: str) -> RunRecord:
        """One of them. Raises LibraryError when there is none of that id here."""
        marks = ", ".join("?" * len(self._owners))
        rows = self.library.rows(f"{EVERY} WHERE id = ? AND owner IN ({marks})", run, *self._owners)
        if not rows:
            raise self._missing(run)
        return self.library.checked(rows[0])

    def curves(self, run: str) -> Curves:
        """How a run went so far. Raises LibraryError."""
        self.run(run)
        rows = self.library.rows("SELECT history FROM runs WHERE id = ?", run)
        if not rows:
            raise self._missing(run)
        epochs = self.library.rows("SELECT * FROM epochs WHERE run = ? ORDER BY step, number", run)
        return Curves(
            tuple(Point(*point) for point in json.loads(rows[0]["history"])),
            tuple(
                EpochRecord(
                    e["number"],
                    e["of"],
                    e["step"],
                    bool(e["complete"]),
                    json.loads(e["metrics"]),
                    json.loads(e["card"]),
                )
                for e in epochs
            ),
        )

    def progress(self, run: str) -> Progress:
        """The Progress as it was last kept; the latest weights are read when they are used. Raises LibraryError."""
        from pointwise.library.stored_run import Unread
        from pointwise.training import Epoch

        record, curves = self.run(run), self.curves(run)
        epochs = [Epoch(e.number, e.metrics, {}, e.complete, e.of, e.card) for e in curves.epochs]
        if epochs and record.config:
            last = epochs[-1]
            unread = Unread(lambda: self.network(run).state_dict())
            card = {name: value for name, value in record.card.items() if name == "columns"} | dict(last.card)
            epochs[-1] = Epoch(last.number, last.metrics, unread, last.complete, last.of, card)
        return Progress(
            record.state,
            record.step,
            record.total,
            curves.history,
            tuple(epochs),
            record.examples,
            record.seconds,
            error=record.error,
            standing=record.standing if record.state == "queued" else None,
        )

    def snapshots(self, run: str) -> tuple[SnapshotRecord, ...]:
        """A run's snapshots in the order of their steps. Raises LibraryError."""
        self.run(run)
        rows = self.library.rows("SELECT * FROM snapshots WHERE run = ? ORDER BY step", run)
        return tuple(SnapshotRecord(row["run"], row["step"], row["bytes"]) for row in rows)

    def weights(self, run: str, step: int) -> Mapping[str, Tensor]:
        """A snapshot's weights, float16 of large networks. Raises LibraryError."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        record = self.run(run)
        content = self.library.files.read(f"{folder_of(run)}/{snapshot_name(step)}")
        try:
            if content is not None:
                return load(content)
        except SafetensorError:
            pass
        raise LibraryError(f"The snapshot of '{record.name}' after step {step:,} is missing. Choose another one.")

    def network(self, run: str, step: int | None = None) -> Network:
        """The network of a run's latest epoch, or after the step of a snapshot, in eval mode. Raises LibraryError.

        A snapshot's card says what it is trained on and nothing of how good it is.
        """
        from pointwise.card import rebuilt, unmeasured
        from pointwise.models import ModelConfig
        from pointwise.weights import load_model, model_from

        record = self.run(run)
        if step is not None:
            config = rebuilt(ModelConfig, dict(record.config))
            return model_from(config, self.weights(run, step), unmeasured(record.card))
        name = f"{folder_of(run)}/{WEIGHTS}"
        content = self.library.files.read(name)
        if content is None:
            raise LibraryError(f"'{record.name}' has no weights yet. Choose another run.")
        return load_model(content, record.name)

    def room(self) -> Room:
        """How much is kept, and what is near its limit, in sentences. Raises LibraryError."""
        mine = [record for record in reversed(self.runs()) if record.owner == self.owner]
        return room_of(mine, self.library.limits)

    @property
    def _owners(self) -> tuple[str, ...]:
        return (self.owner, *self.others)

    def _missing(self, run: str) -> LibraryError:
        return LibraryError(f"There is no run '{run[:40]}' here. See which there are on the page of runs.")
