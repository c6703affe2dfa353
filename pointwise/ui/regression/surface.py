"""The response surface: what the network says of every house, beside the truth."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.data.housing import true_price
from pointwise.explain.price_parts import channel_maps, fold_lines, has_folds, price_parts
from pointwise.inference import predict_prices
from pointwise.ui.frame import labels, shipped
from pointwise.ui.regression import plane_charts, sliders
from pointwise.ui.regression.networks import Networks
from pointwise.ui.regression.sliders import House

REACH = 1.2  # of the training range, as far as the sliders go
FLAT, SOLID = "Flat", "3-D"
MODEL, TRUTH, DIFFERENCE = "Model", "Truth", "Difference"
TITLES = {
    MODEL: "What the network says a house costs",
    TRUTH: "What a house costs: an even slope",
    DIFFERENCE: "Where the network is off, model − truth",
}


def show(house: House, networks: Networks) -> None:
    """The surface with its switches; a click on the flat one moves the sliders."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control("Show", list(TITLES), default=MODEL, required=True, key="show", bind="query-params")
        shape = st.segmented_control("As", [FLAT, SOLID], default=FLAT, required=True, key="as", bind="query-params")
        with_rows = st.checkbox("Training houses", key="houses.rows", persist_state="session")
        with_folds = st.checkbox(
            "Fold lines",
            key="houses.folds",
            persist_state="session",
            disabled=shape != FLAT or not has_folds(networks.current),
            help="Where a channel's ReLU turns on or off: between the lines the price is exactly a plane",
        )
    surface, here = _surface(kind, networks), _here(kind, house, networks)
    rows = _rows(kind, networks) if with_rows else None
    alt = f"{TITLES[kind]}; {labels.dollars(here)} for {house.square_feet:,.0f} square feet and {house.rooms:g} rooms"
    if shape == SOLID:
        figure = plane_charts.solid(surface, (*house.features, here), rows, TITLES[kind])
        st.plotly_chart(figure, key="houses.solid", config={"displayModeBar": False}, alt=alt)
        return
    folds, creases = _folds(networks) if with_folds and has_folds(networks.current) else ((), ())
    st.plotly_chart(
        plane_charts.flat(surface, house.features, rows, folds, creases, TITLES[kind]),
        key=sliders.MAP,
        config={"displayModeBar": False},
        alt=alt,
    )
    colours = " The colours span the errors inside it." if kind == DIFFERENCE else ""
    st.caption(f"Click anywhere to choose that house. Inside the dotted line lie the training houses.{colours}")


def _surface(kind: str, networks: Networks) -> plane_charts.Surface:
    square_feet, rooms = np.linspace(0, sliders.MOST_SQUARE_FEET, 61), np.linspace(0, sliders.MOST_ROOMS, 49)
    return plane_charts.Surface(
        square_feet, rooms, _of(kind, *np.meshgrid(square_feet, rooms), networks), kind == DIFFERENCE
    )


def _of(
    kind: str, square_feet: plane_charts.Floats, rooms: plane_charts.Floats, networks: Networks
) -> plane_charts.Floats:
    truth = true_price(square_feet, rooms)
    if kind == TRUTH:
        return truth
    prices = predict_prices(networks.current, square_feet, rooms)
    return prices if kind == MODEL else prices - truth


def _here(kind: str, house: House, networks: Networks) -> float:
    truth = true_price(*house.features)
    predicted = price_parts(networks.current, *house.features).price
    return {MODEL: predicted, TRUTH: truth, DIFFERENCE: predicted - truth}[kind]


def _rows(kind: str, networks: Networks) -> plane_charts.Points:
    """300 of the training houses: at their price, or the model's error for them."""
    training, _ = shipped.houses()
    square_feet, rooms, prices = training.square_feet[:300], training.rooms[:300], training.prices.numpy()[:300]
    dollars = prices if kind != DIFFERENCE else predict_prices(networks.current, square_feet, rooms) - prices
    return plane_charts.Points(square_feet, rooms, dollars)


def _folds(networks: Networks) -> tuple[list[plane_charts.Segment], list[plane_charts.Floats]]:
    channels = channel_maps(networks.current, 61, REACH)
    lines = [line for line in fold_lines(networks.current, REACH) if line is not None]
    return lines, [before for before in channels.before[1] if before.min() < 0 < before.max()]
