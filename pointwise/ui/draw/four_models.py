"""The way from the drawing to the network's input, and four models on the same picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.card import data_set_of
from pointwise.drawing import Ink, Preparation
from pointwise.models import CLASSIFIERS
from pointwise.ui.canvas import drawing, reading
from pointwise.ui.frame import html, labels, shipped
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.training import weights_in_use

if TYPE_CHECKING:
    from pointwise.models import Network
    from pointwise.ui.training.weights_in_use import Used

MEASURED_ON = {"mnist": "MNIST test", "digits": "held-out bundled digits"}


def received() -> None:
    """The steps from the drawing to the network's input, and the answer with and without. Raises ModelFileError."""
    model = weights_in_use.current_model(reading.chosen_reader())
    now = drawing.current()
    st.subheader("What the network receives")
    st.toggle(
        "Crop, scale and centre the drawing, as MNIST's makers did",
        value=True,
        key=drawing.NORMALISED,
        persist_state="session",
    )
    st.html(html.strip(_steps(now.prepared)))
    for cell, title, image in zip(
        st.columns(2, wrap=False), ("With these steps", "Without them"), (now.prepared.image, now.whole), strict=True
    ):
        answer = reading.headline(reading.read(model, image))
        cell.metric(title, *answer, delta_color="off", delta_arrow="off", border=True)


def side_by_side() -> None:
    """Every model's answer to the same picture, with what each costs and how often it errs. Raises ModelFileError."""
    reader = weights_in_use.current_model(reading.chosen_reader())
    st.subheader("Four models on this drawing")
    with st.grid(4, min_column_width=160, border=True) as grid:
        for arch in CLASSIFIERS:
            with grid.cell(), shown_errors():
                _show_card(arch, weights_in_use.used(arch), reader)
    weights_in_use.choose_each(CLASSIFIERS)


def _show_card(arch: str, used: Used, reader: Network) -> None:
    image, model = drawing.received_image(), used.network
    read = reading.read(model, image)
    cost = shipped.cost_of(model.config)
    headline = reading.headline(read)
    st.metric(labels.MODELS[arch], *headline, delta_color="off", delta_arrow="off", help=labels.ABOUT[arch])
    if used.own:
        st.caption(f"By {labels.plain(used.mark)}")
    if read.digit != reading.read(reader, image).digit:
        st.badge("Disagrees", icon=":material/call_split:", color="orange")
    st.caption(f"{cost.parameters:,} parameters  \n{cost.multiply_adds:,} multiply-adds  \n{_error_rate(model)}")


def _error_rate(model: Network) -> str:
    accuracy = model.card.get("metrics", {}).get("accuracy")
    if accuracy is None:
        return "error not measured"
    return f"{100 * (1 - accuracy):.2f} % error on {MEASURED_ON.get(data_set_of(model) or '', 'other pictures')}"


def _steps(prepared: Preparation) -> list[tuple[NDArray[np.uint8], str, str, float]]:
    steps = [(_grey(prepared.ink), "Your drawing", "The drawing as it is on the canvas", 1.0)]
    if prepared.cropped is not None and prepared.scaled is not None:
        height, width = prepared.cropped.shape
        share = max(height, width) / max(prepared.ink.shape)
        steps.append((_grey(prepared.cropped), f"Cropped to its ink, {width} × {height}", "Only the inked part", share))
        height, width = prepared.scaled.shape
        steps.append(
            (_grey(prepared.scaled), f"Scaled to {width} × {height}", "Scaled, longest side 20 pixels", 20 / 28)
        )
    centred = "Centred by mass in 28 × 28: this goes in"
    return [*steps, (prepared.image, centred, "The 28 by 28 pixels that the network receives", 1.0)]


def _grey(ink: Ink) -> NDArray[np.uint8]:
    return np.round(255 * ink).astype(np.uint8)
