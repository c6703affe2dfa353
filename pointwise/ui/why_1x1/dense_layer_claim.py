"""Claim: a 1×1 convolution is a dense layer."""

from __future__ import annotations

import streamlit as st

from pointwise.claims import dense_layer
from pointwise.ui.why_1x1 import claim_widgets

YES, PART, NO = "They are the same", "Nearly, but it has fewer parameters", "They are different layers"
SIZES = (("Pictures", 8, 2), ("Height", 32, 7), ("Width", 32, 7), ("Channels in", 128, 16), ("Channels out", 128, 8))


def show() -> None:
    """The same weights in four forms."""
    guess = claim_widgets.guessed(
        "dense", "Copy the weights of a 1×1 convolution into a dense layer and run it at every pixel.", (YES, PART, NO)
    )
    if guess is None:
        return
    rows = dense_layer.compare(*claim_widgets.numbers("dense", SIZES))
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
        YES,
    )
    with st.expander("The code that ran", icon=":material/code:"):
        st.code("\n\n".join(dense_layer.source_of(row.form) for row in rows), language="python")
