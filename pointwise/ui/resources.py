"""What is shared by all sessions and never changed: shipped models, bundled data, the limit on runs.

torch is imported inside these functions, on first use, so that a page can show something before it is there.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui import state

if TYPE_CHECKING:
    from pointwise.costs import Cost
    from pointwise.data.housing import HouseOptions, Houses
    from pointwise.models import ModelConfig, Network
    from pointwise.packed import Packed
    from pointwise.progress import Snapshot

EPOCH_MODEL = "resources.epoch_model"
SNAPSHOT_MODEL = "resources.snapshot_model"
PACKED = "resources.packed"
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
    return _torch().there.is_set()


def begin() -> None:
    """Import torch in the background. It takes seconds in which the server is slow to send anything else."""
    _torch().begin()


def wait() -> None:
    """Until torch is there. Nothing that imports it may be imported before: two imports at once may meet half-way."""
    begin()
    _torch().there.wait()


@contextmanager
def loading(height: int) -> Iterator[None]:
    """A placeholder of so many pixels while torch is imported and the weights are loaded for the first time."""
    with nullcontext() if loaded() else st.skeleton(height=height):
        wait()
        yield


class _Torch:
    """Torch's import, in a thread of its own."""

    def __init__(self) -> None:
        self.there = threading.Event()  # also when it cannot be had
        self._thread = threading.Thread(target=self._fetch, name="pointwise-import", daemon=True)
        self._lock = threading.Lock()
        if "torch" in sys.modules:
            self._fetch()

    def begin(self) -> None:
        with self._lock:
            if self._thread.ident is None and not self.there.is_set():
                self._thread.start()

    def _fetch(self) -> None:
        try:
            importlib.import_module("pointwise.inference")
        finally:
            self.there.set()


@st.cache_resource(show_spinner=False)
def _torch() -> _Torch:
    return _Torch()


@st.cache_resource(show_spinner=False, max_entries=8)
def packed_file(arch: str) -> Packed | None:
    """The shipped network for the page to evaluate, without torch; None where it is too large or cannot be used."""
    from pointwise.packed import pack_file

    return pack_file(MODELS / f"{arch}.safetensors")


def packed(model: Network, stages: int | None = None) -> Packed | None:
    """A network for the page to evaluate; where it is too large its first ``stages``, or None."""
    from pointwise.packed import pack

    known, asked, content = st.session_state.get(PACKED, (None, None, None))
    if known is not model or asked != stages:
        content = pack(model) or (stages and pack(model, stages)) or None
        st.session_state[PACKED] = (model, stages, content)
    return content


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


def snapshot_model(retraining: state.Retraining, snapshot: Snapshot) -> Network:
    """The network in the middle of a run, as a copy of its own."""
    from pointwise.weights import model_from

    known, model = st.session_state.get(SNAPSHOT_MODEL, (None, None))
    if known is not snapshot:
        model = model_from(retraining.config, snapshot.weights)
        st.session_state[SNAPSHOT_MODEL] = (snapshot, model)
    return model
