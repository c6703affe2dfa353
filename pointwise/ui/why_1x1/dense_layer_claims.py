"""Claims: a 1×1 convolution is a dense layer; it is faster; slid over the picture it makes an MLP of the network."""

from __future__ import annotations

import streamlit as st

from pointwise.claims import dense_layer
from pointwise.claims.dense_layer import FormTimes
from pointwise.explain.chain import Chain
from pointwise.ui.frame import html, labels
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import weights_in_use
from pointwise.ui.why_1x1 import claim_widgets

THE_SAME, NEARLY, DIFFERENT = (
    "They are the same",
    "Nearly, but it has fewer parameters",
    "They are different layers",
)
FIELDS = (("Pictures", 8, 2), ("Height", 32, 7), ("Width", 32, 7), ("Channels in", 128, 16), ("Channels out", 128, 8))
FASTER, DEPENDS, SLOWER = "Faster than a dense layer", "It depends on the shape", "Slower than a dense layer"
CLOSE = 0.1  # ratios within this of 1 are noise
TIMES: Kept[list[FormTimes]] = Kept("why.speed.times", [])
LINEAR = "Linear at every pixel"
AS_MANY, TEN_TIMES, FIFTY_TIMES = "About as many", "About ten times as many", "About fifty times as many"


@claim_widgets.guess_first(
    "dense",
    "Copy the weights of a 1×1 convolution into a dense layer and run it at every pixel.",
    (THE_SAME, NEARLY, DIFFERENT),
)
def equality(guess: str) -> None:
    """The same weights in four forms, and how far apart their outputs and gradients are."""
    rows = dense_layer.compare(*claim_widgets.numbers("dense", FIELDS))
    claim_widgets.table(
        ("form", "largest difference of the outputs", "of the gradients", "parameters"),
        [
            (row.form, claim_widgets.small(row.outputs), claim_widgets.small(row.gradients), f"{row.parameters:,}")
            for row in rows
        ],
    )
    most = max(max(row.outputs, row.gradients) for row in rows)
    claim_widgets.verdict(
        f"**True.** Outputs and gradients differ by at most {claim_widgets.small(most)}, which is rounding, and all "
        f"have {rows[0].parameters:,} parameters: as many, not fewer.",
        guess,
        THE_SAME,
    )
    with st.expander("The code that ran", icon=":material/code:"):
        st.code("\n\n".join(dense_layer.source_of(row.form) for row in rows), language="python")


@claim_widgets.guess_first(
    "speed", "The same weights, the same multiply-adds. A 1×1 convolution is …", (FASTER, DEPENDS, SLOWER)
)
def speed(guess: str) -> None:
    """All forms of the same layer against the clock of this machine."""
    st.button("Measure it where this app runs", on_click=_measure, icon=":material/timer:", key="why.speed.measure")
    results = TIMES.get()
    if not results:
        st.caption("Seven rounds in turns, medians.")
        return
    claim_widgets.table(
        ("shape", *results[0].milliseconds, "bare matrix product"),
        [
            (
                _shape(one),
                *(f"{ms:.3f} ms, {one.ratio(form):.2f} ×" for form, ms in one.milliseconds.items()),
                f"{one.product:.3f} ms",
            )
            for one in results
        ],
    )
    st.caption(
        "× is beside the 1×1 convolution in the first column. The bare product has the same multiply-adds on a matrix "
        "that lies just right for it."
    )
    ratios = [one.ratio(LINEAR) for one in results]
    claim_widgets.verdict(
        f"{speed_headline(ratios)} Over these shapes the dense layer took {min(ratios):.2f} to {max(ratios):.2f} times "
        "as long as the convolution. The multiply-adds are the same; the order of the numbers in memory and the cost "
        "of a call are not.",
        guess,
        right_speed(ratios),
    )


def right_speed(ratios: list[float]) -> str:
    """The answer that the measured ratios, dense layer to convolution, make the right one."""
    if min(ratios) > 1 + CLOSE:
        return FASTER
    return SLOWER if max(ratios) < 1 - CLOSE else DEPENDS


def speed_headline(ratios: list[float]) -> str:
    """What the ratios allow to say. Markdown."""
    if max(ratios) <= 1 + CLOSE and min(ratios) >= 1 - CLOSE:
        return "**Here it makes no difference.**"
    return {
        FASTER: "**Here it is faster, at all these shapes.**",
        SLOWER: "**Here it is slower, at all these shapes.**",
        DEPENDS: "**It depends on the shape.**",
    }[right_speed(ratios)]


def _shape(one: FormTimes) -> str:
    pictures, height, width, inputs, outputs = one.shape
    return f"{pictures} × {height} × {width}, {inputs} → {outputs}"


def _measure() -> None:
    TIMES.set([dense_layer.form_times(shape) for shape in dense_layer.SHAPES])


@claim_widgets.guess_first(
    "nin",
    "Network in Network ends in a 1×1 convolution to ten maps and their averages. A dense layer on all places "
    "would have …",
    (AS_MANY, TEN_TIMES, FIFTY_TIMES),
)
def network_in_network(guess: str) -> None:
    """The MLP at every place, the ten maps, and the parameters that the average saves."""
    image = claim_widgets.drawing()
    if image is None:
        return
    model, mark = weights_in_use.used("nin")
    chain = Chain.of(model)
    last = chain.run(image).maps[-1]
    maps = last.after.numpy()
    scale, logits = Scale.of(maps), maps.mean(axis=(1, 2))
    tiles = [
        (scale.coloured(one), f"{digit}: average {logit:.2f}", f"The map of {digit}", 1.0)
        for digit, (one, logit) in enumerate(zip(maps, logits, strict=True))
    ]
    st.html(html.strip(tiles))
    st.html(scale.bar())
    highest = f"The highest here is {int(logits.argmax())}, by {labels.plain(mark)}."
    st.caption(f"One map for each digit; its average is the digit's logit. {highest}")
    weights_in_use.choose("nin")
    average, full = dense_layer.head_parameters(last.inputs.shape[0], last.inputs.shape[1], len(maps))
    difference = dense_layer.slid_mlp_difference(chain, image)
    claim_widgets.verdict(
        f"**True.** The average leaves {average:,} parameters where a dense layer would have {full:,}, "
        f"{full / average:.0f} times as many. And each k×k convolution with the 1×1 after it is an MLP slid over the "
        f"image: run on every patch by itself, those MLPs give the same maps; the largest difference is "
        f"{claim_widgets.small(difference)}.",
        guess,
        FIFTY_TIMES,
    )
    st.caption("Lin, Chen, Yan 2013, Network in Network.")
