"""What the network says of every house, what is true, and how far apart they are, as a surface."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.data.housing import true_price
from pointwise.explain.price_parts import channel_maps, fold_lines, has_folds, price_parts
from pointwise.inference import prices_at
from pointwise.ui.frame import charts, labels, shipped
from pointwise.ui.frame.sections import choice
from pointwise.ui.regression import plane_charts
from pointwise.ui.regression.house import MAP, MOST_ROOMS, MOST_SQUARE_FEET, REACH, House, Networks
from pointwise.ui.regression.plane_charts import Floats

FLAT, SOLID = "Flat", "3-D"
MODEL, TRUTH, DIFFERENCE = "Model", "Truth", "Difference"
TITLES = {
    DIFFERENCE: "Where the network is off: network − truth",
    MODEL: "What the network says a house costs",
    TRUTH: "What a house costs: an even slope",
}
FEET, ROOMS = np.linspace(0, MOST_SQUARE_FEET, 61), np.linspace(0, MOST_ROOMS, 49)  # the surface's grid


def show(house: House, networks: Networks) -> None:
    """The surface with its switches; a click on the flat one moves the sliders."""
    st.header("All houses at once")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice("Show", TITLES, "show", bind="query-params")
        shape = choice("As", (FLAT, SOLID), "as", bind="query-params")
        with_rows = st.checkbox("Training houses", key="houses.rows", persist_state="session")
        with_folds = st.checkbox(
            "Fold lines",
            key="houses.folds",
            persist_state="session",
            disabled=shape != FLAT or not has_folds(networks.current),
            help="Where a channel's ReLU turns on or off: between the lines the price is exactly a plane",
        )
    colours = " The colours span the errors inside the line." if kind == DIFFERENCE else ""
    about = {
        FLAT: "Each point is a house, with its square feet to the right and its rooms upwards. Click one to choose it. "
        f"The training houses lie inside the dotted line; beyond it the network guesses.{colours}",
        SOLID: "Each point of the floor is a house; the height is in dollars. Drag it to turn it.",
    }
    st.markdown(about[shape])
    surface = plane_charts.Surface(FEET, ROOMS, _dollars(kind, *np.meshgrid(FEET, ROOMS), networks), kind == DIFFERENCE)
    predicted, truth = price_parts(networks.current, *house).price, true_price(*house)
    here = {MODEL: predicted, TRUTH: truth, DIFFERENCE: predicted - truth}[kind]
    rows = _rows(kind, networks) if with_rows else None
    alt = f"{TITLES[kind]}; {labels.dollars(here)} for {house.square_feet:,.0f} square feet and {house.rooms:g} rooms"
    if shape == SOLID:
        charts.show(plane_charts.solid(surface, (*house, here), rows, TITLES[kind]), "houses.solid", alt)
        return
    folds, creases = _folds(networks) if with_folds and has_folds(networks.current) else ((), ())
    charts.show(plane_charts.flat(surface, house, rows, folds, creases, TITLES[kind]), MAP, alt)


def _dollars(kind: str, square_feet: Floats, rooms: Floats, networks: Networks) -> Floats:
    if kind == TRUTH:
        return true_price(square_feet, rooms)
    prices = prices_at(networks.current, square_feet, rooms)
    return prices if kind == MODEL else prices - true_price(square_feet, rooms)


def _rows(kind: str, networks: Networks) -> tuple[Floats, Floats, Floats]:
    """Square feet and rooms of 300 training houses, and their prices, or the model's error for them, in dollars."""
    training, _ = shipped.houses()
    square_feet, rooms, prices = training.square_feet[:300], training.rooms[:300], training.prices.numpy()[:300]
    errors = kind == DIFFERENCE
    return square_feet, rooms, prices_at(networks.current, square_feet, rooms) - prices if errors else prices


def _folds(networks: Networks) -> tuple[list[plane_charts.Segment], list[Floats]]:
    channels = channel_maps(networks.current, 61, REACH)
    lines = [line for line in fold_lines(networks.current, REACH) if line is not None]
    return lines, [before for before in channels.before[1] if before.min() < 0 < before.max()]
