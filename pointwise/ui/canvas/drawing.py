"""What is drawn on a sheet, as an immutable Drawing, and what becomes of it.

A stroke on the page, undo, clear, a sample, an upload and coming back to the page each make the next Drawing. NumPy and
Pillow are imported where they are needed: the canvas is on its way to the browser before they are there.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pointwise.data.sample_digits import CROSSED_SEVEN, EXTENT, SAMPLES, Figure
from pointwise.ui.frame import desk
from pointwise.ui.frame.desk import Lasting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.drawing import Ink, Preparation

INK, PAPER = "#ffffff", "#0b0f14"
FIRST_STRIP = 4, 7, 2  # the digits that a first visitor finds on the strip
NORMALISED = "drawing.normalised"  # the switch of the steps to 28×28
LOOKS = 50  # pictures that a Drawing remembers, of its last strokes

Point = tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """A canvas on a page, and the key of its Drawing in the session's state."""

    key: str
    width: int  # pixels, where there is room for as many
    height: int
    pen: int  # pixels, unless chosen otherwise
    detail: float = 1.0  # pixels of its picture to one of its own
    reads: bool = False  # whether the page answers what is drawn there

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height of a picture of the sheet, on a screen that is not a fine one."""
        return round(self.width * self.detail), round(self.height * self.detail)


SQUARE = Sheet(
    "board", 420, 420, 30, 11 / 15, reads=True
)  # 15 pixels for each of the network's 28, and 11 in its picture
EXAMPLES = Sheet("examples", 420, 420, 30, 11 / 15, reads=True)  # of classes of somebody's own
STRIP = Sheet("strip", 348, 116, 9)  # for three or four digits


class Stroke(NamedTuple):
    """A line of the pen, on a sheet of any size."""

    points: tuple[Point, ...]  # x as a share of the sheet's width, y of its height
    pen: float  # width as a share of the sheet's height
    by_hand: bool = False  # drawn on the page, where the canvas rounds the corners between the points

    def on(self, width: int, height: int) -> list[Point]:
        """The points in pixels."""
        return [(x * width, y * height) for x, y in self.points]

    def outline(self, width: int, height: int) -> list[Point]:
        """The points in pixels, and more of them on the curves where it was drawn by hand."""
        points = self.on(width, height)
        if not self.by_hand:
            return points
        line = points[:1]
        for control, end in curves(points):
            line += [_on_curve(line[-1], control, end, t) for t in (0.25, 0.5, 0.75)] + [end]
        return [*line, points[-1]]


@dataclass(frozen=True, eq=False)
class Drawing:
    """Strokes on a sheet, over an uploaded picture where there is one, and what they look like."""

    sheet: Sheet
    number: int  # rises from one Drawing of a sheet to the next
    strokes: tuple[Stroke, ...] = ()
    looks: tuple[bytes | None, ...] = field(default=(), repr=False)  # a PNG after each stroke; None: not there
    photo: bytes | None = field(default=None, repr=False)  # PNG of an upload: white ink, as opaque as it is strong
    base: Drawing | None = field(default=None, repr=False)  # what the canvas was told to show; None: this Drawing
    untouched: bool = False  # what a first visitor finds, which makes way for the pen

    @property
    def shown(self) -> Drawing:
        """The Drawing that the canvas was last told to show."""
        return self.base or self

    @property
    def begun(self) -> tuple[Stroke, ...]:
        """The strokes that the page draws over: those shown, unless they make way."""
        return () if self.shown.untouched else self.shown.strokes

    @property
    def empty(self) -> bool:
        """Whether there is neither a stroke nor an uploaded picture."""
        return not self.strokes and self.photo is None

    @property
    def rgba(self) -> NDArray[np.uint8]:
        """The picture (height, width, 4): the page's own where it sent one, in its pixels, else drawn here.

        A stroke that was begun before the board was cleared is not in the page's own, where no ink is.
        """
        return self._seen[0]

    @cached_property
    def _seen(self) -> tuple[NDArray[np.uint8], Ink]:
        """The picture, and the ink in it."""
        from pointwise.drawing import ink_of

        if self.looks and self.looks[-1] is not None:
            picture = pixels(self.looks[-1])
            ink = ink_of(picture)
            if ink.any():
                return picture, ink
        picture = self._drawn()
        return picture, ink_of(picture)

    @cached_property
    def prepared(self) -> Preparation:
        """The way to 28×28: cropped, scaled, centred."""
        from pointwise.drawing import prepare_ink

        return prepare_ink(self._seen[1])

    @cached_property
    def whole(self) -> NDArray[np.uint8]:
        """The sheet as it lies, scaled to (28, 28)."""
        from pointwise.drawing import prepare_ink

        return prepare_ink(self.prepared.ink, normalise=False).image

    def drawn_on(self, number: int, strokes: tuple[Stroke, ...], png: bytes) -> Drawing:
        """The next Drawing, from what the page sent: all strokes over ``begun``, and a picture of everything."""
        every = (*self.begun, *strokes)
        known = zip(self.strokes, every, self.looks, strict=False)
        looks = [look if before == now else None for before, now, look in known][: len(every) - 1]
        looks += [None] * (len(every) - 1 - len(looks))
        looks[: 1 - LOOKS] = [None] * len(looks[: 1 - LOOKS])
        base = self.base or replace(self)
        return replace(self, number=number, strokes=every, looks=(*looks, png), base=base, untouched=False)

    def undone(self) -> Drawing:
        """The next Drawing, without the last stroke, or without the upload where there is no stroke.

        What makes way does so as a whole: a stroke on it may be on its way here.
        """
        if self.untouched:
            return self.cleared()
        photo = self.photo if self.strokes else None
        return self._next(self.strokes[:-1], self.looks[:-1], photo)

    def cleared(self) -> Drawing:
        """The next Drawing, empty."""
        return self._next()

    def reopened(self) -> Drawing:
        """The next Drawing, the same for a canvas that has just been put on the page again."""
        after = replace(self._next(self.strokes, self.looks, self.photo), untouched=self.untouched)
        vars(after).update({name: vars(self)[name] for name in ("_seen", "prepared", "whole") if name in vars(self)})
        return after

    def with_digits(self, *digits: int) -> Drawing:
        """The next Drawing: samples side by side, each in a square as high as the sheet."""
        return self.with_figures(*(SAMPLES[digit] for digit in digits))

    def with_figures(self, *figures: Figure) -> Drawing:
        """The next Drawing: figures side by side, each in a square as high as the sheet."""
        strokes = placed(figures, self.sheet)
        return self._next(strokes, (None,) * len(strokes))

    def with_picture(self, rgba: NDArray[np.uint8]) -> Drawing:
        """The next Drawing: an uploaded picture, uint8 (H, W, 4) white on black, in the middle of the sheet."""
        from PIL import Image

        picture = Image.new("RGBA", rgba.shape[1::-1], INK)
        picture.putalpha(Image.fromarray(rgba[:, :, 0]))
        content = io.BytesIO()
        picture.save(content, format="PNG")
        return self._next(photo=content.getvalue())

    def _next(
        self, strokes: tuple[Stroke, ...] = (), looks: tuple[bytes | None, ...] = (), photo: bytes | None = None
    ) -> Drawing:
        return Drawing(self.sheet, self.number + 1, strokes, looks, photo)

    def _drawn(self) -> NDArray[np.uint8]:
        import numpy as np
        from PIL import Image

        from pointwise.drawing import draw_lines, to_rgba

        width, height = self.sheet.picture
        lines = [(stroke.outline(width, height), stroke.pen * height) for stroke in self.strokes]
        grey = draw_lines(lines, width, height)
        if self.photo is not None:
            photo = Image.open(io.BytesIO(self.photo)).getchannel("A")
            left, top, scale = middle(photo.size, (width, height))
            under = Image.new("L", (width, height))
            size = round(photo.width * scale), round(photo.height * scale)
            under.paste(photo.resize(size), (round(left), round(top)))
            grey = np.maximum(grey, np.asarray(under))
        return to_rgba(grey / 255.0)


def current(sheet: Sheet = SQUARE) -> Drawing:
    """The visitor's Drawing on a sheet; samples on the first visit."""
    kept = _kept(sheet)
    now = kept.get()
    if now is None:
        now = replace(first(sheet), number=fresh_number())
        kept.begin(now)
    return now


def keep(drawing: Drawing) -> None:
    """Make it the visitor's Drawing on its sheet."""
    _kept(drawing.sheet).set(drawing)


def _kept(sheet: Sheet) -> Lasting[Drawing | None]:
    from pointwise.ui.canvas import drawing_json

    return Lasting(f"drawing.{sheet.key}", None, drawing_json.dump, partial(drawing_json.load, sheet))


def fresh_number() -> int:
    """A number above those of all Drawings before."""
    return int(1000 * time.time())


def first(sheet: Sheet = SQUARE) -> Drawing:
    """What a first visitor finds on a sheet, until the pen comes."""
    empty = Drawing(sheet, 0)
    if sheet is EXAMPLES:
        return empty
    found = empty.with_digits(*FIRST_STRIP) if sheet is STRIP else empty.with_figures(CROSSED_SEVEN)
    return replace(found, untouched=True)


def normalises() -> bool:
    """Whether drawings are cropped, scaled and centred, as chosen."""
    return bool(st.session_state.get(desk.widget(NORMALISED, True, (True, False).__contains__), True))


def received_image() -> NDArray[np.uint8]:
    """What the models are given, uint8 (28, 28): with the steps or without, as chosen."""
    return current().prepared.image if normalises() else current().whole


def pixels(png: bytes) -> NDArray[np.uint8]:
    """A PNG as uint8 (H, W, 4)."""
    import numpy as np
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(png), formats=("PNG",)).convert("RGBA"))


def placed(figures: Sequence[Figure], sheet: Sheet) -> tuple[Stroke, ...]:
    """The strokes of figures side by side on a sheet, each in a square as high as the sheet."""
    side, margin = sheet.height / sheet.width, (1 - EXTENT) / 2
    return tuple(
        Stroke(
            tuple(((number + margin + x * EXTENT) * side, margin + y * EXTENT) for x, y in points),
            sheet.pen / sheet.height,
        )
        for number, figure in enumerate(figures)
        for points in figure
    )


def middle(size: tuple[int, int], room: tuple[int, int]) -> tuple[float, float, float]:
    """Left, top and scale that put a picture into the middle of a room, as large as it fits; both (width, height)."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return (room[0] - size[0] * scale) / 2, (room[1] - size[1] * scale) / 2, scale


def curves(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Control point and end of each quadratic curve, from middle to middle between the points, as Fabric.js draws."""
    return [((x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2)) for (x0, y0), (x1, y1) in pairwise(points)]


def _on_curve(start: Point, control: Point, end: Point, t: float) -> Point:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]
