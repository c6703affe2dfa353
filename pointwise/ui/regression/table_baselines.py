"""The network that is trained on a table against honest baselines, on its held-out rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from pointwise.data.table import Prepared
from pointwise.explain.table_networks import Score, baselines
from pointwise.inference import predict_rows
from pointwise.jobs import Job
from pointwise.runs import Run
from pointwise.ui.frame import charts, labels
from pointwise.ui.frame.colours import BLUE, GREY
from pointwise.ui.frame.sections import Latest
from pointwise.ui.regression.accuracy import against_actual
from pointwise.ui.training import weights_in_use

SCORES: Latest[tuple[Score, ...]] = Latest("tables.scores")  # of the baselines, made of Prepared
LEVEL = 0.02  # of R²: closer than that is chance
POINTS = 1_000  # held-out rows in the chart, at most
DASHES = ("dot", "dash", "dashdot")


def compare(ready: Prepared, run: Run[Job]) -> None:
    """The network after its latest epoch and the baselines, on the held-out rows."""
    progress, model = run.progress(), weights_in_use.epoch_model(run)
    if progress.error:
        st.error(progress.error, icon=":material/error:")
    if progress.latest is None or model is None:
        st.info("Training has begun; the first epoch is on its way.", icon=":material/hourglass_top:")
        return
    network = Score("1×1 network", progress.latest.metrics["r2"], progress.latest.metrics["mae"])
    others = _baselines(ready)
    still = f" (epoch {len(progress.epochs)} of {run.job.recipe.epochs})" if progress.active else ""
    st.subheader(f"On {len(ready.held_out):,} held-out rows{still}")
    st.markdown(_sentence(network, others))
    left, right = st.columns(2)
    with left:
        values, levels = [epoch.metrics["r2"] for epoch in progress.epochs], {score.name: score.r2 for score in others}
        alt = f"R² on held-out rows by epoch, now {network.r2:.3f}; the best baseline has {_best(others).r2:.3f}"
        charts.show(_r2_by_epoch(values, levels, run.job.recipe.epochs), "tables.r2", alt)
    with right:
        actual = ready.held_out.targets.numpy()[:POINTS]
        predicted = {"held-out rows": predict_rows(model, ready.held_out)[:POINTS]}
        title = "On the diagonal the prediction is right"
        figure = against_actual(actual, predicted, ready.target, ",.4~g", None, title)
        charts.show(
            figure, "tables.actual", f"Predicted against actual {ready.target} of {len(actual):,} held-out rows"
        )
    _table([network, *others], ready.target)


def _sentence(network: Score, others: tuple[Score, ...]) -> str:
    best = _best(others)
    level = abs(network.r2 - best.r2) < LEVEL
    than = "level with" if level else "better than" if network.r2 > best.r2 else "not as good as"
    return labels.escaped(
        f"The network is off by **{labels.number(network.mae)}** on average, R² **{network.r2:.3f}**: {than} the best "
        f"baseline, {best.name.lower()}, which is off by {labels.number(best.mae)}, R² {best.r2:.3f}."
    )


def _best(scores: tuple[Score, ...]) -> Score:
    return max(scores, key=lambda score: score.r2)


def _table(scores: list[Score], target: str) -> None:
    st.dataframe(
        {
            "predicted by": [score.name for score in scores],
            "R² (1 is perfect, 0 is the mean)": [f"{score.r2:.3f}" for score in scores],
            f"mean absolute error of {target}": [labels.number(score.mae) for score in scores],
        },
        hide_index=True,
        alt="R² and mean absolute error of the network and the baselines",
    )


def _baselines(ready: Prepared) -> tuple[Score, ...]:
    def made() -> tuple[Score, ...]:
        with st.spinner("Training the baselines"):
            return baselines(ready)

    return SCORES.of(ready, made)


def _r2_by_epoch(values: Sequence[float], levels: Mapping[str, float], epochs: int) -> go.Figure:
    """R² on the held-out rows after each epoch, with a level line for each baseline; values below -1 are cut off."""
    figure = go.Figure()
    for (name, value), dash in zip(levels.items(), DASHES, strict=False):
        figure.add_scatter(
            x=[0, epochs],
            y=[value, value],
            name=name,
            mode="lines",
            line={"color": GREY, "dash": dash, "width": 2},
            hovertemplate="%{y:.3f}",
        )
    figure.add_scatter(
        x=list(range(1, len(values) + 1)),
        y=list(values),
        name="1×1 network",
        mode="lines+markers",
        line_color=BLUE,
        hovertemplate="%{y:.3f}",
    )
    lowest = min([0.0, *levels.values(), *values])
    figure.update_xaxes(title="epoch", range=[0, epochs + 1], fixedrange=True)
    figure.update_yaxes(title="R² on held-out rows", range=[max(lowest, -1.0) - 0.05, 1.02], fixedrange=True)
    figure.update_layout(hovermode="x unified")
    figure = charts.framed(figure, "R² rises to the baselines, or beyond", 380)
    return figure.update_layout(legend=charts.BELOW)
