"""Many pictures as tiles to choose one from (a component, map_tiles.js)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.inpage import bundled
from pointwise.ui.frame import html
from pointwise.ui.frame.colours import Scale

FEW = 10  # that stand in one row
TILE, DOT = 58, 26  # pixels of a map on the page, and of a map that is a single value

_mosaic = st.components.v2.component(
    "pointwise_mosaic",
    html='<div class="tiles" role="group"></div>',
    css=""".tiles {display: grid; grid-template-columns: repeat(auto-fill, var(--side)); gap: 4px;
  padding: 3px; font-family: var(--st-font); color: var(--st-text-color)}
button {all: unset; box-sizing: border-box; cursor: pointer; display: block; border-radius: 3px; padding: 2px;
  outline: 1px solid transparent}
span {display: block; aspect-ratio: var(--shape); background-image: var(--sprite); background-size: var(--spread);
  image-rendering: pixelated; border-radius: 2px}
small:empty {display: none}
small {display: block; font-size: 0.75rem; line-height: 1.3; text-align: center; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums}
.few {grid-template-columns: repeat(10, minmax(0, 5.5rem))}
.dead span {opacity: 0.4; outline: 1px solid var(--st-text-color); outline-offset: -1px}
.dead small {text-decoration: line-through}
button:hover {outline: 2px solid color-mix(in srgb, var(--st-primary-color) 55%, transparent)}
button[aria-pressed=true] {outline: 3px solid var(--st-primary-color)}
button[aria-pressed=true] small {font-weight: 700}
button:focus-visible {outline: 3px solid var(--st-text-color)}
@media (max-width: 640px) {
  .tiles:not(.few) {grid-auto-flow: column; grid-template-columns: none; grid-template-rows: repeat(2, auto);
    grid-auto-columns: max(var(--side), 44px); overflow-x: auto; scrollbar-width: thin}
  .few {grid-template-columns: repeat(5, 1fr)}
}""",
    js=bundled(Path(__file__).with_name("map_tiles.js")),
)


@dataclass(frozen=True, eq=False)
class Tiles:
    """Pictures to choose one from, and what stands below each."""

    sprite: NDArray[np.uint8]  # all of them in one, as ``tiles`` makes it
    columns: int  # of the sprite
    names: Sequence[str]  # one each, in words
    captions: Sequence[str]  # one each, short
    faded: Sequence[bool]  # which of them are pale and struck out
    side: int = TILE  # pixels at least
    across: bool = True  # whether ten of them at most are one row, as wide as there is place


def mosaic(key: str, shown: Tiles, chosen: int, alt: str, choose: Callable[[], None]) -> None:
    """Pictures, each to be chosen by pointer or key.

    ``choose`` is called when ``st.session_state[key].chosen`` has one's number.
    """
    height, width = shown.sprite.shape[:2]
    shape = width / shown.columns * math.ceil(len(shown.names) / shown.columns) / height  # of one, width over height
    _mosaic(
        key=key,
        data={
            "image": html.data_url(shown.sprite),
            "tiles": len(shown.names),
            "columns": shown.columns,
            "shape": min(max(shape, 0.5), 2.0),
            "side": shown.side,
            "few": shown.across and len(shown.names) <= FEW,
            "dead": tuple(shown.faded),
            "names": tuple(shown.names),
            "captions": tuple(shown.captions),
            "chosen": chosen,
            "alt": alt,
        },
        on_chosen_change=choose,
    )


def side(count: int) -> int:
    """Pixels of one of so many tiles beside the map that is chosen among them."""
    return TILE if count < 64 else 42 if count < 96 else 36


def tiles(maps: NDArray[np.float32], shared: bool) -> tuple[NDArray[np.uint8], int]:
    """All maps (C, h, w) without gaps in one picture uint8 (rows·h, columns·w, 3), and the number of columns.

    With ``shared`` one scale for all, else each has its own.
    """
    coloured = Scale.of(maps).coloured(maps) if shared else np.stack([Scale.of(one).coloured(one) for one in maps])
    return sprite(coloured)


def sprite(pictures: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Coloured pictures (C, h, w, 3) without gaps in one, (rows·h, columns·w, 3), and the number of columns."""
    count, height, width, _ = pictures.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    picture = np.empty((rows * columns, height, width, 3), np.uint8)
    picture[:count], picture[count:] = pictures, pictures[-1, -1, -1]  # what is left over looks empty
    lines = picture.reshape(rows, columns, height, width, 3).transpose(0, 2, 1, 3, 4)
    return lines.reshape(rows * height, columns * width, 3), columns
