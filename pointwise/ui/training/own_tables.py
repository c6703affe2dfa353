"""Visitors' own tables: read and prepared in turn.

What is kept is a table's file, on the visitor's shelf. What was made of it is in memory as long as there is room, and
is made again where it is asked for afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pointwise.ui.frame import visitor
from pointwise.ui.frame.in_memory import memory
from pointwise.ui.training import server_queue
from pointwise.ui.training.kept_files import Source, content_of

if TYPE_CHECKING:
    from pointwise.data.table import Prepared, Table
    from pointwise.jobs import RowsElsewhere
    from pointwise.library import Shelf


SMALL_FILE = 500_000  # bytes that are read in 0.2 s
SMALL = 1_000_000  # rows × inputs that are prepared in 0.2 s


def table(source: Source) -> Table:
    """The table of a source. Raises DataError where it cannot be read, or its file is not kept any more."""

    def make() -> Table:
        from pointwise.data.table import load_sample, read_table

        if "sample" in source:
            return load_sample()
        content = content_of(visitor.shelf(), source)
        with server_queue.in_turn("Reading the table", len(content) > SMALL_FILE):
            return read_table(content, source["name"])

    return memory().made("table", dict(source), make, lambda made: int(made.frame.memory_usage(deep=True).sum()))


def put(source: Source, read: Table) -> None:
    """Keep a table that was just read of a source."""
    memory().put("table", dict(source), read, int(read.frame.memory_usage(deep=True).sum()))


def ready(source: Source, target: str, features: Sequence[str]) -> Prepared:
    """The table of a source made ready for a choice. Raises DataError where it cannot be used."""

    def make() -> Prepared:
        from pointwise.data.table import inputs_of, prepare

        read = table(source)
        with server_queue.in_turn("Preparing the table", len(read) * inputs_of(read, features) > SMALL):
            return prepare(read, target, features)

    size = lambda made: 4 * (made.training.inputs.numel() + made.held_out.inputs.numel())  # noqa: E731
    return memory().made("ready", (dict(source), target, tuple(features)), make, size)


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

    read = load_sample() if "sample" in source else read_table(content_of(shelf, source), source["name"])
    return prepare(read, target, features)
