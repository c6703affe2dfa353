"""The curves of the chosen runs over one another: training loss, and below it held-out scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pointwise.card import COMPARISON, LOADED, PAINTING
from pointwise.errors import LibraryError
from pointwise.library import Curves, RunRecord, Shelf
from pointwise.library.kept_paintings import SCORE
from pointwise.ui.frame import charts, labels, visitor
from pointwise.ui.frame.colours import SERIES
from pointwise.ui.frame.sections import choice, shown_errors
from pointwise.ui.runs import run_facts
from pointwise.ui.runs.runs_table import POLL
from pointwise.visible_text import visible

MOST = 8  # runs
AXES = {"step": "By step", "second": "By second"}
TITLES = {"step": "step", "second": "seconds at work", "stroke": "strokes"}
DASHES, SYMBOLS = ("solid", "dash", "dot", "dashdot"), ("circle", "diamond", "square", "triangle-up", "x")


class Line(NamedTuple):
    """What is drawn of one network; x and y are of the same length."""

    name: str  # a person's text
    loss: tuple[Sequence[float], Sequence[float]]  # x, y
    scores: dict[str, tuple[Sequence[float], Sequence[float]]]  # by metric


def show(records: Sequence[RunRecord]) -> None:
    """The curves of up to eight runs, which grow while one of them goes on."""
    records = [record for record in records if record.kind != LOADED]
    if not records:
        st.caption("A network that was loaded, or that learned at once, has no curve.")
        return
    trained = [record for record in records if record.kind != PAINTING]
    if not trained:
        _curves([record.id for record in records[:MOST]], "stroke")
        return
    if len(trained) < len(records):
        st.caption("The curves of paintings go by strokes: choose paintings alone to see them.")
    records = trained
    shown, going = records[:MOST], any(record.active for record in records[:MOST])
    axis = choice("Curves", AXES, "runs.axis", format_func=AXES.__getitem__, persist_state="session")
    st.fragment(run_every=POLL if going else None)(shown_errors()(lambda: _curves([r.id for r in shown], axis)))()
    if len(records) > MOST:
        st.caption(f"The first {MOST} of the {len(records)} chosen runs.")


def _curves(ids: Sequence[str], axis: str) -> None:
    shelf, lines, records = visitor.shelf(), [], []
    for run in ids:
        try:
            records.append(shelf.run(run))
        except LibraryError:  # it was thrown away in another tab; the table tells
            continue
        lines += _lines(shelf, records[-1], axis)
    for record in records:
        if record.active:
            _progress(record)
    lines = [line for line in lines if line.loss[0] or line.scores]
    if lines:
        charts.show(figure(lines, axis), "runs.curves", _spoken(lines))
    else:
        st.caption("There is no curve yet.")


def _progress(record: RunRecord) -> None:
    share = record.step / record.total if record.total else 0.0
    words = f"{labels.plain(record.name)}: {run_facts.STATES.get(record.state, record.state)}"
    if record.step:
        left = record.seconds / record.step * (record.total - record.step)
        speed = f"{record.examples / record.seconds:,.0f} examples a second" if record.seconds else ""
        words += f", step {record.step:,} of {record.total:,}, {labels.duration(left)} left, {speed}"
    st.progress(min(share, 1.0), text=words)


def _lines(shelf: Shelf, record: RunRecord, axis: str) -> list[Line]:
    """One line, or of a comparison one for each of its networks, whose losses are known by epoch."""
    curves = shelf.curves(record.id)
    if record.kind == PAINTING:
        return [Line(record.name, ((), ()), _scores(curves, "", axis))]
    if record.kind != COMPARISON:
        history = curves.history
        x = [point.step if axis == "step" else point.seconds for point in history]
        return [Line(record.name, (x, [point.loss for point in history]), _scores(curves, "", axis))]
    lines = []
    for of in dict.fromkeys(epoch.of for epoch in curves.epochs):
        loss = _by_epoch(curves, of, "train_loss", axis)
        lines.append(Line(f"{record.name}: {of}", loss, _scores(curves, of, axis)))
    return lines


def _scores(curves: Curves, of: str, axis: str) -> dict[str, tuple[Sequence[float], Sequence[float]]]:
    every = {name: _by_epoch(curves, of, name, axis) for name in run_facts.SCORES}
    return {name: points for name, points in every.items() if points[0]}


def _by_epoch(curves: Curves, of: str, name: str, axis: str) -> tuple[Sequence[float], Sequence[float]]:
    epochs = [epoch for epoch in curves.epochs if epoch.of == of and name in epoch.metrics]
    steps: Sequence[float] = [epoch.step for epoch in epochs]
    if axis == "second" and curves.history:
        at, seconds = zip(*((point.step, point.seconds) for point in curves.history), strict=True)
        steps = np.interp(steps, at, seconds).tolist()
    return steps, [epoch.metrics[name] for epoch in epochs]


def figure(lines: Sequence[Line], axis: str) -> go.Figure:
    """Losses on a logarithmic axis, and below them a row for each score, a colour and dash for each line."""
    from plotly.subplots import make_subplots

    scores = [name for name in run_facts.SCORES if any(name in line.scores for line in lines)]
    losses = int(any(line.loss[0] for line in lines) or not scores)
    rows = losses + len(scores)
    made = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.07)
    for number, line in enumerate(lines):
        colour, dash = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
        symbol, written = SYMBOLS[number % len(SYMBOLS)], labels.in_chart(line.name)
        style = {"name": written, "legendgroup": str(number), "line": {"color": colour, "dash": dash}}
        x, y = line.loss
        hover = "%{y:.4g}"
        mode = "lines" if len(x) > 1 else "markers"
        if losses:
            look = {"mode": mode, "marker_symbol": symbol, "marker_color": colour, "hovertemplate": hover, **style}
            made.add_scatter(x=x, y=y, row=1, col=1, **look)
        for row, name in enumerate(scores, losses + 1):
            x, y = line.scores.get(name, ((), ()))
            hover = "%{y:.2%}" if name == "accuracy" else "%{y:.4f}"
            marker = {"symbol": symbol, "size": 7, "color": colour}
            made.add_scatter(
                x=x,
                y=y,
                mode="lines+markers",
                marker=marker,
                hovertemplate=hover,
                showlegend=row == 1,
                row=row,
                col=1,
                **style,
            )
    made.update_xaxes(rangemode="normal" if axis == "stroke" else "tozero", fixedrange=True)
    if axis == "stroke":
        counts = [x for line in lines for points, _ in line.scores.values() for x in points]
        made.update_xaxes(dtick=max(1, round((max(counts) - min(counts)) / 10)) if counts else 1)
    made.update_xaxes(title=TITLES[axis], row=rows, col=1)
    made.update_yaxes(nticks=5, fixedrange=True)
    if losses:
        made.update_yaxes(title="training loss", type="log", tickformat="~g", row=1, col=1)
    for row, name in enumerate(scores, losses + 1):
        form = ".0%" if name == "accuracy" else None
        made.update_yaxes(title=run_facts.SCORES[name], tickformat=form, row=row, col=1)
        points = max(len(line.scores[name][0]) for line in lines if name in line.scores)
        if name == SCORE or (name == "accuracy" and points == 1):
            made.update_yaxes(range=[0, 1.05], row=row, col=1)  # around single points it would go below 0
    made.update_layout(hovermode="x unified", hoversubplots="axis")
    legend = 24 * len(lines) if len(lines) > 1 else 0
    plots = 110 + 160 * rows
    return charts.framed(made, _title(len(lines), scores, bool(losses)), plots + legend).update_layout(
        legend={"orientation": "v", "y": -60 / (plots - 100), "x": 0, "yanchor": "top"}, showlegend=len(lines) > 1
    )


def _title(lines: int, scores: Sequence[str], losses: bool) -> str:
    """A title that also a phone has room for."""
    names = " and ".join(run_facts.SCORES[name] for name in scores)
    if not losses:
        return "How well strokes are labelled that were held out" if lines == 1 else f"Best: high {names}"
    if lines == 1:
        return f"Loss falls, {names} rises" if scores else "Loss falls"
    return f"Best: low loss, high {names}" if scores else "Best: low loss"


def _spoken(lines: Sequence[Line]) -> str:
    """What the curves end at, in words."""
    ends = []
    for line in lines:
        last = [f"loss {line.loss[1][-1]:.3g}"] if line.loss[1] else []
        last += [f"{run_facts.SCORES[name]} {y[-1]:.4f}" for name, (_, y) in line.scores.items()]
        ends.append(f"{visible(line.name)}: {', '.join(last)}")
    return "Training curves. " + "; ".join(ends)
