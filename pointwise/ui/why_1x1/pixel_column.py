"""One pixel's column of channels on its way through a dense layer, as HTML: the picture of the first claim."""

from __future__ import annotations

import html
import math

import numpy as np
from numpy.typing import NDArray

from pointwise.claims.dense_layer import AtPixel
from pointwise.ui.frame.colours import DEEP_BLUE, ORANGE, Scale
from pointwise.ui.frame.html import data_url

CHANNELS = ("red", "green", "blue")
LEFT, RIGHT, WIDTH, HEIGHT, ROW = 84, 224, 308, 186, 62  # of the drawing of the sums, in pixels
SIDE = 124  # pixels of a picture


def drawing(
    picture: NDArray[np.uint8],
    weights: NDArray[np.floating],
    row: int,
    column: int,
    at: AtPixel,
    names: tuple[str, ...],
) -> str:
    """The picture (H, W, 3) with the pixel marked, the pixel's sums, and the maps with the same pixel marked."""
    size = picture.shape[0]
    maps = "".join(
        _framed(Scale.of(one).coloured(one), row, column, size, name, f"{name}: {_written(value)} here")
        for one, name, value in zip(at.maps, names, at.by_convolution, strict=True)
    )
    seen = _framed(picture, row, column, size, "A colour picture", "A colour picture: three channels")
    return f'{STYLE}<div class="pw-way">{seen}{_sums(weights, at)}<div class="pw-way">{maps}</div></div>'


def _framed(pixels: NDArray[np.uint8], row: int, column: int, size: int, alt: str, caption: str) -> str:
    top, left = 100 * (row + 0.5) / size, 100 * (column + 0.5) / size
    return (
        f'<figure><div class="pw-seen"><img src="{data_url(pixels)}" alt="{html.escape(alt)}">'
        f'<i style="top: {top:.1f}%; left: {left:.1f}%"></i></div>'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _sums(weights: NDArray[np.floating], at: AtPixel) -> str:
    """The column's numbers, a line for each weight, and the sums."""
    starts = [ROW / 2 + ROW * number for number in range(len(at.inputs))]
    step = HEIGHT / len(at.by_dense)
    ends = [step / 2 + step * number for number in range(len(at.by_dense))]
    lines, marks = "", ""
    for one, end in enumerate(ends):
        share = 0.52 - 0.32 * one  # of the line's way to its number, so that two numbers do not meet
        for channel, start in enumerate(starts):
            weight = float(weights[one, channel])
            lines += _line(start, end, weight)
            x, y = LEFT + share * (RIGHT - LEFT), start + share * (end - start)
            if weight:
                marks += f'<span style="left: {x:.0f}px; top: {y:.0f}px">{_written(weight)}</span>'
    cells = "".join(
        f'<b style="left: 0; top: {start - 19:.0f}px"><small>{name}</small>{value:.2f}</b>'
        for start, name, value in zip(starts, CHANNELS, at.inputs, strict=True)
    )
    sums = "".join(
        f'<b style="left: {RIGHT}px; top: {end - 19:.0f}px"><small>sum {number}</small>{_written(value)}</b>'
        for number, (end, value) in enumerate(zip(ends, at.by_dense, strict=True), start=1)
    )
    said = "; ".join(_spoken(row, at.inputs, value) for row, value in zip(weights, at.by_dense, strict=True))
    return (
        f'<figure><div class="pw-sums" role="img" aria-label="{html.escape(said)}">{lines}{marks}{cells}{sums}</div>'
        "<figcaption>Its column of channels enters a dense layer: each sum is the numbers times the weights on its "
        "lines</figcaption></figure>"
    )


def _line(start: float, end: float, weight: float) -> str:
    """A line from an input to a sum, as thick as the weight is large; a weight of 0 has none."""
    if not weight:
        return ""
    length = math.hypot(RIGHT - LEFT, end - start)
    turn = math.atan2(end - start, RIGHT - LEFT)
    thick = 1.5 + 4 * abs(weight)
    colour = ORANGE if weight > 0 else DEEP_BLUE
    return (
        f'<i style="left: {LEFT}px; top: {start - thick / 2:.1f}px; width: {length:.1f}px; height: {thick:.1f}px; '
        f'background: {colour}; transform: rotate({turn:.4f}rad)"></i>'
    )


def _spoken(weights: NDArray[np.floating], inputs: NDArray[np.floating], total: float) -> str:
    products = " + ".join(f"{_written(float(w))} × {x:.2f}" for w, x in zip(weights, inputs, strict=True) if w)
    return f"{products} = {_written(total)}"


def _written(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


STYLE = f"""<style>
.pw-way {{display: flex; flex-wrap: wrap; gap: 0.6rem 1.2rem; align-items: flex-start}}
.pw-way figure {{margin: 0}}
.pw-way figcaption {{font-size: 0.9rem; line-height: 1.35; padding-top: 0.4rem; max-width: {WIDTH}px}}
.pw-seen {{position: relative; width: {SIDE}px}}
.pw-seen + figcaption {{width: {SIDE}px}}
.pw-seen img {{display: block; width: 100%; image-rendering: pixelated; border-radius: 3px}}
.pw-seen i {{position: absolute; width: 12px; height: 12px; transform: translate(-50%, -50%);
  outline: 2px solid #ffffff; box-shadow: 0 0 0 4px #000000}}
.pw-sums {{position: relative; width: {WIDTH}px; height: {HEIGHT}px; font-variant-numeric: tabular-nums}}
.pw-sums > * {{position: absolute; box-sizing: border-box}}
.pw-sums i {{transform-origin: 0 50%}}
.pw-sums b {{width: {LEFT}px; height: 38px; padding: 2px 8px; border: 1px solid #7f9bb3; border-radius: 6px;
  line-height: 1.1; font-size: 0.95rem}}
.pw-sums small {{display: block; font-weight: 400; font-size: 0.75rem}}
.pw-sums span {{transform: translate(-50%, -50%); padding: 0 4px; border-radius: 4px; font-size: 0.8rem;
  background: #1b2530; color: #ffffff}}
</style>"""
