"""This session's run: what it is about, where it stands in the session's state, how it is started."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.ui.frame import labels

if TYPE_CHECKING:
    from pointwise.models import ModelConfig, Network
    from pointwise.runs import Run, Work
    from pointwise.training import Epoch, Recipe

RETRAINING = "session_run.retraining"
BUSY = "session_run.busy"
NUMBERS = itertools.count(1)
FULL = (
    "This server is training as many networks as it can at once. "
    "Everything else works meanwhile; try again in a minute."
)


@dataclass(frozen=True)
class Retraining:
    """This session's run, and what it is about."""

    run: Run
    config: ModelConfig
    recipe: Recipe
    source: str  # a name of DATA_SETS; for prices "houses" or "table"
    data: Any = None  # for prices: the HouseOptions, or the Prepared table

    @property
    def arch(self) -> str:
        return self.config.arch

    def network(self, epoch: Epoch) -> Network:
        """A network of its own with this epoch's weights, and a card that says how it was made."""
        from pointwise.training.regression import priced_model, table_model
        from pointwise.weights import model_from

        if self.source == "houses":
            return priced_model(self.config, self.recipe, epoch.weights, self.data)
        if self.source == "table":
            return table_model(self.config, self.recipe, epoch.weights, self.data)
        return model_from(self.config, epoch.weights, self._card(epoch))

    def _card(self, epoch: Epoch) -> dict[str, Any]:
        names = {**labels.SOURCES, "mnist": "MNIST, 60,000 training digits"}
        names["digits"] = "scikit-learn's load_digits, 1,500 digits"
        metrics = {name: value for name, value in epoch.metrics.items() if not name.startswith("train_")}
        return {
            "recipe": asdict(self.recipe),
            "data": names.get(self.source, self.source),
            "metrics": metrics,
            "epochs": epoch.number,
        }


def retraining() -> Retraining | None:
    return st.session_state.get(RETRAINING)


def set_retraining(value: Retraining) -> None:
    st.session_state[RETRAINING] = value


def busy() -> bool:
    """Whether this session's run is still going on."""
    now = retraining()
    return now is not None and now.run.progress().active


def start(config: ModelConfig, recipe: Recipe, source: str, work: Callable[[], Work], data: Any = None) -> None:
    """Start a run for this session, or remember that the server is full. ``data`` is what prices are learned from."""
    from pointwise.runs import Run

    slots = run_slots()
    st.session_state[BUSY] = not slots.acquire(blocking=False)
    if st.session_state[BUSY]:
        return
    run = Run(work, f"{config.arch}-{next(NUMBERS)}", slots)
    set_retraining(Retraining(run, config, recipe, source, data))
    run.start()


@st.cache_resource(show_spinner=False)
def run_slots() -> threading.BoundedSemaphore:
    """How many runs this server trains at once: $POINTWISE_RUNS, else half its cores, at least one."""
    default = max(1, (os.cpu_count() or 2) // 2)
    try:
        slots = int(os.environ.get("POINTWISE_RUNS", default))
    except ValueError:
        slots = default
    return threading.BoundedSemaphore(max(1, slots))
