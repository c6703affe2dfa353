"""What all claims have in common: a guess first, its answer, then the experiment and the verdict with its number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from pointwise.ui.canvas.drawing import received_image
from pointwise.ui.frame import address, desk, glossary, html
from pointwise.ui.why_1x1 import guesses
from pointwise.ui.why_1x1.claim_steps import CLAIM
from pointwise.ui.why_1x1.guesses import SKIP

Experiment = Callable[[], None]
Shown = Callable[[DeltaGenerator], None]
CODE = Path(__file__).parents[2] / "claims" / "take_home"


def guess_first(
    name: str,
    question: str,
    answers: Mapping[str, str],
    right: str | Callable[[], str],
    terms: Sequence[str] = (),
) -> Callable[[Experiment], Shown]:
    """A decorator of a claim's experiment, which is shown once there is a guess and its answer, and not before.

    The question stands in the container that the claim is given. ``answers`` are the options, each with the sentence
    that answers it; where only the experiment tells, ``right`` is called for the right option, which is "" until it is
    known. ``terms`` are the question's words that are explained beside it.
    """

    def decorate(experiment: Experiment) -> Shown:
        def show(place: DeltaGenerator) -> None:
            options = [*answers, SKIP]
            key = desk.widget(f"why.{name}", None, options.__contains__)
            tips = glossary.tip(*terms) if terms else None
            with place:
                guess = st.radio(f"**{question}**", options, index=None, key=key, persist_state="session", help=tips)
            if guess is None:
                return
            guesses.note(CLAIM.get(), guess)
            known = right if isinstance(right, str) else right()
            with place:
                _answer(guess, known, answers.get(guess, ""))
            experiment()

        return show

    return decorate


def _answer(guess: str, right: str, said: str) -> None:
    """Whether the guess is right, in a sentence; once it is known it counts. Nothing where a lesson hides it."""
    if address.hides("verdicts"):
        return
    if right:
        guesses.judge(CLAIM.get(), right)
    if guess == SKIP:
        return
    if not right:
        st.info("Measure it below, and see whether you are right.", icon=":material/science:")
    elif guess == right:
        st.success(said or "Right, as measured here.", icon=":material/check_circle:")
    else:
        measured = f"Not as measured here. It is: {right[:1].lower()}{right[1:]}."
        st.info(said or measured, icon=":material/lightbulb:")


def verdict(text: str) -> None:
    """The verdict, with its number, unless a lesson hides it. Markdown."""
    if address.hides("verdicts"):
        return
    with st.container(border=True, key="why.verdict"):
        st.markdown(f":material/gavel: **Verdict**\n\n{text}")


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
        st.code(code, language="python", wrap_lines=True)
        st.download_button(
            "Download the script",
            code,
            file_name=f"{name}.py",
            mime="text/x-python",
            icon=":material/download:",
            on_click="ignore",
            key=f"why.{name}.take_home",
        )
