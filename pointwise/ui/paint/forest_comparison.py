"""Beside the network, on demand: a random forest on the same channels and strokes, as the established tools use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pointwise.errors import DataError
from pointwise.segmentation.forest import forest
from pointwise.segmentation.labelling import mean_iou
from pointwise.segmentation.stroke_scores import StrokeScore, ahead, of_forest, of_network
from pointwise.ui.frame import html
from pointwise.ui.frame.labels import percent
from pointwise.ui.frame.sections import Kept, press
from pointwise.ui.paint import example_pictures, paintings
from pointwise.ui.paint.pixel_labels import Answer
from pointwise.ui.training.server_queue import in_turn

if TYPE_CHECKING:
    from pointwise.segmentation.channel_maps import Channels


class Compared(NamedTuple):
    """What a forest did with the strokes of an answer."""

    of: object
    fit: float  # seconds
    label: float  # seconds
    same: float  # the share of pixels that both label alike
    score: float | None  # where the truth is known
    held_out: tuple[StrokeScore, StrokeScore] | None  # network and forest on the same strokes; None: too few


COMPARED: Kept[Compared | None] = Kept("paint.forest", None)


def show(name: str, answer: Answer, given: Channels) -> None:
    """The button, and what was found last, if it is of these strokes."""
    st.markdown(
        "ilastik, Labkit and Weka label pixels with a **random forest**: a hundred decision trees that vote. Here is "
        "one on the same channels and strokes, beside the network of 1×1 convolutions."
    )
    if press("Fit a random forest", "paint.forest-fit", icon=":material/forest:"):
        with in_turn("Fitting forests of 100 trees", long=True):
            COMPARED.set(_compared(name, answer, given))
    found = COMPARED.get()
    if found is None:
        return
    if found.of != answer.fitted_to:
        st.caption("The strokes have changed since it was measured last.")
        return
    truth = example_pictures.truth(name)
    rows = [
        ["training, ms", f"{1e3 * answer.fitted.seconds:,.0f}", f"{1e3 * found.fit:,.0f}"],
        ["labelling all pixels, ms", f"{1e3 * answer.labelled.seconds:,.0f}", f"{1e3 * found.label:,.0f}"],
    ]
    if found.held_out is not None:
        rows.append(["score, each stroke held out once", *(f"{score.score:.2f}" for score in found.held_out)])
    if truth is not None and found.score is not None:
        rows.append(
            ["score on the whole picture", f"{mean_iou(answer.labelled.labels, truth):.2f}", f"{found.score:.2f}"]
        )
    st.html(html.table(["", "Network of 1×1 convolutions", "Random forest"], rows, label="Network and forest"))
    if found.held_out is not None:
        st.markdown(_verdict(*found.held_out))
    warm = " going on from the strokes before" if answer.fitted.warm else ""
    smoothing = answer.fitted.network.config.smoothing
    smoothed = f" Both smooth what they say over the pixels around (σ {smoothing:g} px)." if smoothing else ""
    height, width = paintings.picture(name).shape[:2]
    st.caption(
        f"Both label {percent(found.same)} of the {height * width:,} pixels alike.{smoothed} The network was "
        f"trained{warm} with one thread, and its time includes measuring it on held-out strokes; the forest had two."
    )


def _compared(name: str, answer: Answer, given: Channels) -> Compared:
    (scribbles, numbers), truth = answer.scribbles, example_pictures.truth(name)
    smoothing = answer.fitted.network.config.smoothing
    made = forest(given, scribbles, classes=answer.classes, smoothing=smoothing)
    try:
        scores = of_network(given, scribbles, numbers), of_forest(given, scribbles, numbers)
    except DataError:
        scores = None
    same = float((made.labels == answer.labelled.labels).mean())
    score = None if truth is None else mean_iou(made.labels, truth)
    return Compared(answer.fitted_to, made.fit_seconds, made.label_seconds, same, score, scores)


def _verdict(network: StrokeScore, trees: StrokeScore) -> str:
    """Whether one of them labels held-out strokes better, or whether nobody can tell."""
    low, high = ahead(network, trees)
    better = "The network is better here" if low > 0 else "The forest is better here" if high < 0 else ""
    about = (
        f"Both were measured on the same {network.strokes} strokes: four times, each learned from the same three "
        "quarters of them and labelled the rest, before anything is smoothed. "
    )
    gap = f"the network's score less the forest's is {network.score - trees.score:+.2f}"
    reach = f"with other strokes like these it would be between {low:+.2f} and {high:+.2f}, nine times in ten"
    return f"{about}{better or 'These strokes cannot tell which is better'}: {gap}; {reach}."
