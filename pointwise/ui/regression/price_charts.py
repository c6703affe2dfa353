"""Charts of prices against one thing: a sum of parts, slices through the plane, predicted against actual, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pointwise.ui.frame.charts import framed
from pointwise.ui.frame.labels import thousands

Floats = NDArray[np.float64]
TRUTH = "#7f9bb3"
COLOURS = ("#0090d0", "#d55e00")  # of the network in use, and of the one it is compared with
SYMBOLS = ("circle", "diamond-open")
BELOW = {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"}


@dataclass(frozen=True)
class Slice:
    """Prices along one feature, the other held."""

    along: Floats  # (n,), in the feature's unit
    truth: Floats  # (n,), dollars
    prices: Mapping[str, Floats]  # by the network's name, (n,), dollars
    here: float  # the house, in the feature's unit
    trained: float  # the feature's largest value among the training houses


def waterfall(base: float, contributions: Floats, title: str) -> go.Figure:
    """A price as a sum: what there is without any channel, what each channel adds, and the price, in dollars."""
    names = ["base", *(str(i + 1) for i in range(len(contributions))), "price"]
    total = base + float(contributions.sum())
    texts = [thousands(value) if round(value) else "" for value in (base, *contributions, total)]
    figure = go.Figure(
        go.Waterfall(
            x=names,
            y=[base, *contributions, 0],
            measure=["absolute", *["relative"] * len(contributions), "total"],
            text=texts,
            textposition="outside" if len(texts) <= 20 else "none",
            textfont={"size": 11},
            constraintext="none",
            cliponaxis=False,
            increasing={"marker": {"color": COLOURS[0]}},
            decreasing={"marker": {"color": COLOURS[1]}},
            totals={"marker": {"color": TRUTH}},
            connector={"line": {"color": TRUTH, "width": 1}},
            hovertemplate="%{x}: %{delta:$,.2f}<extra></extra>",
        )
    )
    running = base + np.concatenate([[0.0], np.cumsum(contributions)])
    low, high = min(0.0, float(running.min())), max(0.0, float(running.max()))
    figure.update_yaxes(
        title="dollars",
        tickformat="$.3~s",
        range=[low - 0.08 * (high - low), high + 0.12 * (high - low)],
        fixedrange=True,
    )
    figure.update_xaxes(title="channel of layer 2", type="category", fixedrange=True)
    return framed(figure, title, 320)


def slices(cut: Slice, axis: str, title: str) -> go.Figure:
    """Price above, error below, along one feature."""
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.62, 0.38])
    dashed = {"color": TRUTH, "dash": "dash", "width": 3}
    figure.add_scatter(x=cut.along, y=cut.truth, name="truth", mode="lines", line=dashed, row=1, col=1)
    for (name, prices), colour in zip(cut.prices.items(), COLOURS, strict=False):
        figure.add_scatter(x=cut.along, y=prices, name=name, mode="lines", line_color=colour, row=1, col=1)
        figure.add_scatter(
            x=cut.along,
            y=prices - cut.truth,
            name=name,
            mode="lines",
            line_color=colour,
            showlegend=False,
            row=2,
            col=1,
        )
    figure.add_vline(x=cut.here, line={"color": TRUTH, "width": 1.5})
    figure.add_vrect(x0=cut.trained, x1=float(cut.along[-1]), fillcolor=TRUTH, opacity=0.18, line_width=0)
    figure.update_traces(hovertemplate="%{y:$,.0f}")
    figure.update_yaxes(title="price", tickformat="$.3~s", nticks=5, fixedrange=True, row=1, col=1)
    figure.update_yaxes(title="error", tickformat="$.3~s", nticks=4, fixedrange=True, row=2, col=1)
    figure.update_xaxes(range=[0, float(cut.along[-1])], fixedrange=True, hoverformat=",.1f", tickformat=",")
    figure.update_xaxes(title=axis, row=2, col=1)
    figure.update_layout(hovermode="x unified")
    return framed(figure, title, 400).update_layout(legend=BELOW)


def against_actual(actual: Floats, predicted: Mapping[str, Floats], title: str) -> go.Figure:
    """Predicted against actual prices in dollars, with the diagonal on which they are equal."""
    values = np.concatenate([actual, *predicted.values()])
    ends = [float(values.min()), float(values.max())]
    figure = go.Figure(
        go.Scatter(x=ends, y=ends, mode="lines", line={"color": TRUTH, "dash": "dash"}, name="equal", hoverinfo="skip")
    )
    _add_points(figure, actual, predicted, "actual %{x:$,.0f}, predicted %{y:$,.0f}")
    figure.update_xaxes(title="actual price", tickformat="$.3~s", fixedrange=True)
    figure.update_yaxes(title="predicted price", tickformat="$.3~s", fixedrange=True)
    return framed(figure, title, 380).update_layout(legend=BELOW)


def residuals(actual: Floats, predicted: Mapping[str, Floats], title: str) -> go.Figure:
    """Predicted minus actual against actual, in dollars."""
    figure = go.Figure()
    figure.add_hline(y=0, line={"color": TRUTH, "dash": "dash"})
    errors = {name: prices - actual for name, prices in predicted.items()}
    _add_points(figure, actual, errors, "actual %{x:$,.0f}, error %{y:$,.0f}")
    figure.update_xaxes(title="actual price", tickformat="$.3~s", fixedrange=True)
    figure.update_yaxes(title="predicted − actual", tickformat="$.3~s", fixedrange=True)
    return framed(figure, title, 380).update_layout(legend=BELOW, showlegend=len(errors) > 1)


def errors_by_epoch(runs: Mapping[str, Sequence[float]], mean: float, epochs: int, title: str) -> go.Figure:
    """Mean absolute error in dollars after each epoch, on a logarithmic axis; ``mean`` is that of a constant."""
    figure = go.Figure()
    for (name, errors), colour, symbol in zip(runs.items(), COLOURS[::-1], SYMBOLS, strict=True):
        figure.add_scatter(
            x=list(range(1, len(errors) + 1)),
            y=list(errors),
            name=name,
            mode="lines+markers",
            line_color=colour,
            marker={"symbol": symbol, "size": 6},
            hovertemplate="%{y:$,.0f}",
        )
    figure.add_scatter(
        x=[1, epochs],
        y=[mean, mean],
        name="always the mean",
        mode="lines",
        line={"color": TRUTH, "dash": "dash"},
        hovertemplate="%{y:$,.0f}",
    )
    figure.update_xaxes(title="epoch", range=[0, epochs + 1], fixedrange=True)
    figure.update_yaxes(
        title="mean absolute error", type="log", range=[2, 6], dtick=1, tickformat="$.3~s", fixedrange=True
    )
    figure.update_layout(hovermode="x unified")
    return framed(figure, title, 380).update_layout(legend=BELOW)


def _add_points(figure: go.Figure, x: Floats, columns: Mapping[str, Floats], hover: str) -> None:
    for (name, y), colour, symbol in zip(columns.items(), COLOURS, SYMBOLS, strict=False):
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 6, "opacity": 0.8},
            hovertemplate=hover + "<extra></extra>",
        )
