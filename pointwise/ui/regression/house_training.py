"""Training the price network: from the sidebar, and by the tutorial's recipe beside a standardised one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from pointwise.data.housing import HouseOptions
from pointwise.jobs import AS_WRITTEN, STANDARDISED, HouseJob, compare_scalings
from pointwise.models import ModelConfig, default_config
from pointwise.runs import Progress
from pointwise.training import PRICE_RECIPES, Recipe
from pointwise.ui.frame import charts, desk, labels, shipped
from pointwise.ui.regression.house import ARCH, TABLE, chosen_part
from pointwise.ui.training import panel, sidebar
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings

NAMES = {"standardised": "Standardised", "tutorial": "As written in the tutorial"}
ABOUT = {
    "standardised": "{passes}, {batch} houses at a time. Areas, rooms and prices are first brought to one scale; the "
    "shipped network learned so.",
    "tutorial": "{passes}, {batch} houses at a time, prices in plain dollars: exactly what the tutorial does. It does "
    "not learn.",
}
ROWS, FIRST_ROWS = (20, 20_000), 1_000  # training houses
NOISE = (0, 500_000)  # dollars
FIRST_RECIPE, RECIPE = "standardised", PRICE_RECIPES["tutorial"]
WHY = (
    "Adam moves each weight by about the learning rate in a step, however large the gradient is, so 50 epochs × 63 "
    "steps × 0.001 move it by about 3 at most: prices in plain dollars, hundreds of thousands of them, stay out of "
    "reach. With prices and features standardised (mean 0, deviation 1) the same recipe only has to reach values "
    "between -2 and 2, and it does."
)


def in_sidebar() -> None:
    """Controls for the price network, and this session's run below them."""
    if chosen_part() == TABLE:
        st.caption("A table is trained on from the page; the run is shown here.")
        panel.show()
        return
    st.header("Retrain the network")
    start = HouseJob(default_config(ARCH), PRICE_RECIPES[FIRST_RECIPE], HouseOptions())
    key = desk.widget("houses.recipe", FIRST_RECIPE, PRICE_RECIPES.__contains__)
    name = st.selectbox("Recipe", list(PRICE_RECIPES), format_func=NAMES.__getitem__, key=key, persist_state="session")
    about = st.empty()
    options = _houses()
    recipe, config = sidebar.remembered(f"houses.{name}", PRICE_RECIPES[name], start.config, _inputs)
    about.caption(sidebar.in_words(ABOUT[name], recipe))
    job = HouseJob(config, recipe, options)
    sidebar.retrain_button(job, changed=job != start)
    panel.show()


def _houses() -> HouseOptions:
    return HouseOptions(
        rows=st.number_input(
            "Training houses",
            *ROWS,
            FIRST_ROWS,
            100,
            key=desk.widget("houses.rows_made", FIRST_ROWS, desk.between(*ROWS)),
            persist_state="session",
        ),
        noise=float(
            st.number_input(
                "Noise in the prices, dollars",
                *NOISE,
                0,
                5_000,
                key=desk.widget("houses.noise", 0, desk.between(*NOISE)),
                persist_state="session",
                help="Standard deviation of what is added to every price, of training and test houses",
            )
        ),
    )


def _inputs(place: str, recipe: Recipe, config: ModelConfig) -> tuple[Recipe, ModelConfig]:
    recipe = replace(
        sidebar.recipe_inputs(place, recipe),
        standardise=st.toggle("Standardise prices and features", recipe.standardise, key=f"{place}.standardise"),
    )
    return recipe, sidebar.price_network_inputs(place, config)


def tutorial() -> None:
    """The recipe as the tutorial writes it beside a standardised one: why it fails, both runs, what became of them."""
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
        runs, levels = dict(reversed(errors.items())), {"always the mean": mean}
        figure = charts.by_epoch(runs, levels, RECIPE.epochs, "$,.0f", "As written, the error hardly falls")
        figure.update_yaxes(title="mean absolute error", type="log", range=[2, 6], dtick=1, tickformat="$.3~s")
        ends = [f"{name} {labels.dollars(values[-1])}" for name, values in errors.items() if values]
        charts.show(figure, "houses.contest.chart", "Mean absolute error by epoch: " + ", ".join(ends))
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


def _error_of_the_mean() -> float:
    """The mean absolute error of answering with the mean of the test houses, the best that a constant can do."""
    prices = shipped.houses()[1].prices.numpy()
    return float(np.abs(prices - prices.mean()).mean())
