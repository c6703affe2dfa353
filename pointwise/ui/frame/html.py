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

from pointwise.visible_text import visible

STYLE = """<style>
.pw-strip {display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: flex-start}
.pw-strip figure {margin: 0; width: 8.2rem}
.pw-strip .pw-frame {background: #0b0f14; width: 100%; aspect-ratio: 1; display: flex; border-radius: 0.4rem;
  align-items: center; justify-content: center; overflow: hidden; border: 1px solid rgba(127, 155, 179, 0.45)}
.pw-strip img {image-rendering: pixelated; max-width: 100%; max-height: 100%}
.pw-strip figcaption {font-size: 0.82rem; line-height: 1.3; padding-top: 0.3rem}
</style>"""


TABLE_STYLE = """<style>
.pw-table {border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums}
.pw-table :is(td, th) {padding: 0.3rem 1.2rem 0.3rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid rgba(127, 155, 179, 0.3)}
.pw-table.numbers :is(td, th):not(:first-child) {text-align: right}
.pw-table.numbers td:not(:first-child) {white-space: nowrap}
.pw-table.long :is(td, th) {padding: 0.12rem 0.9rem 0.12rem 0; border: none}
.pw-table .total {font-weight: 600}
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


def _figure(pixels: NDArray[np.uint8], caption: str, alternative: str, share: float) -> str:
    height, width = pixels.shape[:2]
    longest = "width" if width >= height else "height"
    return (
        f'<figure><div class="pw-frame"><img src="{data_url(pixels)}" alt="{html.escape(alternative)}"'
        f' style="{longest}: {100 * share:.0f}%"></div><figcaption>{html.escape(caption)}</figcaption></figure>'
    )


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True, label: str = "", totals: int = -1
) -> str:
    """HTML of a small table that scrolls by itself where it is too wide.

    The columns after the first stand right if they are ``numbers``. ``label`` says what the table is, else its head.
    With ``totals``, how many rows at the end stand out, it is a long table: set close, and no higher than 26rem.
    """
    top = "".join(f"<th>{html.escape(visible(cell))}</th>" for cell in head)
    cells = ["".join(f"<td>{html.escape(visible(cell))}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr{' class=total' * (len(rows) - n <= totals)}>{row}</tr>" for n, row in enumerate(cells))
    kind, height = ("long", "26rem") if totals >= 0 else ("", "none")
    return (
        f'{TABLE_STYLE}<div style="overflow: auto; max-height: {height}" tabindex="0" role="region" aria-label="'
        f'{html.escape(label or ", ".join(head))}"><table class="pw-table {kind} {"numbers" if numbers else ""}">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def data_url(pixels: NDArray[np.uint8]) -> str:
    """A PNG of grey (h, w) or coloured (h, w, 3) pixels, as an address that holds it."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
