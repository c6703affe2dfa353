"""Claim: 1×1 convolutions have fewer parameters."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pointwise.claims import parameters
from pointwise.errors import PointwiseError
from pointwise.models import default_config
from pointwise.ui.frame import shipped
from pointwise.ui.why_1x1 import claim_charts, claim_widgets

WIDTHS = "widths.json"
CHANCE = 0.2  # an accuracy below this is no reading
FEWER, MORE, SAME = "Fewer than the plain MLP", "More than the plain MLP", "About as many"
SIZES = (("Height", 64, 14), ("Width", 64, 14), ("Channels in", 512, 64), ("Channels out", 512, 32))


def show() -> None:
    """A calculator, and the tutorial's own network."""
    guess = claim_widgets.guessed(
        "size",
        "The tutorial puts a 1×1 convolution (1 → 64 channels) before an MLP of 256 hidden units. Its network has …",
        (FEWER, SAME, MORE),
    )
    if guess is None:
        return
    _tutorial(guess)
    _widths()
    _calculator()


def ratio() -> tuple[int, int]:
    """Parameters of the tutorial's network and of the plain MLP."""
    tutorial, plain = (shipped.cost_of(default_config(arch)) for arch in ("conv_mlp", "mlp_1x1"))
    return tutorial.parameters, plain.parameters


def _tutorial(guess: str) -> None:
    rows = [
        (f"{name}: {layer.name}", f"{layer.parameters:,}", f"{layer.multiply_adds:,}")
        for name, arch in (("tutorial", "conv_mlp"), ("plain MLP", "mlp_1x1"))
        for layer in shipped.cost_of(default_config(arch)).layers
    ]
    claim_widgets.table(("layer", "parameters", "multiply-adds"), rows)
    tutorial, plain = ratio()
    claim_widgets.verdict(
        f"**Not here.** {tutorial:,} parameters against {plain:,}: {tutorial / plain:.0f} times as many. The 1×1 "
        "convolution itself has 128; but it turns 784 values into 50,176, and the dense layer after it must read them "
        "all.",
        guess,
        MORE,
    )


def _widths() -> None:
    st.markdown("**What do its channels buy?** The tutorial's network with fewer of them, and without.")
    try:
        rows = parameters.read(shipped.MODELS / WIDTHS)
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")
        return
    claim_widgets.table(
        ("1×1 convolution", "parameters", "MNIST test digits read, mean ± std", "each seed"),
        [
            (
                _channels(row.width),
                f"{row.parameters:,}",
                f"{100 * row.mean:.2f} ± {100 * row.std:.2f} %",
                ", ".join(f"{100 * accuracy:.2f}" for accuracy in row.accuracies),
            )
            for row in rows
        ],
    )
    st.caption(
        f"The tutorial's recipe, 10 epochs on 60,000 digits, {len(rows[0].accuracies)} seeds, trained beforehand with: "
        "python -m pointwise sweep" + _dead(rows)
    )


def _dead(rows: Sequence[parameters.Width]) -> str:
    """What became of networks that learned nothing."""
    widest = max((row.width for row in rows if min(row.accuracies) < CHANCE), default=None)
    if widest is None:
        return ""
    return (
        f". With {_channels(widest)} one seed learned nothing: with its initial weight and bias, ReLU leaves 0 "
        "at every brightness, and no gradient comes through. Always answering 1 reads 11.35 %."
    )


def _channels(width: int) -> str:
    return {0: "none: the plain MLP", 1: "1 channel"}.get(width, f"{width} channels")


def _calculator() -> None:
    st.markdown("**When does it have fewer?** Choose what goes in and what comes out.")
    height, width, inputs, outputs = claim_widgets.numbers("size", SIZES)
    rows = parameters.layers(height, width, inputs, outputs)
    claim_widgets.table(
        ("layer", "parameters", "multiply-adds", "maps it makes, KB"),
        [(row.name, f"{row.parameters:,}", f"{row.multiply_adds:,}", f"{row.activations / 1000:,.1f}") for row in rows],
    )
    st.plotly_chart(
        claim_charts.bars(
            [row.name for row in rows], [row.parameters for row in rows], "parameters", "Parameters, log scale"
        ),
        key="why.size.chart",
        config={"displayModeBar": False},
        alt="; ".join(f"{row.name}: {row.parameters:,} parameters" for row in rows),
    )
    if height == width == 1:
        st.caption("On a 1×1 picture the 1×1 convolution and the dense layer are the same layer, number by number.")
    else:
        times = rows[1].parameters / rows[0].parameters
        st.caption(
            f"Beside a dense layer on the whole map it has {times:,.0f} times fewer, for two reasons: each output "
            "reads one pixel instead of all of them, and all pixels share the weights."
        )
