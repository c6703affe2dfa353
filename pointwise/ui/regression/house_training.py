"""Training the price network from the sidebar."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pointwise.data.housing import HouseOptions
from pointwise.jobs import HouseJob
from pointwise.models import ModelConfig, default_config
from pointwise.training import PRICE_RECIPES, Recipe
from pointwise.ui.frame import desk
from pointwise.ui.regression.house import ARCH, TABLE, chosen_part
from pointwise.ui.training import panel, sidebar

NAMES = {"standardised": "Standardised", "tutorial": "As written in the tutorial"}
ABOUT = {
    "standardised": "{passes}, {batch} houses at a time. Areas, rooms and prices are first brought to one scale; the "
    "shipped network learned so.",
    "tutorial": "{passes}, {batch} houses at a time, prices in plain dollars: the tutorial's settings, in PyTorch "
    "instead of Keras. It does not learn.",
}
ROWS, FIRST_ROWS = (20, 20_000), 1_000  # training houses
NOISE = (0, 500_000)  # dollars
FIRST_RECIPE = "standardised"


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
