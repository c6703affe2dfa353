"""The drawing component behind one function, and what is on it as an immutable Board."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.strokes import draw_strokes
from pointwise.ui.samples import SAMPLES

SIDE = 308  # pixels: 11 for each of the network's 28, and narrow enough for a phone
PEN = 22  # pixels
EXTENT = 0.62  # the share of the canvas that a sample fills
INK, PAPER = "#ffffff", "#0b0f14"

Shape = dict[str, Any]  # an object in the canvas's own JSON (Fabric.js)


@dataclass(frozen=True)
class Sheet:
    """A canvas on a page."""

    key: str
    width: int  # pixels
    height: int


SQUARE = Sheet("board", SIDE, SIDE)
STRIP = Sheet("strip", 348, 116)  # for three or four digits
STRIP_PEN = 9


@dataclass(frozen=True)
class Board:
    """What is drawn. ``start`` is what the canvas was last told to show, ``shapes`` what it shows now."""

    start: tuple[Shape, ...]
    shapes: tuple[Shape, ...]
    rgba: NDArray[np.uint8] = field(repr=False)  # (height, width, 4)
    turn: int = 0  # another number makes the canvas load ``start`` again
    received: bytes | None = field(default=None, repr=False)  # the last picture that the canvas sent


def sample_board(digit: int, turn: int = 0) -> Board:
    """A board on which one of the ten samples is drawn."""
    shapes = tuple(_path(stroke, SIDE, PEN) for stroke in SAMPLES[digit])
    return Board(shapes, shapes, draw_strokes(SAMPLES[digit], SIDE, PEN, EXTENT), turn)


def strip_board(digits: Sequence[int]) -> Board:
    """A strip on which three of the samples are drawn."""
    side = STRIP.height
    shapes = [
        _path(stroke, side, STRIP_PEN, number * side)
        for number, digit in enumerate(digits)
        for stroke in SAMPLES[digit]
    ]
    drawn = [draw_strokes(SAMPLES[digit], side, STRIP_PEN, EXTENT) for digit in digits]
    return Board(tuple(shapes), tuple(shapes), np.hstack(drawn))


def with_sample(board: Board, digit: int) -> Board:
    """Another board with a sample instead of the drawing."""
    return replace(sample_board(digit, board.turn + 1), received=board.received)


def cleared(board: Board) -> Board:
    """An empty board."""
    black = np.zeros_like(board.rgba)
    black[:, :, 3] = 255
    return replace(board, start=(), shapes=(), rgba=black, turn=board.turn + 1)


def undone(board: Board) -> Board:
    """The board without its last stroke; its picture follows from the canvas."""
    rest = board.shapes[:-1]
    return replace(board, start=rest, shapes=rest, turn=board.turn + 1) if rest else cleared(board)


def with_picture(board: Board, rgba: NDArray[np.uint8]) -> Board:
    """An uploaded picture, uint8 (H, W, 4) white on black, in the middle of an otherwise empty board."""
    from PIL import Image

    height, width = rgba.shape[:2]
    scale = SIDE / max(height, width)
    ink = Image.fromarray(rgba[:, :, 0])
    picture = Image.new("RGBA", (width, height), INK)
    picture.putalpha(ink)
    content = io.BytesIO()
    picture.save(content, format="PNG")
    shape: Shape = {
        "type": "Image",
        "src": "data:image/png;base64," + base64.b64encode(content.getvalue()).decode(),
        "originX": "left",
        "originY": "top",
        "scaleX": scale,
        "scaleY": scale,
        "left": (SIDE - width * scale) / 2,
        "top": (SIDE - height * scale) / 2,
    }
    square = Image.new("L", (SIDE, SIDE))
    square.paste(ink.resize((round(width * scale), round(height * scale))), (round(shape["left"]), round(shape["top"])))
    grey = np.asarray(square)
    shown = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    return replace(board, start=(shape,), shapes=(shape,), rgba=shown, turn=board.turn + 1)


def remounted(board: Board) -> Board:
    """The same drawing for a canvas that has just been put on the page again."""
    return replace(board, start=board.shapes, turn=board.turn + 1, received=None)


def show(board: Board, pen: int, sheet: Sheet = SQUARE) -> Board:
    """Put the canvas on the page; the board as the person left it."""
    import streamlit as st
    from streamlit_drawable_canvas import st_canvas

    with st.container(gap=None):
        result = st_canvas(
            stroke_width=pen,
            stroke_color=INK,
            background_color=PAPER,
            width=sheet.width,
            height=sheet.height,
            initial_drawing={"objects": list(board.start), "turn": board.turn},
            return_image_data=True,
            key=sheet.key,
        )
        _without_toolbar()(key=f"{sheet.key}.bare", data={"key": sheet.key})
    received = result.image_bytes
    if received is None or received == board.received or result.json_data is None:
        return board
    return replace(board, shapes=tuple(result.json_data.get("objects", ())), rgba=result.image_data, received=received)


@functools.cache
def _without_toolbar() -> Callable[..., Any]:
    """A component of our own, without a place of its own on the page (canvas.js)."""
    import streamlit as st

    return st.components.v2.component("pointwise_canvas", js=Path(__file__).with_name("canvas.js").read_text())


def _path(points: list[list[float]], side: int, pen: int, left: int = 0) -> Shape:
    offset = side * (1 - EXTENT) / 2
    steps = [["L", left + offset + x * side * EXTENT, offset + y * side * EXTENT] for x, y in points]
    steps[0][0] = "M"
    return {
        "type": "Path",
        "path": steps,
        "fill": None,
        "stroke": INK,
        "strokeWidth": pen,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
