"""Retraining from the sidebar: model, data and recipe of a classifier, and the inputs that all trainings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from pointwise.card import rebuilt
from pointwise.data.catalogue import DATA_SETS, OWN, config_for, download_size, is_there
from pointwise.data.mnist import cache_folder, data_folder
from pointwise.errors import ConfigError
from pointwise.jobs import Job, PictureJob, Pictures
from pointwise.models import ACTIVATIONS, CLASSIFIERS, ModelConfig
from pointwise.training import RECIPES, Recipe, pictures_recipe
from pointwise.ui.frame import desk, glossary, labels
from pointwise.ui.frame.callbacks import undisturbed
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import press, shown_errors
from pointwise.ui.training import expected_time, panel, picture_zips, session_run, weights_in_use

Settings = tuple[Recipe, ModelConfig]
Inputs = Callable[[str, Recipe, ModelConfig], Settings]
WIDEST, WIDEST_PRICE = 512, 128  # channels of a layer
LARGEST_BATCH, LOWEST_RATE = 4096, 1e-6
FIRST_RECIPE = "fast"
NAMES = {"fast": "Fast", "tutorial": "As written in the tutorial", "augmented": "Thorough, on bent pictures"}
ABOUT_RECIPES = {
    "fast": "{passes}, {batch} at a time, in large steps that shrink towards the end.",
    "tutorial": "{passes}, {batch} at a time, in small steps of one size: the tutorial's settings.",
    "augmented": "{passes}, {batch} at a time, each turned, bent and redrawn a little: slow, and meant for other "
    "people's handwriting. The reader that comes with the app learned so.",
}
ABOUT_OWN = "{passes}, {batch} at a time: the fewer pictures there are, the more often each is shown."
CHOICES = {**labels.SOURCES, OWN: "Your own pictures"}
EPOCHS = {"digits": 20}  # a fortieth of the digits asks for more passes over them; not of the tutorial's recipe


def digits(folded: bool = False) -> None:
    """Controls for the four classifiers, ``folded`` away or not, and this session's run below them."""
    if folded:
        with st.expander(
            "Retrain a network", icon=":material/model_training:", key="sidebar.fold", on_change="rerun"
        ) as fold:
            if fold.open:
                _controls()
    else:
        st.header("Retrain a network")
        _controls()
    panel.show(brief=folded)


def _controls() -> None:
    arch = st.selectbox(
        "Model",
        CLASSIFIERS,
        format_func=labels.MODELS.__getitem__,
        key=desk.widget("sidebar.arch", CLASSIFIERS[0], CLASSIFIERS.__contains__),
        persist_state="session",
    )
    source = _source()
    if source == OWN:
        with shown_errors():
            _own_pictures(arch)
        return
    name = st.selectbox(
        "Recipe",
        list(RECIPES),
        format_func=NAMES.__getitem__,
        key=desk.widget("sidebar.recipe", FIRST_RECIPE, RECIPES.__contains__),
        persist_state="session",
        help=glossary.tip("recipe"),
    )
    about = st.empty()
    recipe, config = _settings(arch, source, start := _start(source, name))
    about.caption(in_words(ABOUT_RECIPES[name], recipe))
    job = PictureJob(config, recipe, Pictures(source, data_folder()))
    first = (CLASSIFIERS[0], _first_source(), FIRST_RECIPE)
    changed = (arch, source, name) != first or (recipe, config) != (start, config_for(arch, source))
    retrain_button(job, changed, is_there(source, data_folder()))


def _own_pictures(arch: str) -> None:
    """The field for a file of pictures, and what is trained on it. Raises BusyError where too much waits already."""
    chosen = picture_zips.choose()
    if chosen is None:
        return
    own, file = chosen
    start = pictures_recipe(own.counts[0])
    place = f"sidebar.{arch}.{OWN}.{file['key'][:12]}"
    recipe, config = remembered(place, start, own.config(arch), _inputs)
    st.caption(in_words(ABOUT_OWN, recipe))
    retrain_button(PictureJob(config, recipe, own), True, more={picture_zips.SOURCE: file})


def in_words(about: str, recipe: Recipe) -> str:
    """What is said about a recipe, with its own numbers."""
    passes = "One pass over the examples" if recipe.epochs == 1 else f"{recipe.epochs} passes over the examples"
    return about.format(passes=passes, batch=f"{recipe.batch_size:,}")


def _first_source() -> str:
    return "mnist" if is_there("mnist", data_folder()) else "digits"


def _source() -> str:
    folder, start = data_folder(), _first_source()
    source = st.selectbox(
        "Data",
        list(CHOICES),
        index=list(CHOICES).index(start),
        format_func=CHOICES.__getitem__,
        key=desk.widget("sidebar.source", start, CHOICES.__contains__),
        persist_state="session",
    )
    if source == OWN:
        return source
    st.caption(DATA_SETS[source].about)
    if not is_there(source, folder):
        title, size = labels.SOURCES[source], download_size(source)
        if folder == cache_folder():
            st.info(f"{title} is not on this computer yet: {size:.1f} MB will be downloaded first.")
        else:
            st.info(labels.said(f"{title} is not in the data folder {folder}."))
    return source


def _start(source: str, name: str) -> Recipe:
    """A recipe as it is for a data set, before the visitor changes it."""
    named = RECIPES[name]
    return named if name == "tutorial" else replace(named, epochs=EPOCHS.get(source, named.epochs))


def _settings(arch: str, source: str, start: Recipe) -> Settings:
    """Each model, data and recipe remembers its own."""
    return remembered(f"sidebar.{arch}.{source}.{start.name}", start, config_for(arch, source), _inputs)


def _inputs(place: str, recipe: Recipe, config: ModelConfig) -> tuple[Recipe, ModelConfig]:
    recipe = recipe_inputs(place, recipe)
    width = st.number_input(
        "Width",
        1,
        WIDEST,
        config.widths[0],
        key=f"{place}.width",
        help="Channels of the first hidden layer; the deeper layers of Network in Network grow in proportion",
    )
    activation = activation_input(place, config.activation)
    return recipe, replace(config.with_width(width), activation=activation)


def remembered(place: str, recipe: Recipe, config: ModelConfig, inputs: Inputs) -> tuple[Recipe, ModelConfig]:
    """The settings that the visitor last made at ``place``, at first those given.

    What is under Advanced is put on the page only while it is open: the page is there sooner without it.
    """
    kept: Lasting[Settings | None] = Lasting(place, None, _dump, lambda raw: _load(raw, recipe.name, config.arch))
    settings = before = kept.get() or (recipe, config)
    advanced = st.expander("Advanced", icon=":material/tune:", key="settings.advanced", on_change="rerun")
    if advanced.open:
        with advanced:
            settings = inputs(place, *settings)
    if settings != before:
        kept.set(settings)
    return settings


def _dump(settings: Settings | None) -> Any:
    return settings and [asdict(one) for one in settings]


def _load(raw: Any, name: str, arch: str) -> Settings:
    """Settings of that recipe and network from JSON. Raises an exception for what the inputs cannot show."""
    recipe, config = rebuilt(Recipe, raw[0]), rebuilt(ModelConfig, raw[1])
    widest = WIDEST if config.architecture.classifies else WIDEST_PRICE
    inside = recipe.batch_size <= LARGEST_BATCH and recipe.learning_rate >= LOWEST_RATE and max(config.widths) <= widest
    if (recipe.name, config.arch) != (name, arch) or not inside:
        raise ConfigError("It is of another recipe or network, or out of range.")
    return recipe, config


def recipe_inputs(place: str, now: Recipe) -> Recipe:
    """Epochs, batch size, learning rate and seed."""
    return replace(
        now,
        epochs=st.number_input("Epochs", 1, 500, now.epochs, key=f"{place}.epochs"),
        batch_size=st.number_input("Batch size", 1, LARGEST_BATCH, now.batch_size, key=f"{place}.batch"),
        learning_rate=st.number_input(
            "Learning rate", LOWEST_RATE, 10.0, now.learning_rate, step=1e-3, format="%.6f", key=f"{place}.rate"
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
            st.number_input("Channels of layer 1", 1, WIDEST_PRICE, first, key=f"{place}.first"),
            st.number_input("Channels of layer 2", 1, WIDEST_PRICE, second, key=f"{place}.second"),
        ),
        activation=activation_input(place, now.activation),
        batch_norm=st.toggle("Batch normalisation", now.batch_norm, key=f"{place}.norm"),
        dropout=float(st.number_input("Dropout", 0.0, 0.9, float(now.dropout), step=0.05, key=f"{place}.dropout")),
    )


def retrain_button(job: Job, changed: bool, at_hand: bool = True, more: Mapping[str, Any] | None = None) -> None:
    """Start a run of ``job``, what stands on the screen, and let the pages use its weights; a refusal is said below.

    It is the loudest button of the page only where the visitor has ``changed`` something. What it would cost stands
    above it, where its data is ``at_hand``. ``more`` is kept beside the job's description.
    """
    with shown_errors():
        expected_time.say(job, at_hand)
    session_run.say_what_goes()
    if press(
        "Retrain",
        f"sidebar.retrain.{job.kind}",
        type="primary" if changed else "secondary",
        icon=":material/model_training:",
        disabled=session_run.busy(),
        width="stretch",
    ):
        with shown_errors():
            with undisturbed():
                run = session_run.start(job, more=more, expected=expected_time.known(job))
                if run is not None and job.stands_in_for is not None:
                    weights_in_use.use(job.stands_in_for, run)
            st.rerun()
