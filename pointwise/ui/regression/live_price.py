"""The house's price, predicted, true, and how far apart they are; followed in the page while a slider is dragged.

Why not sliders of our own: Streamlit's already have labels, keys, touch, both themes, and their values live in the
session's state and in the address. All they lack is reporting before release, which a component (live_price.js) reads
off them. It evaluates the same network, and paints it as a diagram and its price into the metrics.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pointwise.data import housing
from pointwise.data.housing import true_price
from pointwise.explain.price_parts import Matrices, price_parts
from pointwise.inference import outside_training
from pointwise.inpage import bundled
from pointwise.models import Network
from pointwise.ui.frame import labels
from pointwise.ui.frame.sections import hidden
from pointwise.ui.regression import house as houses
from pointwise.ui.regression.house import House, Networks

KEY = "houses.live"
DIAGRAM, METRICS = "house-at-work", "house-prices"  # keys of containers
KEYS = {"predicted": "house-predicted", "truth": "house-truth", "error": "house-error", "other": "house-other"}

_component = st.components.v2.component(
    "pointwise_live_price",
    html="""<figure>
<svg role="img" width="100%" height="216"></svg>
<output></output>
<figcaption></figcaption>
</figure>""",
    css="""figure {margin: 0; position: relative; color: var(--st-text-color); font-family: var(--st-font)}
svg {display: block; overflow: visible}
text {fill: currentColor; font-size: 0.8rem; opacity: 0.75}
line {stroke-width: 1.6}
.plus {stroke: #1d86c8}
.minus {stroke: #e0702a}
circle {stroke: currentColor; stroke-opacity: 0.5}
.price {stroke-opacity: 0.9; fill: var(--st-primary-color)}
output {position: absolute; right: 0; top: 62%; font-weight: 600; font-variant-numeric: tabular-nums}
figcaption {font-size: 0.875rem; opacity: 0.75; padding-top: 0.35rem; min-height: 2.6em}""",
    js=bundled(Path(__file__).with_name("live_price.js")),
)


def metrics(house: House, networks: Networks) -> None:
    """Predicted and true price with the difference, and a second network's price where there is one."""
    predicted, truth = price_parts(networks.current, *house).price, true_price(*house)
    with st.container(key=METRICS), st.grid(3 if networks.other is None else 4, min_column_width=140):
        _metric("predicted", "Predicted price", labels.dollars(predicted))
        _metric("truth", "True price", labels.dollars(truth))
        _metric("error", "Error", labels.dollars(predicted - truth, signed=True))
        if networks.other is not None:
            other = price_parts(networks.other, *house).price
            _metric("other", f"Price by {networks.other_name}", labels.dollars(other))
    if networks.mark:
        st.caption(f"Predicted by {labels.plain(networks.mark)}")


def _metric(name: str, label: str, value: str) -> None:
    with st.container(key=KEYS[name]):
        st.metric(label, value)


def diagram(house: House, networks: Networks) -> None:
    """The network in use as a diagram that follows a slider while it is dragged, and the metrics with it."""
    asked = {"predicted": networks.current} | ({"other": networks.other} if networks.other is not None else {})
    with hidden(DIAGRAM):  # until the component runs, and shows it
        _component(
            key=KEY,
            data={
                "networks": {name: weights_of(model) for name, model in asked.items()},
                "house": tuple(house),
                "sliders": (houses.SQUARE_FEET, houses.ROOMS),
                "watched": (houses.CONTAINER, METRICS),
                "metrics": KEYS,
                "map": houses.MAP,
                "place": DIAGRAM,
                "reach": (houses.MOST_SQUARE_FEET, houses.MOST_ROOMS),
                "unit": (housing.SQUARE_FEET, housing.ROOMS),
                "dollars": (housing.PER_SQUARE_FOOT, housing.PER_ROOM),
            },
            on_moved_change=_moved,
        )


def weights_of(model: Network) -> dict[str, Any]:
    """The folded float64 matrices as lists, some 4 KB of JSON for the shipped network."""
    matrices = Matrices.of(model)
    named = {name: getattr(matrices, name).tolist() for name in ("w1", "b1", "w2", "b2", "last")}
    return {**named, "base": matrices.base, "activation": model.config.activation}


def _moved() -> None:
    """A change that was reported from the page, by a key or by a click on the map."""
    moved = st.session_state[KEY].moved
    if moved is not None:
        houses.move_to(*moved)


def warn(house: House) -> None:
    """Say so where the model can only guess."""
    if outside_training(*house):
        st.warning(
            "This house is outside of what the network was trained on, 0 to 5,000 square feet and 0 to 10 rooms: "
            "the model is guessing.",
            icon=":material/warning:",
        )
