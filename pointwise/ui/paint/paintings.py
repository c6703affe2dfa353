"""What a visitor has painted: which picture, its strokes, its classes; all of it lasts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.segmentation import LONGEST, palette
from pointwise.segmentation.strokes import Painting
from pointwise.ui.frame import sections, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept, Latest
from pointwise.ui.paint import example_pictures
from pointwise.ui.paint.example_pictures import EXAMPLES, FIRST, Example
from pointwise.visible_text import one_line

UPLOAD = "paint.upload"
MEGABYTES = 20
LEAST_CLASSES, MOST_CLASSES, MOST_NAME = 2, 9, 40
MOST_FILES, MOST_IN_MEMORY = 5, 2  # pictures of a visitor; and of one whose things are not kept
OWN_CLASSES = ("Class 1", "Class 2")
CHOSEN: Lasting[str] = Lasting("paint.picture", FIRST)  # an example's name, or the key of a kept file


@dataclass(frozen=True)
class Work:
    """What is made of one picture."""

    painting: Painting
    classes: tuple[str, ...]  # class n is classes[n - 1]
    micrometres: float = 0.0  # the width of a pixel, or 0 where nobody said
    network: str = ""  # the key of a network's file that labels it while there are no strokes, or ""


FILES: Lasting[dict[str, Any]] = Lasting("paint.files", {})  # by key, {"name", "height", "width"}, the latest last
BEFORE: Kept[tuple[str, Work] | None] = Kept("paint.before", None)  # what a file of strokes took the place of


def chosen() -> str:
    """The identity of the picture that is painted on."""
    name = CHOSEN.get()
    return name if name in EXAMPLES or name in FILES.get() else FIRST


def choose(name: str) -> None:
    """Paint on another picture."""
    sections.forget_refusal(UPLOAD)
    CHOSEN.set(name)


def title(name: str) -> str:
    """What a picture is called, as its file was: a stranger's text."""
    return EXAMPLES[name].title if name in EXAMPLES else FILES.get()[name]["name"]


def whole_shape(name: str) -> tuple[int, int]:
    """Height and width of a picture before it was reduced to be painted on."""
    if name in EXAMPLES:
        height, width = picture(name).shape[:2]
        return height, width
    return FILES.get()[name]["height"], FILES.get()[name]["width"]


def picture(name: str) -> NDArray[np.uint8]:
    """A picture, uint8 (H, W) or (H, W, 3), at most 1,024 pixels long; the same object while it is the same picture.

    Raises DataError where its file is not kept any more.
    """
    if name in EXAMPLES:
        return example_pictures.picture(name)
    return Latest[NDArray[np.uint8]]("paint.own").of(_identity(name), lambda: _read(name))


def seen_key(name: str) -> str:
    """The key of the choice of what the network sees of a picture's pixels."""
    return f"paint.seen.{name[:16]}"


def seen_first(name: str) -> str:
    """What that is at first: textures, which are of areas, blur the borders of things in photographs."""
    return EXAMPLES[name].seen if name in EXAMPLES else Example.seen


def work(name: str) -> Work:
    """What this visitor has made of a picture, also before a reload; at first the example's strokes."""
    return _lasting(name).get() or _first(name)


def change(name: str, how: Callable[[Work], Work]) -> None:
    """Keep what ``how`` makes of the work on a picture; the very same one is no change."""
    before = work(name)
    if (after := how(before)) is not before:
        _lasting(name).set(after)


def put(name: str, painting: Painting, classes: tuple[str, ...], network: str = "") -> None:
    """Put other strokes, or a network, onto a picture; what was before can be had back with ``take_back``."""
    now = work(name)
    BEFORE.set((name, now))
    strokes = now.painting.with_strokes(painting.strokes)
    change(name, lambda before: replace(before, painting=strokes, classes=classes, network=network))


def take_back() -> None:
    """Bring back the strokes from before the last ``put``."""
    if before := BEFORE.pop():
        name, old = before
        strokes = work(name).painting.with_strokes(old.painting.strokes)
        change(name, lambda now: replace(now, painting=strokes, classes=old.classes, network=old.network))


def take(content: bytes, name: str) -> None:
    """Keep a picture's file and paint on it. Raises PointwiseError for one that cannot be used."""
    from pointwise.data.picture_files import read_reduced

    pixels, (height, width) = read_reduced(content, name, LONGEST)
    key = hashlib.sha256(content).hexdigest()
    visitor.keep_file(key, _png(pixels))
    others = {other: known for other, known in FILES.get().items() if other != key}
    taken = {example.title for example in EXAMPLES.values()} | {known["name"] for known in others.values()}
    called = next(one for one in (name, *(f"{name} ({n})" for n in range(2, 99))) if one not in taken)
    files = {**others, key: {"name": called, "height": height, "width": width}}
    most = MOST_FILES if visitor.kept() else MOST_IN_MEMORY
    for old in list(files)[:-most]:
        visitor.shelf().forget_file(old)
        _lasting(old).pop()
        files.pop(old)
    FILES.set(files)
    CHOSEN.set(key)


def named(highest: int, classes: tuple[str, ...]) -> tuple[str, ...]:
    """Names for so many classes at least: ``classes``, and more where needed. Raises DataError for too many."""
    if max(highest, len(classes)) > MOST_CLASSES:
        raise DataError(f"This file has more than the {MOST_CLASSES} classes that there can be. Choose another one.")
    highest = max(highest, LEAST_CLASSES)
    more = tuple(f"Class {number}" for number in range(len(classes) + 1, highest + 1))
    return (*classes, *more)


def colours(work: Work) -> tuple[str, ...]:
    """The classes' colours, "#rrggbb"."""
    return palette.COLOURS[: len(work.classes)]


def _first(name: str) -> Work:
    if name in EXAMPLES:
        return Work(example_pictures.painting(name), EXAMPLES[name].classes)
    return Work(Painting(), OWN_CLASSES)


def _lasting(name: str) -> Lasting[Work | None]:
    return Lasting(f"paint.work.{name[:16]}", None, _dump, _load)


def _dump(work: Work | None) -> Any:
    if work is None:
        return None
    classes, painting = list(work.classes), work.painting.to_json()
    return {"classes": classes, "micrometres": work.micrometres, "network": work.network, "painting": painting}


def _load(raw: Any) -> Work | None:
    if raw is None:
        return None
    names = tuple(one_line(str(name), MOST_NAME) for name in raw["classes"])
    if not LEAST_CLASSES <= len(names) <= MOST_CLASSES:
        raise ValueError("these are too few classes, or too many")
    return Work(Painting.from_json(raw["painting"]), names, float(raw["micrometres"]), str(raw["network"]))


def _read(name: str) -> NDArray[np.uint8]:
    from pointwise.data.picture_files import read_picture

    content = visitor.shelf().file(name)
    if content is None:
        CHOSEN.set(FIRST)
        raise DataError("That picture is not kept any more. Choose it again.")
    return read_picture(content)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    import io

    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG")
    return content.getvalue()


def _identity(name: str) -> str:
    """One object for equal names, as Latest asks for."""
    return st.session_state.setdefault(f"paint.identity.{name[:16]}", name)
