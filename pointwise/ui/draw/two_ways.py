"""The drawing's two ways to the network's input, and what is read at the end of each."""

from __future__ import annotations

import html as markup
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.drawing import BOX, SIDE, Ink
from pointwise.ui.canvas import drawing, reading
from pointwise.ui.frame import glossary, html
from pointwise.ui.training import weights_in_use

if TYPE_CHECKING:
    from pointwise.drawing import Preparation
    from pointwise.inference import Reading

STYLE = """<style>
.pw-ways {display: grid; gap: 0.4rem 0.5rem; align-items: center; width: fit-content; font-size: 0.85rem;
  line-height: 1.3;
  grid-template-areas: "draw a1 crop a2 scale a3 with a4 reads" "draw b1 b1 b1 b1 b1 whole b2 without"}
.pw-ways figure {margin: 0; width: 7rem}
.pw-ways figure div {background: #0b0f14; aspect-ratio: 1; display: flex; align-items: center; justify-content: center;
  border-radius: 0.3rem; overflow: hidden; outline: 1px solid rgba(127, 155, 179, 0.6)}
.pw-ways img {image-rendering: pixelated}
.pw-ways figcaption {padding-top: 0.3rem; min-height: 2.6em}
.pw-arrow {display: flex; align-items: center; font-size: 1.3rem; min-width: 1.3rem}
.pw-arrow.pw-long::before {content: ""; flex: 1; border-top: 2px solid currentColor; margin-right: -0.3rem}
.pw-arrow::after {content: "→"}
.pw-reads {display: flex; flex-direction: column; min-width: 6.5rem}
.pw-reads b {font-size: 2.2rem; line-height: 1.1}
.pw-goes-in div {outline: 3px solid #d55e00 !important}
@media (max-width: 640px) {
  .pw-ways {grid-template-areas: "draw draw" "a1 b1" "crop b1" "a2 b1" "scale b1" "a3 b1" "with whole" "a4 b2"
    "reads without"; justify-items: center; text-align: center; gap: 0.2rem 2rem; margin: auto}
  .pw-ways figcaption {min-height: 0}
  .pw-arrow::after {content: "↓"}
  .pw-arrow.pw-long {flex-direction: column; align-self: stretch}
  .pw-arrow.pw-long::before {border-top: 0; border-left: 2px solid currentColor; margin: 0 0 -0.5rem}
}
</style>"""


def words() -> None:
    """What the steps from the drawing to 28×28 are, and the switch that leaves them out."""
    st.header("What the network receives")
    glossary.write(
        f"The network reads {SIDE}×{SIDE} pixels, and it learned from digits that were all fitted into {BOX}×{BOX} of "
        "them, in the middle. So the drawing is brought there before it is read."
    )
    st.toggle(
        "Crop, scale and centre the drawing, as MNIST's makers did",
        value=True,
        key=drawing.NORMALISED,
        persist_state="session",
        help=glossary.tip("MNIST"),
    )


def picture() -> None:
    """The steps and what is read after them, and without them. Raises ModelFileError."""
    model = weights_in_use.current_model(reading.chosen_reader())
    now = drawing.current()
    with_steps, without = (reading.read(model, image) for image in (now.prepared.image, now.whole))
    shown = _picture(now.prepared, now.whole, with_steps, without, drawing.normalises())
    if shown:
        st.html(shown)
    else:
        st.markdown("Nothing is drawn yet.")


def _picture(
    prepared: Preparation, whole: NDArray[np.uint8], with_steps: Reading, without: Reading, normalises: bool
) -> str:
    """HTML of both ways; "" for an empty drawing."""
    cropped, scaled = prepared.cropped, prepared.scaled
    if cropped is None or scaled is None:
        return ""
    height, width = scaled.shape
    share = max(cropped.shape) / max(prepared.ink.shape)
    parts = [
        _figure("draw", _grey(prepared.ink), "The drawing", "The drawing as it is on the canvas"),
        _arrow("a1"),
        _figure("crop", _grey(cropped), "Cropped to its ink", "Only the inked part", share),
        _arrow("a2"),
        _figure("scale", _grey(scaled), f"Scaled to {width} × {height}", "Scaled", max(width, height) / SIDE),
        _arrow("a3"),
        _figure(
            "with",
            prepared.image,
            f"Centred in {SIDE} × {SIDE}",
            f"{SIDE} by {SIDE} pixels, centred",
            goes_in=normalises,
        ),
        _arrow("a4"),
        _reads("reads", "With these steps", with_steps),
        _arrow("b1", long=True),
        _figure(
            "whole",
            whole,
            f"As it lies, {SIDE} × {SIDE}",
            f"{SIDE} by {SIDE} pixels, not centred",
            goes_in=not normalises,
        ),
        _arrow("b2"),
        _reads("without", "Without them", without),
    ]
    return f'{STYLE}<div class="pw-ways">{"".join(parts)}</div>'


def _figure(
    area: str, pixels: NDArray[np.uint8], caption: str, alternative: str, share: float = 1.0, goes_in: bool = False
) -> str:
    longest = "width" if pixels.shape[1] >= pixels.shape[0] else "height"
    more = "<br><b>This is read above</b>" if goes_in else ""
    alternative = f"The {SIDE} by {SIDE} pixels that the network receives" if goes_in else alternative
    return (
        f'<figure style="grid-area: {area}"{" class=pw-goes-in" * goes_in}><div><img src="{html.data_url(pixels)}" '
        f'alt="{markup.escape(alternative)}" style="{longest}: {100 * share:.0f}%"></div>'
        f"<figcaption>{markup.escape(caption)}{more}</figcaption></figure>"
    )


def _arrow(area: str, long: bool = False) -> str:
    return f'<span class="pw-arrow{" pw-long" * long}" style="grid-area: {area}" aria-hidden="true"></span>'


def _reads(area: str, which: str, read: Reading) -> str:
    digit, remark = (markup.escape(part) for part in reading.headline(read))
    return (
        f'<div class="pw-reads" style="grid-area: {area}" role="group" aria-label="{which}">'
        f"<span>{which}</span><b>{digit}</b><span>{remark}</span></div>"
    )


def _grey(ink: Ink) -> NDArray[np.uint8]:
    return np.round(255 * ink).astype(np.uint8)
