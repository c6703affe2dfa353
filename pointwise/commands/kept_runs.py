"""The library as the commands see it: opened for a while, all owners' runs in it, and which one is meant."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import LibraryError, ModelFileError
from pointwise.visible_text import printable

if TYPE_CHECKING:
    from pointwise.library import Library, RunRecord, Shelf

SHORTEST = 4  # digits of an id that are enough
MOST_BYTES = 2_000_000_000  # of what is unpacked of a file: its owner's own machine


@contextmanager
def opened() -> Iterator[Library]:
    """A context of the open library; what was damaged is said on stderr. Raises LibraryError where nothing is kept."""
    from pointwise.library import keeps, open_library

    if not keeps():
        raise LibraryError("Nothing is kept: POINTWISE_KEEP is off. Unset it.")
    library = open_library()
    if library.notice:
        print(printable(library.notice), file=sys.stderr)
    try:
        yield library
    finally:
        library.close()


def everything(library: Library) -> Shelf:
    """A shelf of all runs, whoever made them."""
    owners = [str(row["owner"]) for row in library.rows("SELECT DISTINCT owner FROM runs WHERE owner != ''")]
    return library.shelf("", *owners)


def found(library: Library, said: str) -> tuple[Shelf, RunRecord]:
    """The run that is meant: by its id or the beginning of it, whoever made it; by name, one of the terminal's.

    Raises LibraryError when it is none, or could be several.
    """
    shelf = everything(library)
    records = [*shelf.runs(), *shelf.runs(deleted=True)]
    those = [record for record in records if record.id == said.lower()]
    if not those:
        those = [record for record in records if record.name == said and record.owner == "" and not record.deleted]
    if not those and len(said) >= SHORTEST:
        those = [record for record in records if record.id.startswith(said.lower())]
    if not those:
        raise LibraryError(
            f"There is no run '{said[:80]}'. See which there are with: python -m pointwise runs list --all"
        )
    if len(those) > 1:
        ids = ", ".join(record.id for record in those[:5])
        raise LibraryError(f"'{said[:80]}' could be {len(those)} runs. Give the id of one: {ids}.")
    return shelf, those[0]


def facts_of(record: RunRecord) -> dict[str, Any]:
    """JSON of what a list shows of a run, and a little more."""
    names = ("id", "name", "state", "error", "pinned", "kind", "arch", "data_set", "step", "total", "examples")
    more = ("seconds", "bytes", "made", "changed", "since", "checkpoint", "resumable", "owner")
    facts = {name: getattr(record, name) for name in (*names, *more)}
    facts["standing"] = record.standing and record.standing._asdict()
    return {**facts, "seed": record.recipe.get("seed"), "recipe": record.recipe.get("name"), "metrics": record.metrics}


def content_of(path: Path) -> bytes:
    """A file's content. Raises ModelFileError where it cannot be read or is of absurd size."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelFileError(path, f"has more than {MOST_BYTES / 1e9:.0f} GB", "Give another file.")
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(path, f"cannot be read ({error.strerror})", "Check its name.") from None
