"""Which digits the shipped networks take for which: a matrix, the pictures behind it, the surest mistakes.

It is computed when somebody opens it, once for all visitors; it would say nothing new before the weights change.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.models import CLASSIFIERS
from pointwise.ui.frame import labels, shipped
from pointwise.ui.frame.sections import choice, section

if TYPE_CHECKING:
    from pointwise.models import Network
    from pointwise.ui.figures.held_out_reading import Reading

PART = "mistaken"  # the fragment of what is folded up, and the key of it


def show() -> None:
    """The matrix of a shipped network, folded up."""
    label = "Which digits are taken for which?"
    with st.expander(label, icon=":material/compare_arrows:", key=PART, on_change="rerun") as opened:
        if opened.open:
            section(f"{PART}.part")(_network)()


def _network() -> None:
    from pointwise.card import class_names
    from pointwise.ui.figures import held_out_reading, misread_pictures

    titles = {labels.MODELS[arch]: arch for arch in CLASSIFIERS}
    arch = titles[choice("Whose mistakes", titles, f"{PART}.network")]
    network = shipped.shipped_model(arch)
    reading = begun(network)
    if not reading.ended:
        held_out_reading.wait(reading)
        return
    try:
        mistakes = reading.result()
    except BaseException:
        _reading.cache_clear()  # the files may be mended by the next time
        raise
    names = class_names(network.card, network.config)
    misread_pictures.show(misread_pictures.Subject(f"{PART}.{arch}", network, names, mistakes))


def begun(network: Network) -> Reading:
    """MNIST's test digits, or those that come with the app, as a shipped network reads them; begun if it was not."""
    from pointwise.data.catalogue import is_there
    from pointwise.data.mnist import data_folder

    there = is_there("mnist", data_folder())
    if _reading(network, there).was_left:
        _reading.cache_clear()
    return _reading(network, there)


@functools.lru_cache(len(CLASSIFIERS))
def _reading(network: Network, is_there: bool) -> Reading:
    from pointwise.confusion import held_out
    from pointwise.ui.figures.held_out_reading import Reading

    return Reading(network, lambda: held_out(network))
