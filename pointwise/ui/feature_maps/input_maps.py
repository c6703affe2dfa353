"""The maps that go into a channel, each with its weight as a line to the channel's map (a component, input_maps.js)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.mixture import Mixture
from pointwise.inpage import bundled
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame import html
from pointwise.ui.frame.colours import DEEP_BLUE, ORANGE, Scale
from pointwise.ui.frame.labels import number
from pointwise.ui.frame.page_values import sent, whole
from pointwise.ui.frame.sections import Kept

KEY = "features-inputs"
MOST_CHANNELS = 4096  # of a layer
SHOWN = 8  # input maps, the others together
CHOSEN: Kept[int | None] = Kept("features.input", None)  # the input map that was chosen, from 0

_component = st.components.v2.component(
    "pointwise_input_maps",
    html='<section role="group"></section>',
    css=f"""section {{display: grid; grid-template-columns: max-content minmax(2rem, 1fr); font-family: var(--st-font);
  color: var(--st-text-color); font-variant-numeric: tabular-nums; padding: 3px 0 3px 3px}}
.list {{display: flex; flex-direction: column}}
.list > * {{all: unset; box-sizing: border-box; flex: 1; min-height: 40px; display: flex; align-items: center;
  gap: 6px; padding: 0 6px 0 3px; border-radius: 4px}}
button {{cursor: pointer}}
img {{width: 34px; height: 34px; image-rendering: pixelated; border-radius: 2px; display: block}}
img.kernel {{width: 26px; height: 26px}}
span {{line-height: 1.2}}
b, small {{display: block; font-size: 0.78rem; white-space: nowrap}}
b {{font-weight: 400}}
small {{font-weight: 600}}
button[aria-pressed=true] {{box-shadow: inset 0 0 0 2px var(--st-primary-color)}}
.list > .on {{background: var(--st-secondary-background-color)}}
.list > :focus-visible {{outline: 3px solid var(--st-text-color); outline-offset: -2px}}
svg {{width: 100%; height: 100%; overflow: visible}}
path {{fill: none; vector-effect: non-scaling-stroke}}
.more {{stroke: {ORANGE}}}
.less {{stroke: {DEEP_BLUE}}}
.rest {{stroke: currentColor; stroke-dasharray: 2 4}}
.pointed path:not(.on) {{opacity: 0.18}}""",
    js=bundled(Path(__file__).with_name("input_maps.js")),
)


def show(subject: Subject, stage_number: int, name: str, mixed: Mixture, chosen: int, large_map: str) -> None:
    """The strongest of the maps that go into the channel called ``name``, and ``chosen``, with lines to its map.

    ``large_map`` is the key of that map, in which the one that is pointed at is shown alone.
    """
    order = mixed.effects.argsort(descending=True, stable=True).tolist()
    shown = order[: SHOWN + 1] if len(order) == SHOWN + 1 else order[:SHOWN]
    if chosen not in shown:
        shown = [*shown[:-1], chosen]
    inputs, kernels, parts = (part.numpy() for part in (mixed.inputs, mixed.kernels, mixed.parts))
    others = sorted({*range(len(inputs))} - {*shown})
    rest = parts[others].sum(0) if others else None
    scale = Scale.of(np.stack([*parts[shown], *([rest] if rest is not None else [])]))
    greys = subject.image if stage_number == 0 else None
    inputs_scale, kernels_scale = Scale.of(inputs), Scale.around(kernels)
    strongest = mixed.strongest.tolist()

    def row(at: int) -> dict[str, object]:
        called = input_name(stage_number, at)
        times = number(strongest[at]) if kernels[at].size == 1 else "weights" if mixed.dense else "kernel"
        return {
            "image": html.data_url(inputs_scale.coloured(inputs[at]) if greys is None else greys),
            "kernel": None if kernels[at].size == 1 else html.data_url(kernels_scale.coloured(kernels[at])),
            "name": called,
            "text": f"× {times}",
            "weight": strongest[at],
            "part": html.data_url(scale.coloured(parts[at])),
            "about": f"only {called} × {times}: {_range(parts[at])}",
            "label": f"{called} × {times}, adds {_range(parts[at])}",
            "channel": at,
            "chosen": at == chosen,
        }

    rows = [row(at) for at in shown]
    if rest is not None:
        together = f"the other {len(others)} together"
        rows.append(
            {
                "image": None,
                "kernel": None,
                "name": f"{len(others)} others",
                "text": "together",
                "weight": None,
                "part": html.data_url(scale.coloured(rest)),
                "about": f"{together}: {_range(rest)}",
                "label": f"{together}, add {_range(rest)}",
                "channel": None,
                "chosen": False,
            }
        )
    _component(
        key=KEY,
        data={
            "rows": rows,
            "most": max(map(abs, strongest)) or 1.0,
            "map": re.sub(r"[^a-zA-Z0-9_-]", "-", large_map),
            "alt": f"What goes into {name}: input maps with their weights",
        },
        on_chosen_change=_choose,
    )


def input_name(stage_number: int, at: int) -> str:
    """What an input map of a stage is called."""
    return "the drawing" if stage_number == 0 else f"channel {at + 1}"


def chosen_input(mixed: Mixture) -> int:
    """The input map that was chosen, at first the one that changes most."""
    chosen = CHOSEN.get()
    if chosen is None or not 0 <= chosen < len(mixed.inputs):
        return int(mixed.effects.argmax())
    return chosen


def _choose() -> None:
    if (chosen := sent(KEY, "chosen", whole(0, MOST_CHANNELS))) is not None:
        CHOSEN.set(chosen)


def _range(part: NDArray[np.float32]) -> str:
    low, high = float(part.min()), float(part.max())
    return number(low) if low == high else f"{number(low)} to {number(high)}"
