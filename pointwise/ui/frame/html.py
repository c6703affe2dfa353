"""Small pictures and bars as plain HTML: on the page at once, without loading a chart library first.

Pixels are enlarged without smoothing, so that a pixel stays a square.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.ui.frame.labels import probability

STYLE = """<style>
.pw-strip {display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: flex-start}
.pw-strip figure {margin: 0; width: 8.2rem}
.pw-strip .pw-frame {background: #0b0f14; width: 100%; aspect-ratio: 1; display: flex; border-radius: 0.4rem;
  align-items: center; justify-content: center; overflow: hidden; border: 1px solid rgba(127, 155, 179, 0.45)}
.pw-strip img {image-rendering: pixelated; max-width: 100%; max-height: 100%}
.pw-strip figcaption {font-size: 0.82rem; line-height: 1.3; padding-top: 0.3rem}
</style>"""


ANSWER_STYLE = """<style>
.pw-answer {display: flex; gap: 1.1rem; font-size: 0.85rem; line-height: 1.3}
.pw-now {width: 4.6rem; flex: none; padding-top: 1.6rem; text-align: center; font-size: 5.4rem; line-height: 1;
  font-weight: 600; font-variant-numeric: tabular-nums}
.pw-live .pw-now {color: #d55e00}
.pw-bars {flex: 1; min-width: 0}
.pw-bars .pw-title {font-weight: 600; padding-bottom: 0.4rem; font-size: 0.95rem}
.pw-row {display: grid; grid-template-columns: 1rem 1fr 4rem; gap: 0.5rem; align-items: center; height: 1.45rem}
.pw-row b {font-weight: inherit; text-align: right}
.pw-row div {height: 0.95rem; background: rgba(127, 155, 179, 0.16); border-radius: 0.15rem; overflow: hidden}
.pw-row i {display: block; height: 100%; background: #7f9bb3}
.pw-row span {font-variant-numeric: tabular-nums}
.pw-best {font-weight: 700}
.pw-best i {background: #d55e00}
.pw-axis {position: relative; height: 1.2rem; margin: 0.1rem 4.5rem 0 1.5rem; opacity: 0.75}
.pw-axis span {position: absolute; transform: translateX(-50%)}
.pw-unit {margin: 0 4.5rem 0 1.5rem; text-align: center; opacity: 0.75}
.pw-proof {min-height: 3.4em; padding-top: 0.5rem; font-size: 0.8rem; font-variant-numeric: tabular-nums}
.pw-proof span {white-space: nowrap}
.pw-pace {opacity: 0.75}
.pw-agreement[title] {background: rgba(0, 158, 115, 0.16); border-radius: 1rem; padding: 0.15rem 0.6rem; cursor: help}
.pw-agreement[title].pw-apart {background: rgba(213, 94, 0, 0.2)}
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


def answer(digit: str, probabilities: NDArray[np.float32], title: str, note: str, more: Mapping[str, Any]) -> str:
    """HTML of a big digit and one horizontal bar a class on a fixed 0–1 axis, with its number, and a note below.

    ``probabilities`` (classes,), 0–1. ``more`` is JSON for the page's own code (inpage/reader.js), which moves the bars
    while somebody draws and says below them how well it agrees.
    """
    best = int(probabilities.argmax()) if probabilities.any() else -1
    rows = "".join(_bar(number, p, number == best) for number, p in enumerate(probabilities.tolist()))
    ticks = "".join(f'<span style="left: {100 * tick:g}%">{tick:g}</span>' for tick in (0, 0.25, 0.5, 0.75, 1))
    label = "; ".join(f"{number}: {probability(p)}" for number, p in enumerate(probabilities.tolist()))
    return (
        f'{ANSWER_STYLE}<div class="pw-answer" data-answer="{html.escape(json.dumps(more))}">'
        f'<div class="pw-now pw-digit" aria-hidden="true">{html.escape(digit)}</div><div class="pw-bars">'
        f'<div role="img" aria-label="{html.escape(f"{title}. {label}")}">'
        f'<div class="pw-title">{html.escape(title)}</div>{rows}<div class="pw-axis">{ticks}</div>'
        '<div class="pw-unit">probability of each digit</div></div></div></div>'
        '<div class="pw-proof"><span class="pw-agreement">&nbsp;</span> <span class="pw-pace">'
        f"{html.escape(note) or '&nbsp;'}</span></div>"
    )


def _bar(number: int, share: float, best: bool) -> str:
    inside = f'<i style="width: {100 * share:.2f}%"></i>'
    return (
        f'<div class="pw-row{" pw-best" if best else ""}"><b>{number}</b><div>{inside}</div>'
        f"<span>{html.escape(probability(share))}</span></div>"
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
