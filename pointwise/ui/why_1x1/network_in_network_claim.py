"""Claim: Network in Network slides an MLP over the image, and needs no dense layer at its end."""

from __future__ import annotations

import streamlit as st

from pointwise.claims.dense_layer import head_parameters, slid_mlp_difference
from pointwise.explain.chain import Chain
from pointwise.ui.frame import html
from pointwise.ui.frame.colours import Scale
from pointwise.ui.training import weights_in_use
from pointwise.ui.why_1x1 import claim_widgets

SAME, TEN, FIFTY = "About as many", "About ten times as many", "About fifty times as many"


def show() -> None:
    """The MLP at every place, the ten maps, and the parameters that the average saves."""
    guess = claim_widgets.guessed(
        "nin",
        "Network in Network ends in a 1×1 convolution to ten maps and their averages. A dense layer on all places "
        "would have …",
        (SAME, TEN, FIFTY),
    )
    if guess is None:
        return
    image = claim_widgets.drawing()
    if image is None:
        return
    chain = Chain.of(weights_in_use.current_model("nin"))
    last = chain.run(image).maps[-1]
    maps = last.after.numpy()
    scale, logits = Scale.of(maps), maps.mean(axis=(1, 2))
    tiles = [
        (scale.coloured(one), f"{digit}: average {logit:.2f}", f"The map of {digit}", 1.0)
        for digit, (one, logit) in enumerate(zip(maps, logits, strict=True))
    ]
    st.html(html.strip(tiles))
    st.html(scale.bar())
    st.caption(f"One map for each digit; its average is the digit's logit. The highest here is {int(logits.argmax())}.")
    average, full = head_parameters(last.inputs.shape[0], last.inputs.shape[1], len(maps))
    difference = slid_mlp_difference(chain, image)
    claim_widgets.verdict(
        f"**True.** The average leaves {average:,} parameters where a dense layer would have {full:,}, "
        f"{full / average:.0f} times as many. And each k×k convolution with the 1×1 after it is an MLP slid over the "
        f"image: run on every patch by itself, those MLPs give the same maps; the largest difference is "
        f"{claim_widgets.small(difference)}.",
        guess,
        FIFTY,
    )
    st.caption("Lin, Chen, Yan 2013, Network in Network.")
