"""A network in one plot: the bag of pixels as ten curves of brightness."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.explain.evidence import brightness_curves, is_pointwise
from pointwise.ui.feature_maps import curves as charts
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame import labels


def show(subject: Subject) -> None:
    """The curves, and that their averages are the logits."""
    if not is_pointwise(subject.chain):
        st.info(
            f"Only {labels.MODELS['bag_of_pixels']} fits in one plot: choose it above. The others look at more than "
            "one pixel at a time, so no curve of brightness can say what they do."
        )
        return
    curves = brightness_curves(subject.chain)
    averages, logits = curves.averaged(subject.image), subject.trace.logits.double().numpy()
    best = int(averages.argmax())
    st.plotly_chart(
        charts.ten_curves(curves.brightness, curves.logits, averages, subject.image),
        key="features.ten_curves",
        config={"displayModeBar": False},
        alt=f"Ten curves of brightness; averaged over the drawing's pixels, {best} is highest: {averages[best]:.3f}",
    )
    difference = np.abs(averages - logits).max()
    st.markdown(f"The network's ten logits are these averages: the largest difference is **{difference:.1e}**.")
    st.caption(
        "This is all that the network knows. Shuffle the drawing's pixels and the histogram stays, so the answer "
        "stays: 1×1 convolutions alone see brightness and no shape."
    )
