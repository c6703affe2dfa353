"""Curves over brightness: of one channel, and a whole network in ten of them, the bag of pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from pointwise.card import DIGITS
from pointwise.explain.evidence import brightness_curves, is_pointwise
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame import charts, glossary, labels
from pointwise.ui.frame.charts import framed
from pointwise.ui.frame.colours import BLUE, DEEP_BLUE, GREY, ORANGE
from pointwise.ui.frame.labels import in_chart
from pointwise.visible_text import visible

Floats = NDArray[np.float64]
BAG = "bag_of_pixels"  # the network that this view is about
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
# Ten that are told apart by colour, dash or both (Okabe & Ito's, and grey).
TEN = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#b8860b", "#5f4bb6", "#00a5a5")


def show(subject: Subject) -> None:
    """The bag of pixels as ten curves, and that their averages are its logits."""
    if not is_pointwise(subject.chain):
        st.markdown(
            f"One network fits whole into one chart: **{labels.MODELS[BAG]}**, made of 1×1 convolutions alone. "
            "Each digit's score is one curve over a pixel's brightness. The other networks look at more than one pixel "
            "at a time, so no curve of brightness can say what they do."
        )
        name = labels.MODELS[BAG]
        st.button(f"Look at {name}", on_click=_look_at_the_bag, icon=":material/show_chart:", key="bag")
        return
    curves = brightness_curves(subject.chain)
    averages, logits = curves.averaged(subject.image), subject.trace.logits.double().numpy()
    best, kind = subject.names[int(averages.argmax())], subject.kind
    glossary.write(
        f"**This is all that the network knows.** Each curve gives a pixel's brightness a score for one {kind}; "
        f"a {kind}'s [[logit]] is its curve's average over all {subject.image.size} pixels. "
        f"**{labels.plain(best)}** has the highest."
    )
    charts.show(
        ten_curves(curves.brightness, curves.logits, averages, subject.image, subject.names),
        "features.ten_curves",
        f"{len(averages)} curves of brightness; averaged over the drawing's pixels, {visible(best)} is highest: "
        f"{averages.max():.3f}",
    )
    difference = np.abs(averages - logits).max()
    st.markdown(
        "Shuffle the drawing's pixels: the grey bars stay as they are, so the answer stays. 1×1 convolutions alone "
        "see brightness, and no shape."
    )
    st.markdown(
        f"The network's {len(logits)} logits are these averages: the largest difference is **{difference:.1e}**."
    )


def _look_at_the_bag() -> None:
    st.session_state["network"] = BAG


def tone_curve(brightness: Floats, before: Floats | None, after: Floats, image: NDArray[np.uint8]) -> go.Figure:
    """A channel's value over brightness, −1…1, and below it how many pixels of the drawing have that brightness."""
    figure = _over_histogram(image)
    if before is not None:
        dotted = {"color": GREY, "width": 1.5, "dash": "dot"}
        figure.add_scatter(x=brightness, y=before, mode="lines", line=dotted, name="before", row=1, col=1)
    figure.add_scatter(
        x=brightness, y=after, mode="lines", line={"color": BLUE, "width": 3}, name="value", row=1, col=1
    )
    figure.update_yaxes(title="value", row=1, col=1)
    return framed(figure, "Tone curve: brightness in, feature map out", 330).update_layout(showlegend=False)


def ten_curves(
    brightness: Floats, logits: Floats, averages: Floats, image: NDArray[np.uint8], names: Sequence[str] = DIGITS
) -> go.Figure:
    """The logit of each class over brightness, logits (classes, n), and the drawing's pixels below."""
    figure = _over_histogram(image)
    for digit, curve in enumerate(logits):
        line = {
            "color": TEN[digit % len(TEN)],
            "dash": DASHES[digit % len(DASHES)],
            "width": 4 if digit == averages.argmax() else 2,
        }
        figure.add_scatter(
            x=brightness,
            y=curve,
            mode="lines",
            line=line,
            name=f"{in_chart(names[digit])}: average {averages[digit]:.3f}",
            hovertemplate=f"{in_chart(names[digit])}: %{{y:.3f}}<extra></extra>",
            row=1,
            col=1,
        )
    figure.update_yaxes(title="logit", row=1, col=1)
    figure = framed(
        figure, f"{in_chart(names[int(averages.argmax())])} has the highest average over the drawing's pixels", 520
    )
    return figure.update_layout(legend={"orientation": "h", "y": -0.14, "x": 0, "yanchor": "top"}, hovermode="x")


def weight_bars(weights: Floats) -> go.Figure:
    """One bar an input channel; weights (I,)."""
    figure = go.Figure(
        go.Bar(
            x=np.arange(1, len(weights) + 1),
            y=weights,
            marker_color=np.where(weights < 0, DEEP_BLUE, ORANGE),
            hovertemplate="input channel %{x}: %{y:.4f}<extra></extra>",
        )
    )
    figure.update_xaxes(title="input channel")
    figure.update_yaxes(title="weight")
    return framed(figure, "How much of each input channel goes in", 260)


def _over_histogram(image: NDArray[np.uint8]) -> go.Figure:
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.7, 0.3])
    counts = np.bincount(image.ravel() // 8, minlength=32)
    figure.add_bar(
        x=(np.arange(32) * 8 + 3.5) / 127.5 - 1,
        y=counts,
        width=8 / 127.5,
        marker_color=GREY,
        showlegend=False,
        hovertemplate="%{y} pixels<extra></extra>",
        row=2,
        col=1,
    )
    figure.update_xaxes(range=[-1.05, 1.05])
    figure.update_xaxes(title="brightness, −1 black to 1 white", row=2, col=1)
    figure.update_yaxes(title="pixels", type="log", nticks=3, row=2, col=1)
    return figure
