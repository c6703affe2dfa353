"""Slices: the price against each feature with the other held, of the networks and in truth."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.data.housing import true_price
from pointwise.explain.price_parts import price_parts
from pointwise.inference import predict_prices
from pointwise.ui.frame import labels
from pointwise.ui.regression import price_charts, sliders
from pointwise.ui.regression.networks import Networks
from pointwise.ui.regression.sliders import House

POINTS = 241


def show(house: House, networks: Networks) -> None:
    """One chart a feature; a second network in both, where there is one."""
    left, right = st.columns(2)
    along = np.linspace(0, sliders.MOST_SQUARE_FEET, POINTS)
    with left:
        cut = _cut(along, np.full(POINTS, house.rooms), along, house.square_feet, 5_000, networks)
        _chart(cut, "square feet", f"Price by area, {house.rooms:g} rooms", house, networks)
    along = np.linspace(0, sliders.MOST_ROOMS, POINTS)
    with right:
        cut = _cut(np.full(POINTS, house.square_feet), along, along, house.rooms, 10, networks)
        _chart(cut, "rooms", f"Price by rooms, {house.square_feet:,.0f} square feet", house, networks)
    st.caption("Below, the network's error on a scale of its own. The line is this house; the grey part is guessed.")


def _cut(
    square_feet: price_charts.Floats,
    rooms: price_charts.Floats,
    along: price_charts.Floats,
    here: float,
    trained: float,
    networks: Networks,
) -> price_charts.Slice:
    prices = {networks.name: predict_prices(networks.current, square_feet, rooms)}
    if networks.other is not None:
        prices[networks.other_name] = predict_prices(networks.other, square_feet, rooms)
    return price_charts.Slice(along, true_price(square_feet, rooms), prices, here, trained)


def _chart(cut: price_charts.Slice, axis: str, title: str, house: House, networks: Networks) -> None:
    price = labels.dollars(price_parts(networks.current, *house.features).price)
    st.plotly_chart(
        price_charts.slices(cut, axis, title),
        key=f"houses.slice.{axis}",
        config={"displayModeBar": False},
        alt=f"{title}: {price} here, the truth beside it",
    )
