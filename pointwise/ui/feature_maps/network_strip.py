"""The network as a strip to walk along: drawing, layers, answer; each layer with a thumbnail and its sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import Stage
from pointwise.inpage import bundled
from pointwise.ui.feature_maps.subject import RECEIVED, Subject
from pointwise.ui.frame import html, labels
from pointwise.ui.frame.colours import Scale
from pointwise.visible_text import visible

STRIP = "features.strip"  # its key

_strip = st.components.v2.component(
    "pointwise_network_strip",
    html='<ol aria-label="The network, from the drawing to the answer"></ol>',
    css="""ol {display: flex; list-style: none; margin: 0; padding: 4px; overflow-x: auto; scrollbar-width: thin;
  font-family: var(--st-font); color: var(--st-text-color); font-size: 0.8rem; line-height: 1.3}
li {flex: 1 0 5.4rem; min-width: 5.4rem; max-width: 8.5rem; display: flex; align-items: stretch}
li + li::before {content: "→"; flex: none; width: 1.1rem; text-align: center; padding-top: 1.5rem; opacity: 0.75}
button, .end {all: unset; box-sizing: border-box; flex: 1; min-width: 0; display: flex; flex-direction: column;
  align-items: center; text-align: center; padding: 5px 2px; border-radius: 6px; outline: 1px solid transparent}
button {cursor: pointer; background: var(--st-secondary-background-color)}
button:hover {outline: 2px solid color-mix(in srgb, var(--st-primary-color) 55%, transparent)}
button[aria-current] {outline: 3px solid var(--st-primary-color)}
button:focus-visible {outline: 3px solid var(--st-text-color); outline-offset: -1px}
img, i {display: flex; width: 56px; height: 56px; margin-bottom: 4px; border-radius: 3px; image-rendering: pixelated}
i {align-items: flex-end; gap: 1px}
i > s {flex: 1; min-height: 1px; background: color-mix(in srgb, var(--st-text-color) 55%, transparent)}
i > s.most {background: var(--st-primary-color)}
b {overflow-wrap: anywhere}
em {font-style: normal; padding: 0 0.4em; border: 1px solid transparent; border-radius: 0.8em; white-space: nowrap}
em.pointwise {border-color: var(--st-primary-color); font-weight: 600}
span {white-space: nowrap; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
  font-variant-numeric: tabular-nums}""",
    js=bundled(Path(__file__).with_name("network_strip.js")),
)


def show(subject: Subject, chosen: int, number: int, choose: Callable[[], None]) -> None:
    """The strip with the layer ``chosen`` marked, whose thumbnail is that of its channel ``number``.

    ``choose`` is called when ``st.session_state[STRIP].chosen`` has a layer's number.
    """
    image, trace = subject.image, subject.trace
    layers = [
        {
            "image": html.data_url(_thumbnail(maps.after.numpy(), number if at == chosen else None)),
            "name": stage.name,
            "kind": _kind(stage),
            "pointwise": stage.kernel == 1 and not stage.flat,
            "sizes": (_channels(stage.channels), f"{maps.after.shape[1]} × {maps.after.shape[2]}"),
            "label": f"{stage.title} channels of {maps.after.shape[1]} × {maps.after.shape[2]}",
        }
        for at, (stage, maps) in enumerate(zip(subject.chain.stages, trace.maps, strict=True))
    ]
    probabilities = trace.probabilities
    digit, names = int(probabilities.argmax()), [visible(name) for name in subject.names]
    _strip(
        key=STRIP,
        data={
            "drawing": {
                "image": html.data_url(image),
                "sizes": ("1 channel", f"{image.shape[0]} × {image.shape[1]}"),
                "label": RECEIVED,
            },
            "layers": layers,
            "chosen": chosen,
            "answer": {
                "shares": tuple(probabilities.tolist()),
                "label": f"The {len(probabilities)} probabilities: {names[digit]} has "
                f"{labels.probability(float(probabilities[digit]))}",
                "names": names,
            },
        },
        on_chosen_change=choose,
    )


def _thumbnail(maps: NDArray[np.float32], number: int | None) -> NDArray[np.uint8]:
    """One channel of maps (C, h, w), at first the strongest; of single values all of them."""
    if maps.shape[1:] == (1, 1):
        rows = next(at for at in range(math.isqrt(len(maps)), 0, -1) if len(maps) % at == 0)
        return Scale.of(maps).coloured(maps.reshape(rows, -1))
    if number is None:
        number = int(np.abs(maps).reshape(len(maps), -1).max(axis=1).argmax())
    return Scale.of(maps).coloured(maps[number])


def _kind(stage: Stage) -> str:
    return "dense" if stage.flat else f"{stage.kernel}×{stage.kernel}"


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"
