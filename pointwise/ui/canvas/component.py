"""The drawing component behind one function, and what it has sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pointwise.ui.canvas.drawing import INK, PAPER, SQUARE, Board, Sheet, redrawn
from pointwise.ui.frame.components import hidden


def show(board: Board, pen: int, drawn: Callable[[], None], sheet: Sheet = SQUARE) -> None:
    """Put the canvas on the page; ``drawn`` is called when there is something new for ``taken``."""
    import streamlit as st

    with st.container(gap=None):
        _canvas(board, pen, drawn, sheet)
        with hidden(f"{sheet.key}-aid"):
            _aid()(key=f"{sheet.key}.aid", data={"key": sheet.key})


def taken(board: Board, sheet: Sheet = SQUARE) -> Board:
    """The board as the person left it."""
    import streamlit as st

    sent = st.session_state[sheet.key].get("drawing")
    if not sent or not sent.get("data"):
        return board
    return redrawn(board, tuple(sent["raw"].get("objects", ())), base64.b64decode(sent["data"].split(",", 1)[1]))


def _canvas(board: Board, pen: int, drawn: Callable[[], None], sheet: Sheet) -> None:
    """The canvas, which sends ``drawing``: ``raw``, Fabric.js's JSON, and ``data``, a PNG's address.

    This is the component behind ``st_canvas``, called without it: that gives Streamlit the drawing as a dict, which
    may be a data frame, and to look at one Streamlit imports pandas, which takes as long as all else on a server's
    first visit. A string is none, and Fabric.js reads JSON from it all the same.
    """
    from streamlit_drawable_canvas import out

    drawing = {"objects": list(board.start), "turn": board.turn, "background": PAPER}
    out(
        key=sheet.key,
        data={
            "initialDrawing": json.dumps(drawing),
            "canvasWidth": sheet.width,
            "canvasHeight": sheet.height,
            "strokeWidth": pen,
            "strokeColor": INK,
            "backgroundColor": PAPER,
            "fillColor": PAPER,
            "drawingMode": "freedraw",
            "realtimeUpdateStreamlit": True,
            "returnImageData": True,
            "disabled": False,
            "backgroundImageURL": None,
            "backgroundImageFit": "stretch",
            "maxDisplayHeight": None,
            "displayRadius": 3,
            "fontSize": 20,
            "label": "",
        },
        default={"drawing": None, "backgroundFit": None},
        on_drawing_change=drawn,
        on_backgroundFit_change=_nothing,
        width="content",
        height="content",
    )


def _nothing() -> None:
    """Streamlit asks for a callback of each value that a component may send."""


@cache
def _aid() -> Callable[..., Any]:
    """A component of our own that mends two habits of the canvas (canvas.js)."""
    import streamlit as st

    return st.components.v2.component("pointwise_canvas", js=Path(__file__).with_name("canvas.js").read_text())
