"""Claim: 1×1 convolutions add non-linearity."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from pointwise.claims import activations
from pointwise.claims.activations import MOST, Layer
from pointwise.ui.frame import charts, glossary, html
from pointwise.ui.frame.colours import BLUE, ORANGE, Scale
from pointwise.ui.why_1x1 import claim_widgets

NOTHING, BENDS, MIXES = "Nothing", "They can bend: their answer is no longer a straight line", "They mix more channels"
FIELDS = (
    ("Channels in", MOST, 3),
    ("After the first", MOST, 8),
    ("After the second", MOST, 8),
    ("Channels out", MOST, 4),
)
WITH = "ReLU between the layers"
ON = "why.activations.on"  # the switch's key
SMALL = 1e-4  # of the outputs' spread: rounding


@claim_widgets.guess_first(
    "activations",
    "Three 1×1 convolutions follow one another, with no activation between them. What can they do that one cannot?",
    {
        NOTHING: "Right: multiplied, their matrices are one 1×1 convolution's.",
        BENDS: "That takes an activation between them. Without one they can do nothing more.",
        MIXES: "One of them mixes all of its channels already. They can do nothing more.",
    },
    NOTHING,
    ("activation",),
)
def show() -> None:
    """A stack of the visitor's size beside the one convolution that is the product of its matrices."""
    st.markdown("**Three 1×1 convolutions with random weights.** Choose their channels.")
    layers = activations.stack(claim_widgets.numbers("activations", FIELDS))
    bent = st.toggle(WITH, key=ON, persist_state="session")
    single = activations.product(layers)
    st.html(_matrices(layers, single))
    st.markdown(":small[Their matrices: a row for each channel out, a column for each in; orange above 0, blue below.]")
    plain, relu = (activations.compare(layers, on) for on in (False, True))
    shown = relu if bent else plain
    left, right = st.columns(2, gap="medium")
    with left:
        charts.show(_chart(layers, bent), "why.activations.chart", _alt(bent))
    with right:
        claim_widgets.table(
            (f"the three, {'with' if bent else 'without'} ReLU, beside …", "differ by"),
            [
                ("the product of the matrices, largest difference", _share(shown.product)),
                ("the nearest single 1×1, root mean square", _share(shown.best)),
            ],
        )
        glossary.write(
            f"In shares of what the outputs vary by, on {activations.SIDE} × {activations.SIDE} pixels of random "
            f"numbers. The three have {plain.parameters[0]:,} [[parameters]], the single one {plain.parameters[1]:,}."
        )
        narrow = min(layers[0].weights.shape[1], len(single.biases))
        if plain.rank < narrow:
            st.markdown(
                f"Without ReLU these three can do less than one: they pass through {plain.rank} "
                f"{'channel' if plain.rank == 1 else 'channels'}, so the matrix has rank {plain.rank}, not {narrow}."
            )
    bends = f"no single 1×1 convolution does the same: the nearest is off by {_share(relu.best)}."
    if relu.best < SMALL:
        bends = "these few channels happen to bend nothing. Choose more."
    claim_widgets.verdict(
        f"**Only with an activation after it.** Without one the three convolutions are one: {plain.parameters[0]:,} "
        f"parameters do what {plain.parameters[1]:,} do, and the outputs differ by "
        f"{claim_widgets.small(plain.product)} of their spread, which is rounding. With ReLU between them {bends}"
    )


def _share(value: float) -> str:
    return claim_widgets.small(value) if value < SMALL else f"{100 * value:.0f} %"


def _matrices(layers: Sequence[Layer], single: Layer) -> str:
    """HTML of the weights as pictures, a row for each channel out: the last layer first, as they multiply."""
    every = [*reversed(layers), single]
    names = [*(f"W{number}" for number in range(len(layers), 0, -1)), "their product"]
    longest = max(max(layer.weights.shape) for layer in every)
    tiles = []
    for name, layer in zip(names, every, strict=True):
        weights = layer.weights.numpy()
        outputs, inputs = weights.shape
        said = f"{'= ' if layer is single else ''}{name}: {inputs} → {outputs}"
        alt = f"The weights of {name}, {outputs} rows of {inputs}"
        tiles.append((Scale.around(weights).coloured(weights), said, alt, max(outputs, inputs) / longest))
    return html.strip(tiles)


def _chart(layers: Sequence[Layer], bent: bool) -> go.Figure:
    """The first output channel by the brightness of all input channels: of the stack, and of the product."""
    brightness, stacked, product = (values.numpy() for values in activations.curves(layers, bent))
    figure = go.Figure()
    for name, values, colour, dash, width in (
        ("the three", stacked, BLUE, "solid", 4),
        ("the product of their matrices", product, ORANGE, "dash", 2),
    ):
        line = {"color": colour, "dash": dash, "width": width}
        figure.add_scatter(x=brightness, y=values, name=name, mode="lines", line=line, hovertemplate="%{y:.3f}")
    figure.update_xaxes(title="value of all channels in", fixedrange=True)
    figure.update_yaxes(title="first channel out", fixedrange=True)
    title = "With ReLU the answer bends" if bent else "Without ReLU both are the same line"
    return charts.framed(figure, title, 370).update_layout(hovermode="x unified", legend=charts.BELOW)


def _alt(bent: bool) -> str:
    if bent:
        return "The three convolutions' answer is a line with bends; that of the product of their matrices is straight"
    return "The three convolutions and the product of their matrices draw the same straight line"
