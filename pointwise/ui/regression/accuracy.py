"""Predicted against true prices of the tutorial's 200 test houses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pointwise.inference import prices_at
from pointwise.ui.frame import charts, glossary, labels, shipped
from pointwise.ui.frame.colours import AMBER, BLUE, GREY, ORANGE
from pointwise.ui.regression.house import WRITTEN, Networks
from pointwise.ui.regression.plane_charts import Floats

FIRST = 10  # rows of the table


def show(networks: Networks) -> None:
    """All houses as points along the diagonal, what is left over, and the first ones as a table."""
    _, test = shipped.houses()
    actual = test.prices.numpy()
    predicted = networks.prices(test.square_feet, test.rooms)
    st.header(f"{len(test)} houses that it has not seen")
    glossary.write(labels.escaped(" ".join(_sentence(name, actual, prices) for name, prices in predicted.items())))
    error = labels.dollars(np.abs(predicted[networks.name] - actual).mean())
    left, right = st.columns(2)
    with left:
        written = prices_at(networks.written, test.square_feet, test.rooms)
        every = {networks.name: predicted[networks.name], WRITTEN: written, **predicted}
        figure = against_actual(actual, every, "price", "$,.0f", "$.3~s", "On the diagonal the price is right")
        off = labels.dollars(np.abs(written - actual).mean())
        alt = f"Predicted against true prices of 200 test houses: off by {error} on average, {WRITTEN} by {off}"
        charts.show(figure, "houses.actual", alt)
    with right:
        figure = _residuals(actual, predicted, "What is left over: predicted − true")
        charts.show(figure, "houses.residuals", f"Errors of 200 test houses by their price, {error} on average")
    st.markdown(f"**The first {FIRST} of them**")
    _table(test.square_feet, test.rooms, actual, predicted)


def _sentence(name: str, actual: Floats, prices: Floats) -> str:
    errors = prices - actual
    r2 = 1 - float(np.square(errors).sum() / np.square(actual - actual.mean()).sum())
    error, fit = labels.dollars(np.abs(errors).mean()), labels.r_squared(r2)
    return f"**{name.capitalize()}** is off by **{error}** on average ([[mean absolute error]]); its [[R²]] is {fit}."


def _table(square_feet: Floats, rooms: Floats, actual: Floats, predicted: Mapping[str, Floats]) -> None:
    columns = {"square feet": square_feet, "rooms": rooms, "true price": actual}
    for name, prices in predicted.items():
        columns |= {f"predicted, {name}": prices, f"error, {name}": prices - actual}
    whole = st.column_config.NumberColumn(format="dollar", step=1)
    st.dataframe(
        {name: values[:FIRST] for name, values in columns.items()},
        hide_index=True,
        column_config={
            "square feet": st.column_config.NumberColumn(format="%,.0f"),
            "rooms": st.column_config.NumberColumn(format="%.1f"),
            **{name: whole for name in columns if name not in ("square feet", "rooms")},
        },
        alt=f"Predicted and true prices of the first {FIRST} test houses",
    )


def against_actual(
    actual: Floats, predicted: Mapping[str, Floats], target: str, written: str, ticks: str | None, title: str
) -> go.Figure:
    """Predictions of ``target`` by name against what it is, and the diagonal on which they are equal.

    ``written`` and ``ticks`` are formats of D3, of numbers under the pointer and along the axes.
    """
    values = np.concatenate([actual, *predicted.values()])
    ends = [float(values.min()), float(values.max())]
    figure = go.Figure(
        go.Scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dash"}, name="equal", hoverinfo="skip")
    )
    _add_points(figure, actual, predicted, f"true %{{x:{written}}}, predicted %{{y:{written}}}")
    figure.update_xaxes(title=f"true {labels.in_chart(target)}", tickformat=ticks, fixedrange=True)
    figure.update_yaxes(title=f"predicted {labels.in_chart(target)}", tickformat=ticks, fixedrange=True)
    return charts.framed(figure, title, 380).update_layout(legend=charts.BELOW)


def _residuals(actual: Floats, predicted: Mapping[str, Floats], title: str) -> go.Figure:
    """Predicted minus true against true prices, in dollars."""
    figure = go.Figure()
    figure.add_hline(y=0, line={"color": GREY, "dash": "dash"})
    errors = {name: prices - actual for name, prices in predicted.items()}
    _add_points(figure, actual, errors, "true %{x:$,.0f}, error %{y:$,.0f}", (BLUE, AMBER))
    figure.update_xaxes(title="true price", tickformat="$.3~s", fixedrange=True)
    figure.update_yaxes(title="predicted − true", tickformat="$.3~s", fixedrange=True)
    return charts.framed(figure, title, 380).update_layout(legend=charts.BELOW, showlegend=len(errors) > 1)


def _add_points(
    figure: go.Figure,
    x: Floats,
    columns: Mapping[str, Floats],
    hover: str,
    colours: tuple[str, ...] = (BLUE, ORANGE, AMBER),
) -> None:
    for (name, y), colour, symbol in zip(columns.items(), colours, ("circle", "diamond-open", "x-thin"), strict=False):
        marker = {"color": colour, "symbol": symbol, "size": 6, "opacity": 0.8, "line": {"color": colour, "width": 1}}
        figure.add_scatter(x=x, y=y, name=name, mode="markers", marker=marker, hovertemplate=hover + "<extra></extra>")
