"""What one owner keeps: runs are begun here, go on, are changed and thrown away; the desk is here as well."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.card import LOADED
from pointwise.errors import LibraryError
from pointwise.library.files import CHECKPOINT, WEIGHTS, folder_of, snapshot_name
from pointwise.library.kept_runs import KeptRuns
from pointwise.library.kept_values import KeptValues
from pointwise.library.recording import Recording
from pointwise.library.records import (
    MOST_NAME,
    MOST_NOTE,
    RunRecord,
    cleaned,
    insert_run,
)
from pointwise.library.run_locks import PATIENCE
from pointwise.library.store import sentences
from pointwise.runs import Progress

if TYPE_CHECKING:
    from pointwise.models import Network
    from pointwise.training.checkpoints import Checkpoint

WISHES = ("stop", "pause", "resume", "park")


@dataclass(frozen=True)
class Shelf(KeptRuns, KeptValues):
    """What one owner keeps: runs, and values on the desk. Other owners' runs are not there for it."""

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
            self.insert(run, description, {}, name, "waiting", number)
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
        content, job = to_bytes(network, network.card), {"kind": LOADED, "config": asdict(network.config)}
        with self.library.holding(run), sentences():
            self.library.files.write(f"{folder_of(run)}/{WEIGHTS}", content)
            self.insert(run, job, network.card, name, "done", note=cleaned(note, MOST_NOTE), bytes=len(content))
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

    def forget(self) -> None:
        """Throw away all that the owner has: runs, desk and files; what is trained is stopped. Raises LibraryError."""
        rows = self.library.rows("SELECT id FROM runs WHERE owner = ?", self.owner)
        self.library.remove((row["id"] for row in rows), even_held=True)
        self.library.change("DELETE FROM desks WHERE owner = ?", self.owner)
        with sentences():
            self.library.files.delete(self._folder)

    def insert(
        self,
        run: str,
        job: Mapping[str, Any],
        card: Mapping[str, Any],
        name: str,
        state: str,
        number: int = 1,  # at least, in the name of a run that nobody names
        **more: object,
    ) -> None:
        """Add a row to the table of runs, whose files are there already. Raises LibraryError."""
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
        with self.library.transaction() as connection:
            row["name"] = row["name"] or f"Run {max(number, self._next_number())}"
            insert_run(connection, row)

    def _next_number(self) -> int:
        """What the next run is called by: 7 after Run 6, or after six of other names."""
        names = [row["name"] for row in self.library.rows("SELECT name FROM runs WHERE owner = ?", self.owner)]
        numbers = [int(name[4:]) for name in names if name.startswith("Run ") and name[4:].isdecimal()]
        return max([len(names), *numbers]) + 1

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
                self.library.files.delete(f"{folder_of(run)}/{snapshot_name(one)}")
            self.library.files.tidy(folder_of(run))
