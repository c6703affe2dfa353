"""The canvas with its controls: samples, pen, undo, clear, and an uploaded picture instead."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pointwise.ui.canvas import component
from pointwise.ui.canvas.drawing import SAMPLES, SQUARE, Drawing, Sheet, current, keep
from pointwise.ui.frame import sections

PEN = "board.pen"  # the key of the slider


def board(on_shown: Callable[[], None] | None = None) -> None:
    """The canvas with the session's Drawing; ``on_shown`` as for ``component.show``."""
    component.show(current(), st.session_state.get(PEN, SQUARE.pen), on_shown)


def tools() -> None:
    """Pen width, undo, clear, and a row of digits that draw themselves."""
    with st.container(horizontal=True, vertical_alignment="bottom", width=SQUARE.width, gap="small"):
        st.slider("Pen width", 8, 40, SQUARE.pen, format="%d px", key=PEN, persist_state="session", width=112)
        undo_and_clear(SQUARE)
    samples()


def undo_and_clear(sheet: Sheet) -> None:
    """Two buttons."""
    empty = current(sheet).empty
    for name, icon, change in (("Undo", "undo", Drawing.undone), ("Clear", "delete", Drawing.cleared)):
        st.button(
            name,
            on_click=_change,
            args=(sheet, change),
            icon=f":material/{icon}:",
            disabled=empty,
            key=f"{sheet.key}.{name.lower()}",
        )


def samples() -> None:
    """A row of digits that draw themselves."""
    with st.container(horizontal=True, gap=2, key="board.samples"):
        for digit in SAMPLES:
            st.button(str(digit), key=f"board.sample.{digit}", on_click=_sample, args=(digit,), help=f"Draw a {digit}")


def upload() -> None:
    """A picture from a file, put onto the canvas; a refused one leaves the drawing as it is."""
    sections.upload(
        "A PNG or JPEG picture of one digit, up to 10 MB; light on dark or dark on light",
        "board.upload",
        _open,
        lambda: "Your drawing is still there.",
    )


def reopen(sheet: Sheet = SQUARE) -> None:
    """Give a canvas that has just come onto the page again what was drawn before."""
    _change(sheet, Drawing.reopened)


def _change(sheet: Sheet, change: Callable[[Drawing], Drawing]) -> None:
    keep(change(current(sheet)))


def _sample(digit: int) -> None:
    keep(current().with_digits(digit))


def _open(content: bytes, name: str) -> None:
    from pointwise.data.pictures import open_picture

    keep(current().with_picture(open_picture(content)))
