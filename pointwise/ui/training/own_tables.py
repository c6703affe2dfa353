"""Visitors' own tables in the server's memory: read and prepared in turn, and no more of them than there is room for.

What is kept is a table's file, on the visitor's shelf. What was made of it is there as long as all visitors together
have room for it, one table of each, and is made again where it is asked for afterwards.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from pointwise import machine
from pointwise.errors import DataError
from pointwise.ui.frame import visitor
from pointwise.ui.training import server_queue

if TYPE_CHECKING:
    from pointwise.data.table import Prepared, Table
    from pointwise.jobs import RowsElsewhere
    from pointwise.library import Shelf

Source = Mapping[str, Any]  # of a table: {"sample": true}, or a kept file's key and name

ROOM = 100 * 2**20  # bytes of all visitors' tables together
SMALL_FILE = 500_000  # bytes that are read in 0.2 s
SMALL = 1_000_000  # rows × inputs that are prepared in 0.2 s


class Made(NamedTuple):
    """Something in memory."""

    of: object  # what it was made of
    value: Any
    size: int  # bytes


class Room:
    """Values that were made, by key, the latest used, of so many bytes together."""

    def __init__(self, most: int = ROOM) -> None:
        self._most, self._made, self._lock = most, OrderedDict[object, Made](), threading.Lock()

    def get(self, key: object, of: object) -> Any:
        """The value under a key that was made of something; None where there is none."""
        with self._lock:
            made = self._made.get(key)
            if made is None or made.of != of:
                return None
            self._made.move_to_end(key)
            return made.value

    def put(self, key: object, of: object, value: Any, size: int) -> None:
        """Keep a value in place of the one under the key, and let go of those that there is no room for then."""
        with self._lock:
            self._made[key] = Made(of, value, size)
            self._made.move_to_end(key)
            while len(self._made) > 1 and sum(made.size for made in self._made.values()) > self._most:
                self._made.popitem(last=False)

    def drop(self, key: object) -> None:
        """Let go of the value under a key."""
        with self._lock:
            self._made.pop(key, None)


@contextmanager
def in_turn(doing: str, long: bool) -> Iterator[None]:
    """A context of a work on a table; one that takes ``long`` waits for its turn, and ``doing`` stands on the page."""
    if not long:
        yield
        return
    with server_queue.short_work(doing):
        try:
            yield
        finally:
            machine.trim()


def table(source: Source) -> Table:
    """The table of a source. Raises DataError where it cannot be read, or its file is not kept any more."""

    def make() -> Table:
        from pointwise.data.table import load_sample, read_table

        if "sample" in source:
            return load_sample()
        content = _content(visitor.shelf(), source)
        with in_turn("Reading the table", len(content) > SMALL_FILE):
            return read_table(content, source["name"])

    return _made("table", dict(source), make, lambda made: int(made.frame.memory_usage(deep=True).sum()))


def put(source: Source, read: Table) -> None:
    """Keep a table that was just read of a source."""
    _room().put(_key("table"), dict(source), read, int(read.frame.memory_usage(deep=True).sum()))


def ready(source: Source, target: str, features: Sequence[str]) -> Prepared:
    """The table of a source made ready for a choice. Raises DataError where it cannot be used."""

    def make() -> Prepared:
        from pointwise.data.table import inputs_of, prepare

        read = table(source)
        with in_turn("Preparing the table", len(read) * inputs_of(read, features) > SMALL):
            return prepare(read, target, features)

    size = lambda made: 4 * (made.training.inputs.numel() + made.held_out.inputs.numel())  # noqa: E731
    return _made("ready", (dict(source), target, tuple(features)), make, size)


def elsewhere(source: Source, name: str, target: str, names: Sequence[str]) -> RowsElsewhere:
    """The rows of a choice, for a run: they are made ready when it begins, and gone when it is over.

    ``name`` is the training rows', as shown to a person.
    """
    from pointwise.jobs import RowsElsewhere

    return RowsElsewhere(
        name, target, tuple(names), partial(_again, visitor.shelf(), dict(source), target, list(names))
    )


def is_kept(source: Source) -> bool:
    """Whether the rows can be made ready again."""
    return bool(source.get("sample")) or source.get("key") in visitor.shelf().files()


def _again(shelf: Shelf, source: Source, target: str, features: Sequence[str]) -> Prepared:
    """The rows of a choice; called in the thread of a run, at its place at work."""
    from pointwise.data.table import load_sample, prepare, read_table

    read = load_sample() if "sample" in source else read_table(_content(shelf, source), source["name"])
    return prepare(read, target, features)


def _content(shelf: Shelf, source: Source) -> bytes:
    content = shelf.file(str(source["key"]))
    if content is None:
        raise DataError(f"The file {source['name']} is not kept any more. Choose it again.")
    return content


def _made(kind: str, of: object, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
    value = _room().get(_key(kind), of)
    if value is None:
        _room().drop(_key(kind))  # first, so that there are never two
        value = make()
        _room().put(_key(kind), of, value, size(value))
    return value


def _key(kind: str) -> tuple[str, str]:
    return visitor.shelf().owner, kind


@st.cache_resource(show_spinner=False)
def _room() -> Room:
    return Room()
