"""The recipe as the tutorial writes it, trained beside the same recipe on standardised values."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.data.housing import HouseOptions
from pointwise.jobs import AS_WRITTEN, STANDARDISED, compare_scalings
from pointwise.runs import Progress
from pointwise.training import PRICE_RECIPES
from pointwise.ui.frame import labels, shipped
from pointwise.ui.regression import price_charts
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings

RECIPE = PRICE_RECIPES["tutorial"]
WHY = (
    "Adam moves each weight by about the learning rate in a step, however large the gradient is, so 50 epochs × 63 "
    "steps × 0.001 move it by about 3 at most: prices in plain dollars, hundreds of thousands of them, stay out of "
    "reach. With prices and features standardised (mean 0, deviation 1) the same recipe only has to reach values "
    "between -2 and 2, and it does."
)


def show() -> None:
    """Why it fails, both runs live, and what became of them."""
    st.subheader("As written in the tutorial")
    st.write(WHY)
    comparison = compare_scalings(RECIPE, HouseOptions())
    SideBySide("houses.contest", "Train both now", comparison, _live, "Stop both").show()


def _live(progress: Progress, trainings: Trainings) -> None:
    errors = {name: [epoch.metrics["mae"] for epoch in trainings[name]] for name in (AS_WRITTEN, STANDARDISED)}
    mean = _error_of_the_mean()
    with st.grid(3, min_column_width=150, border=True):
        for name, values in errors.items():
            value = labels.dollars(values[-1]) if values else "–"
            _metric(f"Mean error, {name}", value, f"epoch {len(values)} of {RECIPE.epochs}")
        _metric("Always answering the mean", labels.dollars(mean), "no network at all")
    if any(errors.values()):
        title = "As written, the error hardly falls"
        figure = price_charts.errors_by_epoch(errors, mean, RECIPE.epochs, title)
        st.plotly_chart(figure, key="houses.contest.chart", config={"displayModeBar": False}, alt=_alt(errors))
    if not progress.active and all(errors.values()):
        _verdict(errors, mean)


def _metric(label: str, value: str, below: str) -> None:
    st.metric(label, value, below, delta_color="off", delta_arrow="off")


def _verdict(errors: dict[str, list[float]], mean: float) -> None:
    written, standardised = errors[AS_WRITTEN][-1], errors[STANDARDISED][-1]
    worse = "worse than" if written > mean else "better than"
    text = (
        f"As written, the network ends off by {labels.dollars(written)} on average, {worse} always answering the mean "
        f"({labels.dollars(mean)}). Standardised, it ends off by {labels.dollars(standardised)}."
    )
    st.info(labels.escaped(text), icon=":material/flag:")


def _alt(errors: dict[str, list[float]]) -> str:
    ends = [f"{name} {labels.dollars(values[-1])}" for name, values in errors.items() if values]
    return "Mean absolute error by epoch: " + ", ".join(ends)


def _error_of_the_mean() -> float:
    """Of answering every test house with the mean of the test houses, the best that a constant can do."""
    prices = shipped.houses()[1].prices.numpy()
    return float(np.abs(prices - prices.mean()).mean())
