"""What is shared by all sessions and never changed: shipped models, bundled data, the limit on runs.

torch is imported inside these functions, on first use, so that a page can show something before it is there.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui import state

if TYPE_CHECKING:
    from pointwise.costs import Cost
    from pointwise.data.housing import HouseOptions, Houses
    from pointwise.models import ModelConfig, Network

EPOCH_MODEL = "resources.epoch_model"
MODELS = Path(__file__).parents[2] / "models"


@st.cache_resource(show_spinner=False, max_entries=8)
def shipped_model(arch: str) -> Network:
    """The shipped network in eval mode. Raises ModelFileError."""
    from pointwise.weights import load_model

    return load_model(MODELS / f"{arch}.safetensors")


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """After the first page: what is loaded now stays, so that later garbage collections need not look at it."""
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False, max_entries=32)
def cost_of(config: ModelConfig) -> Cost:
    """Parameters and multiply-adds of a network."""
    from pointwise.costs import cost

    return cost(config)


@st.cache_resource(show_spinner=False, max_entries=16)
def shipped_metrics(arch: str, source: str) -> dict[str, float]:
    """The shipped network's loss and accuracy on what a run on ``source`` holds out ("mnist" or "digits")."""
    from pointwise.data.digits import load_bundled
    from pointwise.training import measure

    model = shipped_model(arch)
    return dict(model.card["metrics"]) if source == "mnist" else measure(model, load_bundled()[1])


@st.cache_resource(show_spinner=False)
def houses() -> tuple[Houses, Houses]:
    """The tutorial's 1,000 training and 200 test houses."""
    from pointwise.data.housing import make_houses

    return make_houses()


@st.cache_resource(show_spinner=False, max_entries=16)
def shipped_price_metrics(options: HouseOptions) -> dict[str, float]:
    """The shipped price network's loss, mae (dollars) and r2 on the 200 test houses of these options."""
    from pointwise.data.housing import make_houses
    from pointwise.inference import price_scaling
    from pointwise.training import measure

    model = shipped_model("price_1x1")
    return measure(model, replace(make_houses(options)[1], scaling=price_scaling(model)))


@st.cache_resource(show_spinner=False)
def run_slots() -> threading.BoundedSemaphore:
    """How many runs this server trains at once: $POINTWISE_RUNS, else half its cores, at least one."""
    default = max(1, (os.cpu_count() or 2) // 2)
    try:
        slots = int(os.environ.get("POINTWISE_RUNS", default))
    except ValueError:
        slots = default
    return threading.BoundedSemaphore(max(1, slots))


def loaded() -> bool:
    """Whether torch is there already, so that a model's answer comes at once."""
    return "torch" in sys.modules


def loading(height: int) -> AbstractContextManager[object]:
    """A placeholder of so many pixels while torch is imported and the weights are loaded for the first time."""
    return nullcontext() if loaded() else st.skeleton(height=height)


def current_model(arch: str) -> Network:
    """The network that this session uses: its own retrained one, else the shipped one. Raises ModelFileError."""
    return state.own_models().get(arch) or shipped_model(arch)


def epoch_model(retraining: state.Retraining) -> Network | None:
    """The network of a run's latest epoch as a copy of its own; None before the first, or once it is in use."""
    epoch = retraining.run.progress().latest
    if epoch is None:
        return None
    number, model = st.session_state.get(EPOCH_MODEL, (None, None))
    if number != (retraining.run.name, epoch.number, epoch.complete):
        number = (retraining.run.name, epoch.number, epoch.complete)
        model = retraining.network(epoch)
        st.session_state[EPOCH_MODEL] = (number, model)
    return model
