"""Claim: 1×1 convolutions see no shape."""

from __future__ import annotations

import streamlit as st

from pointwise.claims.shuffles import shuffle, shuffled
from pointwise.ui import answer, pictures, resources, words
from pointwise.ui.claims import frame

ORDER = "why.shape.order"
STILL = 1e-4  # a change of the logits that is rounding
ALL, ONE, NONE = "All of them", "One of them", "None of them"


def show() -> None:
    """The visitor's drawing and its pixels in another order, read by all four networks."""
    guess = frame.guessed(
        "shape",
        "Put your drawing's 784 pixels into a random order. How many of the four networks cannot notice it at all?",
        (ALL, ONE, NONE),
    )
    if guess is None:
        return
    image = frame.drawing()
    if image is None:
        return
    order = st.session_state.setdefault(ORDER, 0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.html(pictures.framed(image, 150, "Your drawing, 28 by 28 pixels"), width=150)
        st.html(pictures.framed(shuffled(image, order), 150, "The same pixels in another order"), width=150)
        st.button("Another order", on_click=_again, icon=":material/shuffle:")
    results = {arch: shuffle(resources.current_model(arch), image, order) for arch in answer.CLASSIFIERS}
    frame.table(
        ("network", "your drawing", "shuffled", "largest change of a logit"),
        [
            (words.MODELS[arch], str(both.digits[0]), str(both.digits[1]), _moved(both.moved))
            for arch, both in results.items()
        ],
    )
    bag = results["bag_of_pixels"].moved
    frame.verdict(
        f"**True of 1×1 convolutions alone.** {words.MODELS['bag_of_pixels']}, all 1×1 convolutions and an average, "
        f"moves by {frame.small(bag)}: it knows how many pixels of each brightness there are, and nothing else. The "
        "others look at places, two through dense layers, one through larger kernels; where they still name the same "
        "digit, it is by luck.",
        guess,
        ONE,
    )


def _moved(change: float) -> str:
    return f"{frame.small(change)}: unchanged" if change <= STILL else f"{change:.1f}"


def _again() -> None:
    st.session_state[ORDER] += 1
