"""What the visitor guessed first at each claim, and what was right: both last, and make the score."""

from __future__ import annotations

from typing import Any

from pointwise.claims.quotations import NAMES
from pointwise.ui.frame.desk import Lasting

SKIP = "I would rather see it"  # is no guess


def _by_claim(value: Any) -> dict[str, str]:
    if not all(name in NAMES and isinstance(answer, str) for name, answer in value.items()):
        raise ValueError("it is not an answer to each of some claims")
    return dict(value)


FIRST: Lasting[dict[str, str]] = Lasting("why.first", {}, load=_by_claim)  # by the claim's name
RIGHT: Lasting[dict[str, str]] = Lasting("why.right", {}, load=_by_claim)  # as it was when it was first told


def note(claim: str, guess: str) -> None:
    """Keep the first guess at a claim; later ones, made with the answer in view, do not count."""
    if claim not in FIRST.get():
        FIRST.set({**FIRST.get(), claim: guess})


def judge(claim: str, right: str) -> None:
    """Keep what the visitor was told to be right, the first time."""
    if claim not in RIGHT.get():
        RIGHT.set({**RIGHT.get(), claim: right})


def done() -> set[str]:
    """The claims whose answers the visitor knows."""
    return set(RIGHT.get()) & set(FIRST.get())


def is_right(claim: str) -> bool | None:
    """Whether the first guess was right; None where there is none, or no answer yet."""
    guess, right = FIRST.get().get(claim, SKIP), RIGHT.get().get(claim)
    return None if guess == SKIP or right is None else guess == right


def score() -> tuple[int, int]:
    """How many guesses were right, and how many there are."""
    outcomes = [is_right(claim) for claim in NAMES]
    return outcomes.count(True), len(outcomes) - outcomes.count(None)
