"""What one owner keeps: every run with its curve, snapshots and weights, and what lies on the desk."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pointwise.errors import LibraryError
from pointwise.library.home import Limits
from pointwise.library.recording import CHECKPOINT, WEIGHTS, Recording, folder_of, snapshot_file
from pointwise.library.records import MOST_NAME, MOST_NOTE, RunRecord, SnapshotRecord, cleaned
from pointwise.library.store import EVERY, KEY, Library, record_of, sentences
from pointwise.runs import ENDED, Point, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.models import Network
    from pointwise.training.checkpoints import Checkpoint

WISHES = ("stop", "pause", "resume", "park")
NEAR = 0.8  # of a limit: from there on it is said


class EpochRecord(NamedTuple):
    """What was measured at the end of an epoch."""

    number: int
    of: str  # the name of the job in a comparison, else ""
    step: int
    complete: bool
    metrics: Mapping[str, float]  # train_…, and held out
    card: Mapping[str, Any]


@dataclass(frozen=True)
class Curves:
    """How a training went."""

    history: tuple[Point, ...]
    epochs: tuple[EpochRecord, ...]


@dataclass(frozen=True)
class Room:
    """How much an owner keeps, beside the limits."""

    runs: int
    bytes: int
    limits: Limits
    next: RunRecord | None  # what goes first
    warnings: tuple[str, ...] = field(default=())  # sentences about limits that are near


@dataclass(frozen=True)
class Shelf:
    """What one owner keeps: runs, and values on the desk. Other owners' runs are not there for it."""

    library: Library
    owner: str
    others: tuple[str, ...] = ()  # whose runs it may see and handle as its own

    def begin(self, description: Mapping[str, Any], parameters: int | None = None, name: str = "") -> Recording:
        """A recording of a new run of a job, ``Job.describe``'s JSON; it is to be closed at the run's end.

        ``parameters`` is the size of the network; without it there are no snapshots and nothing to go on from.
        Raises LibraryError when there is no room or it cannot be written.
        """
        self.library.make_room(self.owner, 1)
        run = secrets.token_hex(8)
        release = self.library.hold(run)
        assert release is not None, "an id is drawn once"
        try:
            self._insert(run, description, {}, name, "waiting")
        except BaseException:
            release()
            raise
        return Recording(self.library, run, description, release, parameters)

    def add(self, network: Network, name: str, note: str = "") -> RunRecord:
        """Keep a network that was loaded. Raises LibraryError."""
        from dataclasses import asdict

        from pointwise.weights import to_bytes

        self.library.make_room(self.owner, 1)
        run = secrets.token_hex(8)
        content = to_bytes(network, network.card)
        with sentences():
            self.library.files.write(f"{folder_of(run)}/{WEIGHTS}", content)
        self._insert(run, {"kind": "loaded", "config": asdict(network.config)}, network.card, name, "done")
        self.library.write_run(run, {"bytes": len(content), "note": cleaned(note, MOST_NOTE)})
        return self.run(run)

    def go_on(self, run: str, parameters: int | None = None) -> tuple[Recording, Checkpoint, Progress]:
        """What is needed to go on with a run after its last checkpoint; what came after that is forgotten.

        Raises LibraryError when it goes on already, somewhere, or there is nothing to go on from.
        """
        from pointwise.training.checkpoints import checkpoint_from

        record = self.run(run)
        release = self.library.hold(run)
        if release is None:
            raise LibraryError(f"'{record.name}' goes on already. Look at it on the page of runs.")
        try:
            name = f"{folder_of(run)}/{CHECKPOINT}"
            content = self.library.files.read(name)
            if content is None or not record.job:
                raise LibraryError(f"'{record.name}' has no checkpoint to go on from. Train it anew.")
            checkpoint = checkpoint_from(content, Path(name))
            self._forget_after(run, checkpoint.step)
            before = self.progress(run)
            facts = checkpoint.facts
            before = Progress(
                step=checkpoint.step,
                total=record.total,
                history=before.history,
                epochs=before.epochs,
                examples=int(facts.get("examples", 0)),
                seconds=float(facts.get("seconds", 0.0)),
            )
            self.library.write_run(run, {"state": "waiting", "error": None, "wish": "", "deleted": 0})
        except BaseException:
            release()
            raise
        return Recording(self.library, run, record.job, release, parameters), checkpoint, before

    def runs(self, deleted: bool = False) -> list[RunRecord]:
        """The runs that are kept, or those that can be brought back, the latest first. Raises LibraryError."""
        marks = ", ".join("?" * len(self._owners))
        query = f"{EVERY} WHERE owner IN ({marks}) AND deleted = ? ORDER BY number DESC"
        return [self._checked(row) for row in self.library.rows(query, *self._owners, deleted)]

    def going(self) -> list[RunRecord]:
        """The runs that may still change by themselves, the latest first. Raises LibraryError."""
        marks, ended = (", ".join("?" * len(values)) for values in (self._owners, ENDED))
        query = f"{EVERY} WHERE owner IN ({marks}) AND state NOT IN ({ended}) AND NOT deleted ORDER BY number DESC"
        records = [self._checked(row) for row in self.library.rows(query, *self._owners, *ENDED)]
        return [record for record in records if record.active]

    def run(self, run: str) -> RunRecord:
        """One of them. Raises LibraryError when there is none of that id here."""
        marks = ", ".join("?" * len(self._owners))
        rows = self.library.rows(f"{EVERY} WHERE id = ? AND owner IN ({marks})", run, *self._owners)
        if not rows:
            raise LibraryError(f"There is no run '{run[:40]}' here. See which there are on the page of runs.")
        return self._checked(rows[0])

    def curves(self, run: str) -> Curves:
        """How a run went so far. Raises LibraryError."""
        self.run(run)
        (row,) = self.library.rows("SELECT history FROM runs WHERE id = ?", run)
        epochs = self.library.rows("SELECT * FROM epochs WHERE run = ? ORDER BY step, number", run)
        return Curves(
            tuple(Point(*point) for point in json.loads(row["history"])),
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
            epochs[-1] = Epoch(last.number, last.metrics, unread, last.complete, last.of, last.card)
        return Progress(
            record.state,
            record.step,
            record.total,
            curves.history,
            tuple(epochs),
            record.examples,
            record.seconds,
            error=record.error,
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
        content = self.library.files.read(snapshot_file(run, step))
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

    def rename(self, run: str, name: str) -> None:
        """Give a run another name, 1–80 characters. Raises LibraryError."""
        if not name.strip():
            raise LibraryError("A run cannot be without a name. Give it one.")
        self._set(run, name=cleaned(name, MOST_NAME))

    def annotate(self, run: str, note: str) -> None:
        """Give a run another note, up to 2,000 characters. Raises LibraryError."""
        self._set(run, note=cleaned(note, MOST_NOTE))

    def pin(self, run: str, pinned: bool = True) -> None:
        """Let a run stay whatever the limits say, or no more. Raises LibraryError."""
        self._set(run, pinned=int(pinned))

    def delete(self, run: str) -> None:
        """Put a run away, for an hour in which it can be brought back; one that goes on is stopped. LibraryError."""
        if self.run(run).active:
            self.ask(run, "stop")
        self._set(run, deleted=1, changed=time.time())

    def restore(self, run: str) -> None:
        """Bring a deleted run back. Raises LibraryError."""
        self._set(run, deleted=0)

    def ask(self, run: str, wish: str) -> None:
        """Ask the process that trains a run to stop, pause, resume or park it, within a second. Raises LibraryError."""
        assert wish in WISHES
        self._set(run, wish=wish)

    def room(self) -> Room:
        """How much is kept, and what is near its limit, in sentences. Raises LibraryError."""
        limits, mine = self.library.limits, [r for r in self.runs() if r.owner == self.owner]
        size = sum(record.bytes for record in mine)
        free = [record for record in reversed(mine) if not record.pinned and not record.active]
        first = free[0] if free else None
        warnings = []
        if len(mine) >= limits.runs:
            goes = f"the next one takes the place of '{first.name}'" if first else "all are pinned"
            warnings.append(f"{len(mine)} of {limits.runs} runs are kept: {goes}.")
        elif len(mine) >= NEAR * limits.runs:
            warnings.append(
                f"{len(mine)} of {limits.runs} runs are kept; then the oldest that are not pinned go first."
            )
        if size >= NEAR * limits.gigabytes * 1e9:
            warnings.append(
                f"{size / 1e9:.2g} of {limits.gigabytes:g} GB are full; then the oldest runs that are not pinned go."
            )
        old = [r for r in free if time.time() - r.changed > NEAR * limits.days * 86_400]
        if old:
            warnings.append(f"Runs are kept for {limits.days:g} days unless pinned; '{old[0].name}' is nearly as old.")
        return Room(len(mine), size, limits, first, tuple(warnings))

    def desk(self) -> dict[str, Any]:
        """The values that were put on the owner's desk, JSON by key. Raises LibraryError."""
        rows = self.library.rows("SELECT key, value FROM desks WHERE owner = ?", self.owner)
        return {row["key"]: json.loads(row["value"]) for row in rows}

    def put(self, values: Mapping[str, Any]) -> None:
        """Put JSON values onto the desk; None takes one away. Raises LibraryError."""
        now = time.time()
        with self.library.transaction() as connection:
            for key, value in values.items():
                if value is None:
                    connection.execute("DELETE FROM desks WHERE owner = ? AND key = ?", (self.owner, key))
                else:
                    entry = (self.owner, key, json.dumps(value), now)
                    connection.execute("INSERT OR REPLACE INTO desks VALUES (?, ?, ?, ?)", entry)

    def keep_file(self, key: str, content: bytes) -> None:
        """Keep a content of the owner's, such as a table's file; a key is a file's name. Raises LibraryError."""
        if not KEY.fullmatch(key):
            raise LibraryError(f"Nothing can be kept as '{key[:40]}'. Choose a plain name.")
        with sentences():
            self.library.files.write(f"{self._folder}/{key}", content)

    def file(self, key: str) -> bytes | None:
        """A content of the owner's."""
        return self.library.files.read(f"{self._folder}/{key}")

    def files(self) -> list[str]:
        """The keys of the owner's contents, sorted."""
        return self.library.files.names(self._folder)

    def forget(self) -> None:
        """Throw away all that the owner has: runs, desk and files; what is trained is stopped. Raises LibraryError."""
        rows = self.library.rows(f"{EVERY} WHERE owner = ?", self.owner)
        for row in rows:
            if self._checked(row).active:
                self.ask(row["id"], "stop")
        self.library.remove(row["id"] for row in rows)
        self.library.change("DELETE FROM desks WHERE owner = ?", self.owner)
        self.library.files.delete(self._folder)

    @property
    def _folder(self) -> str:
        return f"visitors/{self.owner or 'command-line'}"

    @property
    def _owners(self) -> tuple[str, ...]:
        return (self.owner, *self.others)

    def _insert(self, run: str, job: Mapping[str, Any], card: Mapping[str, Any], name: str, state: str) -> None:
        now = time.time()
        if not name:
            (row,) = self.library.rows("SELECT COUNT(*) AS n FROM runs WHERE owner = ?", self.owner)
            taken = {r["name"] for r in self.library.rows("SELECT name FROM runs WHERE owner = ?", self.owner)}
            number = row["n"] + 1
            while f"Run {number}" in taken:
                number += 1
            name = f"Run {number}"
        self.library.change(
            "INSERT INTO runs (id, owner, name, job, card, state, made, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(
                run,
                self.owner,
                cleaned(name, MOST_NAME),
                json.dumps(dict(job)),
                json.dumps(dict(card)),
                state,
                now,
                now,
            ),
        )

    def _set(self, run: str, **changes: object) -> None:
        self.run(run)
        self.library.write_run(run, changes)

    def _forget_after(self, run: str, step: int) -> None:
        (row,) = self.library.rows("SELECT history FROM runs WHERE id = ?", run)
        history = json.dumps([point for point in json.loads(row["history"]) if point[0] <= step])
        for snapshot in self.snapshots(run):
            if snapshot.step > step:
                self.library.files.delete(snapshot_file(run, snapshot.step))
        self.library.write_run(run, {"history": history, "step": step})
        self.library.change("DELETE FROM snapshots WHERE run = ? AND step > ?", run, step)
        self.library.change("DELETE FROM epochs WHERE run = ? AND (step > ? OR complete = 0)", run, step)

    def _checked(self, row: sqlite3.Row) -> RunRecord:
        """The record; a run whose process is gone is interrupted, and is said to be from now on."""
        record = record_of(row)
        if record.active and not self.library.alive(record.id):
            query = "UPDATE runs SET state = 'interrupted' WHERE id = ? AND state = ?"
            if self.library.change(query, record.id, record.state):
                return record_of({**dict(row), "state": "interrupted"})
            (row,) = self.library.rows(f"{EVERY} WHERE id = ?", record.id)  # it ended at this moment
            return record_of(row)
        return record
