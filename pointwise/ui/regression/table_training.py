"""What to predict from what, training on it, and asking the trained network."""

from __future__ import annotations

import math
from dataclasses import replace

import streamlit as st

from pointwise.data.table import Feature, Prepared, Table, prepare
from pointwise.explain.table_networks import Strength, strongest_features
from pointwise.inference import predict_row
from pointwise.jobs import Job, TableJob, table_config
from pointwise.models import ModelConfig
from pointwise.runs import Run
from pointwise.training import Recipe, table_recipe
from pointwise.ui.frame import labels
from pointwise.ui.frame.sections import Kept, Latest
from pointwise.ui.training import session_run, sidebar, weights_in_use

PREPARED: Kept[tuple[tuple[Table, str, list[str], Prepared], ...]] = Kept("tables.prepared", ())  # the latest few
STRONGEST: Latest[tuple[Strength, ...]] = Latest("tables.strongest")  # made of a network
STEPS = 100  # of a slider, about


def prepared(table: Table) -> Prepared:
    """The table made ready for the chosen target and features. Raises DataError for a choice that cannot be used."""
    left, right = st.columns([1, 2])
    target = left.selectbox(
        "Predict",
        table.targets,
        index=len(table.targets) - 1,
        key=f"tables.target.{table.name}",
        persist_state="session",
    )
    others = [name for name in table.features if name != target]
    features = right.multiselect(
        "From", others, default=others, key=f"tables.features.{table.name}.{target}", persist_state="session"
    )
    return _ready(table, target, features)


def _ready(table: Table, target: str, features: list[str]) -> Prepared:
    """A table made ready, the same object for the same choice, so that a run can be told to be about it."""
    made = PREPARED.get()
    for other, *choice, ready in made:
        if other is table and choice == [target, features]:
            return ready
    ready = prepare(table, target, features)
    PREPARED.set((*made[-3:], (table, target, features, ready)))
    return ready


def train(table: Table, ready: Prepared) -> None:
    """What was done to the rows, and the button that trains the 1×1 network on them."""
    inputs = ready.training.inputs.shape[1]
    with st.container(border=True):
        st.markdown("\n".join(f"- {note}" for note in [*ready.notes, f"The network receives {inputs} channels."]))
    recipe, config = sidebar.remembered(
        f"tables.{table.name}.{len(ready.training)}", table_recipe(len(ready.training)), table_config(ready), _inputs
    )
    if st.button("Train on this table", type="primary", icon=":material/model_training:", disabled=session_run.busy()):
        config = replace(config, input_channels=inputs)
        session_run.start(TableJob(config, recipe, ready))
        st.rerun()
    session_run.say_refusal()


def _inputs(place: str, recipe: Recipe, config: ModelConfig) -> tuple[Recipe, ModelConfig]:
    return sidebar.recipe_inputs(place, recipe), sidebar.price_network_inputs(place, config)


def run_on(ready: Prepared) -> Run[Job] | None:
    """This session's run, if it is about this very table, target and features."""
    run = session_run.current()
    return run if run is not None and run.job.data is ready else None


def ask(ready: Prepared, run: Run[Job]) -> None:
    """The prediction for a row of one's own; features without a slider keep their usual value."""
    model = weights_in_use.epoch_model(run)
    if model is None or run.progress().active:
        return
    st.subheader("Ask the network")
    strengths = STRONGEST.of(model, lambda: strongest_features(model, ready))
    features = {feature.name: feature for feature in ready.features}
    answer = st.container()
    columns = st.columns(2, gap="large")
    values = {}
    for number, strength in enumerate(strengths):
        with columns[number % 2]:
            values[strength.feature] = _feature_input(features[strength.feature], run)
    answer.metric(f"Predicted {ready.target}", labels.number(predict_row(model, ready, values)))
    rest = len(ready.features) - len(strengths)
    st.caption(
        "In the order of how much worse the network gets when a feature is shuffled: without "
        f"{strengths[0].feature} it is off by {labels.number(strengths[0].added_error)} more."
        + (f" The {rest} others keep their usual value." if rest else "")
    )


def _feature_input(feature: Feature, run: Run[Job]) -> float | str:
    key = f"tables.ask.{run.name}.{feature.name}"
    if feature.kind == "category":
        return st.selectbox(feature.name, feature.levels, key=key, persist_state="session")
    start = float(feature.start)
    if feature.whole:
        low, high = int(feature.minimum), int(feature.maximum)
        return st.slider(feature.name, low, high, min(max(round(start), low), high), key=key, persist_state="session")
    step, form = _step(feature.maximum - feature.minimum)
    return st.slider(
        feature.name, feature.minimum, feature.maximum, start, step, form, key=key, persist_state="session"
    )


def _step(span: float) -> tuple[float, str]:
    """A power of ten that cuts the span into a hundred parts or more, and how such numbers are written."""
    power = math.floor(math.log10(span / STEPS))
    return 10.0**power, f"%.{max(0, -power)}f"
