"""What is drawn on a canvas as an immutable Board, and what becomes of it.

NumPy and Pillow are imported where they are needed: the canvas is on its way to the browser before they are there.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.ui.canvas.samples import SAMPLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from pointwise.drawing import Ink

BOARD = "drawing.board"
PEN_UP = "drawing.pen_up"
STRIP_BOARD = "drawing.strip"
FIRST_SAMPLE = 7
FIRST_STRIP = (4, 7, 2)
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
    pixels: Callable[[], NDArray[np.uint8]] = field(repr=False)  # makes ``rgba``
    turn: int = 0  # another number makes the canvas load ``start`` again
    received: bytes | None = field(default=None, repr=False)  # the last picture that the canvas sent

    @cached_property
    def rgba(self) -> NDArray[np.uint8]:
        """The drawing as a picture (height, width, 4), made when it is first asked for."""
        return self.pixels()

    @cached_property
    def ink(self) -> Ink:
        """How much each of its pixels differs from the paper, 0–1 (height, width)."""
        from pointwise.drawing import ink_of

        return ink_of(self.rgba)


def sample_board(digit: int, turn: int = 0) -> Board:
    """A board on which one of the ten samples is drawn."""
    shapes = tuple(_path(stroke, SIDE, PEN) for stroke in SAMPLES[digit])
    return Board(shapes, shapes, partial(_sample, digit), turn)


def strip_board(digits: Sequence[int]) -> Board:
    """A strip on which three of the samples are drawn."""
    side = STRIP.height
    shapes = [
        _path(stroke, side, STRIP_PEN, number * side)
        for number, digit in enumerate(digits)
        for stroke in SAMPLES[digit]
    ]
    return Board(tuple(shapes), tuple(shapes), partial(_samples, tuple(digits)))


def with_sample(board: Board, digit: int) -> Board:
    """Another board with a sample instead of the drawing."""
    return replace(sample_board(digit, board.turn + 1), received=board.received)


def cleared(board: Board, sheet: Sheet = SQUARE) -> Board:
    """An empty board."""
    return replace(board, start=(), shapes=(), pixels=partial(_empty, sheet), turn=board.turn + 1)


def undone(board: Board, sheet: Sheet = SQUARE) -> Board:
    """The board without its last stroke; its picture follows from the canvas."""
    rest = board.shapes[:-1]
    return replace(board, start=rest, shapes=rest, turn=board.turn + 1) if rest else cleared(board, sheet)


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
    return replace(board, start=(shape,), shapes=(shape,), pixels=partial(_on_black, square), turn=board.turn + 1)


def remounted(board: Board) -> Board:
    """The same drawing for a canvas that has just been put on the page again."""
    return replace(board, start=board.shapes, turn=board.turn + 1, received=None)


def redrawn(board: Board, shapes: tuple[Shape, ...], png: bytes) -> Board:
    """The board with what the canvas sent: its shapes, and a picture of them."""
    return replace(board, shapes=shapes, pixels=partial(_pixels, png), received=png)


def _sample(digit: int) -> NDArray[np.uint8]:
    from pointwise.drawing import draw_strokes

    return draw_strokes(SAMPLES[digit], SIDE, PEN, EXTENT)


def _samples(digits: Sequence[int]) -> NDArray[np.uint8]:
    import numpy as np

    from pointwise.drawing import draw_strokes

    return np.hstack([draw_strokes(SAMPLES[digit], STRIP.height, STRIP_PEN, EXTENT) for digit in digits])


def _empty(sheet: Sheet) -> NDArray[np.uint8]:
    import numpy as np

    black = np.zeros((sheet.height, sheet.width, 4), np.uint8)
    black[:, :, 3] = 255
    return black


def _on_black(picture: Image.Image) -> NDArray[np.uint8]:
    import numpy as np

    grey = np.asarray(picture)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def _pixels(png: bytes) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


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


@dataclass(frozen=True)
class PenUp:
    """A picture that the page sent at the end of a stroke, and what the canvas had sent before."""

    number: int  # of the stroke, rising
    image: NDArray[np.uint8] | None = None  # (28, 28)
    normalise: bool = True
    turn: int = -1
    received: bytes | None = None

    def newer_than(self, board: Board, normalise: bool) -> bool:
        """Whether the canvas has not sent this stroke yet."""
        same = (self.turn, self.received, self.normalise) == (board.turn, board.received, normalise)
        return self.image is not None and same


def board() -> Board:
    """The drawing; a sample on the first visit."""
    if BOARD not in st.session_state:
        st.session_state[BOARD] = sample_board(FIRST_SAMPLE)
    return st.session_state[BOARD]


def set_board(value: Board) -> None:
    st.session_state[BOARD] = value


def pen_up() -> PenUp:
    """The last picture that the page sent itself; number 0 before the first."""
    return st.session_state.get(PEN_UP, PenUp(0))


def set_pen_up(number: int, image: NDArray[np.uint8], normalise: bool) -> None:
    """Keep a picture until the canvas sends the drawing."""
    now = board()
    st.session_state[PEN_UP] = PenUp(number, image, normalise, now.turn, now.received)


def strip() -> Board:
    """The drawing of several digits; three samples on the first visit."""
    if STRIP_BOARD not in st.session_state:
        st.session_state[STRIP_BOARD] = strip_board(FIRST_STRIP)
    return st.session_state[STRIP_BOARD]


def set_strip(value: Board) -> None:
    st.session_state[STRIP_BOARD] = value
