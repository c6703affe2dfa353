"""Components of the page's own: a layer's maps as tiles to choose from, and one map to point at or to rub out."""

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
from pointwise.ui.frame.labels import number

MOSAIC = "features.mosaic"  # the key of the tiles
TILE, DOT = 58, 26  # pixels of a map on the page, and of a map that is a single value
FOLDER = Path(__file__).parent

_mosaic = st.components.v2.component(
    "pointwise_mosaic",
    html='<div class="tiles" role="group"></div>',
    css=""".tiles {display: grid; grid-template-columns: repeat(auto-fill, var(--side)); gap: 4px;
  padding: 3px; font-family: var(--st-font); color: var(--st-text-color)}
button {all: unset; box-sizing: border-box; cursor: pointer; display: block; border-radius: 3px; padding: 2px;
  outline: 1px solid transparent}
span {display: block; aspect-ratio: 1; background-image: var(--sprite); background-size: var(--spread);
  image-rendering: pixelated; border-radius: 2px}
small:empty {display: none}
small {display: block; font-size: 0.75rem; line-height: 1.3; text-align: center; white-space: nowrap;
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
    js=bundled(FOLDER / "mosaic.js"),
)
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
    js=bundled(FOLDER / "pixels.js"),
)


@dataclass(frozen=True, eq=False)
class Tiles:
    """Pictures to choose one from, and what stands below each."""

    sprite: NDArray[np.uint8]  # all of them in one, as ``tiles`` makes it
    columns: int  # of the sprite
    names: Sequence[str]  # one each, in words
    captions: Sequence[str]  # one each, short
    faded: Sequence[bool]  # which of them are dead
    side: int = TILE  # pixels at least


def mosaic(key: str, shown: Tiles, chosen: int, alt: str, choose: Callable[[], None]) -> None:
    """Pictures, each to be chosen by pointer or key.

    ``choose`` is called when ``st.session_state[key].chosen`` has one's number.
    """
    _mosaic(
        key=key,
        data={
            "image": html.data_url(shown.sprite),
            "tiles": len(shown.names),
            "columns": shown.columns,
            "side": shown.side,
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
