"""Bars for the claims."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from pointwise.claims.any_size import Found, Scores
from pointwise.training import Epoch
from pointwise.ui.frame.charts import HELD_OUT, TRAINING, framed

BAR = "#0090d0"
STRIP_WIDTH, PLOT = 640, 500  # pixels of the whole chart, and of the strip in it


def bars(names: Sequence[str], values: Sequence[float], unit: str, title: str, log: bool = True) -> go.Figure:
    """One horizontal bar a name, the first on top; on a linear axis the bars are to scale."""
    figure = go.Figure(
        go.Bar(
            x=list(values)[::-1],
            y=list(names)[::-1],
            orientation="h",
            marker_color=BAR,
            hovertemplate="%{y}: %{x:,} " + unit + "<extra></extra>",
        )
    )
    figure.update_xaxes(title=unit, type="log" if log else "linear", tickformat="~s")
    figure.update_yaxes(automargin=True)
    return framed(figure, title, 90 + 42 * len(names))


def strip(picture: NDArray[np.uint8], scores: Scores, digits: Sequence[Found]) -> go.Figure:
    """A strip, uint8 (H, W), with a box around each digit found, and the best probability of each digit by place."""
    weights = np.exp(scores - scores.max(axis=0))
    probabilities = (weights / weights.sum(axis=0)).max(axis=1)  # (classes, columns): the best row of each column
    height, width = picture.shape
    above, below = round(PLOT * height / width), 190
    shares = [above / (above + below), below / (above + below)]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.04, row_heights=shares)
    figure.add_heatmap(z=picture, x0=0.5, colorscale="gray", showscale=False, hoverinfo="skip", row=1, col=1)
    figure.add_heatmap(
        z=probabilities,
        x0=14,
        zmin=0,
        zmax=1,
        colorscale="cividis",
        colorbar={"len": shares[1], "y": shares[1] / 2, "thickness": 10, "title": "probability"},
        hovertemplate="%{y} around column %{x}: %{z:.1%}<extra></extra>",
        row=2,
        col=1,
    )
    for found in digits:
        box = {"x0": found.left, "x1": found.left + 28, "y0": found.top - 0.5, "y1": found.top + 27.5}
        figure.add_shape(type="rect", **box, line={"color": "#e69f00", "width": 2}, row=1, col=1)
        place = {"x": found.left + 2, "y": found.top + 3}
        label = {"text": str(found.digit), "showarrow": False, "font": {"color": "#e69f00", "size": 16}}
        figure.add_annotation(**place, **label, row=1, col=1)
    figure.update_xaxes(range=[0, width])
    figure.update_xaxes(title="middle of the 28 × 28 pixels looked at, in columns", row=2, col=1)
    square = {"scaleanchor": "x", "constrain": "domain"}
    figure.update_yaxes(range=[height, 0], showticklabels=False, showgrid=False, row=1, col=1, **square)
    figure.update_yaxes(title="digit", dtick=1, autorange="reversed", row=2, col=1)
    return framed(figure, "Where each digit is likely", above + below + 100)


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
