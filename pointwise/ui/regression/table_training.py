"""A network trained on a table: what it predicts from what, beside honest baselines, and asked for a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.data.table import Prepared, Table, fitting
from pointwise.explain.table_networks import (
    Score,
    Strength,
    advantages,
    baseline_rows,
    baselines,
    network_errors,
    strongest_features,
)
from pointwise.inference import predict_rows
from pointwise.intervals import Difference
from pointwise.jobs import TableJob, table_config
from pointwise.models import ModelConfig
from pointwise.training import Recipe, table_recipe
from pointwise.ui.frame import charts, desk, glossary, labels
from pointwise.ui.frame.callbacks import undisturbed
from pointwise.ui.frame.sections import Kept, Latest, press
from pointwise.ui.regression.accuracy import against_actual
from pointwise.ui.training import own_tables, server_queue, session_run, sidebar, table_questions, weights_in_use
from pointwise.ui.training.kept_files import Source
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.ui.training.session_run import AnyRun

SCORES: Kept[tuple[object, tuple[Score, ...]]] = Kept("tables.scores", (None, ()))  # of the baselines, on a choice
ERRORS: Latest[NDArray[np.float64]] = Latest("tables.errors")  # made of a network
STRONGEST: Latest[tuple[Strength, ...]] = Latest("tables.strongest")  # made of a network
FEW = 20_000  # rows × inputs that the baselines are trained on in 0.2 s
QUEUED = f"This run waits in the queue; its place stands in the sidebar. {server_queue.WAITS}"
POINTS = 1_000  # held-out rows in the chart, at most


def prepared(table: Table, source: Source) -> Prepared:
    """The table made ready for the chosen target and features. Raises DataError for a choice that cannot be used."""
    st.header("What to predict, and from what")
    left, right = st.columns([1, 2])
    target = left.selectbox(
        "Predict",
        table.targets,
        index=len(table.targets) - 1,
        format_func=labels.told_apart(table.targets),
        key=desk.widget(f"tables.target.{table.name}", table.targets[-1], table.targets.__contains__),
        persist_state="session",
    )
    others = [name for name in table.features if name != target]
    start = fitting(table, target)
    key = desk.widget(f"tables.features.{table.name}.{target}", start, lambda names: set(names) <= set(others))
    called = labels.told_apart(others)
    features = right.multiselect("From", others, default=start, format_func=called, key=key, persist_state="session")
    if len(start) < len(others):
        st.caption(
            f"The first {len(start)} of {len(others)} columns are chosen: {len(table):,} rows of more would be too "
            "many values to learn from here."
        )
    return own_tables.ready(source, target, features)


def train(table: Table, ready: Prepared, source: Source) -> None:
    """What was done to the rows, and the button that trains the 1×1 network on them; the run keeps their ``source``."""
    inputs = ready.training.inputs.shape[1]
    with st.container(border=True):
        notes = [*ready.notes, f"The network receives {inputs} channels: a picture of one pixel for each row."]
        st.markdown("\n".join(f"- {labels.plain(note)}" for note in notes))
    recipe, config = sidebar.remembered(
        f"tables.{table.name}.{len(ready.training)}", table_recipe(len(ready.training)), table_config(ready), _inputs
    )
    session_run.say_what_goes()
    look = {"type": "primary", "icon": ":material/model_training:", "disabled": session_run.busy()}
    if press("Train on this table", "tables.train", **look):
        with undisturbed():
            config = replace(config, input_channels=inputs)
            rows = own_tables.elsewhere(source, ready.name, ready.target, ready.names)
            session_run.start(TableJob(config, recipe, rows), more={"table": source})
        st.rerun()
    session_run.say_refusal()


def _inputs(place: str, recipe: Recipe, config: ModelConfig) -> tuple[Recipe, ModelConfig]:
    return sidebar.recipe_inputs(place, recipe), sidebar.price_network_inputs(place, config)


def run_on(ready: Prepared) -> AnyRun | None:
    """This visitor's run, if it is about this table, target and features."""
    run = session_run.current()
    if run is None or not isinstance(run.job, TableJob):
        return None
    same = run.job.describe()["data"] == replace(run.job, data=ready).describe()["data"]
    return run if same else None


def compare(ready: Prepared, run: AnyRun, source: Source) -> None:
    """The network after its latest epoch and the baselines, on the held-out rows."""
    progress, model = run.progress(), weights_in_use.epoch_model(run)
    if progress.error:
        st.error(labels.said(progress.error), icon=":material/error:")
    if progress.latest is None or model is None:
        if progress.active:
            begun = "Training has begun; the first epoch is on its way."
            st.info(QUEUED if progress.state == "queued" else begun, icon=":material/hourglass_top:")
        return
    metrics, others = progress.latest.metrics, _baselines(ready, source)
    errors = np.empty(0) if progress.active else ERRORS.of(model, lambda: network_errors(model, ready))
    network = Score("1×1 network", metrics["r2"], metrics["mae"], errors)
    more = [] if progress.active else advantages(network, others, ready)
    still = f" (epoch {len(progress.epochs)} of {run.job.recipe.epochs})" if progress.active else ""
    st.header(f"On {len(ready.held_out):,} held-out rows{still}")
    glossary.write(sentence(network, others, more))
    left, right = st.columns(2)
    with left:
        values, levels = [epoch.metrics["r2"] for epoch in progress.epochs], {score.name: score.r2 for score in others}
        title = "R² rises to the simpler methods', or beyond"
        figure = charts.by_epoch({network.name: values}, levels, run.job.recipe.epochs, ".3f", title)
        lowest = max(-1.0, min(0.0, *levels.values(), *values))  # what is below is cut off
        figure.update_yaxes(title="R² on held-out rows", range=[lowest - 0.05, 1.02])
        alt = f"R² on held-out rows by epoch, now {network.r2:.3f}; the best baseline has {_best(others).r2:.3f}"
        charts.show(figure, "tables.r2", alt)
    with right:
        shown = ready.held_out.first(POINTS)
        actual, predicted = shown.targets.numpy(), {"held-out rows": predict_rows(model, shown)}
        title = "On the diagonal the prediction is right"
        figure = against_actual(actual, predicted, ready.target, ",.4~g", None, title)
        charts.show(
            figure,
            "tables.actual",
            f"Predicted against actual {visible(ready.target)} of {len(actual):,} held-out rows",
        )
    _table([network, *others], more, ready.target)
    if (few := baseline_rows(ready)) < len(ready.training):
        st.caption(f"The simpler methods were trained on {few:,} of the {len(ready.training):,} training rows.")


def sentence(network: Score, others: Sequence[Score], more: Sequence[Difference]) -> str:
    """What the network is worth beside the best of the others: how much more R² it has than each, once it is trained.

    Markdown with marked words. A difference that the held-out rows cannot tell from none is called none.
    """
    best = _best(others)
    own = f"off by **{labels.number(network.mae)}** on average, [[R²]] **{network.r2:.3f}**"
    simpler = f"the best of the simpler methods, {best.name.lower()}"
    its = f"{simpler}, which is off by {labels.number(best.mae)}, R² {best.r2:.3f}"
    if not more:
        return labels.escaped(f"So far, on rows that were [[held out]], the network is {own}. Beside it: {its}.")
    gap = more[list(others).index(best)]
    than = "better than" if gap.low > 0 else "not as good as" if gap.high < 0 else "no different, on so few rows, from"
    return labels.escaped(
        f"On rows that were [[held out]], the network is {own}: {than} {its}. The network has {_gap(gap)} R² more; the "
        f"brackets hold what it would be on ever more such rows, as far as {len(network.errors):,} tell, whichever "
        f"method is the best ([[{glossary.INTERVAL}]])."
    )


def _gap(gap: Difference) -> str:
    value, low, high = (f"{one:.3f}".replace("-", "−") for one in (gap.value, gap.low, gap.high))
    return f"{value} ({low} to {high})"


def _best(scores: Sequence[Score]) -> Score:
    return max(scores, key=lambda score: score.r2)


def _table(scores: Sequence[Score], more: Sequence[Difference], target: str) -> None:
    gaps = {"the network's R² is more by": ["", *map(_gap, more)]} if more else {}
    st.dataframe(
        {
            "predicted by": [score.name for score in scores],
            "R² (1 is perfect, 0 is the mean)": [f"{score.r2:.3f}" for score in scores],
            **gaps,
            labels.in_cell(f"mean absolute error of {target}"): [labels.number(score.mae) for score in scores],
        },
        hide_index=True,
        alt="R² and mean absolute error of the network and the baselines",
    )


def _baselines(ready: Prepared, source: Source) -> tuple[Score, ...]:
    choice = (dict(source), ready.target, ready.names)
    known, scores = SCORES.get()
    if known != choice:
        values = baseline_rows(ready) * ready.training.inputs.shape[1]
        with server_queue.in_turn("Training the simpler methods", values > FEW):
            scores = baselines(ready)
        SCORES.set((choice, scores))
    return scores


def ask(ready: Prepared, run: AnyRun) -> None:
    """The prediction for a row of one's own, once the training is over."""
    model = weights_in_use.epoch_model(run)
    if model is None or run.progress().active:
        return
    st.header("Ask the network")
    strengths = STRONGEST.of(model, lambda: strongest_features(model, ready))
    table_questions.ask(model, f"tables.ask.{run.name}", strengths)
