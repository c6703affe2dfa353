"""Small pictures and bars as plain HTML: on the page at once, without loading a chart library first.

Pixels are enlarged without smoothing, so that a pixel stays a square.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pointwise.ui.words import percent

STYLE = """<style>
.pw-strip {display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: flex-start}
.pw-strip figure {margin: 0; width: 8.2rem}
.pw-strip .pw-frame {background: #0b0f14; width: 100%; aspect-ratio: 1; display: flex; border-radius: 0.4rem;
  align-items: center; justify-content: center; overflow: hidden; border: 1px solid rgba(127, 155, 179, 0.45)}
.pw-strip img {image-rendering: pixelated; max-width: 100%; max-height: 100%}
.pw-strip figcaption {font-size: 0.82rem; line-height: 1.3; padding-top: 0.3rem}
</style>"""


BAR_STYLE = """<style>
.pw-bars {font-size: 0.85rem; line-height: 1.3}
.pw-bars .pw-title {font-weight: 600; padding-bottom: 0.4rem; font-size: 0.95rem}
.pw-row {display: grid; grid-template-columns: 1rem 1fr 4rem; gap: 0.5rem; align-items: center; height: 1.45rem}
.pw-row b {font-weight: inherit; text-align: right}
.pw-row div {height: 0.95rem; background: rgba(127, 155, 179, 0.16); border-radius: 0.15rem; overflow: hidden}
.pw-row i {display: block; height: 100%}
.pw-row span {font-variant-numeric: tabular-nums}
.pw-axis {position: relative; height: 1.2rem; margin: 0.1rem 4.5rem 0 1.5rem; opacity: 0.75}
.pw-axis span {position: absolute; transform: translateX(-50%)}
.pw-unit {margin: 0 4.5rem 0 1.5rem; text-align: center; opacity: 0.75}
</style>"""


def strip(steps: Sequence[tuple[NDArray[np.uint8], str, str, float]]) -> str:
    """HTML of pictures side by side, wrapping on a phone.

    Each has its pixels, grey (h, w) or coloured (h, w, 3), a caption, an alternative text, and its share of the frame.
    """
    return STYLE + '<div class="pw-strip">' + "".join(_figure(*step) for step in steps) + "</div>"


def framed(pixels: NDArray[np.uint8], side: int, alternative: str) -> str:
    """HTML of one picture, grey (h, w) or coloured (h, w, 3), ``side`` pixels wide or as wide as there is place."""
    style = f"display: block; width: 100%; max-width: {side}px; image-rendering: pixelated"
    return f'<img src="{data_url(pixels)}" alt="{html.escape(alternative)}" style="{style}">'


def bars(probabilities: NDArray[np.float32], title: str) -> str:
    """HTML of one horizontal bar a class on a fixed 0–1 axis, with its number; probabilities (classes,), 0–1."""
    best = int(probabilities.argmax()) if probabilities.any() else -1
    rows = "".join(_bar(number, p, number == best) for number, p in enumerate(probabilities.tolist()))
    ticks = "".join(f'<span style="left: {100 * tick:g}%">{tick:g}</span>' for tick in (0, 0.25, 0.5, 0.75, 1))
    label = "; ".join(f"{number}: {percent(p)}" for number, p in enumerate(probabilities.tolist()))
    return (
        f'{BAR_STYLE}<div class="pw-bars" role="img" aria-label="{html.escape(f"{title}. {label}")}">'
        f'<div class="pw-title">{html.escape(title)}</div>{rows}<div class="pw-axis">{ticks}</div>'
        '<div class="pw-unit">probability of each digit</div></div>'
    )


def _bar(number: int, probability: float, best: bool) -> str:
    colour, weight = ("#d55e00", 700) if best else ("#7f9bb3", 400)
    inside = f'<i style="width: {100 * probability:.2f}%; background: {colour}"></i>'
    return (
        f'<div class="pw-row" style="font-weight: {weight}"><b>{number}</b><div>{inside}</div>'
        f"<span>{html.escape(percent(probability))}</span></div>"
    )


def _figure(pixels: NDArray[np.uint8], caption: str, alternative: str, share: float) -> str:
    height, width = pixels.shape[:2]
    longest = "width" if width >= height else "height"
    return (
        f'<figure><div class="pw-frame"><img src="{data_url(pixels)}" alt="{html.escape(alternative)}"'
        f' style="{longest}: {100 * share:.0f}%"></div><figcaption>{html.escape(caption)}</figcaption></figure>'
    )


def data_url(pixels: NDArray[np.uint8]) -> str:
    """A PNG of grey (h, w) or coloured (h, w, 3) pixels, as an address that holds it."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
