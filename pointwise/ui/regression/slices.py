"""By how much the networks are off along each feature, with the other held: the tutorial's failure, and this one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pointwise.data.housing import true_price
from pointwise.inference import prices_at
from pointwise.ui.frame import charts, labels
from pointwise.ui.frame.colours import AMBER, BLUE, GREY, ORANGE
from pointwise.ui.regression.house import MOST_ROOMS, MOST_SQUARE_FEET, TRAINED, WRITTEN, House, Networks
from pointwise.ui.regression.plane_charts import Floats

AXES = ("square feet", "rooms")
POINTS = 241  # along a slice


def show(house: House, networks: Networks) -> None:
    """Network minus truth along square feet and along rooms, each network on a scale of its own."""
    st.header("How far off is it, from small houses to large ones?")
    st.markdown(
        "Each curve is a network's price minus the true one: on the dashed line it is right. **Mind the scales:** the "
        "tutorial's network has one of its own. The grey part lies beyond the training houses; there a curve may leave "
        "the frame."
    )
    feet, rooms = np.linspace(0, MOST_SQUARE_FEET, POINTS), np.linspace(0, MOST_ROOMS, POINTS)
    planes = ((feet, np.full(POINTS, house.rooms)), (np.full(POINTS, house.square_feet), rooms))
    titles = (f"Error by area, {house.rooms:g} rooms", f"Error by rooms, {house.square_feet:,.0f} square feet")
    for axis, (column, plane, title) in enumerate(zip(st.columns(2), planes, titles, strict=True)):
        with column:
            here = _errors(networks, *(np.array([value]) for value in house))
            said = ", ".join(f"{name} {labels.dollars(off[0], signed=True)}" for name, off in here.items())
            figure = _slice(axis, plane[axis], _errors(networks, *plane), here, house, title)
            charts.show(figure, f"houses.slice.{AXES[axis]}", f"{title}; at this house {said}")


def _errors(networks: Networks, square_feet: Floats, rooms: Floats) -> dict[str, Floats]:
    """Network minus truth in dollars of houses, by the network's name, the tutorial's first."""
    prices = {WRITTEN: prices_at(networks.written, square_feet, rooms), **networks.prices(square_feet, rooms)}
    truth = true_price(square_feet, rooms)
    return {name: values - truth for name, values in prices.items()}


def _slice(
    axis: int, along: Floats, errors: Mapping[str, Floats], here: Mapping[str, Floats], house: House, title: str
) -> go.Figure:
    """The first of ``errors`` above, the others below it, along feature ``axis``; ``here`` are those of the house."""
    from plotly.subplots import make_subplots

    names = list(errors)
    offs = [f"{name}: {labels.dollars(off[0], signed=True)}" for name, off in here.items()]
    heads = [f"{text[0].upper()}{text[1:]} at your house" for text in (offs[0], ", ".join(offs[1:]))]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.14, subplot_titles=heads)
    styles = zip(names, (ORANGE, BLUE, AMBER), ("solid", "solid", "dot"), strict=False)
    for number, (name, colour, dash) in enumerate(styles):
        values, row = errors[name], 1 + (number > 0)
        figure.add_scatter(
            x=along,
            y=values,
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
            fill="tozeroy" if number < 2 else None,
            hovertemplate="%{y:$,.0f}",
            row=row,
            col=1,
        )
        figure.add_scatter(
            x=[house[axis]],
            y=here[name],
            mode="markers",
            marker={"symbol": "diamond", "size": 11, "color": colour, "line": {"width": 2, "color": "#ffffff"}},
            showlegend=False,
            hoverinfo="skip",
            row=row,
            col=1,
        )
    figure.add_hline(y=0, line={"color": GREY, "dash": "dash", "width": 2})
    figure.add_vline(x=house[axis], line={"color": GREY, "width": 1.5})
    figure.add_vrect(x0=TRAINED[axis], x1=float(along[-1]), fillcolor=GREY, opacity=0.18, line_width=0)
    figure.update_yaxes(title="network − truth", tickformat="$.3~s", nticks=5, fixedrange=True)
    inside = max(float(np.abs(errors[name][along <= TRAINED[axis]]).max()) for name in names[1:])
    figure.update_yaxes(range=[-1.25 * inside, 1.25 * inside], row=2, col=1)
    figure.update_xaxes(range=[0, float(along[-1])], fixedrange=True, hoverformat=",.1f", tickformat=",")
    figure.update_xaxes(title=f"{AXES[axis]} (the diamond is your house)", row=2, col=1)
    figure.update_annotations(font={"size": 13}, x=0, xanchor="left")
    figure.update_layout(hovermode="x unified")
    framed = charts.framed(figure, title, 460)
    return framed.update_layout(showlegend=len(names) > 2, legend=charts.BELOW, margin={"t": 62})
