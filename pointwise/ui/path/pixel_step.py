"""Step 1: the arithmetic of one pixel, on the visitor's drawing."""

from __future__ import annotations

import streamlit as st

from pointwise.explain import five_steps
from pointwise.ui.figures import one_pixel
from pointwise.ui.frame import glossary
from pointwise.ui.path import own_drawing


def show() -> None:
    """The one picture, its formula, and what follows from it."""
    image = own_drawing.image()
    if image is None:
        return
    st.markdown(five_steps.WATCH)
    one_pixel.drawing(image, key="path.one_pixel")
    own_drawing.another()
    glossary.write(five_steps.ARITHMETIC)
    st.latex(r"y_k(p) = \mathrm{act}\Big(\textstyle\sum_c w_{kc}\,x_c(p) + b_k\Big)")
    st.caption(
        "At pixel p: the channels x, numbered c, their weights w, the bias b, and the value y of the new channel k."
    )
    glossary.write(five_steps.LIMIT)
