"""Drawings that are hard to read, each put onto the canvas by one click, with what to look for."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pointwise.drawing import BOX, SIDE, prepare_ink, side_by_side, to_rgba
from pointwise.ui.canvas import drawing, tools
from pointwise.ui.canvas.drawing import CROSSED_SEVEN, SAMPLES, SQUARE, Drawing, Figure, placed
from pointwise.ui.frame import html, navigation

OPEN_FOUR: Figure = (((0.3, 0.04), (0.24, 0.46), (0.74, 0.44)), ((0.5, 0.08), (0.74, 0.06), (0.7, 0.98)))
UPSTROKE: Figure = (((0.22, 0.36), (0.58, 0.02), (0.56, 0.98)),)
TEN: Figure = (
    ((0.12, 0.05), (0.1, 0.95)),
    tuple((0.37 + 0.58 * x, 0.02 + 0.96 * y) for x, y in SAMPLES[0][0]),
)
LETTER: Figure = (((0.2, 0.02), (0.2, 0.98)), ((0.85, 0.04), (0.22, 0.5), (0.88, 0.97)))
STYLE = """<style>
.st-key-hard-cases img {height: 2.5rem; width: 2.5rem; max-height: none; vertical-align: middle; margin-right: 0.4rem;
  image-rendering: pixelated; border-radius: 0.2rem}
.st-key-hard-cases button {padding: 0.3rem 0.6rem 0.3rem 0.3rem}
</style><b>Hard cases</b>"""


@dataclass(frozen=True)
class Case:
    """A drawing and what to look for in its answers; without a figure it is the first drawing with shuffled pixels."""

    name: str
    look_for: str
    figure: Figure = ()

    def drawn_after(self, before: Drawing) -> Drawing:
        """The next Drawing: this case."""
        return before.with_figures(self.figure) if self.figure else before.with_picture(shuffled())

    def is_on(self, now: Drawing) -> bool:
        """Whether it is on the canvas, and nothing else."""
        if self.figure:
            return now.photo is None and now.strokes == placed((self.figure,), now.sheet)
        return not now.strokes and now.photo == _blank().with_picture(shuffled()).photo


CASES = (
    Case(
        "A crossed 7",
        "This 7 has a hook and a bar. Which networks misread it? *1×1 conv + MLP*, the largest, learned as its "
        "tutorial says, from MNIST alone, where few sevens look so.",
        CROSSED_SEVEN,
    ),
    Case(
        "4 or 9?",
        "The gap at the top makes it a 4. Which networks see the gap? Close it with the pen, and look again.",
        OPEN_FOUR,
    ),
    Case(
        "1 or 7?",
        "A 1 with an upstroke, or a slim 7? Look which networks give some probability to both.",
        UPSTROKE,
    ),
    Case("10", "A network that knows ten answers gives one of them, and may be sure of it. 10 is none of them.", TEN),
    Case(
        "A letter",
        "No answer is right for a K. A good network says so by being unsure: no bar is long. Which one is sure all the "
        "same?",
        LETTER,
    ),
    Case(
        "Shuffled",
        "The pixels of the crossed 7, each at another place. *Bag of pixels* still answers as for the 7: it never "
        "knew where they were.",
    ),
)


def gallery(changed: str) -> None:
    """A button for each case; a use of one runs the fragment ``changed``."""
    with st.container(key="hard-cases", gap="xsmall"):
        st.html(STYLE)
        with st.container(horizontal=True, gap="xsmall"):
            for case in CASES:
                st.button(
                    f"![]({_thumbnail(case)}) {case.name}",
                    key=f"board.case.{case.name}",
                    on_click=tools.show,
                    args=(case.drawn_after, changed),
                )


def look_for() -> None:
    """What to look for in the case that is on the canvas, if one is."""
    now = drawing.current()
    for case in CASES:
        if case.is_on(now):
            st.markdown(f"**What to look for:** {case.look_for}")


def two_digits() -> None:
    """Where two pieces of ink stand side by side, the way to the page that reads them one after the other."""
    if side_by_side(drawing.current().prepared.ink):
        navigation.link("why_1x1", "Two digits? Read them at *Any size*", claim="Any size")


@functools.cache
def shuffled() -> np.ndarray:
    """The first drawing as it is brought to 28×28, its pixels shuffled in the box around the digit: RGBA, large.

    It is as large as the sheet's picture, so that the way to 28×28 brings each pixel back as it was, or nearly so.
    """
    image = _blank().with_figures(CROSSED_SEVEN).prepared.image
    pixels = np.sort(image.ravel())[-BOX * BOX :]
    square = np.random.default_rng(0).permutation(pixels).reshape(BOX, BOX)
    side = SQUARE.picture[0]
    nearest = np.arange(side) * BOX // side
    rgba = to_rgba(square[nearest][:, nearest] / 255.0)
    rgba.flags.writeable = False
    return rgba


@functools.cache
def _thumbnail(case: Case) -> str:
    whole = case.drawn_after(_blank()).prepared.ink
    small = prepare_ink(whole).image
    assert small.shape == (SIDE, SIDE)
    return html.data_url(small)


def _blank() -> Drawing:
    return Drawing(SQUARE, 0)
