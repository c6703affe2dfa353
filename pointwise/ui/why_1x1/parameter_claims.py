"""Claims: 1×1 convolutions have fewer parameters; they make large networks cheaper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from pointwise.claims import parameters
from pointwise.models import default_config
from pointwise.ui.frame import charts, shipped
from pointwise.ui.frame.colours import BLUE
from pointwise.ui.frame.sections import Kept, shown_errors
from pointwise.ui.why_1x1 import claim_widgets

WIDTHS = "widths.json"
CHANCE = 0.2  # an accuracy below this is no reading
FEWER, MORE, AS_MANY = "Fewer than the plain MLP", "More than the plain MLP", "About as many"
FIELDS = (("Height", 64, 14), ("Width", 64, 14), ("Channels in", 512, 64), ("Channels out", 512, 32))
THIRD, NINE_TENTHS, HUNDREDTHS = "A third of it", "About nine tenths", "Ninety-nine hundredths"
TIMED: Kept[dict[int, list[float]]] = Kept("why.bottleneck.times", {})  # milliseconds of each block, by group
GROUPS = {
    "Inception's 5×5 branch: 28 × 28, 192 → 32 channels": parameters.INCEPTION,
    "ResNet's bottleneck: 56 × 56, 256 channels": parameters.RESNET,
}


@claim_widgets.guess_first(
    "size",
    "The tutorial puts a 1×1 convolution (1 → 64 channels) before an MLP of 256 hidden units. Its network has …",
    (FEWER, AS_MANY, MORE),
)
def counts(guess: str) -> None:
    """The tutorial's own network, what its channels buy, and a calculator."""
    _tutorial(guess)
    _widths()
    _calculator()


def tutorial_and_plain() -> tuple[int, int]:
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
    tutorial, plain = tutorial_and_plain()
    claim_widgets.verdict(
        f"**Not here.** {tutorial:,} parameters against {plain:,}: {tutorial / plain:.0f} times as many. The 1×1 "
        "convolution itself has 128; but it turns 784 values into 50,176, and the dense layer after it must read them "
        "all.",
        guess,
        MORE,
    )


@shown_errors()
def _widths() -> None:
    st.markdown("**What do its channels buy?** The tutorial's network with fewer of them, and without.")
    rows = parameters.read(shipped.MODELS / WIDTHS)
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
    height, width, inputs, outputs = claim_widgets.numbers("size", FIELDS)
    rows = parameters.layers(height, width, inputs, outputs)
    claim_widgets.table(
        ("layer", "parameters", "multiply-adds", "maps it makes, KB"),
        [(row.name, f"{row.parameters:,}", f"{row.multiply_adds:,}", f"{row.activations / 1000:,.1f}") for row in rows],
    )
    counted = {row.name: row.parameters for row in rows}
    _bars(counted, "parameters", "Parameters, log scale", "log", "why.size.chart")
    if height == width == 1:
        st.caption("On a 1×1 picture the 1×1 convolution and the dense layer are the same layer, number by number.")
    else:
        fewer = rows[1].parameters / rows[0].parameters
        st.caption(
            f"Beside a dense layer on the whole map it has {fewer:,.0f} times fewer, for two reasons: each output "
            "reads one pixel instead of all of them, and all pixels share the weights."
        )


@claim_widgets.guess_first(
    "bottleneck",
    "GoogLeNet puts a 1×1 convolution before a 5×5 one, from 192 channels down to 16. How much work does it save?",
    (THIRD, NINE_TENTHS, HUNDREDTHS),
)
def bottlenecks(guess: str) -> None:
    """Two published blocks, and what they would be without their 1×1 convolutions."""
    st.button("Time them where this app runs", on_click=_time, icon=":material/timer:")
    for number, (title, blocks) in enumerate(GROUPS.items()):
        _group(number, title, blocks)
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    claim_widgets.verdict(
        f"**True, where channels are many.** In Inception the 1×1 convolution leaves {inception:.1f} times fewer "
        f"multiply-adds. ResNet's bottleneck takes {resnet:.1f} times fewer than two 3×3 on as many channels would: "
        "about as many as two 3×3 on 64, with four times the channels. It does not compute the same as the larger "
        "block; that the networks still learn is the finding of those papers.",
        guess,
        NINE_TENTHS,
    )
    st.caption(
        "Sources: Szegedy et al. 2014, Going deeper with convolutions, table 1 (the whole of inception (3a) counts "
        f"{parameters.INCEPTION_3A.multiply_adds / 1e6:.0f} million multiply-adds here, 128 million there); "
        "He et al. 2015, Deep residual learning, figure 5, which shows the second and third of ResNet's blocks."
    )


def _group(number: int, title: str, blocks: Sequence[parameters.Block]) -> None:
    st.markdown(f"**{title}**")
    measured = TIMED.get().get(number)
    head = ("design", "weights", "multiply-adds") + (("milliseconds",) if measured else ())
    rows = [
        (block.name, f"{block.weights:,}", f"{block.multiply_adds:,}") + ((f"{measured[i]:.1f}",) if measured else ())
        for i, block in enumerate(blocks)
    ]
    claim_widgets.table(head, rows)
    counted = {block.name: block.multiply_adds for block in blocks}
    _bars(counted, "multiply-adds", "Multiply-adds for one picture, to scale", "linear", f"why.bottleneck.{number}")


def _time() -> None:
    TIMED.set({number: parameters.block_times(blocks) for number, blocks in enumerate(GROUPS.values())})


def _bars(counted: Mapping[str, int], unit: str, title: str, axis: str, key: str) -> None:
    """One horizontal bar a name, the first on top; on a "linear" axis the bars are to scale."""
    figure = go.Figure(
        go.Bar(
            x=list(counted.values())[::-1],
            y=list(counted)[::-1],
            orientation="h",
            marker_color=BLUE,
            hovertemplate="%{y}: %{x:,} " + unit + "<extra></extra>",
        )
    )
    figure.update_xaxes(title=unit, type=axis, tickformat="~s")
    figure.update_yaxes(automargin=True)
    alt = "; ".join(f"{name}: {value:,} {unit}" for name, value in counted.items())
    charts.show(charts.framed(figure, title, 90 + 42 * len(counted)), key, alt)
