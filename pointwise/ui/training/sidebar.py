"""Retraining from the sidebar: model, data, recipe, and what is under Advanced."""

from __future__ import annotations

import functools
from dataclasses import replace

import streamlit as st

from pointwise.data.catalogue import config_for, download_size, is_there
from pointwise.data.mnist import cache_folder, data_folder
from pointwise.models import CLASSIFIERS, DEFAULT_WIDTHS, ModelConfig
from pointwise.runs import retrain_digits
from pointwise.training import RECIPES, Recipe
from pointwise.ui.frame import labels
from pointwise.ui.training import panel, session_run, training_inputs

ABOUT_RECIPES = {
    "fast": "Large batches, one-cycle learning rate, AdamW",
    "tutorial": "Exactly the tutorial's: Adam 0.001, batches of 64, 10 epochs",
    "augmented": "Fast, longer, on digits that are turned, bent and redrawn; the shipped reader's",
}
ABOUT_DATA = {
    "mnist": "60,000 digits to train on and 10,000 to test with, 28×28",
    "fashion_mnist": "70,000 pictures of clothes in ten kinds, 28×28; a network for these reads no drawing",
    "kmnist": "70,000 cursive Japanese characters of ten kinds, 28×28; a network for these reads no drawing",
    "cifar10": "60,000 colour photos of ten kinds of things, 32×32; a network for these reads no drawing",
    "digits": "1,797 real digits that come with scikit-learn, 8×8 enlarged to 28×28; 297 are held out",
}
BUNDLED_EPOCHS = 20  # a fortieth of the digits asks for more passes over them


def digits() -> None:
    """Controls for the four classifiers, and this session's run below them."""
    st.header("Retrain")
    arch = st.selectbox(
        "Model", CLASSIFIERS, format_func=labels.MODELS.__getitem__, key="sidebar.arch", persist_state="session"
    )
    source = _source()
    recipe_name = st.selectbox("Recipe", list(RECIPES), key="sidebar.recipe", persist_state="session")
    st.caption(ABOUT_RECIPES[recipe_name])
    recipe, config = _settings(arch, source, RECIPES[recipe_name])
    work = functools.partial(retrain_digits, config, recipe, source, data_folder())
    training_inputs.retrain_button(functools.partial(session_run.start, config, recipe, source, work))
    panel.show()


def _source() -> str:
    folder = data_folder()
    there = is_there("mnist", folder)
    source = st.selectbox(
        "Data",
        list(labels.SOURCES),
        index=list(labels.SOURCES).index("mnist" if there else "digits"),
        format_func=labels.SOURCES.__getitem__,
        key="sidebar.source",
        persist_state="session",
    )
    st.caption(ABOUT_DATA[source])
    if not is_there(source, folder):
        title, size = labels.SOURCES[source], download_size(source)
        if folder == cache_folder():
            st.info(f"{title} is not on this computer yet: {size:.1f} MB will be downloaded first.")
        else:
            st.info(f"{title} is not in the data folder {folder}.")
    return source


def _settings(arch: str, source: str, named: Recipe) -> tuple[Recipe, ModelConfig]:
    """Each model, data and recipe remembers its own."""
    epochs = named.epochs if source != "digits" or named.name == "tutorial" else BUNDLED_EPOCHS
    place = f"sidebar.{arch}.{source}.{named.name}"
    return training_inputs.remembered(place, replace(named, epochs=epochs), config_for(arch, source), _inputs)


def _inputs(place: str, recipe: Recipe, config: ModelConfig) -> tuple[Recipe, ModelConfig]:
    recipe = training_inputs.recipe_inputs(place, recipe)
    first, *others = DEFAULT_WIDTHS[config.arch]
    width = st.number_input(
        "Width",
        1,
        512,
        config.widths[0],
        key=f"{place}.width",
        help="Channels of the first hidden layer; the deeper layers of Network in Network grow in proportion",
    )
    activation = training_inputs.activation_input(place, config.activation)
    if config.arch != "conv_mlp":
        others = [max(1, round(other * width / first)) for other in others]
    return recipe, replace(config, widths=(width, *others), activation=activation)
