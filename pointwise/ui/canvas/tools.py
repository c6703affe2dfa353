"""The canvas with its controls: samples, pen, undo, clear, and an uploaded picture instead."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pointwise.ui.canvas import component
from pointwise.ui.canvas.drawing import SAMPLES, SQUARE, Drawing, Sheet, current, keep
from pointwise.ui.frame import desk, sections

PEN = "board.pen"  # the key of the slider
PENS = (10, 56)  # pixels of the sheet


def board(sheet: Sheet = SQUARE) -> None:
    """The canvas with the session's Drawing."""
    component.canvas(current(sheet), _pen())


def strokes(on_shown: Callable[[], None], on_first: Callable[[], None], sheet: Sheet = SQUARE) -> None:
    """What follows the pen on the canvas, as ``component.strokes`` does."""
    component.strokes(current(sheet), _pen(), on_shown, on_first)


def _pen() -> int:
    return st.session_state.get(desk.widget(PEN, SQUARE.pen, desk.between(*PENS)), SQUARE.pen)


def tools(changed: str, sheet: Sheet = SQUARE) -> None:
    """Undo, clear and the pen's width; a use of them runs the fragment ``changed``."""
    with st.container(horizontal=True, vertical_alignment="center", width=sheet.width, gap="xsmall"):
        undo_and_clear(sheet, changed)
        st.slider(
            "Pen width",
            *PENS,
            SQUARE.pen,
            format="%d px",
            key=PEN,
            on_change=_run,
            args=(changed,),
            persist_state="session",
            width=140,
        )


def undo_and_clear(sheet: Sheet, changed: str = "") -> None:
    """Two buttons; a use of them runs the fragment ``changed``, else their own."""
    empty = current(sheet).empty
    for name, icon, change in (("Undo", "undo", Drawing.undone), ("Clear", "delete", Drawing.cleared)):
        st.button(
            name,
            on_click=_change,
            args=(change, sheet, changed),
            icon=f":material/{icon}:",
            disabled=empty,
            key=f"{sheet.key}.{name.lower()}",
        )


def samples(changed: str = "") -> None:
    """A row of digits that draw themselves; a use of them runs the fragment ``changed``, else its own."""
    with st.container(horizontal=True, vertical_alignment="center", gap=2, key="board.samples"):
        st.markdown("**Try one**&ensp;", width="content")
        for digit in SAMPLES:
            key, args = f"board.sample.{digit}", (digit, changed)
            st.button(str(digit), key=key, on_click=_sample, args=args, help=f"Draw a {digit}")


def upload(changed: str = "") -> None:
    """A picture from a file, put onto the canvas, and ``changed`` is run; a refused one leaves the drawing as it is."""
    sections.upload(
        f"A PNG or JPEG picture of one digit, up to {sections.MEGABYTES} MB; light on dark or dark on light",
        "board.upload",
        lambda content, name: _open(content, changed),
        lambda: "Your drawing is still there.",
    )


def reopen(sheet: Sheet = SQUARE) -> None:
    """Give a canvas that has just come onto the page again what was drawn before."""
    _change(Drawing.reopened, sheet)


def show(change: Callable[[Drawing], Drawing], changed: str = "") -> None:
    """Put what ``change`` makes of the Drawing onto the canvas, and run the fragment ``changed``."""
    _change(change, changed=changed)


def _change(change: Callable[[Drawing], Drawing], sheet: Sheet = SQUARE, changed: str = "") -> None:
    keep(change(current(sheet)))
    _run(changed)


def _sample(digit: int, changed: str) -> None:
    _change(lambda drawing: drawing.with_digits(digit), changed=changed)


def _run(fragment: str) -> None:
    if fragment:
        st.rerun(fragment)


def _open(content: bytes, changed: str) -> None:
    from pointwise.data.pictures import open_picture

    picture = open_picture(content)
    show(lambda drawing: drawing.with_picture(picture), changed)
