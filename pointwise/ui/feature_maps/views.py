"""What is shown of the network, one at a time; the choice is in the address."""

from __future__ import annotations

import streamlit as st

from pointwise.ui.feature_maps import channels, colour_mixing, evidence_map, explanation, subject, ten_curves

CHANNELS, EVIDENCE, CURVES, COLOUR = "Channels", "Evidence", "Ten curves", "Colour"


def show() -> None:
    """The chosen view. Raises ModelFileError."""
    view = st.segmented_control(
        "Look at",
        [CHANNELS, EVIDENCE, CURVES, COLOUR],
        default=CHANNELS,
        required=True,
        key="maps",
        bind="query-params",
        persist_state="session",
    )
    if view == COLOUR:
        colour_mixing.show()
        return
    chosen = subject.choose()
    if chosen is None:
        return
    if view == CHANNELS:
        channels.show(chosen)
        explanation.show(chosen)
    elif view == EVIDENCE:
        evidence_map.show(chosen)
    else:
        ten_curves.show(chosen)
