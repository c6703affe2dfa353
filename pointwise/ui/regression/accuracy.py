"""Predicted against actual on the tutorial's 200 test houses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pointwise.inference import predict_prices
from pointwise.ui.frame import labels, shipped
from pointwise.ui.regression import price_charts
from pointwise.ui.regression.networks import Networks

FIRST = 10  # rows of the table
QUIET = {"displayModeBar": False}


def show(networks: Networks) -> None:
    """The first rows as a table, all rows as points along the diagonal, and what is left over."""
    _, test = shipped.houses()
    actual = test.prices.numpy()
    predicted = {networks.name: predict_prices(networks.current, test.square_feet, test.rooms)}
    if networks.other is not None:
        predicted[networks.other_name] = predict_prices(networks.other, test.square_feet, test.rooms)
    for name, prices in predicted.items():
        st.markdown(labels.escaped(_sentence(name, actual, prices)))
    left, right = st.columns(2)
    error = np.abs(predicted[networks.name] - actual).mean()
    left.plotly_chart(
        price_charts.against_actual(actual, predicted, "On the diagonal the price is right"),
        key="houses.actual",
        config=QUIET,
        alt=f"Predicted against actual price of 200 test houses, off by {labels.dollars(error)} on average",
    )
    right.plotly_chart(
        price_charts.residuals(actual, predicted, "What is left over: predicted − actual"),
        key="houses.residuals",
        config=QUIET,
        alt=f"Errors of 200 test houses by their price, {labels.dollars(error)} on average",
    )
    st.subheader(f"The first {FIRST} test houses")
    _table(test.square_feet, test.rooms, actual, predicted)


def _sentence(name: str, actual: price_charts.Floats, prices: price_charts.Floats) -> str:
    errors = prices - actual
    r2 = 1 - float(np.square(errors).sum() / np.square(actual - actual.mean()).sum())
    error, fit = labels.dollars(np.abs(errors).mean()), labels.r_squared(r2)
    return f"**{name.capitalize()}**: mean absolute error {error}, R² {fit}, on 200 houses it has not seen."


def _table(
    square_feet: price_charts.Floats,
    rooms: price_charts.Floats,
    actual: price_charts.Floats,
    predicted: dict[str, price_charts.Floats],
) -> None:
    columns = {"square feet": square_feet, "rooms": rooms, "actual": actual}
    for name, prices in predicted.items():
        columns |= {f"predicted, {name}": prices, f"error, {name}": prices - actual}
    whole = st.column_config.NumberColumn(format="dollar", step=1)
    st.dataframe(
        pd.DataFrame(columns).head(FIRST),
        hide_index=True,
        column_config={
            "square feet": st.column_config.NumberColumn(format="%,.0f"),
            "rooms": st.column_config.NumberColumn(format="%.1f"),
            **{name: whole for name in columns if name not in ("square feet", "rooms")},
        },
        alt=f"Predicted and actual prices of the first {FIRST} test houses",
    )
