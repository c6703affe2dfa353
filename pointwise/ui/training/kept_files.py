"""Visitors' files of one kind: the latest few are kept on the shelf, and one that was uploaded may wait to be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.errors import BusyError, DataError, PointwiseError
from pointwise.ui.frame import labels, sections, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept

if TYPE_CHECKING:
    from pointwise.library import Shelf

Source = Mapping[str, Any]  # a kept file's key, which is the SHA-256 of what it holds, and its name


@dataclass(frozen=True)
class KeptFiles:
    """The files that come in by one field."""

    field: str  # the key of the field
    keys: Lasting[list[str]]  # of the files, the latest last
    new: Kept[Source | None]  # one that was uploaded and is not read yet
    still_there: Callable[[], str]  # a sentence on what is looked at, when another file is refused
    beside: str = ""  # behind a file's key: that of what is kept with it

    def put(self, content: bytes, name: str, read: bool = False) -> Source:
        """Put a file onto the shelf: one that was ``read``, or that waits to be."""
        source = {"key": hashlib.sha256(content).hexdigest(), "name": name}
        visitor.keep_file(source["key"], content)
        self.new.set(None if read else source)
        return source

    def use(self, source: Source, most: int) -> None:
        """Go on with a file that was read, and forget all but the latest ``most``."""
        keys = [*(key for key in self.keys.get() if key != source["key"]), source["key"]]
        for key in keys[:-most]:
            for one in {key, f"{key}{self.beside}"}:
                visitor.shelf().forget_file(one)
        self.keys.set(keys[-most:])
        self.new.pop()

    @contextmanager
    def reading(self, source: Source) -> Iterator[None]:
        """A context that reads a new file: where it cannot be used it is forgotten, and a sentence says why.

        Raises BusyError where the server has too much to do. The file waits then.
        """
        try:
            yield
        except BusyError:
            raise
        except PointwiseError as error:
            self.new.pop()
            if source["key"] not in self.keys.get():
                visitor.shelf().forget_file(source["key"])
            sentence = f"{error} {self.still_there()}".rstrip()
            sections.refuse(self.field, sentence)
            st.error(labels.said(sentence), icon=":material/error:")


def content_of(shelf: Shelf, source: Source) -> bytes:
    """What a file holds. Raises DataError where it is not kept any more."""
    key = str(source.get("key", ""))
    content = shelf.file(key) if key in shelf.files() else None
    if content is None:
        raise DataError(f"The file {source.get('name', 'that was chosen')} is not kept any more. Choose it again.")
    return content
