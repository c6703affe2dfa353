"""The claims as numbered steps with ticks, the score, and the way to the next one. Needs no torch."""

from __future__ import annotations

import streamlit as st

from pointwise.claims.quotations import CLAIMS, NAMES, Claim, claim_named
from pointwise.ui.frame.colours import BLUE
from pointwise.ui.frame.sections import Kept, choice
from pointwise.ui.why_1x1 import guesses

STEPS = "claim"  # the key of the steps, and the name in the address
CLAIM = Kept("why.claim", "")  # the one that is on the page
ENTERED = Kept("why.entered", True)  # whether this run is the first to draw it since another claim or page was there

WENT_ON = Kept("why.went_on", False)  # whether the button at the foot was pressed for this run
UP = f"document.querySelector('.st-key-{STEPS}')?.scrollIntoView()"


def choose() -> Claim:
    """The steps; the claim that is chosen, at first the first."""
    claim = choice("Claims", NAMES, STEPS, bind="query-params", persist_state="session", label_visibility="collapsed")
    ENTERED.set(CLAIM.get() != claim)
    CLAIM.set(claim)
    if WENT_ON.pop():
        st.html(f"<script>{UP}</script><!-- {claim} -->", unsafe_allow_javascript=True)
    return claim_named(claim)


def mark() -> None:
    """Numbers and ticks on the steps: to be called when all of a run's answers are told."""
    done = guesses.done()
    ticks = "\n".join(
        f'.st-key-{STEPS} [role="radiogroup"] > :nth-child({number})::before '
        f'{{content: "✓" / "done, {number}"; background: {BLUE}; border-color: {BLUE}; color: #ffffff}}'
        for number, name in enumerate(NAMES, start=1)
        if name in done
    )
    st.html(f"<style>{STYLE}\n{ticks}</style>")


def follow() -> None:
    """The score, and a button for the next claim."""
    right, guessed = guesses.score()
    if guessed:
        st.markdown(f"**{_score(right, guessed)}** Only first guesses count.")
    coming = _next()
    if coming is not None:
        number = NAMES.index(coming.name) + 1
        st.button(
            f"Next, {number} of {len(NAMES)}: {coming.name}",
            on_click=_go,
            args=(coming.name,),
            type="primary" if CLAIM.get() in guesses.done() else "secondary",
            icon=":material/arrow_forward:",
            key="why.next",
        )


def _score(right: int, guessed: int) -> str:
    left = len(NAMES) - len(guesses.done())
    to_go = f" {left} {'claim' if left == 1 else 'claims'} to go." if left else ""
    return f"You guessed {right} of {guessed} right.{to_go}"


def _next() -> Claim | None:
    """The claim after this one; after the last, the first that is not done."""
    after = NAMES.index(CLAIM.get()) + 1
    if after < len(CLAIMS):
        return CLAIMS[after]
    return next((claim for claim in CLAIMS[:-1] if claim.name not in guesses.done()), None)


def _go(name: str) -> None:
    st.session_state[STEPS] = name
    WENT_ON.set(True)


STYLE = f"""
.st-key-{STEPS} [role="radiogroup"] > * {{gap: 0.45rem}}
"""
