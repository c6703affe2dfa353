"""Claims: 1×1 convolutions have fewer parameters; they make large networks cheaper."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pointwise.claims import parameters
from pointwise.data.catalogue import DATA_SETS
from pointwise.models import default_config
from pointwise.training import recipe_named
from pointwise.ui.frame import glossary, shipped
from pointwise.ui.frame.sections import Kept, shown_errors
from pointwise.ui.why_1x1 import block_diagram, claim_widgets, scale_drawings
from pointwise.ui.why_1x1.scale_drawings import Area

TUTORIAL = default_config("conv_mlp").widths
WIDTHS = "widths.json"
CHANCE = 0.2  # an accuracy below this is no reading
FEWER, MORE, AS_MANY = "Fewer than the plain MLP", "More than the plain MLP", "About as many"
FIELDS = (("Height", 64, 14), ("Width", 64, 14), ("Channels in", 512, 64), ("Channels out", 512, 32))
THIRD, NINE_TENTHS, HUNDREDTHS = "A third of it", "About nine tenths", "Ninety-nine hundredths"
TIMED: Kept[dict[int, list[float]]] = Kept("why.bottleneck.times", {})  # milliseconds of each block, by group
WHOLE, NARROW = parameters.INCEPTION[0], parameters.RESNET[1]
REDUCED = parameters.INCEPTION[1].convolutions[0]
SQUEEZE = NARROW.convolutions[0]
GROUPS = {
    "Inception's 5×5 branch: "
    f"{WHOLE.side} × {WHOLE.side}, {WHOLE.convolutions[0].inputs} → {WHOLE.convolutions[0].outputs} channels": (
        parameters.INCEPTION
    ),
    f"ResNet's bottleneck: {NARROW.side} × {NARROW.side}, {SQUEEZE.inputs} channels": parameters.RESNET,
}


@claim_widgets.guess_first(
    "size",
    f"The tutorial puts a 1×1 convolution (1 → {TUTORIAL[0]} channels) before an MLP of {TUTORIAL[1]} hidden units. "
    "Its network has …",
    {
        FEWER: "That is what one expects after this claim; but it has more.",
        AS_MANY: "It has far more: the 1×1 convolution is small, but what comes after it is not.",
        MORE: "Right: it has far more.",
    },
    MORE,
)
def counts() -> None:
    """The tutorial's own network, what its channels buy, and a calculator."""
    tutorial, plain = tutorial_and_plain()
    config = default_config("conv_mlp")
    first, pixels = shipped.cost_of(config).layers[0], config.image_size**2
    wide = pixels * config.widths[0]
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="center")
    with left:
        _tutorial()
    with right:
        claim_widgets.verdict(
            f"**Not here.** {tutorial:,} parameters against {plain:,}: {tutorial / plain:.0f} times as many. The 1×1 "
            f"convolution itself has {first.parameters:,}; but it turns {pixels:,} values into {wide:,}, and the dense "
            "layer after it must read them all."
        )
    _widths()
    _calculator()


def tutorial_and_plain() -> tuple[int, int]:
    """Parameters of the tutorial's network and of the plain MLP."""
    tutorial, plain = (shipped.cost_of(default_config(arch)) for arch in ("conv_mlp", "mlp_1x1"))
    return tutorial.parameters, plain.parameters


def _tutorial() -> None:
    areas = []
    for name, arch, parts in (
        ("The tutorial's network", "conv_mlp", ("1×1 convolution", "dense layer to 256", "dense layer to 10")),
        ("The plain MLP", "mlp_1x1", ("dense layer to 256", "dense layer to 10")),
    ):
        layers = shipped.cost_of(default_config(arch)).layers
        work = sum(layer.multiply_adds for layer in layers)
        amounts = {part: layer.parameters for part, layer in zip(parts, layers, strict=True)}
        areas.append(Area(name, amounts, (f"{work:,} multiply-adds for one digit",)))
    st.html(scale_drawings.squares("Parameters, areas to scale", areas, "parameters", 250))


@shown_errors()
def _widths() -> None:
    rows = parameters.read(shipped.MODELS / WIDTHS)
    areas = [
        Area(
            _channels(row.width),
            {"parameters": row.parameters},
            (f"{100 * row.mean:.2f} ± {100 * row.std:.2f} % read",),
        )
        for row in rows
    ]
    title = "What do its channels buy? Areas to scale, and the MNIST test digits read (mean ± std)"
    st.html(scale_drawings.squares(title, areas, "parameters", 150))
    glossary.write(_dead(rows))
    with st.expander("How this was measured", icon=":material/table:"):
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
        st.markdown(
            f"The tutorial's recipe, {recipe_named('tutorial').epochs} epochs on {DATA_SETS['mnist'].training:,} "
            f"digits, {len(rows[0].accuracies)} seeds, trained beforehand with `python -m pointwise sweep`."
        )


def _dead(rows: Sequence[parameters.Width]) -> str:
    """What became of networks that learned nothing."""
    widest = max((row.width for row in rows if min(row.accuracies) < CHANCE), default=None)
    if widest is None:
        return ""
    (dead,) = (min(row.accuracies) for row in rows if row.width == widest)
    return (
        f"With {_channels(widest)} one [[seed]] learned nothing: with its initial weight and bias, [[ReLU]] leaves 0 "
        f"at every brightness, and no gradient comes through. It answers 1 always, and reads {100 * dead:.2f} %."
    )


def _channels(width: int) -> str:
    return {0: "none: the plain MLP", 1: "1 channel"}.get(width, f"{width} channels")


def _calculator() -> None:
    st.markdown("**When does it have fewer?** Choose what goes in and what comes out.")
    height, width, inputs, outputs = claim_widgets.numbers("size", FIELDS)
    rows = parameters.layers(height, width, inputs, outputs)
    areas = [
        Area(
            row.name,
            {"parameters": row.parameters},
            (f"{row.multiply_adds:,} multiply-adds", f"{row.activations / 1000:,.1f} KB of maps"),
        )
        for row in rows
    ]
    st.html(scale_drawings.squares("Parameters of four layers, areas to scale", areas, "parameters", 170))
    if height == width == 1:
        st.markdown("On a 1×1 picture the 1×1 convolution and the dense layer are the same layer, number by number.")
    else:
        fewer = rows[1].parameters / rows[0].parameters
        st.markdown(
            f"Beside a dense layer on the whole map it has {fewer:,.0f} times fewer, for two reasons: each output "
            "reads one pixel instead of all of them, and all pixels share the weights."
        )


@claim_widgets.guess_first(
    "bottleneck",
    f"GoogLeNet puts a 1×1 convolution before a 5×5 one, from {REDUCED.inputs} channels down to {REDUCED.outputs}. "
    "How much work does it save?",
    {
        THIRD: "It saves more than that: about nine tenths.",
        NINE_TENTHS: "Right: about nine tenths of it.",
        HUNDREDTHS: "Not quite as much: about nine tenths.",
    },
    NINE_TENTHS,
)
def bottlenecks() -> None:
    """Two published blocks, and what they would be without their 1×1 convolutions."""
    glossary.write(
        "Columns are maps, as high as they have channels. Squares are the convolutions between them, their areas the "
        "[[multiply-adds]] for one picture."
    )
    for number, (title, blocks) in enumerate(GROUPS.items()):
        measured = TIMED.get().get(number)
        notes = [f"{ms:.1f} milliseconds here" for ms in measured] if measured else [""] * len(blocks)
        st.markdown(f"**{title}**")
        st.html(block_diagram.diagrams(blocks, notes))
    st.button("Time them where this app runs", on_click=_time, icon=":material/timer:")
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    claim_widgets.verdict(
        f"**True, where channels are many.** In Inception the 1×1 convolution leaves {inception:.1f} times fewer "
        f"multiply-adds. ResNet's bottleneck takes {resnet:.1f} times fewer than two 3×3 on as many channels would: "
        "about as many as two 3×3 on 64, with four times the channels. It does not compute the same as the larger "
        "block; that the networks still learn is the finding of those papers."
    )
    st.markdown(
        "Sources: Szegedy et al. 2014, Going deeper with convolutions, table 1 (the whole of inception (3a) counts "
        f"{parameters.INCEPTION_3A.multiply_adds / 1e6:.0f} million multiply-adds here, 128 million there); "
        "He et al. 2015, Deep residual learning, figure 5, which shows the second and third of ResNet's blocks."
    )


def _time() -> None:
    TIMED.set({number: parameters.block_times(blocks) for number, blocks in enumerate(GROUPS.values())})
