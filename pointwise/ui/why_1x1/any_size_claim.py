"""Claim: a network of 1×1 convolutions takes pictures of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from pointwise.claims import any_size
from pointwise.claims.strip_pieces import Found
from pointwise.drawing import SIDE, prepare_strip
from pointwise.models import CLASSIFIERS, Network
from pointwise.ui.canvas import component, tools
from pointwise.ui.canvas.drawing import STRIP, Drawing, current
from pointwise.ui.frame import charts, glossary, labels
from pointwise.ui.frame.colours import AMBER, BLUE
from pointwise.ui.training import weights_in_use
from pointwise.ui.why_1x1 import claim_steps, claim_widgets

ALL, SOME, NONE = "All four", "Those without a dense layer", "None of them"
WIDTH, PLOT = 640, 500  # pixels of the whole chart, and of the strip in it
WIDE = " × ".join(map(str, any_size.SIZES[-1]))
HALF = 0.5  # pixels of the page for one of a picture
PART = 380  # pixels of the networks' table, and of the canvas


@claim_widgets.guess_first(
    "anysize",
    f"Four networks have learned from pictures of {SIDE} × {SIDE} pixels. Which of them take one of {WIDE}, with the "
    "same weights?",
    {
        ALL: "Not all: two of them have a dense layer, which is tied to one size.",
        SOME: "Right: a dense layer is tied to one size, and nothing else is.",
        NONE: "Two of them do: convolutions and averages take any size, only a dense layer does not.",
    },
    SOME,
    ("dense layer",),
)
def show() -> None:
    """Pictures of three sizes, and a reader of one digit slid over several."""
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=PART):
            glossary.write("**The same weights on three sizes:** ten [[logits|logit]], or none.")
            st.html(_three_sizes())
        with st.container(width=PART):
            st.markdown("**Write several digits.** A network that knows one digit at a time looks at every place.")
            picture = prepare_strip(_canvas().rgba)
    if not picture.any():
        st.info("There is nothing written yet.")
        return
    _verdict(_sliding(picture))


def _three_sizes() -> str:
    """HTML of what each network does with pictures of three sizes, which are drawn to scale."""
    head = "".join(f"<th>{_shape(height, width)}{height} × {width}</th>" for height, width in any_size.SIZES)
    rows = ""
    for arch in CLASSIFIERS:
        answers = any_size.answers(weights_in_use.current_model(arch))
        cells = "".join(f"<td>{_answer(one)}</td>" for one in answers)
        rows += f"<tr><th>{labels.MODELS[arch]}</th>{cells}</tr>"
    top = f"<tr><td></td>{head}</tr>"
    return f'{STYLE}<table class="pw-sizes"><thead>{top}</thead><tbody>{rows}</tbody></table>'


def _shape(height: int, width: int) -> str:
    return f'<i style="width: {max(width * HALF, 2):.0f}px; height: {max(height * HALF, 2):.0f}px"></i>'


def _answer(one: any_size.Answer) -> str:
    return "✕ refuses" if one.shape is None else f"✓ {one.shape[-1]} logits"


@dataclass(frozen=True, eq=False)
class Seen:
    """A strip as one network reads it by sliding."""

    model: Network
    picture: NDArray[np.uint8]
    scores: any_size.Scores
    digits: list[Found]

    @classmethod
    def by(cls, arch: str, picture: NDArray[np.uint8]) -> Seen:
        model = weights_in_use.current_model(arch)
        scores = any_size.score_map(model, picture)
        return cls(model, picture, scores, any_size.read_strip(model, picture))

    @property
    def text(self) -> str:
        return " ".join(str(found.digit) for found in self.digits)


def _sliding(picture: NDArray[np.uint8]) -> dict[str, Seen]:
    """What two networks read in a strip, and where the first of them sees which digit."""
    seen = {arch: Seen.by(arch, picture) for arch in any_size.SLIDERS}
    with st.grid(2, min_column_width=150, border=True):
        for arch, one in seen.items():
            st.metric(labels.plain(weights_in_use.titled(arch)), one.text or "–")
    weights_in_use.choose_each(list(seen))
    first = next(iter(seen))
    one = seen[first]
    with st.container(width=WIDTH):
        alt = f"What is written, with boxes around {one.text}, and below it the probability of each digit by place"
        charts.show(_chart(one, any_size.SLIDERS[first]), "why.anysize.chart", alt)
        st.markdown(
            f"Of {labels.MODELS[first]}; each place shows its best row of pixels. Only places where a digit is centred "
            "were learned from: between digits the network is sure of things that are not there. So what is written is "
            "read with the same weights piece by piece: each piece of ink without its neighbours, at a single digit's "
            "size. Boxes stand around the pieces."
        )
    return seen


def _chart(seen: Seen, stride: int) -> go.Figure:
    """A strip with a box around each digit found, and the best probability of each digit by place, ``stride`` apart."""
    picture, scores = seen.picture, seen.scores
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
        dx=stride,
        zmin=0,
        zmax=1,
        colorscale="cividis",
        colorbar={"len": shares[1], "y": shares[1] / 2, "thickness": 10, "title": "probability"},
        hovertemplate="%{y} around column %{x}: %{z:.1%}<extra></extra>",
        row=2,
        col=1,
    )
    for found in seen.digits:
        box = {"x0": found.left, "x1": found.left + SIDE, "y0": found.top - 0.5, "y1": found.top + SIDE - 0.5}
        figure.add_shape(type="rect", **box, line={"color": AMBER, "width": 2}, row=1, col=1)
        place = {"x": found.left + 2, "y": found.top + 3}
        label = {"text": str(found.digit), "showarrow": False, "font": {"color": AMBER, "size": 16}}
        figure.add_annotation(**place, **label, row=1, col=1)
    figure.update_xaxes(range=[0, width])
    figure.update_xaxes(title=f"middle of the {SIDE} × {SIDE} pixels looked at, in columns", row=2, col=1)
    square = {"scaleanchor": "x", "constrain": "domain"}
    figure.update_yaxes(range=[height, 0], showticklabels=False, showgrid=False, row=1, col=1, **square)
    figure.update_yaxes(title="digit", dtick=1, autorange="reversed", row=2, col=1)
    return charts.framed(figure, "Where each digit is likely", above + below + 100)


def _canvas() -> Drawing:
    if claim_steps.ENTERED.get():
        tools.reopen(STRIP)
    component.canvas(current(STRIP), STRIP.pen)
    component.strokes(current(STRIP), STRIP.pen)
    with st.container(horizontal=True):
        tools.undo_and_clear(STRIP)
    return current(STRIP)


def _verdict(seen: dict[str, Seen]) -> None:
    mlp, nin = seen["mlp_1x1"], seen["nin"]
    slid = any_size.work(mlp.model, *mlp.picture.shape)[0]
    shared, cropped = any_size.work(nin.model, *nin.picture.shape)
    difference = float(np.abs(mlp.scores - any_size.cropped_scores(mlp.model, mlp.picture)).max())
    apart = float(np.abs(nin.scores - any_size.cropped_scores(nin.model, nin.picture, any_size.SLIDERS["nin"])).max())
    claim_widgets.verdict(
        "**True of convolutions and averages.** A dense layer is tied to one size, until it is written as what it is: "
        f"{labels.MODELS['mlp_1x1']} with its first layer as a {SIDE} × {SIDE} convolution gives at each of "
        f"{mlp.scores[0].size:,} places what it gives on the crop there; the largest difference of a logit is "
        f"{claim_widgets.small(difference)}. That saves no work: {slid:,} multiply-adds either way. "
        f"{labels.MODELS['nin']} does, because neighbouring places share its small kernels' products: {shared:,} "
        f"instead of {cropped:,}, {cropped / shared:.1f} times fewer. It is not quite the same on crops (a logit "
        f"differs by up to {apart:.1f}): a crop has borders of zeros that the middle of a strip has not."
    )


STYLE = f"""<style>
.pw-sizes {{border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums}}
.pw-sizes :is(td, th) {{padding: 0.35rem 1rem 0.35rem 0; text-align: left; font-weight: 400; vertical-align: bottom;
  border-bottom: 1px solid rgba(127, 155, 179, 0.5)}}
.pw-sizes i {{display: block; background: {BLUE}; margin-bottom: 0.3rem}}
@media (max-width: 640px) {{.pw-sizes :is(td, th) {{padding-right: 0.5rem; font-size: 0.82rem}}}}
</style>"""
