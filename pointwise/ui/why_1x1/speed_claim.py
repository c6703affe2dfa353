"""Claim: 1×1 convolutions are faster."""

from __future__ import annotations

import streamlit as st

from pointwise.claims.dense_layer import SHAPES, FormTimes, form_times
from pointwise.ui.why_1x1 import claim_widgets

FASTER, SAME, SLOWER = "Faster than a dense layer", "It depends on the shape", "Slower than a dense layer"
CLOSE = 0.1  # ratios within this of 1 are noise
TIMES = "why.speed.times"
LINEAR = "Linear at every pixel"


def show() -> None:
    """All forms of the same layer against the clock of this machine."""
    guess = claim_widgets.guessed(
        "speed", "The same weights, the same multiply-adds. A 1×1 convolution is …", (FASTER, SAME, SLOWER)
    )
    if guess is None:
        return
    st.button("Measure it where this app runs", on_click=_measure, icon=":material/timer:", key="why.speed.measure")
    results: list[FormTimes] = st.session_state.get(TIMES, [])
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
        f"{headline(ratios)} Over these shapes the dense layer took {min(ratios):.2f} to {max(ratios):.2f} times as "
        "long as the convolution. The multiply-adds are the same; the order of the numbers in memory and the cost of a "
        "call are not.",
        guess,
        right(ratios),
    )


def right(ratios: list[float]) -> str:
    """The answer that the measured ratios, dense layer to convolution, make the right one."""
    if min(ratios) > 1 + CLOSE:
        return FASTER
    return SLOWER if max(ratios) < 1 - CLOSE else SAME


def headline(ratios: list[float]) -> str:
    """What the ratios allow to say."""
    if max(ratios) <= 1 + CLOSE and min(ratios) >= 1 - CLOSE:
        return "**Here it makes no difference.**"
    return {
        FASTER: "**Here it is faster, at all these shapes.**",
        SLOWER: "**Here it is slower, at all these shapes.**",
        SAME: "**It depends on the shape.**",
    }[right(ratios)]


def _shape(one: FormTimes) -> str:
    pictures, height, width, inputs, outputs = one.shape
    return f"{pictures} × {height} × {width}, {inputs} → {outputs}"


def _measure() -> None:
    st.session_state[TIMES] = [form_times(shape) for shape in SHAPES]
