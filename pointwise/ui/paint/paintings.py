"""What a visitor has painted: which picture, its strokes, its classes; all of it lasts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.segmentation.strokes import Painting
from pointwise.ui.frame import desk, sections, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept, Latest
from pointwise.ui.paint import example_pictures
from pointwise.ui.paint.example_pictures import EXAMPLES, FIRST, Example
from pointwise.visible_text import one_line

UPLOAD = "paint.upload"
LEAST_CLASSES, MOST_CLASSES, MOST_NAME = 2, 9, 40
SETS = {"Colour only": ("colour",), "+ edges": ("colour", "edges"), "+ texture": ("colour", "edges", "texture")}
GIVEN = ("example-", "link-")  # what the ids of strokes begin with that nobody made here
FORM = "pointwise-strokes-1"
OWN_CLASSES = ("Class 1", "Class 2")
CHOSEN: Lasting[str] = Lasting("paint.picture", FIRST)  # an example's name, or the key of a kept file


@dataclass(frozen=True)
class Work:
    """What is made of one picture."""

    painting: Painting
    classes: tuple[str, ...]  # class n is classes[n - 1]
    micrometres: float = 0.0  # the width of a pixel, or 0 where nobody said
    network: str = ""  # the key of a network's file that labels it while there are no strokes, or ""
    run: str = ""  # the id of its record among the runs, or "" before the first own stroke


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


def colours_of(picture: NDArray[np.uint8]) -> int:
    """1 of a grey picture, 3 of one in colour."""
    return 1 if picture.ndim == 2 else 3


def seen_key(name: str) -> str:
    """The key of the choice of what the network sees of a picture's pixels."""
    return f"paint.seen.{name[:16]}"


def seen_first(name: str) -> str:
    """What that is at first: textures, which are of areas, blur the borders of things in photographs."""
    return EXAMPLES[name].seen if name in EXAMPLES else Example.seen


def seen_now(name: str) -> str:
    """Which of SETS that is now, also where its widget is not on the page."""
    key = desk.widget(seen_key(name), seen_first(name), SETS.__contains__)
    return st.session_state.get(key) or seen_first(name)


def see(name: str, sets: tuple[str, ...]) -> None:
    """Let the network see these channels, where they are one of SETS."""
    called = next((called for called, one in SETS.items() if one == tuple(sets)), None)
    if called is not None:
        seen_now(name)
        st.session_state[seen_key(name)] = called


def work(name: str) -> Work:
    """What this visitor has made of a picture, also before a reload; at first the example's strokes."""
    return _lasting(name).get() or _first(name)


def change(name: str, how: Callable[[Work], Work]) -> None:
    """Keep what ``how`` makes of the work on a picture; the very same one is no change."""
    before = work(name)
    if (after := how(before)) is not before:
        _lasting(name).set(after)


def own(work: Work) -> bool:
    """Whether a visitor has made something of it, beyond what an example or a link brought along."""
    return bool(work.network) or any(not one.id.startswith(GIVEN) for one in work.painting.strokes)


def begin_anew(name: str) -> None:
    """Put a picture's first strokes onto it; what was there can be had back with ``take_back``."""
    first = _first(name)
    _replace(name, first.painting, first.classes, "", "")


def bring(name: str, painting: Painting, classes: tuple[str, ...], network: str = "", run: str = "") -> None:
    """Put another painting onto a picture, which has a record of its own, or none yet.

    What was before stays in its record, and can be had back with ``take_back``.
    """
    _replace(name, painting, classes, network, run)


def put(name: str, painting: Painting, classes: tuple[str, ...], network: str = "") -> None:
    """Put other strokes, or a network, onto a picture; what was before can be had back with ``take_back``."""
    _replace(name, painting, classes, network, work(name).run)


def network_key(name: str) -> str:
    """The key of the file of a network that came to a picture."""
    return f"paint-network-{name[:16]}"


def strokes_file(work: Work, shape: tuple[int, ...]) -> bytes:
    """JSON of a painting's strokes on a picture of ``shape`` (H, W), which the page takes back."""
    height, width = shape
    strokes = work.painting.to_json()["strokes"]
    facts = {"form": FORM, "width": width, "height": height, "classes": list(work.classes), "strokes": strokes}
    return json.dumps(facts).encode()


def take_back() -> None:
    """Bring back the strokes from before the last ``put``."""
    if before := BEFORE.pop():
        name, old = before
        strokes = work(name).painting.with_strokes(old.painting.strokes)
        change(
            name,
            lambda now: replace(now, painting=strokes, classes=old.classes, network=old.network, run=old.run),
        )


def named(highest: int, classes: tuple[str, ...]) -> tuple[str, ...]:
    """Names for so many classes at least: ``classes``, and more where needed. Raises DataError for too many."""
    if max(highest, len(classes)) > MOST_CLASSES:
        raise DataError(f"This file has more than the {MOST_CLASSES} classes that there can be. Choose another one.")
    highest = max(highest, LEAST_CLASSES)
    more = tuple(f"Class {number}" for number in range(len(classes) + 1, highest + 1))
    return (*classes, *more)


def classes_from(names: Iterable[object]) -> tuple[str, ...]:
    """Names of classes from outside. Raises ValueError for too few or too many."""
    called = tuple(one_line(str(name), MOST_NAME) for name in names)
    if not LEAST_CLASSES <= len(called) <= MOST_CLASSES:
        raise ValueError("these are too few classes, or too many")
    return called


def forget(name: str) -> None:
    """Let go of what is made of a picture that is let go of as well; its record stays."""
    _lasting(name).pop()


def _replace(name: str, painting: Painting, classes: tuple[str, ...], network: str, run: str) -> None:
    now = work(name)
    BEFORE.set((name, now))
    strokes = now.painting.with_strokes(painting.strokes)
    if run != now.run:  # its own, and no others come back after a clearing
        strokes = replace(strokes, cleared=())
    change(name, lambda before: replace(before, painting=strokes, classes=classes, network=network, run=run))


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
    return {
        "classes": classes,
        "micrometres": work.micrometres,
        "network": work.network,
        "run": work.run,
        "painting": painting,
    }


def _load(raw: Any) -> Work | None:
    if raw is None:
        return None
    names = classes_from(raw["classes"])
    run = str(raw.get("run", ""))
    return Work(Painting.from_json(raw["painting"]), names, float(raw["micrometres"]), str(raw["network"]), run)


def _read(name: str) -> NDArray[np.uint8]:
    from pointwise.data.picture_files import read_picture

    content = visitor.shelf().file(name)
    if content is None:
        CHOSEN.set(FIRST)
        raise DataError("That picture is not kept any more. Choose it again.")
    return read_picture(content)


def _identity(name: str) -> str:
    """One object for equal names, as Latest asks for."""
    return st.session_state.setdefault(f"paint.identity.{name[:16]}", name)
