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

STYLE = """<style>
.pw-strip {display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: flex-start}
.pw-strip figure {margin: 0; width: 8.2rem}
.pw-strip .pw-frame {background: #0b0f14; width: 100%; aspect-ratio: 1; display: flex; border-radius: 0.4rem;
  align-items: center; justify-content: center; overflow: hidden; border: 1px solid rgba(127, 155, 179, 0.45)}
.pw-strip img {image-rendering: pixelated; max-width: 100%; max-height: 100%}
.pw-strip figcaption {font-size: 0.82rem; line-height: 1.3; padding-top: 0.3rem}
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


def data_url(pixels: NDArray[np.uint8]) -> str:
    """A PNG of grey (h, w) or coloured (h, w, 3) pixels, as an address that holds it."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
