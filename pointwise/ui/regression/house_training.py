"""Retraining the price network from the sidebar: recipe, houses, network."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pointwise.data.housing import HouseOptions
from pointwise.jobs import HouseJob
from pointwise.models import ModelConfig, default_config
from pointwise.training import PRICE_RECIPES, Recipe
from pointwise.ui.regression import parts
from pointwise.ui.regression.networks import ARCH
from pointwise.ui.training import panel, sidebar

NAMES = {"standardised": "Standardised", "tutorial": "As written in the tutorial"}
ABOUT = {
    "standardised": "The shipped network's: one-cycle learning rate, prices and features of mean 0 and deviation 1",
    "tutorial": "Exactly the tutorial's: Adam 0.001, prices in plain dollars. It does not learn.",
}


def show() -> None:
    """Controls for the price network, and this session's run below them."""
    if parts.chosen() == parts.TABLE:
        st.header("Training")
        st.caption("A table is trained on from the page; the run is shown here.")
        panel.show()
        return
    st.header("Retrain")
    name = st.selectbox(
        "Recipe", list(PRICE_RECIPES), format_func=NAMES.__getitem__, key="houses.recipe", persist_state="session"
    )
    st.caption(ABOUT[name])
    options = _houses()
    recipe, config = sidebar.remembered(f"houses.{name}", PRICE_RECIPES[name], default_config(ARCH), _inputs)
    sidebar.retrain_button(HouseJob(config, recipe, options))
    panel.show()


def _houses() -> HouseOptions:
    return HouseOptions(
        rows=st.number_input(
            "Training houses", 20, 20_000, 1_000, 100, key="houses.rows_made", persist_state="session"
        ),
        noise=float(
            st.number_input(
                "Noise in the prices, dollars",
                0,
                500_000,
                0,
                5_000,
                key="houses.noise",
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
