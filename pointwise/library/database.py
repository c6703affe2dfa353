"""The library's facts in SQLite: opening, migrating, and what becomes of a damaged file."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pointwise.errors import LibraryError

FILE = "library.sqlite"
PATIENCE = 10.0  # seconds that a server waits for another that is writing
MIGRATIONS = (
    """
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  pinned INTEGER NOT NULL DEFAULT 0,
  job TEXT NOT NULL,
  card TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL,
  error TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  examples INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  history TEXT NOT NULL DEFAULT '[]',
  checkpoint INTEGER,
  bytes INTEGER NOT NULL DEFAULT 0,
  made REAL NOT NULL,
  changed REAL NOT NULL,
  wish TEXT NOT NULL DEFAULT '',
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_of_owner ON runs (owner, number);
CREATE TABLE epochs (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  number INTEGER NOT NULL,
  of TEXT NOT NULL,
  complete INTEGER NOT NULL,
  metrics TEXT NOT NULL,
  card TEXT NOT NULL,
  PRIMARY KEY (run, of, step, number)
);
CREATE TABLE snapshots (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run, step)
);
CREATE TABLE desks (
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  changed REAL NOT NULL,
  PRIMARY KEY (owner, key)
);
""",
)  # the schema's version is how many of them have been done


class Database:
    """One connection, used by several threads in turns. ``notice`` is a sentence about a damaged file, or ""."""

    def __init__(self, folder: Path | None) -> None:
        """Open the database in ``folder``, or one in memory. Raises LibraryError where none can be had."""
        self.folder, self.notice = folder, ""
        self._lock = threading.RLock()
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(
                f"Nothing can be kept in {folder} ({error}). Free some space there, make the folder writable, or name "
                "another one with POINTWISE_HOME."
            ) from None

    @contextmanager
    def __call__(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it happens, or nothing. Raises LibraryError."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.DatabaseError as error:
                raise self._sentence("What you make cannot be kept", error) from None

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query that changes nothing. Raises LibraryError."""
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise self._sentence("What is kept cannot be read", error) from None

    def _sentence(self, what: str, error: sqlite3.DatabaseError) -> LibraryError:
        """The error to raise; where the file is damaged, and not merely busy or in the way, once it is out of it."""
        if type(error) is not sqlite3.DatabaseError:  # which SQLite's own "malformed" and "not a database" are
            return LibraryError(f"{what} at the moment ({error}). Try again later.")
        self._set_aside_and_begin_anew()
        return LibraryError(f"The library was damaged ({error}). {self.notice}")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        if self.folder is None:
            return _migrated(_connected(":memory:"))
        path = self.folder / FILE
        try:
            return _migrated(_connected(str(path)))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._set_aside()
            return _migrated(_connected(str(path)))

    def _set_aside_and_begin_anew(self) -> None:
        self._connection.close()
        if self.folder is not None:
            self._set_aside()
        self._connection = self._opened()

    def _set_aside(self) -> None:
        """Move all that is kept into a folder of its own, for somebody who may mend it."""
        assert self.folder is not None
        aside = self.folder / time.strftime("damaged-%Y-%m-%d-%H%M%S")
        aside.mkdir(exist_ok=True, mode=0o700)
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", "runs", "tables"):
            if (self.folder / name).exists():
                (self.folder / name).rename(aside / name)
        self.notice = f"The library of runs was damaged. It is now in {aside}, and a new one was begun."


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its content is not consistent")
    except BaseException:
        connection.close()
        raise
    return connection


def _migrated(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection once its schema is today's. Raises OperationalError for a schema of tomorrow's."""
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")  # two servers may start at once
            (version,) = cursor.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise sqlite3.OperationalError("it was made by a newer Pointwise")
            for script in MIGRATIONS[version:]:
                for statement in script.split(";"):
                    if statement.strip():
                        cursor.execute(statement)
            cursor.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            cursor.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection
