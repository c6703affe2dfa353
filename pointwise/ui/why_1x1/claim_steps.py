"""The claims as numbered steps with ticks, the score, and the way to the next one. Needs no torch."""

from __future__ import annotations

import streamlit as st

from pointwise.claims.quotations import CLAIMS, NAMES, Claim, claim_named
from pointwise.ui.frame import address
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
    more = {"bind": "query-params", "persist_state": "session", "label_visibility": "collapsed", "width": "stretch"}
    claim = choice("Claims", NAMES, STEPS, **more)
    ENTERED.set(CLAIM.get() != claim)
    CLAIM.set(claim)
    if WENT_ON.pop():
        st.html(f"<script>{UP}</script><!-- {claim} -->", unsafe_allow_javascript=True)
    return claim_named(claim)


def mark() -> None:
    """Numbers and ticks on the steps: to be called when all of a run's answers are told."""
    done = guesses.done()
    numbers = "\n".join(
        _number(number, "✓", f"done, {number}, ", f"background: {BLUE}; border-color: {BLUE}; color: #ffffff")
        if name in done
        else _number(number, str(number), f"{number}, ", "")
        for number, name in enumerate(NAMES, start=1)
    )
    st.html(f"<style>{STYLE}\n{numbers}</style>")


def _number(step: int, shown: str, spoken: str, more: str) -> str:
    """CSS that puts a step's number or its tick before its name; not all browsers know what is spoken."""
    return f'{BUTTON}:nth-child({step})::before {{content: "{shown}"; content: "{shown}" / "{spoken}"; {more}}}'


def follow() -> None:
    """The score, and a button for the next claim."""
    right, guessed = guesses.score()
    if guessed and not address.hides("verdicts"):
        st.markdown(f"**{_score(right, guessed)}** Only first guesses count. A ✓ above: you have seen the answer.")
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


BUTTON = f'.st-key-{STEPS} [role="radiogroup"] > button'
STYLE = f"""
.st-key-{STEPS} {{scroll-margin-top: 5rem}}
.st-key-{STEPS} :is([data-testid="stButtonGroup"], [role="radiogroup"]) {{width: 100%}}
.st-key-{STEPS} [role="radiogroup"] {{display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.4rem}}
{BUTTON} {{justify-content: flex-start; padding: 0.3rem 0.6rem 0.3rem 0.4rem; margin: 0 !important; min-height: 2.5rem;
  height: auto; border: 1px solid #7f9bb3 !important; border-radius: 0.5rem !important; text-align: left}}
{BUTTON}[aria-checked="true"] {{border: 2px solid var(--st-primary-color, {BLUE}) !important}}
{BUTTON} > div {{flex: none; width: auto; max-width: calc(100% - 2rem)}}
{BUTTON} p {{white-space: normal; line-height: 1.2}}
{BUTTON}::before {{flex: none; display: inline-block; width: 1.6rem; height: 1.6rem; line-height: calc(1.6rem - 3px);
  margin-right: 0.45rem; border: 1.5px solid; border-radius: 50%; text-align: center; font-size: 0.85rem}}
@media (max-width: 640px) {{.st-key-{STEPS} [role="radiogroup"] {{grid-template-columns: repeat(2, 1fr)}}}}
"""
