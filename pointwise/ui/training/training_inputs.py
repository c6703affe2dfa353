"""What both sidebars have in common: settings under Advanced that are remembered, and the button that starts a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.models import ACTIVATIONS, ModelConfig
from pointwise.training import Recipe
from pointwise.ui.training import session_run

REFUSED = "settings.refused"
Inputs = Callable[[str, Recipe, ModelConfig], tuple[Recipe, ModelConfig]]


def remembered(place: str, recipe: Recipe, config: ModelConfig, inputs: Inputs) -> tuple[Recipe, ModelConfig]:
    """The settings last made at ``place``, at first those given.

    What is under Advanced is put on the page only while it is open: the page is there sooner without it.
    """
    settings = st.session_state.get(place) or (recipe, config)
    advanced = st.expander("Advanced", icon=":material/tune:", key="settings.advanced", on_change="rerun")
    if advanced.open:
        with advanced:
            settings = inputs(place, *settings)
        st.session_state[place] = settings
    return settings


def recipe_inputs(place: str, now: Recipe) -> Recipe:
    """Epochs, batch size, learning rate and seed."""
    return replace(
        now,
        epochs=st.number_input("Epochs", 1, 500, now.epochs, key=f"{place}.epochs"),
        batch_size=st.number_input("Batch size", 1, 4096, now.batch_size, key=f"{place}.batch"),
        learning_rate=st.number_input(
            "Learning rate", 1e-6, 10.0, now.learning_rate, step=1e-3, format="%.6f", key=f"{place}.rate"
        ),
        seed=st.number_input("Seed", 0, 2**32 - 1, now.seed, key=f"{place}.seed"),
    )


def activation_input(place: str, now: str) -> str:
    """One of ACTIVATIONS."""
    return st.selectbox("Activation", ACTIVATIONS, index=ACTIVATIONS.index(now), key=f"{place}.activation")


def price_network_inputs(place: str, now: ModelConfig) -> ModelConfig:
    """Widths, activation, batch normalisation and dropout of a price network."""
    first, second = now.widths
    return replace(
        now,
        widths=(
            st.number_input("Channels of layer 1", 1, 128, first, key=f"{place}.first"),
            st.number_input("Channels of layer 2", 1, 128, second, key=f"{place}.second"),
        ),
        activation=activation_input(place, now.activation),
        batch_norm=st.toggle("Batch normalisation", now.batch_norm, key=f"{place}.norm"),
        dropout=float(st.number_input("Dropout", 0.0, 0.9, float(now.dropout), step=0.05, key=f"{place}.dropout")),
    )


def retrain_button(start: Callable[[], None]) -> None:
    """Start a run with what stands on the screen; what was refused is said below."""
    if st.button(
        "Retrain",
        type="primary",
        icon=":material/model_training:",
        disabled=session_run.busy(),
        width="stretch",
    ):
        st.session_state[REFUSED] = None
        try:
            start()
        except PointwiseError as error:
            st.session_state[REFUSED] = str(error)
        st.rerun()
    if st.session_state.get(REFUSED):
        st.error(st.session_state[REFUSED])
