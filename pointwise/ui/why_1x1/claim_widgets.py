"""What all claims have in common: a guess first, then the experiment, then the verdict with its number."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.ui.canvas.drawing import received_image

CLAIM, ENTERED = "why.claim", "why.entered"
SKIP = "I would rather see it"
CODE = Path(__file__).parents[2] / "claims" / "take_home"


def guessed(name: str, question: str, options: tuple[str, ...]) -> str | None:
    """Ask before anything is shown; the visitor's answer, or None while there is none."""
    return st.radio(question, [*options, SKIP], index=None, key=f"why.{name}", persist_state="session")


def drawing() -> NDArray[np.uint8] | None:
    """The visitor's drawing, uint8 (28, 28); where the canvas is empty, a sentence instead."""
    image = received_image()
    if image.any():
        return image
    st.info("There is no drawing. Draw a digit on the first page.")
    return None


def numbers(claim: str, fields: Sequence[tuple[str, int, int]]) -> list[int]:
    """Whole numbers from 1 in a row; each field is its name, the largest and the first value."""
    with st.container(horizontal=True):
        return [
            int(st.number_input(name, 1, most, start, key=f"why.{claim}.{name}", persist_state="session", width=130))
            for name, most, start in fields
        ]


def verdict(text: str, guess: str, right: str) -> None:
    """The verdict, and what became of the guess. Markdown."""
    if guess == right:
        text += " You guessed it."
    elif guess != SKIP:
        text += f" Your guess was: {guess[:1].lower()}{guess[1:]}."
    st.success(text, icon=":material/gavel:")


def small(difference: float) -> str:
    """A difference between two computations of the same."""
    return f"{difference:.1e}" if difference else "exactly 0"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: bool = True) -> None:
    """A small table, scrolling by itself where it is too wide; the columns after the first stand right if numbers."""
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    st.html(
        "<style>.pw-table {border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums}"
        ".pw-table td, .pw-table th {padding: 0.3rem 1.2rem 0.3rem 0; text-align: left; vertical-align: top;"
        " border-bottom: 1px solid rgba(127, 155, 179, 0.3)}"
        ".pw-table.numbers :is(td, th):not(:first-child) {text-align: right}"
        ".pw-table.numbers td:not(:first-child) {white-space: nowrap}</style>"
        f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="{html.escape(", ".join(head))}">'
        f'<table class="pw-table {"numbers" if numbers else ""}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def take_home(name: str) -> None:
    """A script of its own that measures the same with PyTorch alone."""
    code = (CODE / f"{name}.py").read_text(encoding="utf-8")
    with st.expander("Take it home: the same in PyTorch alone", icon=":material/code:"):
        st.code(code, language="python")
        st.download_button(
            "Download the script",
            code,
            file_name=f"{name}.py",
            mime="text/x-python",
            icon=":material/download:",
            on_click="ignore",
            key=f"why.{name}.take_home",
        )


def forget_claim() -> None:
    """No claim is on the page, which has just been opened."""
    st.session_state.pop(CLAIM, None)


def enter_claim(claim: str) -> None:
    """Say which claim is drawn now."""
    st.session_state[ENTERED] = st.session_state.get(CLAIM) != claim
    st.session_state[CLAIM] = claim


def entered_claim() -> bool:
    """Whether this is the first run to draw this claim since another one, or another page, was there."""
    return bool(st.session_state.get(ENTERED, True))
