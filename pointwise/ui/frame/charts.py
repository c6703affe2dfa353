"""What all charts share: how they are put on the page, their frame, and the curves of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from pointwise.ui.frame.colours import AMBER, BLUE, GREY, ORANGE

TRAINING, HELD_OUT = AMBER, BLUE  # the colours of what a network learns from, and of what it is measured on
BELOW = {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"}  # a legend that takes no width on a phone


def show(figure: go.Figure, key: str, alt: str) -> None:
    """The figure on the page, without plotly's own buttons; ``alt`` says in words what is to be seen in it."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def training_curves(
    history: Sequence[tuple[int, float, float]], epochs: Sequence[tuple[int, float, float]], total: int, measure: str
) -> go.Figure:
    """Loss by step, and below it accuracy (0–1) or R² by epoch: (step, loss, seconds), and (last step, training, held
    out).
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    steps = [step for step, _, _ in history]
    figure.add_scatter(
        x=steps, y=[loss for _, loss, _ in history], name="loss", mode="lines", line_color=GREY, row=1, col=1
    )
    ends = [end for end, _, _ in epochs]
    measured = "test" if measure == "accuracy" else "held out"
    for name, column, colour, symbol in (("training", 1, TRAINING, "circle"), (measured, 2, HELD_OUT, "diamond")):
        figure.add_scatter(
            x=ends,
            y=[epoch[column] for epoch in epochs],
            name=name,
            mode="lines+markers",
            line_color=colour,
            marker_symbol=symbol,
            hovertemplate="%{y:.1%}" if measure == "accuracy" else "%{y:.4f}",
            row=2,
            col=1,
        )
    figure.update_xaxes(range=[0, max(total, 1)])
    figure.update_xaxes(title="step", row=2, col=1)
    figure.update_yaxes(title="loss", type="log" if steps else "linear", nticks=4, row=1, col=1)
    lowest = min([0.0, *(value for _, *both in epochs for value in both)])  # of R², which has no end below
    ends_at = [lowest - 0.03 * (1 - lowest), 1 + 0.03 * (1 - lowest)]
    form = ".0%" if measure == "accuracy" else None
    figure.update_yaxes(title=measure, tickformat=form, range=ends_at, nticks=4, row=2, col=1)
    figure.update_layout(hovermode="x unified", legend={"orientation": "h", "y": -0.3, "x": 0})
    return framed(figure, f"Loss falls, {measure} rises", 330)


def by_epoch(
    runs: Mapping[str, Sequence[float]], levels: Mapping[str, float], epochs: int, written: str, title: str
) -> go.Figure:
    """A line a run of its values after each epoch, and a level one for each value that they are compared with.

    ``written`` is a format of D3, of the values under the pointer.
    """
    figure = go.Figure()
    for (name, level), dash in zip(levels.items(), ("dot", "dash", "dashdot"), strict=False):
        line = {"color": GREY, "dash": dash, "width": 2}
        figure.add_scatter(x=[0, epochs], y=[level, level], name=name, mode="lines", line=line)
    for (name, values), colour, symbol in zip(runs.items(), (BLUE, ORANGE), ("circle", "diamond-open"), strict=False):
        x, marker = list(range(1, len(values) + 1)), {"color": colour, "symbol": symbol, "size": 6}
        figure.add_scatter(x=x, y=list(values), name=name, mode="lines+markers", line_color=colour, marker=marker)
    figure.update_traces(hovertemplate=f"%{{y:{written}}}")
    figure.update_xaxes(title="epoch", range=[0, epochs + 1], fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return framed(figure, title, 380).update_layout(hovermode="x unified", legend=BELOW)


def framed(figure: go.Figure, title: str, height: int) -> go.Figure:
    """The figure with a title that says what to see, and the margins that all charts have."""
    return figure.update_layout(
        showlegend=len(figure.data) > 1,
        title={"text": title, "font": {"size": 15}, "x": 0, "xanchor": "left"},
        height=height,
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
        dragmode=False,
    )
