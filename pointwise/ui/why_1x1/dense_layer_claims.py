"""Claims: a 1×1 convolution is a dense layer; it is faster; slid over the picture it makes an MLP of the network."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.claims import dense_layer
from pointwise.claims.dense_layer import FormTimes
from pointwise.explain import colour
from pointwise.explain.chain import Chain
from pointwise.ui.frame import address, html, labels
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import weights_in_use
from pointwise.ui.why_1x1 import claim_widgets, pixel_column, scale_drawings
from pointwise.ui.why_1x1.scale_drawings import Area

THE_SAME, NEARLY, DIFFERENT = (
    "They are the same",
    "Nearly, but it has fewer parameters",
    "They are different layers",
)
FIELDS = (("Pictures", 8, 2), ("Height", 32, 7), ("Width", 32, 7), ("Channels in", 128, 16), ("Channels out", 128, 8))
MIXES = np.array([colour.OPPONENT[0], colour.LUMINANCE])  # (2, 3), the weights of the picture of one pixel
MIXED = ("Red against green", "How bright")
PLACES = ((29, 24), (27, 65), (80, 10))  # row and column of a berry, of the bird and of a leaf
PLACE = Kept("why.dense.place", 0)  # which of them is looked at
FASTER, DEPENDS, SLOWER = "Faster than a dense layer", "It depends on the shape", "Slower than a dense layer"
CLOSE = 0.1  # ratios within this of 1 are noise
TIMES: Kept[list[FormTimes]] = Kept("why.speed.times", [])
LINEAR = "Linear at every pixel"
AS_MANY, TEN_TIMES, FIFTY_TIMES = "About as many", "About ten times as many", "About fifty times as many"


@claim_widgets.guess_first(
    "dense",
    "Copy the weights of a 1×1 convolution into a dense layer and run it at every pixel. What are the two?",
    {
        THE_SAME: "Right: they are the same layer, number by number.",
        NEARLY: "Close: they are the same layer, but then they have equally many parameters.",
        DIFFERENT: "They do look different in code; but they compute the same numbers.",
    },
    THE_SAME,
)
def equality() -> None:
    """One pixel's column of channels in a dense layer; and the same weights in four forms."""
    _one_pixel()
    st.markdown("**The same with more channels, random numbers, and gradients: four forms in PyTorch**")
    rows = dense_layer.compare(*claim_widgets.numbers("dense", FIELDS))
    claim_widgets.table(
        ("form", "largest difference of the outputs", "of the gradients", "parameters"),
        [
            (row.form, claim_widgets.small(row.outputs), claim_widgets.small(row.gradients), f"{row.parameters:,}")
            for row in rows
        ],
    )
    if not address.hides("code"):
        with st.expander("The code that ran", icon=":material/code:"):
            code = "\n\n".join(dense_layer.source_of(row.form) for row in rows)
            st.code(code, language="python", wrap_lines=True)
    most = max(max(row.outputs, row.gradients) for row in rows)
    claim_widgets.verdict(
        f"**True.** Outputs and gradients differ by at most {claim_widgets.small(most)}, which is rounding, and all "
        f"have {rows[0].parameters:,} parameters: as many, not fewer."
    )


def _one_pixel() -> None:
    picture, (row, column) = colour.berries(), PLACES[PLACE.get()]
    at = dense_layer.at_pixel(picture, MIXES, row, column)
    st.markdown("**One pixel's numbers enter a dense layer, and come out as the 1×1 convolution's values there**")
    st.html(pixel_column.drawing(picture, MIXES, row, column, at, MIXED))
    st.button("Another pixel", on_click=_look, args=((PLACE.get() + 1) % len(PLACES),), icon=":material/colorize:")


def _look(place: int) -> None:
    PLACE.set(place)


def measured_speed() -> str:
    """The right answer, as soon as it was measured here."""
    return right_speed([one.ratio(LINEAR) for one in TIMES.get()]) if TIMES.get() else ""


@claim_widgets.guess_first(
    "speed",
    "The same weights, the same multiply-adds. A 1×1 convolution is …",
    {
        FASTER: "",
        DEPENDS: "",
        SLOWER: "",
    },
    measured_speed,
)
def speed() -> None:
    """All forms of the same layer against the clock of this machine."""
    results = TIMES.get()
    st.button(
        "Measure it where this app runs",
        on_click=_measure,
        type="secondary" if results else "primary",
        icon=":material/timer:",
        key="why.speed.measure",
    )
    if not results:
        st.markdown("Seven rounds in turns, and the middle one of each form's times counts. It takes a few seconds.")
        return
    for one in results:
        times = {form: (ms, f"{ms:.3f} ms, {one.ratio(form):.2f} ×") for form, ms in one.milliseconds.items()}
        product = {"bare matrix product": (one.product, f"{one.product:.3f} ms")}
        st.html(scale_drawings.bars(_shape(one), times | product))
    st.markdown(
        "× is beside the 1×1 convolution, the first bar. The bare product has the same multiply-adds on a matrix that "
        "lies just right for it."
    )
    ratios = [one.ratio(LINEAR) for one in results]
    claim_widgets.verdict(
        f"{speed_headline(ratios)} Over these shapes the dense layer took {min(ratios):.2f} to {max(ratios):.2f} times "
        "as long as the convolution. The multiply-adds are the same; the order of the numbers in memory and the cost "
        "of a call are not. Others measured the opposite of the sentence above: for the authors of ConvNeXt the dense "
        "layer was a bit faster, on a graphics card (github.com/facebookresearch/ConvNeXt/issues/18)."
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
    many = "1 picture" if pictures == 1 else f"{pictures} pictures"
    return f"{many} of {height} × {width}, {inputs} → {outputs} channels"


def _measure() -> None:
    TIMES.set([dense_layer.form_times(shape) for shape in dense_layer.SHAPES])


@claim_widgets.guess_first(
    "nin",
    "Network in Network ends in a 1×1 convolution to ten maps and their averages. A dense layer on all places "
    "would have how many parameters instead?",
    {
        AS_MANY: "It would have far more: about fifty times as many.",
        TEN_TIMES: "More than that: it would have about fifty times as many.",
        FIFTY_TIMES: "Right: it would have about fifty times as many.",
    },
    FIFTY_TIMES,
)
def network_in_network() -> None:
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
    highest = f"Here it is {int(logits.argmax())}, by {labels.plain(mark)}."
    st.markdown(f"**The drawing's ten maps, one for each digit.** The one with the highest average wins. {highest}")
    st.html(html.strip(tiles))
    st.html(scale.bar())
    weights_in_use.choose("nin")
    average, full = dense_layer.head_parameters(last.inputs.shape[0], last.inputs.shape[1], len(maps))
    areas = [
        Area("1×1 convolution, average", {"weights": average}),
        Area("Dense layer on all places", {"weights": full}),
    ]
    left, right = st.columns(2, gap="medium", vertical_alignment="center")
    with left:
        title = "Parameters of the network's end, areas to scale"
        st.html(scale_drawings.squares(title, areas, "parameters", 160))
    difference = dense_layer.slid_mlp_difference(chain, image)
    with right:
        claim_widgets.verdict(
            "**True.** Each k×k convolution with the 1×1 after it is a small MLP slid over the image: run on every "
            "patch by itself, those MLPs give the same maps; the largest difference is "
            f"{claim_widgets.small(difference)}. And the average leaves {average:,} parameters where a dense layer "
            f"would have {full:,}, {full / average:.0f} times as many."
        )
