"""The surface with a visitor's strokes on it, its classes, and the answer brought to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.segmentation import palette
from pointwise.ui.frame import labels
from pointwise.ui.frame.sections import Kept, following
from pointwise.ui.paint import paintings, surface
from pointwise.ui.paint.example_pictures import EXAMPLES
from pointwise.ui.paint.paintings import LEAST_CLASSES, MOST_CLASSES, MOST_NAME, Work
from pointwise.visible_text import one_line

if TYPE_CHECKING:
    from pointwise.ui.paint.pixel_labels import Answer

KEY = "paint-surface"
PIXEL: Kept[tuple[str, tuple[int, int]] | None] = Kept("paint.pixel", None)  # of a picture: (x, y) that is explained
GOTO: Kept[surface.Goto | None] = Kept("paint.goto", None)


def show(name: str) -> Work:
    """The picture with its strokes, to be painted on; what is painted there now."""
    work, picture = paintings.work(name), paintings.picture(name)
    surface.surface(
        KEY,
        picture,
        _identity(name),
        work.painting,
        [surface.PaintClass(called, colour) for called, colour in zip(work.classes, palette.COLOURS, strict=False)],
        on_changes=partial(_paint, name),
        on_pixel=partial(_ask, name),
        pixel=pixel(name),
        goto=GOTO.get(),
    )
    return work


def answer(name: str, work: Work, found: Answer | None) -> None:
    """Bring the labels to the surface; None says that there can be none."""
    number = work.painting.number
    if found is None:
        surface.answer(KEY, _identity(name), number, None)
    else:
        surface.answer(KEY, _identity(name), number, found.labelled.labels, found.labelled.uncertainty)


def pixel(name: str) -> tuple[int, int] | None:
    """The pixel (x, y) of the picture that is explained, if one was asked about."""
    asked = PIXEL.get()
    return asked[1] if asked and asked[0] == name else None


def go_to(x: float, y: float, across: float) -> None:
    """Let the surface zoom to a place."""
    before = GOTO.get()
    GOTO.set(surface.Goto(before.nonce + 1 if before else 1, x, y, across))


def _paint(name: str) -> None:
    found = surface.changes(KEY, _identity(name))
    paintings.change(name, lambda work: _painted(work, found))


def _painted(work: Work, found: tuple[surface.Change, ...]) -> Work:
    after = work.painting.after(found)
    return work if after is work.painting else replace(work, painting=after)


def _ask(name: str) -> None:
    if (asked := surface.pixel(KEY, _identity(name), paintings.picture(name).shape[:2])) is not None:
        PIXEL.set((name, asked))


def classes(name: str) -> None:
    """Names of the classes, one more, and one fewer."""
    work = paintings.work(name)
    with st.popover("Classes", icon=":material/palette:"):
        for number, called in enumerate(work.classes):
            key = f"paint.class.{name[:16]}.{number}"
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_input(
                    f"Class {number + 1}, {palette.NAMES[number]}",
                    called,
                    max_chars=MOST_NAME,
                    **following(key, called, partial(_rename, name, number)),
                )
                st.button(
                    "Delete",
                    icon=":material/delete:",
                    key=f"{key}.delete",
                    on_click=_delete,
                    args=(name, number),
                    disabled=len(work.classes) <= LEAST_CLASSES,
                    help=f"Delete {labels.plain(called)} and its strokes",
                )
        st.button(
            "One more class",
            icon=":material/add:",
            key="paint.add",
            on_click=_add,
            args=(name,),
            disabled=len(work.classes) >= MOST_CLASSES,
        )


def _rename(name: str, number: int, typed: str) -> None:
    called = one_line(typed, MOST_NAME) or f"Class {number + 1}"
    paintings.change(name, lambda work: replace(work, classes=_with(work.classes, number, called)))


def _with(classes: tuple[str, ...], number: int, called: str) -> tuple[str, ...]:
    return (*classes[:number], called, *classes[number + 1 :])


def _add(name: str) -> None:
    def more(work: Work) -> Work:
        return replace(work, classes=(*work.classes, f"Class {len(work.classes) + 1}"))

    paintings.change(name, more)


def _delete(name: str, number: int) -> None:
    def fewer(work: Work) -> Work:
        return replace(
            work,
            painting=work.painting.without_class(number + 1),
            classes=work.classes[:number] + work.classes[number + 1 :],
        )

    now = paintings.work(name)
    if len(now.classes) > LEAST_CLASSES:
        paintings.BEFORE.set((name, now))
        paintings.change(name, fewer)


def _identity(name: str) -> str:
    """What the surface calls a picture."""
    return name if name in EXAMPLES else name[:16]
