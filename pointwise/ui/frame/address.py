"""What a teacher's link says about the page as a whole: parts that are hidden, and a question above it.

It stays in the address, so that a reload shows the same.
"""

from __future__ import annotations

import streamlit as st

from pointwise.ui.frame.labels import plain

HIDE, ASK = "hide", "ask"  # names in the address
PARTS = {
    "sidebar": "Menu and sidebar",
    "verdicts": "Verdicts of the claims",
    "code": "Programs to take home",
}
LONGEST_QUESTION = 200  # letters


def hides(part: str) -> bool:
    """Whether a part of PARTS is hidden. Raises KeyError for another one."""
    PARTS[part]
    return part in st.query_params.get(HIDE, "").split(",")


def bare() -> bool:
    """Whether there is neither menu nor sidebar: in a frame of another page, and where a link hides them."""
    return bool(st.context.is_embedded) or hides("sidebar")


def ask() -> None:
    """The link's question, if it has one."""
    question = st.query_params.get(ASK, "")[:LONGEST_QUESTION]
    if question.strip():
        st.info(plain(question), icon=":material/help:")
