"""Colour: where a 1×1 convolution on the input earns its keep."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.data.pictures import open_colours
from pointwise.explain import colour
from pointwise.ui.frame import glossary, html, sections
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept, choice

LUMINANCE, OPPONENT, LEARNED = "Luminance", "Opponent colours", "Learned from this picture"
UPLOAD = "colour.upload"
CHANNELS = ("red", "green", "blue")
WIDTH = 400  # pixels of a picture on the page at most

Floats = NDArray[np.float64]
OWN: Kept[NDArray[np.uint8] | None] = Kept("colour.own", None)  # the visitor's picture, (H, W, 3)


def show() -> None:
    """A picture, a set of mixes, and each mix's map with its three weights."""
    own = OWN.get()
    picture = colour.berries() if own is None else own
    sentence = (
        "A [[1×1 convolution]] mixes a picture's [[channels|channel]], here red, green and blue, at every pixel: "
    )
    glossary.write(
        f"{sentence}it chooses what the [[layers|layer]] after it can see. On a grey picture there is nothing to mix."
    )
    kinds = (LUMINANCE, OPPONENT, LEARNED)
    kind = choice("Weights to start from", kinds, "colour.kind", default=OPPONENT, persist_state="session")
    weights, names = _start(kind, picture)
    keys = [[f"colour.{kind}.{row}.{column}" for column in range(3)] for row in range(len(weights))]
    first, *columns = st.columns(1 + len(weights), gap="medium")
    with first:
        st.markdown("**The colour picture**")
        st.html(html.framed(picture, WIDTH, "The colour picture"))
        if own is None:
            st.markdown(
                "The berries and the bird are as bright as the leaves: luminance hides them, and a difference of two "
                "colours finds them."
            )
        st.button("Back to these weights", on_click=_forget, args=(keys,), icon=":material/restart_alt:")
        if own is not None:
            st.button("Back to the berries", on_click=_take, args=(None,), icon=":material/undo:")
    for place, row, starts, name in zip(columns, keys, weights, names, strict=False):
        with place:
            _mix(picture, row, starts, name)
    sections.upload(
        f"A colour picture of your own, PNG or JPEG, up to {sections.MEGABYTES} MB",
        UPLOAD,
        lambda content, _: _take(open_colours(content)),
        lambda: "The picture before it is still there.",
    )
    with st.expander("The formula", icon=":material/function:"):
        st.latex(r"y_k(p) = w_{k,\mathrm{red}}\,r(p) + w_{k,\mathrm{green}}\,g(p) + w_{k,\mathrm{blue}}\,b(p)")


def _start(kind: str, picture: NDArray[np.uint8]) -> tuple[Floats, tuple[str, ...]]:
    if kind == LUMINANCE:
        return colour.luminance(), ("How bright it looks",)
    if kind == OPPONENT:
        return colour.opponent(), colour.OPPONENT_NAMES
    weights, shares = colour.learned(picture)
    return weights, tuple(f"{share:.1%} of the colours' variance" for share in shares)


def _mix(picture: NDArray[np.uint8], keys: list[str], starts: Floats, name: str) -> None:
    for key, start in zip(keys, starts, strict=True):
        st.session_state.setdefault(key, float(start))
    weights = np.array([[st.session_state[key] for key in keys]])
    (map_,) = colour.mix(picture, weights)
    scale = Scale.of(map_)
    st.markdown(f"**{name}**")
    st.html(html.framed(scale.coloured(map_), WIDTH, f"{name}: the mix {_formula(weights[0])}"))
    st.html(scale.bar())
    for key, channel in zip(keys, CHANNELS, strict=True):
        st.slider(f"Weight of {channel}", -1.5, 1.5, step=0.01, key=key, persist_state="session")


def _formula(weights: Floats) -> str:
    return ", ".join(f"{weight:+.2f} {channel}" for weight, channel in zip(weights, CHANNELS, strict=True))


def _forget(keys: list[list[str]]) -> None:
    for key in (key for row in keys for key in row):
        st.session_state.pop(key, None)


def _take(picture: NDArray[np.uint8] | None) -> None:
    """Use a picture, or with None the bundled one again; what was learned from another one goes."""
    OWN.set(picture)
    sections.forget_refusal(UPLOAD)
    for key in [key for key in st.session_state if str(key).startswith(f"colour.{LEARNED}.")]:
        del st.session_state[key]
