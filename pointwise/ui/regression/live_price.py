"""The house's price, predicted, true, and how far apart they are; followed in the page while a slider is dragged.

Why not sliders of our own: Streamlit's already have labels, keys, touch, both themes, and their values live in the
session's state and in the address. All they lack is reporting before release, which a component (live_price.js) reads
off them. It evaluates the same network, and paints it as a diagram and its price into the metrics.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pointwise.data import housing
from pointwise.data.housing import ROOMS, SQUARE_FEET, true_price
from pointwise.explain.price_parts import has_folds, price_parts, weights_of
from pointwise.inference import outside_training
from pointwise.inpage import FOLDER, bundled
from pointwise.models import Network
from pointwise.ui.frame import glossary, labels
from pointwise.ui.frame.page_values import number, sent, several
from pointwise.ui.regression import house as houses
from pointwise.ui.regression.house import House, Networks
from pointwise.ui.training import weights_in_use

KEY = "houses.live"
FAR = 1e6  # square feet or rooms; what is outside of the sliders goes to their ends
HERO, DIAGRAM, METRICS = "house-hero", "house-at-work", "house-prices"  # keys of containers
KEYS = {
    "predicted": "house-predicted",
    "truth": "house-truth",
    "error": "house-error",
    "other": "house-other",
    "written": "house-written",
}
NAMES = ("square feet", "rooms")  # of the channels of a house

_component = st.components.v2.component(
    "pointwise_live_price",
    html="<figure><div></div><figcaption></figcaption></figure>",
    css=(FOLDER / "network_diagram.css").read_text(encoding="utf-8")
    + """figure {margin: 0; color: var(--st-text-color); font-family: var(--st-font)}
figcaption {font-size: 0.95rem; line-height: 1.45; padding-top: 0.5rem; min-height: 3.5em;
  font-variant-numeric: tabular-nums}
@media (max-width: 640px) {figcaption {min-height: 6.3em}}""",
    js=bundled(Path(__file__).with_name("live_price.js")),
)


def show(house: House, networks: Networks) -> None:
    """The network at work and, beside it, its price, the true one and how far apart they are; on a phone above it."""
    st.html(
        f"<style>@media (max-width: 640px) {{.st-key-{HERO} [data-testid=stColumn]:has(.st-key-{METRICS}) "
        "{order: -1}}</style>"
    )
    with st.container(key=HERO):
        work, prices = st.columns([2.7, 1], gap="medium")
        with prices:  # first: the diagram looks for them
            _metrics(house, networks)
            weights_in_use.choose(houses.ARCH)
        with work:
            _diagram(house, networks)
            glossary.write(_circles(networks.current))


def _circles(model: Network) -> str:
    bent = (
        "Then [[ReLU]] makes 0 of what is negative: such a channel is off."
        if has_folds(model)
        else f"Then its [[activation]], {model.config.activation}, bends it."
    )
    return f"Each circle is a channel: a sum of [[weights|weight]] × the channels before it, plus a [[bias]]. {bent}"


def _metrics(house: House, networks: Networks) -> None:
    predicted, truth = price_parts(networks.current, *house).price, true_price(*house)
    rule = (
        f"{house.square_feet:,g} × {labels.dollars(housing.PER_SQUARE_FOOT)} + "
        f"{house.rooms:g} × {labels.dollars(housing.PER_ROOM)}"
    )
    with st.container(key=METRICS), st.grid(2, min_column_width=140):
        _metric("predicted", "Predicted price", predicted)
        _metric("truth", "True price", truth, rule)
        _metric("error", "Difference", predicted - truth, signed=True)
        if networks.other is not None:
            _metric("other", f"Price by {networks.other_name}", price_parts(networks.other, *house).price)
        written = price_parts(networks.written, *house).price
        _metric("written", "As a tutorial trains it", written, "see why below")
    if networks.mark:
        st.caption(f"Predicted by {labels.plain(networks.mark)}")


def _metric(name: str, label: str, value: float, below: str | None = None, signed: bool = False) -> None:
    with st.container(key=KEYS[name]):
        remark = None if below is None else labels.escaped(below)
        st.metric(label, labels.dollars(value, signed), remark, delta_color="off", delta_arrow="off")


def _diagram(house: House, networks: Networks) -> None:
    """The network in use as a diagram that follows a slider while it is dragged, and the metrics with it."""
    asked = {"predicted": networks.current, "written": networks.written}
    if networks.other is not None:
        asked["other"] = networks.other
    with st.container(key=DIAGRAM):
        st.html(f"<style>.st-key-{DIAGRAM} {{display: none}}</style>")  # until the component runs, and shows it
        _component(
            key=KEY,
            data={
                "networks": {name: weights_of(model) for name, model in asked.items()},
                "house": tuple(house),
                "names": NAMES,
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


def _moved() -> None:
    """A change that was reported from the page, by a key or by a click on the map."""
    moved = sent(KEY, "moved", several(number(-FAR, FAR), 2, 2))
    if moved is not None:
        houses.move_to(*moved)


def warn(house: House) -> None:
    """Say so where the model can only guess."""
    if outside_training(*house):
        st.warning(
            f"This house is outside of what the network was trained on, 0 to {SQUARE_FEET:,.0f} square feet and 0 to "
            f"{ROOMS:.0f} rooms: here the network is guessing.",
            icon=":material/warning:",
        )
