"""The classes with their names and drawings, each to be changed and taken away."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.teaching.own_classes import LEAST_CLASSES, LEAST_DRAWINGS, LONGEST, MOST_CLASSES, MOST_DRAWINGS, OwnClass
from pointwise.ui.frame import labels
from pointwise.ui.frame.page_values import sent, whole
from pointwise.ui.frame.sections import following
from pointwise.ui.own_classes import lesson
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEW = "classes.new"  # the key of the field for more names
EXAMPLE = "sun, house, fish"
SIDE = 52  # pixels of a drawing


def show(changed: str) -> None:
    """The field for names, and a row for each class; a use of them runs the fragment ``changed``."""
    now = lesson.classes()
    if now.classes:
        st.subheader("Names and drawings")
    with st.form("classes.form", border=False, clear_on_submit=True):  # noqa: SIM117
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                f"Names, with commas between them: {LEAST_CLASSES} to {MOST_CLASSES} in all",
                max_chars=MOST_CLASSES * (LONGEST + 2),
                placeholder=EXAMPLE,
                key=NEW,
                disabled=len(now.classes) >= MOST_CLASSES,
            )
            st.form_submit_button(
                "Add", icon=":material/add:", on_click=_add, args=(changed,), disabled=len(now.classes) >= MOST_CLASSES
            )
    said, of_drawing = lesson.REFUSED.get()
    if said and of_drawing < 0:
        st.warning(labels.said(said), icon=":material/error:")
    if lesson.BEFORE.get() is not None:
        st.button("Put back", icon=":material/undo:", key="classes.put_back", on_click=_put_back, args=(changed,))
    for number, one in enumerate(now.classes):
        _row(number, one, changed)
    if now.count:
        st.caption("Choose a drawing to take it away.")


def _row(number: int, one: OwnClass, changed: str) -> None:
    left, right = st.columns([2, 5], gap="medium", vertical_alignment="center")
    with left, st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        count = len(one.drawings)
        st.text_input(
            f"Class {number + 1}: {count} of at least {LEAST_DRAWINGS}, at most {MOST_DRAWINGS}",
            one.name,
            max_chars=LONGEST,
            **following(f"classes.name.{number}", one.name, functools.partial(_rename, number, changed)),
        )
        st.button(
            "Take away",
            icon=":material/delete:",
            key=f"classes.away.{number}",
            on_click=_take_away,
            args=(number, changed),
            help=f"Take {labels.plain(one.name)} away, with its drawings",
        )
    with right:
        if one.drawings:
            _drawings(number, one, changed)
        else:
            st.caption("No drawing yet.")


def _drawings(number: int, one: OwnClass, changed: str) -> None:
    from pointwise.ui.figures import map_tiles

    called = visible(one.name)
    tiles = map_tiles.Tiles(
        _coloured(one),
        columns=len(one.drawings),
        names=[f"Drawing {at + 1} of {called}: take it away" for at in range(len(one.drawings))],
        captions=[""] * len(one.drawings),
        faded=[False] * len(one.drawings),
        side=SIDE,
    )
    take = functools.partial(_take_drawing, number, changed)
    map_tiles.mosaic(f"classes.drawings.{number}.{lesson.digest(lesson.classes())[:6]}", tiles, -1, called, take)


def _coloured(one: OwnClass) -> NDArray:
    import numpy as np

    return np.repeat(np.concatenate(list(one.pictures), axis=1)[:, :, None], 3, axis=2)


def _add(changed: str) -> None:
    typed = st.session_state[NEW]
    lesson.change(lambda classes: classes.with_names(typed))
    st.rerun(changed)


def _rename(number: int, changed: str, name: str) -> None:
    lesson.change(lambda classes: classes.renamed(number, name))
    st.rerun(changed)


def _take_away(number: int, changed: str) -> None:
    lesson.change(lambda classes: classes.without(number), can_be_put_back=True)
    st.rerun(changed)


def _take_drawing(number: int, changed: str) -> None:
    key = f"classes.drawings.{number}.{lesson.digest(lesson.classes())[:6]}"
    chosen = sent(key, "chosen", whole(0, MOST_DRAWINGS - 1))
    if chosen is not None and chosen < len(lesson.classes().classes[number].drawings):
        lesson.change(lambda classes: classes.without_drawing(number, chosen), can_be_put_back=True)
    st.rerun(changed)


def _put_back(changed: str) -> None:
    lesson.put_back()
    st.rerun(changed)
