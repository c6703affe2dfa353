"""The canvas with its controls: samples, pen, undo, clear, and an uploaded picture instead."""

from __future__ import annotations

import streamlit as st

from pointwise.errors import PictureError
from pointwise.ui.canvas import component, drawing

PEN = "board.pen"
UPLOAD = "board.upload"
REFUSED = "board.refused"


def board() -> None:
    """The canvas. The drawing is kept in the session's state."""
    component.show(drawing.board(), st.session_state.get(PEN, drawing.PEN), _drawn)


def tools() -> None:
    """Pen width, undo, clear, and a row of digits that draw themselves."""
    empty = not drawing.board().shapes
    with st.container(horizontal=True, vertical_alignment="bottom", width=drawing.SIDE, gap="small"):
        st.slider("Pen width", 8, 40, drawing.PEN, format="%d px", key=PEN, persist_state="session", width=112)
        st.button("Undo", on_click=_undo, icon=":material/undo:", disabled=empty, key="board.undo")
        st.button("Clear", on_click=_clear, icon=":material/delete:", disabled=empty, key="board.clear")
    samples()


def samples() -> None:
    """A row of digits that draw themselves."""
    with st.container(horizontal=True, gap=2, key="board.samples"):
        for digit in drawing.SAMPLES:
            st.button(str(digit), key=f"board.sample.{digit}", on_click=_sample, args=(digit,), help=f"Draw a {digit}")


def upload() -> None:
    """A picture from a file, put onto the canvas; a refused one leaves the drawing as it is."""
    st.file_uploader(
        "A PNG or JPEG picture of one digit, up to 10 MB; light on dark or dark on light",
        key=UPLOAD,
        on_change=_open,
        max_upload_size=10,
    )
    if st.session_state.get(REFUSED):
        st.error(st.session_state[REFUSED], icon=":material/broken_image:")


def remount() -> None:
    """Give a canvas that has just come onto the page again what was drawn before."""
    drawing.set_board(drawing.remounted(drawing.board()))


def _drawn() -> None:
    drawing.set_board(component.taken(drawing.board()))


def _sample(digit: int) -> None:
    drawing.set_board(drawing.with_sample(drawing.board(), digit))


def _undo() -> None:
    drawing.set_board(drawing.undone(drawing.board()))


def _clear() -> None:
    drawing.set_board(drawing.cleared(drawing.board()))


def _open() -> None:
    st.session_state[REFUSED] = None
    file = st.session_state[UPLOAD]
    if file is None:
        return
    from pointwise.data.pictures import open_picture

    try:
        drawing.set_board(drawing.with_picture(drawing.board(), open_picture(file.getvalue())))
    except PictureError as error:
        st.session_state[REFUSED] = f"{error} Your drawing is still there."
