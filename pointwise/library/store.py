"""The library's storage: a database of facts, files beside it, and the limits of it all."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.errors import LibraryError, ModelFileError, NoRoomError, ThrownAwayError
from pointwise.library.database import Database, unkept
from pointwise.library.deferred_writes import DeferredWrites
from pointwise.library.files import CHECKPOINT, RUNS, Files, Folder, InMemoryFiles, folder_of
from pointwise.library.home import home, keeps
from pointwise.library.limits import Limits, surplus
from pointwise.library.records import EVERY, EpochRecord, RunRecord, insert_parts, record_of
from pointwise.library.run_locks import RunLocks

if TYPE_CHECKING:
    from pointwise.library.shelf import Shelf

BIN = 3600.0  # seconds for which something deleted can be brought back
KEY = re.compile(r"\w[\w.-]{0,99}")  # of a content that an owner keeps
IN_MEMORY = 0.1  # GB that a library which forgets keeps at most


class Library:
    """All that lasts, below one folder; with None for it, in memory and gone with the object."""

    def __init__(self, folder: Path | None, limits: Limits | None = None) -> None:
        """Raises LibraryError where nothing can be kept."""
        self.folder, self.limits = folder, limits or Limits.from_environment()
        if folder is None:
            self.limits = replace(self.limits, gigabytes=min(self.limits.gigabytes, IN_MEMORY))
        self.files: Files = InMemoryFiles() if folder is None else Folder(folder)
        self.deferred = DeferredWrites()  # what is written soon: of a painting, whose strokes nobody should wait for
        self._database = Database(folder)
        self._locks = RunLocks(folder)
        if folder is not None:
            self._check_writable()

    @property
    def forgets(self) -> bool:
        """Whether all of it is gone with this object."""
        return self.folder is None

    @property
    def notice(self) -> str:
        """A sentence about a damaged file that was moved aside, or ""."""
        return self._database.notice

    @property
    def identity(self) -> int:
        """A number that is another one after a damaged file was moved aside. Raises LibraryError."""
        return self._database.identity

    def shelf(self, owner: str, *others: str) -> Shelf:
        """What ``owner`` keeps, and may see of ``others``."""
        from pointwise.library.shelf import Shelf

        return Shelf(self, owner, others)

    def close(self) -> None:
        """Let go of the database, once all is written."""
        self.deferred.flush()
        self._database.close()

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query. Raises LibraryError."""
        return self._database.rows(query, *values)

    def change(self, statement: str, *values: object) -> int:
        """How many rows a statement changed. Raises LibraryError."""
        with self._database() as connection:
            return connection.execute(statement, values).rowcount

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """A context in which all changes happen, or none. Raises LibraryError."""
        return self._database()

    def write_run(
        self,
        run: str,
        changes: Mapping[str, object],
        epochs: Sequence[EpochRecord] = (),
        snapshots: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Change a run's row and add what is new of it, at once.

        Raises LibraryError, and ThrownAwayError where the run is gone.
        """
        columns = ", ".join(f"{name} = ?" for name in changes)
        with self._database() as connection:
            changed = connection.execute(f"UPDATE runs SET {columns} WHERE id = ?", (*changes.values(), run))
            if not changed.rowcount:
                raise ThrownAwayError("It is not in the library any more.")
            insert_parts(connection, run, epochs, snapshots)

    def take_wish(self, run: str) -> str | None:
        """What somebody asked a run for since the last time, or ""; None where there is no such run.

        Raises LibraryError.
        """
        rows = self.rows("SELECT wish FROM runs WHERE id = ?", run)
        if rows and rows[0]["wish"]:
            self.change("UPDATE runs SET wish = '' WHERE id = ? AND wish = ?", run, rows[0]["wish"])
        return str(rows[0]["wish"]) if rows else None

    def hold(self, run: str, patience: float = 0.0) -> Callable[[], None] | None:
        """``RunLocks.hold``: take a run for this process. Raises LibraryError."""
        return self._locks.hold(run, patience)

    def holding(self, run: str) -> AbstractContextManager[None]:
        """A context in which this process has a run. Raises LibraryError where another has it."""
        return self._locks.holding(run)

    def alive(self, run: str) -> bool:
        """Whether some process has this run. Raises LibraryError."""
        return self._locks.alive(run)

    def checked(self, row: sqlite3.Row) -> RunRecord:
        """The record in a row; a run whose process is gone is interrupted, and is said to be from now on.

        Raises LibraryError.
        """
        record = record_of(row)
        release = self.hold(record.id) if record.active else None
        if release is None:
            return record
        try:
            step = record.checkpoint
            if step is None:  # it may have been killed between the first one's file and what is said of it
                step = self._checkpoint(record.id)
            with suppress(OSError):
                self.files.tidy(folder_of(record.id))
            query = "UPDATE runs SET state = 'interrupted', checkpoint = ? WHERE id = ? AND state = ?"
            if self.change(query, step, record.id, record.state):
                return replace(record, state="interrupted", checkpoint=step)
        finally:
            release()
        rows = self.rows(f"{EVERY} WHERE id = ?", record.id)  # it ended at this moment, or was thrown away
        return record_of(rows[0]) if rows else replace(record, state="interrupted")

    def _checkpoint(self, run: str) -> int | None:
        """The step of the checkpoint in a run's folder."""
        content = self.files.read(f"{folder_of(run)}/{CHECKPOINT}")
        if content is None:
            return None
        from pointwise.training.checkpoints import checkpoint_from

        try:
            return checkpoint_from(content, Path(CHECKPOINT)).step
        except ModelFileError:
            return None

    def remove(self, runs: Iterable[str], even_held: bool = False) -> None:
        """Throw runs away with their files, but those that some process has at the moment, unless ``even_held``: such
        a process ends its run, and what it has written meanwhile. Raises LibraryError.
        """
        for run in runs:
            self._remove(run, even_held)

    def _remove(self, run: str, even_held: bool = False, only: str = "", *values: object) -> None:
        """Throw a run away; with ``only``, as SQL, where it is as somebody saw it before."""
        release = self.hold(run)
        if release is None and not even_held:
            return
        try:
            self.change(f"DELETE FROM runs WHERE id = ? {only}", run, *values)
            if self.rows("SELECT 1 FROM runs WHERE id = ?", run):
                return
            with sentences():
                self.files.delete(folder_of(run))
        finally:
            if release is not None:
                release()
        if release is not None:
            with suppress(OSError):  # it is in use
                self.files.delete(f"locks/{run}.lock")

    def make_room(self, owner: str, runs: int = 0) -> None:
        """Throw away what is beyond the limits and what was deleted long ago, so that ``runs`` more have room.

        Raises LibraryError when an owner's runs are all pinned or still going on, and fill the room.
        """
        folders, now = self.files.names(RUNS), time.time()
        self.change("UPDATE runs SET changed = ? WHERE changed > ?", now, now)  # the clock was set back
        every = [self.checked(row) for row in self.rows(f"{EVERY} ORDER BY number")]
        gone = {r.id for r in every if r.deleted and not r.active and now - r.changed > BIN}
        age = self.limits.days * 86_400
        gone |= {r.id for r in every if not r.pinned and not r.active and now - r.changed > age}
        mine = [r for r in every if r.owner == owner and r.id not in gone]
        most = self.limits.gigabytes * 1e9
        gone |= surplus(mine, len(mine) + runs - self.limits.runs, sum(r.bytes for r in mine) - most)
        rest = [r for r in every if r.id not in gone]
        gone |= surplus(rest, 0, sum(r.bytes for r in rest) - self.limits.all_gigabytes * 1e9)
        if runs and len([r for r in mine if r.id not in gone]) + runs > self.limits.runs:
            raise NoRoomError(
                f"All of the {self.limits.runs} runs that are kept are pinned or going on. "
                "Unpin or delete one on the page of runs."
            )
        for record in every:
            if record.id in gone:  # unless somebody has pinned it, or brought it back, meanwhile
                self._remove(record.id, False, "AND pinned = ? AND deleted = ?", record.pinned, record.deleted)
        for orphan in set(folders) - {r.id for r in every}:  # thrown away when a process was killed, or kept since
            self._remove(orphan, False, "AND 0")

    def _check_writable(self) -> None:
        try:
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(b"something")
                file.flush()
        except OSError as error:
            raise LibraryError(unkept(self.folder, error)) from None


@contextmanager
def sentences() -> Iterator[None]:
    """A context in which a failure to write is a LibraryError."""
    try:
        yield
    except OSError as error:
        raise LibraryError(f"It cannot be kept ({error.strerror or error}). Free some space on the disk.") from None


def open_library() -> Library:
    """The library below ``home()``, or one that forgets where nothing is to be kept. Raises LibraryError."""
    return Library(home() if keeps() else None)
