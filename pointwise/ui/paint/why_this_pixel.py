"""Why a pixel has its label: what each of its channels adds to the winning class against the second, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pointwise.segmentation import explanation, stroke_scores
from pointwise.ui.frame import charts, glossary
from pointwise.ui.frame.colours import BLUE, DEEP_BLUE, GREY, ORANGE
from pointwise.ui.frame.labels import in_chart, number, plain
from pointwise.ui.frame.sections import Kept, press
from pointwise.ui.paint import layer_sums, painted_surface
from pointwise.ui.paint.paintings import Work
from pointwise.ui.paint.pixel_labels import Answer
from pointwise.ui.training.server_queue import in_turn
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.segmentation.channel_maps import Channels
    from pointwise.segmentation.explanation import Contributions
    from pointwise.segmentation.stroke_scores import StrokeScore

SHOWN = 12  # channels with a bar of their own, the largest
TITLES = {"colour": "Colour", "edges": "Edges", "texture": "Texture"}
IMPORTANCE: Kept[tuple[object, dict[str, StrokeScore]] | None] = Kept(
    "paint.importance", None
)  # of an answer's strokes


def show(name: str, work: Work, answer: Answer, given: Channels) -> None:
    """The pixel that was clicked with the tool Why, and which sets of channels matter."""
    pixel = painted_surface.pixel(name)
    if pixel is None:
        st.markdown("Choose the tool **Why** above the picture, and click a pixel of it.")
    else:
        x, y = pixel
        found = explanation.contributions(answer.fitted.network, given, y, x)
        _pixel(work, x, y, found)
        layer_sums.show(work, answer, given, pixel, found)
    _importance(answer, given)


def _pixel(work: Work, x: int, y: int, found: Contributions) -> None:
    winner, second = (work.classes[label - 1] for label in (found.winner, found.runner_up))
    st.markdown(
        f"The pixel in column {x + 1}, row {y + 1} is **{plain(winner)}**. Its logit is {number(found.difference)} "
        f"above that of the next, **{plain(second)}**. The bars are what each of its {len(found.parts)} channels adds "
        "to that difference."
    )
    order = np.argsort(-np.abs(found.parts))
    shown, rest = order[:SHOWN], order[SHOWN:]
    names = [found.names[at] for at in shown]
    parts = [float(found.parts[at]) for at in shown]
    if len(rest):
        names.append(f"the other {len(rest)} channels")
        parts.append(float(found.parts[rest].sum()))
    names.append("bias, which no channel changes")
    parts.append(float(found.bias))
    figure = go.Figure(
        go.Bar(
            x=parts,
            y=names,
            orientation="h",
            marker_color=[DEEP_BLUE if part < 0 else ORANGE for part in parts],
            hovertemplate="%{y}: %{x:.4f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True)
    figure.update_xaxes(title=f"for {in_chart(winner)} against {in_chart(second)}", fixedrange=True, zeroline=True)
    spoken = ", ".join(f"{called} {part:.2f}" for called, part in zip(names[:5], parts, strict=False))
    charts.show(
        charts.framed(figure, f"What speaks for {in_chart(winner)} at this pixel", 40 + 26 * len(parts) + 60),
        "paint.why",
        f"What each channel adds for {visible(winner)} against {visible(second)}. The largest: {spoken}.",
    )
    total = float(found.parts.sum() + found.bias)
    sets = ", ".join(f"{TITLES[key].lower()} {number(part)}" for key, part in found.by_set.items())
    st.caption(
        f"Channels and bias add up to {total:.6f}, and the logits differ by {found.difference:.6f}: the sum is exact. "
        f"By set: {sets}, bias {number(found.bias)}."
    )


def _importance(answer: Answer, given: Channels) -> None:
    """The score without each set, on demand."""
    if len(given.sets) < 2:
        return
    glossary.write(
        "**Which channels matter?** The network is trained once more without each set of channels, and measured on "
        "strokes that were [[held out]], each of them once."
    )
    if press("Leave each set out", "paint.leave", icon=":material/playlist_remove:"):
        with in_turn("Training without each set", long=True):
            IMPORTANCE.set((answer.fitted_to, stroke_scores.without_each_set(given, *answer.scribbles)))
    known = IMPORTANCE.get()
    if known is None:
        return
    if known[0] != answer.fitted_to:
        st.caption("The strokes have changed since it was measured last.")
        return
    scores = {("all channels" if one == "all" else f"without {one}"): score for one, score in known[1].items()}
    values = [score.score for score in scores.values()]
    ends = np.array([score.interval for score in scores.values()])
    figure = go.Figure(
        go.Bar(
            x=values,
            y=list(scores),
            orientation="h",
            marker_color=[GREY if one == "all channels" else BLUE for one in scores],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": ends[:, 1] - values,
                "arrayminus": values - ends[:, 0],
                "color": ORANGE,
            },
            text=[f"{value:.2f}" for value in values],
            textposition="inside",
            insidetextanchor="start",
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True)
    figure.update_xaxes(title="score on held-out strokes", range=[0, 1], fixedrange=True)
    charts.show(
        charts.framed(figure, "A score that falls: that set was needed", 100 + 34 * len(scores)),
        "paint.importance",
        "Score on held-out strokes: " + ", ".join(f"{one} {score.score:.2f}" for one, score in scores.items()),
    )
    least, most = min(scores.values(), key=lambda one: one.strokes).strokes, answer.stroke_count
    st.caption(
        f"It rests on {least} of {most} strokes: thin lines are where the score would be with others like them, nine "
        "times in ten. A difference much smaller than they are long may be chance."
    )
