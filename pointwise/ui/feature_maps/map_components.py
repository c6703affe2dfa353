"""One map to point at or to rub out: a component of the page's own (pixels.js)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.inpage import bundled
from pointwise.ui.frame import html
from pointwise.ui.frame.labels import number

_pixels = st.components.v2.component(
    "pointwise_pixels",
    html="""<figure><div tabindex="0" role="application"><img draggable="false" alt=""><b></b></div>
<output aria-live="off"></output></figure>""",
    css="""figure {margin: 0; max-width: var(--most, 22rem); font-family: var(--st-font); color: var(--st-text-color)}
div {position: relative; cursor: crosshair; touch-action: pan-y; user-select: none; border-radius: 3px}
div.brush {touch-action: none}
div:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 1px}
img {display: block; width: 100%; height: 100%; image-rendering: pixelated; border-radius: 3px; pointer-events: none}
b, s {position: absolute; box-sizing: border-box; pointer-events: none}
div.alone {outline: 3px dashed var(--st-primary-color); outline-offset: 1px}
.alone b, .single b {display: none !important}
.single {--most: 9rem}
b {display: none; outline: 2px solid #ffffff; box-shadow: 0 0 0 4px #000000; z-index: 1;
  min-width: 3px; min-height: 3px}
s {background: rgba(128, 128, 128, 0.75)}
output {display: block; min-height: 1.4em;
  font-size: 0.82rem; font-variant-numeric: tabular-nums; padding-top: 0.3rem}""",
    js=bundled(Path(__file__).with_name("pixels.js")),
)


def pick(
    key: str,
    picture: NDArray[np.uint8],
    values: NDArray[np.floating],
    point: tuple[int, int],
    alt: str,
    picked: Callable[[], None],
) -> None:
    """``values`` (h, w) under a coloured picture; ``picked`` when ``st.session_state[key].picked`` is [y, x]."""
    _pixels(key=key, data=_data(picture, values, alt) | {"point": point, "brush": 0}, on_picked_change=picked)


def brush(
    key: str,
    picture: NDArray[np.uint8],
    values: NDArray[np.floating],
    radius: float,
    alt: str,
    rubbed: Callable[[], None],
) -> None:
    """``values`` (h, w) under a coloured picture to be rubbed over with a brush of ``radius`` pixels.

    ``rubbed`` is called when ``st.session_state[key].rubbed`` holds indices into h·w.
    """
    _pixels(key=key, data=_data(picture, values, alt) | {"point": None, "brush": radius}, on_rubbed_change=rubbed)


def _data(picture: NDArray[np.uint8], values: NDArray[np.floating], alt: str) -> dict[str, object]:
    rows, columns = values.shape
    return {
        "image": html.data_url(picture),
        "rows": rows,
        "columns": columns,
        "values": tuple(number(value) for value in values.ravel().tolist()),
        "alt": alt,
    }
