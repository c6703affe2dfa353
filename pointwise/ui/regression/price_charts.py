"""The chart of the tutorial's recipe beside a standardised one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from pointwise.ui.frame.charts import BELOW, framed
from pointwise.ui.frame.colours import BLUE, GREY, ORANGE

COLOURS, SYMBOLS = (BLUE, ORANGE), ("circle", "diamond-open")


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
        line={"color": GREY, "dash": "dash"},
        hovertemplate="%{y:$,.0f}",
    )
    figure.update_xaxes(title="epoch", range=[0, epochs + 1], fixedrange=True)
    figure.update_yaxes(
        title="mean absolute error", type="log", range=[2, 6], dtick=1, tickformat="$.3~s", fixedrange=True
    )
    figure.update_layout(hovermode="x unified")
    return framed(figure, title, 380).update_layout(legend=BELOW)
