"""Retraining from the sidebar: model, data, recipe, and what is under Advanced."""

from __future__ import annotations

import functools
from dataclasses import replace

import streamlit as st

from pointwise.data.mnist import SIZES, cache_folder, data_folder, is_complete
from pointwise.models import CLASSIFIERS, DEFAULT_WIDTHS, ModelConfig
from pointwise.runs import retrain_digits
from pointwise.training import RECIPES, Recipe
from pointwise.ui import runpanel, settings, words

ABOUT_RECIPES = {
    "fast": "Large batches, one-cycle learning rate, AdamW",
    "tutorial": "Exactly the tutorial's: Adam 0.001, batches of 64, 10 epochs",
    "augmented": "Fast, longer, on digits that are turned, bent and redrawn; the shipped reader's",
}
ABOUT_DATA = {
    "mnist": "60,000 digits to train on and 10,000 to test with, 28×28",
    "bundled": "1,797 real digits that come with scikit-learn, 8×8 enlarged to 28×28; 297 are held out",
}
BUNDLED_EPOCHS = 20  # a fortieth of the digits asks for more passes over them


def digits() -> None:
    """Controls for the four classifiers, and this session's run below them."""
    st.header("Retrain")
    arch = st.selectbox(
        "Model", CLASSIFIERS, format_func=words.MODELS.__getitem__, key="sidebar.arch", persist_state="session"
    )
    source = _source()
    recipe_name = st.selectbox("Recipe", list(RECIPES), key="sidebar.recipe", persist_state="session")
    st.caption(ABOUT_RECIPES[recipe_name])
    recipe, config = _settings(arch, source, RECIPES[recipe_name])
    work = functools.partial(retrain_digits, config, recipe, source, data_folder())
    settings.retrain_button(functools.partial(runpanel.start, config, recipe, source, work))
    runpanel.show()


def _source() -> str:
    folder = data_folder()
    there = is_complete(folder)
    source = st.selectbox(
        "Data",
        list(words.SOURCES),
        index=0 if there else 1,
        format_func=words.SOURCES.__getitem__,
        key="sidebar.source",
        persist_state="session",
    )
    st.caption(ABOUT_DATA[source])
    if source == "mnist" and not there and folder == cache_folder():
        st.info(f"MNIST is not on this computer yet: {sum(SIZES.values()) / 1e6:.1f} MB will be downloaded first.")
    return source


def _settings(arch: str, source: str, named: Recipe) -> tuple[Recipe, ModelConfig]:
    """Each model, data and recipe remembers its own."""
    epochs = named.epochs if source == "mnist" or named.name == "tutorial" else BUNDLED_EPOCHS
    place = f"sidebar.{arch}.{source}.{named.name}"
    return settings.remembered(place, replace(named, epochs=epochs), ModelConfig(arch), _inputs)


def _inputs(place: str, recipe: Recipe, config: ModelConfig) -> tuple[Recipe, ModelConfig]:
    recipe = settings.recipe_inputs(place, recipe)
    first, *others = DEFAULT_WIDTHS[config.arch]
    width = st.number_input(
        "Width",
        1,
        512,
        config.widths[0],
        key=f"{place}.width",
        help="Channels of the first hidden layer; the deeper layers of Network in Network grow in proportion",
    )
    activation = settings.activation_input(place, config.activation)
    if config.arch != "conv_mlp":
        others = [max(1, round(other * width / first)) for other in others]
    return recipe, replace(config, widths=(width, *others), activation=activation)
