"""The figure of one pixel through a 1×1 convolution, and at the same place through a 3×3 one (one_pixel.js).

The pixel moves over the picture while the maps fill in, by itself or by pointer, keys and buttons; no message is sent
to the server. It needs no heading above it, and fits any width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.inpage import FOLDER, bundled
from pointwise.ui.figures import one_pixel_data

if TYPE_CHECKING:
    from pointwise.explain.chain import Chain, Trace

_figure = st.components.v2.component(
    "pointwise_one_pixel",
    html="<figure></figure>",
    css=(FOLDER / "one_pixel.css").read_text(encoding="utf-8"),
    js=bundled(FOLDER / "one_pixel.js"),
)


def drawing(image: NDArray[np.uint8], key: str = "one_pixel.drawing") -> None:
    """A drawing, uint8 (28, 28), e.g. ``received_image()``: one grey channel, and four maps of the first 1×1 layer of
    the shipped bag_of_pixels. Beside it a 3×3 kernel that sees edges.
    """
    _figure(key=key, data=one_pixel_data.of_drawing(image))


def shows(chain: Chain, trace: Trace, stage: int) -> bool:
    """Whether ``layer`` can show a stage: a 1×1 convolution over more than one pixel."""
    return chain.stages[stage].kernel == 1 and trace.maps[stage].after[0].numel() > 1


def layer(chain: Chain, trace: Trace, stage: int, channel: int | None = None, key: str = "one_pixel.layer") -> None:
    """A 1×1 convolution of a network on the picture of ``trace``: the sum behind a channel's map, or behind four maps
    to choose from. Of many inputs those four are shown one by one that count most in the map, the others together;
    a single input has the 3×3 kernel beside it.

    On the page of feature maps: ``if shows(subject.chain, subject.trace, n): layer(subject.chain, subject.trace, n)``.
    """
    _figure(key=key, data=one_pixel_data.of_layer(chain, trace, stage, channel))
