"""The house's price: predicted, true, and how far apart they are."""

from __future__ import annotations

import streamlit as st

from pointwise.ui.frame import labels
from pointwise.ui.regression import live_price, sliders
from pointwise.ui.regression.networks import Networks
from pointwise.ui.regression.sliders import House

CONTAINER = "house-prices"
KEYS = {"predicted": "house-predicted", "truth": "house-truth", "error": "house-error", "other": "house-other"}


def show(house: House, networks: Networks) -> None:
    """Predicted and true price with the difference, and a second network's price where there is one."""
    from pointwise.data.housing import true_price
    from pointwise.explain.price_parts import price_parts

    predicted, truth = price_parts(networks.current, *house.features).price, true_price(*house.features)
    with st.container(key=CONTAINER), st.grid(3 if networks.other is None else 4, min_column_width=140):
        _metric("predicted", "Predicted price", labels.dollars(predicted))
        _metric("truth", "True price", labels.dollars(truth))
        _metric("error", "Error", labels.dollars(predicted - truth, signed=True))
        if networks.other is not None:
            other = price_parts(networks.other, *house.features).price
            _metric("other", f"Price by {networks.other_name}", labels.dollars(other))


def at_work(house: House, networks: Networks) -> None:
    """The network as a diagram that follows a slider while it is dragged, and the metrics with it."""
    both = {"predicted": networks.current} | ({"other": networks.other} if networks.other is not None else {})
    watched = (sliders.CONTAINER, CONTAINER)
    keys = live_price.Keys((sliders.SQUARE_FEET, sliders.ROOMS), watched, KEYS, sliders.MAP)
    live_price.show(both, house.features, keys, (sliders.MOST_SQUARE_FEET, sliders.MOST_ROOMS), _moved)


def _moved() -> None:
    moved = st.session_state[live_price.KEY].moved
    if moved is not None:
        sliders.move_to(*moved)


def _metric(name: str, label: str, value: str) -> None:
    with st.container(key=KEYS[name]):
        st.metric(label, value)


def warn(house: House) -> None:
    """Say so where the model can only guess."""
    from pointwise.inference import outside_training

    if outside_training(*house.features):
        st.warning(
            "This house is outside of what the network was trained on, 0 to 5,000 square feet and 0 to 10 rooms: "
            "the model is guessing.",
            icon=":material/warning:",
        )
