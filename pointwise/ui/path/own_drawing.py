"""The visitor's drawing as the path uses it, and samples to take one of."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.ui.canvas import tools
from pointwise.ui.canvas.drawing import received_image
from pointwise.ui.frame import navigation


def image() -> NDArray[np.uint8] | None:
    """What networks receive of the drawing, uint8 (28, 28); where the canvas is empty, samples instead, and None."""
    drawn = received_image()
    if drawn.any():
        return drawn
    st.info("There is no drawing yet. Take one of these digits, or draw your own.", icon=":material/draw:")
    _choices()
    return None


def another() -> None:
    """Samples, and the way to the canvas, behind a button."""
    with st.popover("Another digit", icon=":material/draw:"):
        _choices()


def _choices() -> None:
    tools.samples()
    navigation.link("draw", "Draw your own")
