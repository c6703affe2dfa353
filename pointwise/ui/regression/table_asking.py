"""A slider or a select for each of the features that the network leans on most, and its prediction beside them."""

from __future__ import annotations

import math

import streamlit as st

from pointwise.data.table import Feature, Prepared
from pointwise.explain.table_networks import Strength, strongest_features
from pointwise.inference import predict_row
from pointwise.jobs import Job
from pointwise.models import Network
from pointwise.runs import Run
from pointwise.ui.frame import labels
from pointwise.ui.training import weights_in_use

STRONGEST = "tables.strongest"  # (network, strengths)
STEPS = 100  # of a slider, about


def show(ready: Prepared, run: Run[Job]) -> None:
    """The prediction for a row of one's own; features without a slider keep their usual value."""
    model = weights_in_use.epoch_model(run)
    if model is None or run.progress().active:
        return
    st.subheader("Ask the network")
    strengths = _strongest(model, ready)
    features = {feature.name: feature for feature in ready.features}
    answer = st.container()
    columns = st.columns(2, gap="large")
    values = {}
    for number, strength in enumerate(strengths):
        with columns[number % 2]:
            values[strength.feature] = _input(features[strength.feature], run)
    answer.metric(f"Predicted {ready.target}", labels.number(predict_row(model, ready, values)))
    rest = len(ready.features) - len(strengths)
    st.caption(
        "In the order of how much worse the network gets when a feature is shuffled: without "
        f"{strengths[0].feature} it is off by {labels.number(strengths[0].added_error)} more."
        + (f" The {rest} others keep their usual value." if rest else "")
    )


def _strongest(model: Network, ready: Prepared) -> tuple[Strength, ...]:
    judged, strengths = st.session_state.get(STRONGEST, (None, ()))
    if judged is not model:
        strengths = strongest_features(model, ready)
        st.session_state[STRONGEST] = (model, strengths)
    return strengths


def _input(feature: Feature, run: Run[Job]) -> float | str:
    key = f"tables.ask.{run.name}.{feature.name}"
    if feature.kind == "category":
        return st.selectbox(feature.name, feature.levels, key=key, persist_state="session")
    start = float(feature.start)
    if feature.whole:
        low, high, whole = (
            int(feature.minimum),
            int(feature.maximum),
            min(max(round(start), int(feature.minimum)), int(feature.maximum)),
        )
        return st.slider(feature.name, low, high, whole, key=key, persist_state="session")
    step, form = _step(feature.maximum - feature.minimum)
    return st.slider(
        feature.name, feature.minimum, feature.maximum, start, step, form, key=key, persist_state="session"
    )


def _step(span: float) -> tuple[float, str]:
    """A power of ten that cuts the span into a hundred parts or more, and how such numbers are written."""
    power = math.floor(math.log10(span / STEPS))
    return 10.0**power, f"%.{max(0, -power)}f"
