"""The network at work while a slider is dragged: a component of our own, evaluated in the page (live.js).

Why not sliders of our own: Streamlit's already have labels, keys, touch, both themes, and their values live in the
session's state and in the address. All they lack is reporting before release, which the component reads off them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pointwise.data.housing import PER_ROOM, PER_SQUARE_FOOT, ROOMS, SQUARE_FEET
from pointwise.explain.price_parts import Matrices
from pointwise.inpage import bundled
from pointwise.models import Network
from pointwise.ui.frame.sections import hidden

KEY = "houses.live"
PLACE = "house-at-work"
HTML = """<figure>
<svg role="img" width="100%" height="216"></svg>
<output></output>
<figcaption></figcaption>
</figure>"""
CSS = """figure {margin: 0; position: relative; color: var(--st-text-color); font-family: var(--st-font)}
svg {display: block; overflow: visible}
text {fill: currentColor; font-size: 0.8rem; opacity: 0.75}
line {stroke-width: 1.6}
.plus {stroke: #1d86c8}
.minus {stroke: #e0702a}
circle {stroke: currentColor; stroke-opacity: 0.5}
.price {stroke-opacity: 0.9; fill: var(--st-primary-color)}
output {position: absolute; right: 0; top: 62%; font-weight: 600; font-variant-numeric: tabular-nums}
figcaption {font-size: 0.875rem; opacity: 0.75; padding-top: 0.35rem; min-height: 2.6em}"""


@dataclass(frozen=True)
class Keys:
    """Of what stands on the page, as Streamlit makes class names of them."""

    sliders: tuple[str, str]
    watched: tuple[str, str]  # the containers of the sliders and of the metrics
    metrics: dict[str, str]  # the containers of "predicted", "truth", "error" and "other"
    map: str


_component = st.components.v2.component(
    "pointwise_live_price", html=HTML, css=CSS, js=bundled(Path(__file__).with_name("live_price.js"))
)


def weights_of(model: Network) -> dict[str, Any]:
    """The folded float64 matrices as lists, some 4 KB of JSON for the shipped network."""
    matrices = Matrices.of(model)
    named = {name: getattr(matrices, name).tolist() for name in ("w1", "b1", "w2", "b2", "last")}
    return {**named, "base": matrices.base, "activation": model.config.activation}


def show(
    networks: Mapping[str, Network],
    house: tuple[float, float],
    keys: Keys,
    reach: tuple[float, float],
    moved: Callable[[], None],
) -> None:
    """The diagram of ``networks["predicted"]``, and its price in the metrics while a slider moves.

    ``reach`` is the square feet and rooms of the map's far corner. ``moved`` is called when a change was reported from
    here, as ``(square feet, rooms)`` in ``st.session_state[KEY].moved``.
    """
    with hidden(PLACE):  # until the component runs, and shows it (live.js)
        _component(
            key=KEY,
            data={
                "networks": {name: weights_of(model) for name, model in networks.items()},
                "house": house,
                **asdict(keys),
                "place": PLACE,
                "reach": reach,
                "unit": (SQUARE_FEET, ROOMS),
                "dollars": (PER_SQUARE_FOOT, PER_ROOM),
            },
            on_moved_change=moved,
        )
