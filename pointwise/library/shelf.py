"""What one owner keeps: every run with its curve, snapshots and weights, and what lies on the desk."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import LibraryError
from pointwise.library.holds import PATIENCE
from pointwise.library.limits import Room, room_of
from pointwise.library.recording import CHECKPOINT, WEIGHTS, Recording, folder_of, snapshot_file
from pointwise.library.records import (
    EVERY,
    MOST_NAME,
    MOST_NOTE,
    Curves,
    EpochRecord,
    RunRecord,
    SnapshotRecord,
    cleaned,
)
from pointwise.library.store import KEY, Library, sentences
from pointwise.runs import ENDED, Point, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.models import Network
    from pointwise.training.checkpoints import Checkpoint

WISHES = ("stop", "pause", "resume", "park")


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
        number = self._next_number()  # before the oldest goes, so that no name comes twice
        self.library.make_room(self.owner, 1)
        run = secrets.token_hex(8)
        release = self.library.hold(run)
        assert release is not None, "an id is drawn once, and nobody else knows it yet"
        try:
            self._insert(run, description, {}, name, "waiting", number)
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
        content, job = to_bytes(network, network.card), {"kind": "loaded", "config": asdict(network.config)}
        with self.library.holding(run), sentences():
            self.library.files.write(f"{folder_of(run)}/{WEIGHTS}", content)
            self._insert(run, job, network.card, name, "done", note=cleaned(note, MOST_NOTE), bytes=len(content))
        return self.run(run)

    def go_on(
        self, run: str, parameters: int | None = None, since: Checkpoint | None = None
    ) -> tuple[Recording, Checkpoint | None, Progress]:
        """What is needed to go on with a run after its last checkpoint; what came after that is forgotten.

        A run that never made a step has no checkpoint and begins.
        ``since`` is another checkpoint of this run, kept elsewhere. Raises LibraryError when it goes on already,
        somewhere, or there is nothing to go on from.
        """
        from pointwise.training.checkpoints import checkpoint_from

        name = self.run(run).name
        release = self.library.hold(run, PATIENCE)
        if release is None:
            raise LibraryError(f"'{name}' goes on already. Look at it on the page of runs.")
        try:
            record = self.run(run)
            if since is None and record.unbegun:
                self._wait_again(run)
                return Recording(self.library, run, record.job, release, parameters), None, Progress()
            if since is None:
                file = f"{folder_of(run)}/{CHECKPOINT}"
                content = self.library.files.read(file) if record.resumable else None
                if content is None or not record.job:
                    raise LibraryError(f"'{name}' has no checkpoint to go on from. Train it anew.")
                since = checkpoint_from(content, Path(file))
            self._forget_after(run, since.step)
            before = self.progress(run)
            before = Progress(
                step=since.step,
                total=record.total,
                history=before.history,
                epochs=before.epochs,
                examples=int(since.facts.get("examples", 0)),
                seconds=float(since.facts.get("seconds", 0.0)),
            )
            self._wait_again(run)
        except BaseException:
            release()
            raise
        recording = Recording(self.library, run, record.job, release, parameters)
        recording.checkpointed = since.step
        return recording, since, before

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
        name = cleaned(name, MOST_NAME)
        if not name:
            raise LibraryError("A run cannot be without a name. Give it one.")
        self._set(run, name=name)

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
        self.run(run)
        self.library.change("UPDATE runs SET wish = ? WHERE id = ? AND wish != 'stop'", wish, run)

    def room(self) -> Room:
        """How much is kept, and what is near its limit, in sentences. Raises LibraryError."""
        mine = [record for record in reversed(self.runs()) if record.owner == self.owner]
        return room_of(mine, self.library.limits)

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

    def forget_file(self, key: str) -> None:
        """Throw one of them away, if it is there. Raises LibraryError."""
        if KEY.fullmatch(key):
            with sentences():
                self.library.files.delete(f"{self._folder}/{key}")

    def files(self) -> list[str]:
        """The keys of the owner's contents, sorted."""
        return self.library.files.names(self._folder)

    def forget(self) -> None:
        """Throw away all that the owner has: runs, desk and files; what is trained is stopped. Raises LibraryError."""
        rows = self.library.rows("SELECT id FROM runs WHERE owner = ?", self.owner)
        self.library.remove((row["id"] for row in rows), even_held=True)
        self.library.change("DELETE FROM desks WHERE owner = ?", self.owner)
        with sentences():
            self.library.files.delete(self._folder)

    @property
    def _folder(self) -> str:
        return f"visitors/{self.owner or 'command-line'}"

    @property
    def _owners(self) -> tuple[str, ...]:
        return (self.owner, *self.others)

    def _next_number(self) -> int:
        """What the next run is called by: 7 after Run 6, or after six of other names."""
        names = [row["name"] for row in self.library.rows("SELECT name FROM runs WHERE owner = ?", self.owner)]
        numbers = [int(name[4:]) for name in names if name.startswith("Run ") and name[4:].isdecimal()]
        return max([len(names), *numbers]) + 1

    def _insert(
        self,
        run: str,
        job: Mapping[str, Any],
        card: Mapping[str, Any],
        name: str,
        state: str,
        number: int = 1,  # at least, in the name of a run that nobody names
        **more: object,
    ) -> None:
        now = time.time()
        row = {
            "id": run,
            "owner": self.owner,
            "name": cleaned(name, MOST_NAME),
            "job": json.dumps(dict(job)),
            "card": json.dumps(dict(card)),
            "state": state,
            "made": now,
            "changed": now,
            "since": now,
            **more,
        }
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        with self.library.transaction() as connection:
            row["name"] = row["name"] or f"Run {max(number, self._next_number())}"
            connection.execute(f"INSERT INTO runs ({columns}) VALUES ({marks})", tuple(row.values()))

    def _wait_again(self, run: str) -> None:
        changes = {"state": "waiting", "error": None, "wish": "", "deleted": 0, "since": time.time()}
        self.library.write_run(run, changes)

    def _set(self, run: str, **changes: object) -> None:
        self.run(run)
        self.library.write_run(run, changes)

    def _forget_after(self, run: str, step: int) -> None:
        late = [snapshot.step for snapshot in self.snapshots(run) if snapshot.step > step]
        history = [point for point in self.curves(run).history if point.step <= step]
        with self.library.transaction() as connection:
            query = "UPDATE runs SET history = ?, step = ? WHERE id = ?"
            connection.execute(query, (json.dumps(history), step, run))
            connection.execute("DELETE FROM snapshots WHERE run = ? AND step > ?", (run, step))
            connection.execute("DELETE FROM epochs WHERE run = ? AND (step > ? OR complete = 0)", (run, step))
        with sentences():
            for one in late:
                self.library.files.delete(snapshot_file(run, one))
            self.library.files.tidy(folder_of(run))

    def _missing(self, run: str) -> LibraryError:
        return LibraryError(f"There is no run '{run[:40]}' here. See which there are on the page of runs.")
