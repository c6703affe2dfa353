"""Evidence for a digit, place by place, adding up to its logit; a brush takes ink away and the answer follows."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.evidence import Evidence, evidence, is_pooled
from pointwise.ui.feature_maps import map_components
from pointwise.ui.feature_maps.subject import Subject, prediction
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept, choice

PICTURE = "features.evidence"
ERASED: Kept[tuple[str, tuple[int, ...]]] = Kept("features.erased", ("", ()))  # the drawing, indices of rubbed pixels
SHOWN = Kept("features.evidence.drawing", "")  # the drawing on the page
RADIUS = 1.5  # pixels of 28
INK = 0.4  # how much darker the colours are where there is ink


def show(subject: Subject) -> None:
    """The map of one digit's evidence."""
    drawing = hashlib.sha256(subject.image.tobytes()).hexdigest()
    image = _without(subject.image, drawing)
    read = int(subject.trace.logits.argmax())
    key = f"features.digit.{read}"  # another answer brings its own evidence
    digit = choice("Evidence for", range(10), key, default=read)
    parts = evidence(subject.chain, image, digit)
    left, right = st.columns([4, 5], gap="large")
    with left:
        _map(parts, image, digit, drawing)
    with right:
        if (image != subject.image).any():
            prediction("With the ink rubbed out", subject.chain.run(image), image)
            st.button(
                "Give the ink back",
                on_click=ERASED.set,
                args=(ERASED.default,),
                icon=":material/undo:",
                key="features.restore",
            )
        _sum(parts, digit)
        st.caption(_about(subject))


def _map(parts: Evidence, image: NDArray[np.uint8], digit: int, drawing: str) -> None:
    most = float(np.abs(parts.terms).max()) or 1.0
    scale = Scale(-most, most)
    times = image.shape[0] // parts.terms.shape[0]
    terms = parts.terms.repeat(times, axis=0).repeat(times, axis=1)
    ink = image[:, :, None] / 255.0
    picture = scale.coloured(terms) * (1 - INK * ink)
    SHOWN.set(drawing)
    map_components.brush(
        PICTURE,
        picture.round().astype(np.uint8),
        terms,
        RADIUS,
        f"Where the drawing speaks for a {digit}, orange, and against it, blue",
        _rubbed,
    )
    st.html(scale.bar())
    st.caption("Orange speaks for it, blue against it. Rub over the picture to take its ink away.")


def _sum(parts: Evidence, digit: int) -> None:
    st.latex(
        rf"\underbrace{{{parts.terms.sum():.4f}}}_{{\text{{sum of the map}}}} + "
        rf"\underbrace{{({parts.bias:.4f})}}_{{\text{{bias}}}} = {parts.total:.4f}"
    )
    difference = abs(parts.total - parts.logit)
    st.markdown(f"The network's logit for {digit} is **{parts.logit:.4f}**; they differ by {difference:.1e}.")


def _about(subject: Subject) -> str:
    if is_pooled(subject.chain):
        places = subject.trace.maps[-1].after[0].numel()
        return (
            f"The last 1×1 convolution scores each of the {places} places by itself, and the logit is the average of "
            "the scores: so each place's share is known exactly."
        )
    return (
        "With all activations held as they are for this drawing, the network is one weighted sum of the pixels: each "
        "pixel's term is its weight times its value, −1 for black to 1 for white. Black pixels count, too: "
        "where no ink is speaks as well."
    )


def _without(image: NDArray[np.uint8], drawing: str) -> NDArray[np.uint8]:
    """The drawing less what was rubbed out of it; another drawing starts whole."""
    known, erased = ERASED.get()
    rest = image.copy()
    if known == drawing:
        rest.flat[list(erased)] = 0
    return rest


def _rubbed() -> None:
    rubbed = st.session_state[PICTURE].rubbed
    drawing = SHOWN.get()
    if rubbed:
        known, erased = ERASED.get()
        before = erased if known == drawing else ()
        ERASED.set((drawing, tuple(sorted({*before, *map(int, rubbed)}))))
