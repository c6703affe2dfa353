"""Visitors' own pictures to train on: a .zip file with a folder for each class, taken, read in its turn, and kept.

What is kept is the file, on the visitor's shelf, and a few of its held-out pictures beside it. The pictures are in
memory only while they are read, and again while a run learns from them.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from pointwise.card import PICTURES
from pointwise.data.catalogue import OWN
from pointwise.errors import DataError, PointwiseError
from pointwise.jobs import PicturesElsewhere
from pointwise.ui.frame import labels, sections, startup, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import server_queue
from pointwise.ui.training.kept_files import KeptFiles, Source, content_of
from pointwise.visible_text import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.data.labelled_pictures import OwnPictures
    from pointwise.library import RunRecord, Shelf

UPLOAD = "pictures.upload"
SOURCE = "zip"  # of a run's description: which file it learned from
KNOWN: Lasting[Mapping[str, Any] | None] = Lasting("pictures.known", None)  # file, what it holds, notes on it
MOST_FILES, MOST_UNKEPT = 2, 10  # of a visitor; and megabytes of the one file of a visitor whose things are not kept
SMALL_FILE = 300_000  # bytes that are read in 0.2 s
SHOWN = 12  # held-out pictures that are kept beside the file
LISTED = 6  # classes that a line names
BESIDE = ".held-out"  # behind a file's key: that of its held-out pictures
FILES = KeptFiles(UPLOAD, Lasting("pictures.files", []), Kept("pictures.new", None), lambda: _still_there(), BESIDE)

log = logging.getLogger(__name__)


class Shown(NamedTuple):
    """A few held-out pictures of a file."""

    pixels: NDArray[np.uint8]  # (N, H, H) or (N, 3, H, H)
    labels: NDArray[np.int64]  # (N,)


def choose() -> tuple[PicturesElsewhere, Mapping[str, str]] | None:
    """The field for a file, and what the file that was chosen last holds; None where there is none."""
    from pointwise.data.picture_lists import LEAST, MEGABYTES, MOST_IN_ZIP

    label = (
        f"A .zip file with a folder for each class, named after it, with {LEAST} or more PNG or JPEG pictures in each; "
        f"up to {MOST_IN_ZIP:,} pictures and {MEGABYTES} MB. It stays on this computer"
    )
    sections.upload(label, UPLOAD, _take, _still_there, MEGABYTES)
    _take_new()
    known = KNOWN.get()
    if known is None:
        return None
    try:
        file = {name: str(known["file"][name]) for name in ("key", "name")}
        found = elsewhere(known["holds"], file)
        if file["key"] not in visitor.shelf().files():
            raise DataError(f"The file {file['name']} is not kept any more.")
        _say(found, [str(note) for note in known["notes"]])
    except (PointwiseError, KeyError, TypeError, ValueError) as error:
        log.warning("Pictures are not there again: %s", visible(error))
        KNOWN.pop()
        return None
    return found, file


def in_words(classes: tuple[str, ...] | list[str]) -> str:
    """The names of classes as Markdown, the first few of many."""
    more = f" and {len(classes) - LISTED:,} more" if len(classes) > LISTED else ""
    return labels.plain(", ".join(classes[:LISTED])) + more


def elsewhere(holds: Mapping[str, Any], file: Mapping[str, str]) -> PicturesElsewhere:
    """The pictures of a file for a run: they are read when it begins, and gone when it is over."""
    return PicturesElsewhere(dict(holds), partial(_again, visitor.shelf(), dict(file), dict(holds)))


def of_run(record: RunRecord) -> PicturesElsewhere | None:
    """The pictures that a run learned from, as they were described; None for a run on anything else."""
    holds = record.job.get("data")
    if not _is_own(record) or not isinstance(holds, Mapping):
        return None
    try:
        return elsewhere(holds, _file_of(record))
    except (ArithmeticError, KeyError, TypeError, ValueError):  # a description from elsewhere
        return None


def check_there(record: RunRecord) -> None:
    """Raise DataError for a run on pictures of somebody's own that are not kept, so that it cannot go on."""
    if not _is_own(record):
        return
    file = _file_of(record)
    if not file:
        raise DataError("The pictures of this run are not here. Go on where it began, by its command and --resume.")
    if file["key"] not in visitor.shelf().files():
        raise DataError(f"The file {file['name']} is not kept any more. Choose it again, and train anew.")


def shown_of(record: RunRecord) -> Shown | None:
    """A few held-out pictures of what a run learned from; None where they are not kept."""
    import numpy as np

    key = f"{_file_of(record).get('key', '')}{BESIDE}"
    content = visitor.shelf().file(key) if key in visitor.shelf().files() else None
    if content is None:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        return Shown(kept["pixels"], kept["labels"])


def _is_own(record: RunRecord) -> bool:
    data = record.job.get("data")
    if record.kind != PICTURES or not isinstance(data, Mapping):
        return False
    return data.get("name") == OWN and "drawings" not in data  # which are in the description


def _file_of(record: RunRecord) -> dict[str, str]:
    """The key and the name of the file that a run learned from; {} of one that was begun elsewhere."""
    file = record.job.get(SOURCE)
    if not isinstance(file, Mapping) or not {"key", "name"} <= set(file):
        return {}
    return {name: str(file[name]) for name in ("key", "name")}


def _say(found: PicturesElsewhere, notes: list[str]) -> None:
    """What a file holds, and how its pictures are learned from."""
    its = found.data_set
    kind = "in colour" if its.channels == 3 else "in grey"
    st.markdown(
        f":small[**{labels.plain(its.title)}**: {sum(found.counts):,} pictures in {len(found.classes)} classes "
        f"({in_words(found.classes)}), each brought to {its.side}×{its.side} {kind}; {its.test:,} are held out.]"
    )
    for note in notes:
        st.caption(labels.plain(note))


def _take(content: bytes, name: str) -> None:
    """Keep a file, to be read in its turn. Raises DataError for one whose list shows that it cannot be used."""
    from pointwise.data.picture_lists import list_zip

    if not visitor.kept() and len(content) > MOST_UNKEPT * 2**20:
        raise DataError(
            f"{name} has more than {MOST_UNKEPT} MB, the most where nothing is kept. Choose fewer pictures."
        )
    list_zip(content, name)
    FILES.put(content, name)


def _take_new() -> None:
    """Read the file that was uploaded last, if it is not read yet, and say what is wrong with it."""
    source = FILES.new.get()
    if source is None:
        return
    startup.wait()
    with FILES.reading(source):
        content = content_of(visitor.shelf(), source)
        with server_queue.in_turn("Reading the pictures", len(content) > SMALL_FILE):
            _read(content, source)


def _read(content: bytes, source: Source) -> None:
    """Learn what a file holds, and look at it from now on."""
    from pointwise.data.picture_folder import open_zip

    own = open_zip(content, source["name"])
    visitor.keep_file(f"{source['key']}{BESIDE}", _held_out(own))
    FILES.use(source, MOST_FILES if visitor.kept() else 1)
    KNOWN.set({"file": dict(source), "holds": own.describe(), "notes": list(own.notes)})


def _held_out(own: OwnPictures) -> bytes:
    """A few of the held-out pictures, of all classes alike."""
    import numpy as np

    held_out = own.load_held_out()
    order = np.argsort(held_out.labels.numpy(), kind="stable")
    some = order[np.linspace(0, len(order) - 1, min(SHOWN, len(order))).astype(int)]
    content = io.BytesIO()
    np.savez_compressed(content, pixels=held_out.images.numpy()[some], labels=held_out.labels.numpy()[some])
    return content.getvalue()


def _again(shelf: Shelf, source: Mapping[str, str], holds: Mapping[str, Any]) -> OwnPictures:
    """The pictures of a file; called in the thread of a run, at its place at work."""
    from pointwise.data.picture_folder import open_zip

    own = open_zip(content_of(shelf, source), source["name"])
    if own.describe() != dict(holds):
        raise DataError(f"{source['name']} is read otherwise than when this training began. Choose it again.")
    return own


def _still_there() -> str:
    known = KNOWN.get()
    return f"{known['file']['name']} is still there." if known is not None else ""
