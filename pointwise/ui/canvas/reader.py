"""Answers during the stroke: a component of our own, without a place of its own on the page (reader.js)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.export.page_weights import Packed
from pointwise.inpage import FOLDER, bundled
from pointwise.ui.frame.components import hidden

KEY = "reader"
SIDE = 28

_component = st.components.v2.component("pointwise_reader", js=bundled(FOLDER / "reader.js"))


class Picture(NamedTuple):
    """What the page made of the drawing at the end of a stroke."""

    number: int  # of the stroke, rising
    image: NDArray[np.uint8]  # (28, 28)
    normalise: bool  # whether it was cropped, scaled and centred


def show(network: Packed | None, received: Callable[[], None], shown: Callable[[], None] | None = None) -> None:
    """Answer with this packed network, or not at all. ``received`` is called when there is another ``picture()``.

    ``shown`` is called once the page has answered before PyTorch is there.
    """
    with hidden("reader-hidden"):
        _component(
            key=KEY, data=network and network.content, on_picture_change=received, on_shown_change=shown or _nothing
        )


def _nothing() -> None:
    """Nobody wants to know."""


def picture() -> Picture | None:
    """What the page has just sent; None for what is no picture."""
    return parsed(st.session_state[KEY].picture)


def parsed(sent: Any) -> Picture | None:
    """``{"number": int, "picture": base64 of 784 bytes, "normalise": bool}``; None for anything else."""
    try:
        pixels = np.frombuffer(base64.b64decode(sent["picture"], validate=True), np.uint8)
        return Picture(int(sent["number"]), pixels.reshape(SIDE, SIDE).copy(), bool(sent["normalise"]))
    except (TypeError, KeyError, ValueError, binascii.Error):
        return None
