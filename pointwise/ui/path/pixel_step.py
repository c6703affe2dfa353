"""Step 1: the arithmetic of one pixel, on the visitor's drawing."""

from __future__ import annotations

import streamlit as st

from pointwise.ui.figures import one_pixel
from pointwise.ui.frame import glossary
from pointwise.ui.path import own_drawing


def show() -> None:
    """The one picture, its formula, and what follows from it."""
    image = own_drawing.image()
    if image is None:
        return
    st.markdown("**Watch one pixel of the drawing:** its number times a weight, plus a bias, makes one new pixel.")
    one_pixel.drawing(image, key="path.one_pixel")
    own_drawing.another()
    glossary.write(
        "The upper sum is all that there is to it. A **[[1×1 convolution]]** takes the numbers that one pixel has, one "
        "in each [[channel]], multiplies each by a [[weight]], adds them up with a [[bias]], and bends the sum; this "
        "last step is the [[activation]]. Then it does the same at the next pixel, **with the same weights**. The "
        "results are a new picture, a [[feature map]]."
    )
    st.latex(r"y_k(p) = \mathrm{act}\Big(\textstyle\sum_c w_{kc}\,x_c(p) + b_k\Big)")
    st.caption(
        "At pixel p: the channels x, numbered c, their weights w, the bias b, and the value y of the new channel k."
    )
    glossary.write(
        "The drawing is grey, so a pixel has a single number. All that a 1×1 convolution can do with one number is "
        "to make it brighter, darker, or inverted, a [[tone curve]]. It cannot tell whether the pixel is part of a "
        "line: **it never looks at the neighbours**. A [[3×3 convolution]] does."
    )
