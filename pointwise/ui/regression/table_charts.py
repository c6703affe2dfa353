"""How well a network learns a table: R² by epoch beside the baselines, and predicted against actual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pointwise.ui.frame.charts import BELOW, framed
from pointwise.ui.frame.colours import BLUE, GREY

DASHES = ("dot", "dash", "dashdot")


def r2_by_epoch(values: Sequence[float], baselines: Mapping[str, float], epochs: int, title: str) -> go.Figure:
    """R² on the held-out rows after each epoch, with a level line for each baseline; values below -1 are cut off."""
    figure = go.Figure()
    for (name, value), dash in zip(baselines.items(), DASHES, strict=False):
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
    lowest = min([0.0, *baselines.values(), *values])
    figure.update_xaxes(title="epoch", range=[0, epochs + 1], fixedrange=True)
    figure.update_yaxes(title="R² on held-out rows", range=[max(lowest, -1.0) - 0.05, 1.02], fixedrange=True)
    figure.update_layout(hovermode="x unified")
    return framed(figure, title, 360).update_layout(legend=BELOW)


def against_actual(actual: NDArray[np.float64], predicted: NDArray[np.float64], target: str, title: str) -> go.Figure:
    """Each held-out row as a point, with the diagonal on which prediction and truth are equal."""
    ends = [float(min(actual.min(), predicted.min())), float(max(actual.max(), predicted.max()))]
    figure = go.Figure(
        go.Scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dash"}, name="equal", hoverinfo="skip")
    )
    figure.add_scatter(
        x=actual,
        y=predicted,
        mode="markers",
        name="held-out rows",
        marker={"color": BLUE, "size": 6, "opacity": 0.7},
        hovertemplate="actual %{x:,.4~g}, predicted %{y:,.4~g}<extra></extra>",
    )
    figure.update_xaxes(title=f"actual {target}", fixedrange=True)
    figure.update_yaxes(title=f"predicted {target}", fixedrange=True)
    return framed(figure, title, 360).update_layout(legend=BELOW)
