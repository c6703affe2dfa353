"""What the networks say of every house, beside the truth: as a surface, and in slices through it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pointwise.data.housing import true_price
from pointwise.explain.price_parts import channel_maps, fold_lines, has_folds, price_parts
from pointwise.inference import predict_prices
from pointwise.ui.frame import charts, labels, shipped
from pointwise.ui.frame.colours import BLUE, GREY, ORANGE
from pointwise.ui.frame.sections import choice
from pointwise.ui.regression import plane_charts
from pointwise.ui.regression.house import MAP, MOST_ROOMS, MOST_SQUARE_FEET, REACH, TRAINED, House, Networks
from pointwise.ui.regression.plane_charts import Floats

FLAT, SOLID = "Flat", "3-D"
MODEL, TRUTH, DIFFERENCE = "Model", "Truth", "Difference"
TITLES = {
    MODEL: "What the network says a house costs",
    TRUTH: "What a house costs: an even slope",
    DIFFERENCE: "Where the network is off, model − truth",
}
AXES = ("square feet", "rooms")
FEET, ROOMS = np.linspace(0, MOST_SQUARE_FEET, 61), np.linspace(0, MOST_ROOMS, 49)  # the surface's grid
POINTS = 241  # along a slice


def show(house: House, networks: Networks) -> None:
    """The surface with its switches; a click on the flat one moves the sliders."""
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
    colours = " The colours span the errors inside it." if kind == DIFFERENCE else ""
    st.caption(f"Click anywhere to choose that house. Inside the dotted line lie the training houses.{colours}")


def _dollars(kind: str, square_feet: Floats, rooms: Floats, networks: Networks) -> Floats:
    if kind == TRUTH:
        return true_price(square_feet, rooms)
    prices = predict_prices(networks.current, square_feet, rooms)
    return prices if kind == MODEL else prices - true_price(square_feet, rooms)


def _rows(kind: str, networks: Networks) -> tuple[Floats, Floats, Floats]:
    """Square feet and rooms of 300 training houses, and their prices, or the model's error for them, in dollars."""
    training, _ = shipped.houses()
    square_feet, rooms, prices = training.square_feet[:300], training.rooms[:300], training.prices.numpy()[:300]
    errors = kind == DIFFERENCE
    return square_feet, rooms, predict_prices(networks.current, square_feet, rooms) - prices if errors else prices


def _folds(networks: Networks) -> tuple[list[plane_charts.Segment], list[Floats]]:
    channels = channel_maps(networks.current, 61, REACH)
    lines = [line for line in fold_lines(networks.current, REACH) if line is not None]
    return lines, [before for before in channels.before[1] if before.min() < 0 < before.max()]


def slices(house: House, networks: Networks) -> None:
    """The price along each feature with the other held; a second network in both, where there is one."""
    left, right = st.columns(2)
    feet, rooms = np.linspace(0, MOST_SQUARE_FEET, POINTS), np.linspace(0, MOST_ROOMS, POINTS)
    price = labels.dollars(price_parts(networks.current, *house).price)
    for axis, title, plane in (
        (0, f"Price by area, {house.rooms:g} rooms", (feet, np.full(POINTS, house.rooms))),
        (1, f"Price by rooms, {house.square_feet:,.0f} square feet", (np.full(POINTS, house.square_feet), rooms)),
    ):
        with (left, right)[axis]:
            figure = _slice(axis, plane, networks.prices(*plane), house, title)
            charts.show(figure, f"houses.slice.{AXES[axis]}", f"{title}: {price} here, the truth beside it")
    st.caption("Below, the network's error on a scale of its own. The line is this house; the grey part is guessed.")


def _slice(
    axis: int, plane: tuple[Floats, Floats], prices: Mapping[str, Floats], house: House, title: str
) -> go.Figure:
    """Prices in dollars above, errors below, along feature ``axis`` of the houses ``plane``; ``prices`` by network."""
    from plotly.subplots import make_subplots

    along, truth = plane[axis], true_price(*plane)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.62, 0.38])
    dashed = {"color": GREY, "dash": "dash", "width": 3}
    figure.add_scatter(x=along, y=truth, name="truth", mode="lines", line=dashed, row=1, col=1)
    for (name, values), colour in zip(prices.items(), (BLUE, ORANGE), strict=False):
        line = {"x": along, "name": name, "mode": "lines", "line_color": colour}
        figure.add_scatter(**line, y=values, row=1, col=1)
        figure.add_scatter(**line, y=values - truth, showlegend=False, row=2, col=1)
    figure.add_vline(x=house[axis], line={"color": GREY, "width": 1.5})
    figure.add_vrect(x0=TRAINED[axis], x1=float(along[-1]), fillcolor=GREY, opacity=0.18, line_width=0)
    figure.update_traces(hovertemplate="%{y:$,.0f}")
    figure.update_yaxes(title="price", tickformat="$.3~s", nticks=5, fixedrange=True, row=1, col=1)
    figure.update_yaxes(title="error", tickformat="$.3~s", nticks=4, fixedrange=True, row=2, col=1)
    figure.update_xaxes(range=[0, float(along[-1])], fixedrange=True, hoverformat=",.1f", tickformat=",")
    figure.update_xaxes(title=AXES[axis], row=2, col=1)
    figure.update_layout(hovermode="x unified")
    return charts.framed(figure, title, 400).update_layout(legend=charts.BELOW)
