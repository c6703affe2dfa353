"""What networks read in the session's drawing, each picture once by each network, and how it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.card import DIGITS
from pointwise.inpage import TITLES
from pointwise.models import CLASSIFIERS
from pointwise.ui.frame import desk, labels
from pointwise.ui.frame.sections import Kept
from pointwise.visible_text import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.inference import Reading
    from pointwise.models import Network

READER = "answer.reader"
READINGS: Kept[tuple[tuple[Network, NDArray[np.uint8], Reading], ...]] = Kept("reading.latest", ())  # the latest last
MOST = 8  # readings that are kept


def choose_reader() -> None:
    """Which model gives the prediction."""
    st.selectbox(
        "Read by",
        CLASSIFIERS,
        format_func=labels.MODELS.__getitem__,
        key=READER,
        persist_state="session",
        help="The network that gives the large digit. All four stand side by side below.",
    )


def chosen_reader() -> str:
    """The model that gives the prediction."""
    key = desk.widget(READER, CLASSIFIERS[0], CLASSIFIERS.__contains__)
    return st.session_state.get(key) or CLASSIFIERS[0]


def read(model: Network, image: NDArray[np.uint8]) -> Reading:
    """What ``model`` reads in ``image``, uint8 (28, 28), an array that nobody changes."""
    from pointwise.inference import classify_image

    known = READINGS.get()
    for one, seen, reading in known:
        if one is model and seen is image:
            return reading
    reading = classify_image(model, image)
    READINGS.set((*known[1 - MOST :], (model, image, reading)))
    return reading


def headline(reading: Reading) -> tuple[str, str]:
    """What is read, a person's text, and how sure the model is."""
    if reading.name is None:
        return "–", "Draw a digit" if reading.names == DIGITS else "Draw something"
    return visible(reading.name), ("" if reading.sure else "unsure: ") + labels.probability(reading.probability)


def title(reading: Reading) -> str:
    """What to see in a chart of the probabilities; with a person's text in it."""
    which = "blank" if reading.name is None else "sure" if reading.sure else "unsure"
    return TITLES[which].format(digit=visible(reading.name), percent=labels.probability(reading.probability))
