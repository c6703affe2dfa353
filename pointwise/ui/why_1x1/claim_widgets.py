"""What all claims have in common: a guess first, then the experiment, then the verdict with its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.ui.canvas.drawing import received_image
from pointwise.ui.frame import address, desk, html
from pointwise.ui.frame.sections import Kept

CLAIM = Kept("why.claim", "")  # the one that is on the page
ENTERED = Kept("why.entered", True)  # whether this run is the first to draw it since another claim or page was there
Claim = Callable[[str], None]
SKIP = "I would rather see it"
CODE = Path(__file__).parents[2] / "claims" / "take_home"


def guess_first(name: str, question: str, options: tuple[str, ...]) -> Callable[[Claim], Callable[[], None]]:
    """A decorator of a claim's experiment, which is shown the visitor's guess once there is one, and not before."""

    def decorate(experiment: Claim) -> Callable[[], None]:
        def show() -> None:
            key = desk.widget(f"why.{name}", None, (*options, SKIP).__contains__)
            guess = st.radio(question, [*options, SKIP], index=None, key=key, persist_state="session")
            if guess is not None:
                experiment(guess)

        return show

    return decorate


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
    """A small table; the columns after the first stand right if they are ``numbers``."""
    st.html(html.table(head, rows, numbers))


def take_home(claim: str) -> None:
    """The script in claims/take_home/ that measures the same with PyTorch alone."""
    if address.hides("code"):
        return
    name = claim.lower().replace(" ", "_")
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


def enter(claim: str) -> None:
    """Say which claim is drawn now."""
    ENTERED.set(CLAIM.get() != claim)
    CLAIM.set(claim)
