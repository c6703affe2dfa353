"""The library's facts in SQLite: opening, migrating, and what becomes of a damaged file."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar
from weakref import WeakSet

from pointwise.errors import LibraryError

T = TypeVar("T")
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
    """
ALTER TABLE runs ADD COLUMN standing TEXT NOT NULL DEFAULT 'null';
ALTER TABLE runs ADD COLUMN since REAL NOT NULL DEFAULT 0;
UPDATE runs SET since = changed;
""",
)  # the schema's version is how many of them have been done


DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
MOVED = ("runs", "visitors")  # what lies beside the database and belongs to it


_OPEN: WeakSet[Database] = WeakSet()


class Damaged(sqlite3.DatabaseError):
    """The file is none that can be used."""


class Database:
    """One connection, used by several threads in turns. ``notice`` is a sentence about a damaged file, or ""."""

    def __init__(self, folder: Path | None) -> None:
        """Open the database in ``folder``, or one in memory. Raises LibraryError where none can be had."""
        self.folder, self.notice = folder, ""
        self._lock = threading.RLock()
        _OPEN.add(self)
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(unkept(folder, error)) from None

    @contextmanager
    def __call__(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it happens, or nothing. Raises LibraryError."""
        with self._lock, self._understood("What you make cannot be kept at the moment"):
            _patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"))
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query that changes nothing. Raises LibraryError."""
        with self._lock, self._understood("What is kept cannot be read at the moment"):
            return _patiently(lambda: self._connection.execute(query, values).fetchall())

    @property
    def identity(self) -> int:
        """A number that a database has for good, and another one that was begun in its place has not.

        Raises LibraryError.
        """
        return int(self.rows("PRAGMA application_id")[0][0])

    def close(self, timeout: float = -1) -> None:
        """Let go of the file, once nobody uses it, or after ``timeout`` seconds not; -1 is for as long as it takes."""
        if self._lock.acquire(timeout=timeout):
            try:
                self._connection.close()
            finally:
                self._lock.release()

    @contextmanager
    def _understood(self, sentence: str) -> Iterator[None]:
        """A context in which SQLite's errors are LibraryErrors. A damaged file is moved aside, and a new one begun."""
        try:
            yield
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise LibraryError(f"{sentence} ({error}). Try again later.") from None
            self._connection.close()
            try:
                self._connection = self._opened(thoroughly=True)
            except (OSError, sqlite3.Error) as second:
                raise LibraryError(unkept(self.folder, second)) from None
            raise LibraryError(f"The library was damaged ({error}). {self.notice}".strip()) from None

    def _opened(self, thoroughly: bool = False) -> sqlite3.Connection:
        """A connection to the file, or to a new one in place of a damaged file, which one process alone moves aside."""
        if self.folder is None:
            return _migrated(_connected(":memory:"))
        path = str(self.folder / FILE)
        if (connection := self._unless_damaged(path, thoroughly)) is not None:
            return connection
        from filelock import FileLock

        with FileLock(self.folder / f"{FILE}.lock", timeout=PATIENCE, thread_local=False):
            connection = self._unless_damaged(path, thoroughly)  # another process may have begun a new one
            if connection is None:
                self._set_aside()
                connection = _migrated(_connected(path))
        return connection

    def _unless_damaged(self, path: str, thoroughly: bool) -> sqlite3.Connection | None:
        try:
            return _patiently(lambda: _migrated(_connected(path, thoroughly)))
        except sqlite3.Error as error:
            if _is_damage(error):
                return None
            raise

    def _set_aside(self) -> None:
        """Move all that is kept into a folder of its own, for somebody who may mend it."""
        assert self.folder is not None
        name = time.strftime("damaged-%Y-%m-%d-%H%M%S")
        numbered = (self.folder / (name if number == 1 else f"{name}-{number}") for number in count(1))
        aside = next(path for path in numbered if not path.exists())
        aside.mkdir(mode=0o700)
        for part in (FILE, f"{FILE}-wal", f"{FILE}-shm", *MOVED):
            if (self.folder / part).exists():
                (self.folder / part).rename(aside / part)
        self.notice = f"The library of runs was damaged. It is now in {aside}, and a new one was begun."


def close_all(timeout: float) -> None:
    """Let go of every database of this process, before it ends, within ``timeout`` seconds."""
    until = time.monotonic() + timeout
    for database in list(_OPEN):
        database.close(max(0.0, until - time.monotonic()))


def unkept(folder: Path | None, error: OSError | sqlite3.Error) -> str:
    """The sentence that says that, and why, nothing can be kept in a folder."""
    why = (error.strerror or error) if isinstance(error, OSError) else error
    return (
        f"Nothing can be kept in {folder} ({why}). Free some space there, make the folder writable, or name another "
        "one with POINTWISE_HOME."
    )


def _is_damage(error: sqlite3.Error) -> bool:
    return isinstance(error, Damaged) or _code(error) in DAMAGE


def _code(error: sqlite3.Error) -> int:
    """SQLite's own code of an error; 0 of one that is not SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _patiently(work: Callable[[], T]) -> T:
    """What some work gives, once no other server is in its way: SQLite does not wait for one that opens or closes."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _connected(path: str, thoroughly: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        check = "integrity_check" if thoroughly else "quick_check"
        if (found := connection.execute(f"PRAGMA {check}(1)").fetchone()[0]) != "ok":
            raise Damaged(found)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrated(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection once its schema is today's. Raises Damaged for one that is none of ours, and OperationalError for
    one of tomorrow's.
    """
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")  # two servers may start at once
            (version,) = cursor.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise sqlite3.OperationalError("it was made by a newer Pointwise")
            if version == 0:
                cursor.execute(f"PRAGMA application_id = {secrets.randbits(31)}")
            _migrate(cursor, version)
            if not _schema(cursor) >= _todays_schema():
                raise Damaged("its tables are not ours")
            cursor.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(cursor: sqlite3.Cursor, version: int) -> None:
    try:
        for script in MIGRATIONS[max(version, 0) :]:
            for statement in script.split(";"):
                if statement.strip():
                    cursor.execute(statement)
        cursor.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except sqlite3.OperationalError as error:
        if _code(error) == sqlite3.SQLITE_ERROR:  # a table that should not be there is, or the other way
            raise Damaged(str(error)) from None
        raise


def _schema(cursor: sqlite3.Cursor) -> set[tuple[str, str]]:
    """The names of tables and columns."""
    query = "SELECT one.name, info.name FROM sqlite_master one, pragma_table_info(one.name) info"
    return {tuple(row) for row in cursor.execute(query)}


def _todays_schema() -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh, closing(fresh.cursor()) as cursor:
        _migrate(cursor, 0)
        return _schema(cursor)
