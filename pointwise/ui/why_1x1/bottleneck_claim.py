"""Claim: 1×1 convolutions make large networks cheaper."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pointwise.claims import parameters
from pointwise.claims.dense_layer import times
from pointwise.ui.why_1x1 import claim_charts, claim_widgets

LITTLE, TEN, HUNDRED = "A third of it", "About nine tenths", "Ninety-nine hundredths"
TIMED = "why.bottleneck.times"
GROUPS = {
    "Inception's 5×5 branch: 28 × 28, 192 → 32 channels": parameters.INCEPTION,
    "ResNet's bottleneck: 56 × 56, 256 channels": parameters.RESNET,
}


def show() -> None:
    """Two published blocks, and what they would be without their 1×1 convolutions."""
    guess = claim_widgets.guessed(
        "bottleneck",
        "GoogLeNet puts a 1×1 convolution before a 5×5 one, from 192 channels down to 16. How much work does it save?",
        (LITTLE, TEN, HUNDRED),
    )
    if guess is None:
        return
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
        TEN,
    )
    st.caption(
        "Sources: Szegedy et al. 2014, Going deeper with convolutions, table 1 (the whole of inception (3a) counts "
        f"{parameters.INCEPTION_3A.multiply_adds / 1e6:.0f} million multiply-adds here, 128 million there); "
        "He et al. 2015, Deep residual learning, figure 5, which shows the second and third of ResNet's blocks."
    )


def _group(number: int, title: str, blocks: Sequence[parameters.Block]) -> None:
    st.markdown(f"**{title}**")
    measured = st.session_state.get(TIMED, {}).get(number)
    head = ("design", "weights", "multiply-adds") + (("milliseconds",) if measured else ())
    rows = [
        (block.name, f"{block.weights:,}", f"{block.multiply_adds:,}") + ((f"{measured[i]:.1f}",) if measured else ())
        for i, block in enumerate(blocks)
    ]
    claim_widgets.table(head, rows)
    st.plotly_chart(
        claim_charts.bars(
            [block.name for block in blocks],
            [block.multiply_adds for block in blocks],
            "multiply-adds",
            "Multiply-adds for one picture, to scale",
            log=False,
        ),
        key=f"why.bottleneck.{number}",
        config={"displayModeBar": False},
        alt="; ".join(f"{block.name}: {block.multiply_adds:,} multiply-adds" for block in blocks),
    )


def _time() -> None:
    st.session_state[TIMED] = {number: times(blocks) for number, blocks in enumerate(GROUPS.values())}
