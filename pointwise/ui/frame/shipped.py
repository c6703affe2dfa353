"""What is shared by all sessions and never changed: shipped networks, their costs, and the tutorial's houses.

torch is imported inside these functions, on first use, so that a page can show something before it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.errors import ModelFileError
from pointwise.models import SHIPPED as MODELS
from pointwise.ui.frame import labels

if TYPE_CHECKING:
    from pointwise.costs import Cost
    from pointwise.data.housing import Houses
    from pointwise.export.page_weights import Packed
    from pointwise.models import ModelConfig, Network

FOR_THE_OWNER = "Whoever runs it can restore it in the folder models; the server's log says what is wrong with it."
MOST_PARAMETERS = 300_000  # what a page is given and computes many times a second


@st.cache_resource(show_spinner=False, max_entries=8)
def shipped_model(arch: str) -> Network:
    """The shipped network in eval mode. Raises ModelFileError, without the server's folders where strangers read it."""
    from pointwise.library import is_public
    from pointwise.weights import load_model

    path = MODELS / f"{arch}.safetensors"
    try:
        return load_model(path)
    except ModelFileError as error:
        if not is_public():
            raise
        labels.log_once(f"{path}: {error}")
        raise ModelFileError(path, "is missing or damaged on this server", FOR_THE_OWNER) from None


@st.cache_resource(show_spinner=False, max_entries=8)
def packed_file(arch: str) -> Packed | None:
    """The shipped network for the page to evaluate, without torch; None where it is too large or cannot be used."""
    from pointwise.export.page_weights import pack_file

    return pack_file(MODELS / f"{arch}.safetensors", MOST_PARAMETERS)


@st.cache_resource(show_spinner=False, max_entries=32)
def cost_of(config: ModelConfig) -> Cost:
    """Parameters and multiply-adds of a network."""
    from pointwise.costs import cost

    return cost(config)


@st.cache_resource(show_spinner=False)
def houses() -> tuple[Houses, Houses]:
    """The tutorial's 1,000 training and 200 test houses."""
    from pointwise.data.housing import make_houses

    return make_houses()
