"""Which part of the page is shown: the tutorial's houses, or a table of one's own; the choice is in the address."""

from __future__ import annotations

import streamlit as st

HOUSES, TABLE = "House prices", "Your own table"
KEY = "data"


def choose() -> str:
    """HOUSES or TABLE; what is not chosen is not drawn."""
    return st.segmented_control(
        "Data",
        [HOUSES, TABLE],
        default=HOUSES,
        required=True,
        key=KEY,
        bind="query-params",
        label_visibility="collapsed",
    )


def chosen() -> str:
    """What ``choose`` said in this run."""
    return st.session_state.get(KEY, HOUSES)
