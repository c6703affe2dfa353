"""Bars for the claims."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from pointwise.ui.charts import framed

BAR = "#0090d0"


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
