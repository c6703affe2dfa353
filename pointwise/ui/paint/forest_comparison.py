"""Beside the network, on demand: a random forest on the same channels and strokes, as the established tools use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pointwise.segmentation.forest import forest
from pointwise.segmentation.labelling import mean_iou
from pointwise.ui.frame import html
from pointwise.ui.frame.labels import percent
from pointwise.ui.frame.sections import Kept, press
from pointwise.ui.paint import example_pictures, paintings
from pointwise.ui.paint.pixel_labels import Answer
from pointwise.ui.training.own_tables import in_turn

if TYPE_CHECKING:
    from pointwise.segmentation.channel_maps import Channels


class Compared(NamedTuple):
    """What a forest did with the strokes of an answer."""

    of: object
    fit: float  # seconds
    label: float  # seconds
    same: float  # the share of pixels that both label alike
    score: float | None  # where the truth is known


COMPARED: Kept[Compared | None] = Kept("paint.forest", None)


def show(name: str, answer: Answer, given: Channels) -> None:
    """The button, and what was found last, if it is of these strokes."""
    st.markdown(
        "ilastik, Labkit and Weka label pixels with a **random forest**: a hundred decision trees that vote. Here is "
        "one on the same channels and strokes, beside the network of 1×1 convolutions."
    )
    key = (answer.strokes, answer.classes, answer.seen)
    truth = example_pictures.truth(name)
    if press("Fit a random forest", "paint.forest-fit", icon=":material/forest:"):
        with in_turn("Fitting a forest of 100 trees", long=True):
            made = forest(given, answer.scribbles[0], classes=answer.classes)
        same = float((made.labels == answer.labelled.labels).mean())
        score = None if truth is None else mean_iou(made.labels, truth)
        COMPARED.set(Compared(key, made.fit_seconds, made.label_seconds, same, score))
    found = COMPARED.get()
    if found is None:
        return
    if found.of != key:
        st.caption("The strokes have changed since it was measured last.")
        return
    rows = [
        ["training, ms", f"{1e3 * answer.fitted.seconds:,.0f}", f"{1e3 * found.fit:,.0f}"],
        ["labelling all pixels, ms", f"{1e3 * answer.labelled.seconds:,.0f}", f"{1e3 * found.label:,.0f}"],
    ]
    if truth is not None and found.score is not None:
        rows.append(
            ["score on the whole picture", f"{mean_iou(answer.labelled.labels, truth):.3f}", f"{found.score:.3f}"]
        )
    st.html(html.table(["", "Network of 1×1 convolutions", "Random forest"], rows, label="Network and forest"))
    warm = " going on from the strokes before" if answer.fitted.warm else ""
    height, width = paintings.picture(name).shape[:2]
    st.caption(
        f"Both label {percent(found.same)} of the {height * width:,} pixels alike. The network was fitted{warm} with "
        "one thread, and its training includes measuring it on held-out strokes; the forest had two."
    )
