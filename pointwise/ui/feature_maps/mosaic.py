"""A layer's channels as one picture of tiles, each to be chosen by pointer or key: a component of our own."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.ui.frame import html
from pointwise.ui.frame.colours import Scale

KEY = "features.mosaic"
TILE, DOT = 52, 26  # pixels of a map on the page, and of a map that is a single value
HTML = '<div role="group"></div>'
CSS = """div {display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--side), 1fr)); gap: 4px;
  font-family: var(--st-font); color: var(--st-text-color)}
button {all: unset; box-sizing: border-box; cursor: pointer; display: block; border-radius: 3px; padding: 2px;
  outline: 1px solid transparent}
span {display: block; aspect-ratio: 1; background-image: var(--sprite); background-size: var(--spread);
  image-rendering: pixelated; border-radius: 2px}
small {display: block; font-size: 0.68rem; line-height: 1.2; text-align: center; opacity: 0.8}
.dead span {opacity: 0.35}
.dead small {text-decoration: line-through}
button:hover {outline: 2px solid color-mix(in srgb, var(--st-primary-color) 55%, transparent)}
button:focus-visible, button[aria-pressed=true] {outline: 3px solid var(--st-primary-color)}"""

_component = st.components.v2.component(
    "pointwise_mosaic", html=HTML, css=CSS, js=Path(__file__).with_name("mosaic.js").read_text()
)


def show(
    maps: NDArray[np.float32], shared: bool, dead: NDArray[np.bool_], chosen: int, alt: str, choose: Callable[[], None]
) -> None:
    """Maps (C, h, w). ``choose`` is called when ``st.session_state[KEY].chosen`` has a channel's number."""
    sprite, columns = picture(maps, shared)
    _component(
        key=KEY,
        data={
            "image": html.data_url(sprite),
            "tiles": len(maps),
            "columns": columns,
            "side": DOT if maps.shape[1:] == (1, 1) else TILE,
            "dead": tuple(dead.tolist()),
            "chosen": chosen,
            "alt": alt,
        },
        on_chosen_change=choose,
    )


def picture(maps: NDArray[np.float32], shared: bool) -> tuple[NDArray[np.uint8], int]:
    """All maps (C, h, w) without gaps in one picture uint8 (rows·h, columns·w, 3), and the number of columns.

    With ``shared`` one scale for all, else each has its own.
    """
    channels, height, width = maps.shape
    columns = math.ceil(math.sqrt(channels))
    rows = math.ceil(channels / columns)
    coloured = Scale.of(maps).coloured(maps) if shared else np.stack([Scale.of(one).coloured(one) for one in maps])
    tiles = np.zeros((rows * columns, height, width, 3), np.uint8)
    tiles[:channels] = coloured
    lines = tiles.reshape(rows, columns, height, width, 3).transpose(0, 2, 1, 3, 4)
    return lines.reshape(rows * height, columns * width, 3), columns
