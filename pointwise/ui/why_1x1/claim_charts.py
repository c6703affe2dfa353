"""Bars for the claims."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pointwise.training import Epoch
from pointwise.ui.frame.charts import HELD_OUT, TRAINING, framed


def losses(trainings: Mapping[str, Sequence[Epoch]], epochs: int) -> go.Figure:
    """A panel a training: its loss on what it learns from, and on what is held out."""
    figure = make_subplots(
        rows=2,
        cols=2,
        shared_xaxes=True,
        shared_yaxes=True,
        subplot_titles=[name.capitalize() for name in trainings],
        vertical_spacing=0.14,
    )
    for number, done in enumerate(trainings.values()):
        place = {"row": 1 + number // 2, "col": 1 + number % 2}
        for name, metric, colour, dash in (
            ("training", "train_loss", TRAINING, "dot"),
            ("held out", "loss", HELD_OUT, "solid"),
        ):
            figure.add_scatter(
                x=[epoch.number for epoch in done],
                y=[epoch.metrics[metric] for epoch in done],
                name=name,
                legendgroup=name,
                showlegend=number == 0,
                mode="lines",
                line={"color": colour, "dash": dash},
                hovertemplate="epoch %{x}: %{y:.3g}",
                **place,
            )
    figure.update_xaxes(range=[0, epochs])
    figure.update_xaxes(title="epoch", row=2)
    values = [epoch.metrics[name] for done in trainings.values() for epoch in done for name in ("train_loss", "loss")]
    ends = [math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1]
    figure.update_yaxes(type="log", range=ends, tickformat="~g", dtick=1)
    figure.update_yaxes(title="loss", col=1)
    figure = framed(figure, "The gap between the two lines is overfitting", 430)
    figure.update_layout(legend={"orientation": "h", "y": -0.15, "x": 0})
    figure.update_layout(margin={"t": 64})
    return figure
