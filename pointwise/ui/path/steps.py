"""The five steps of the path: which one is shown, which were visited, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pointwise.explain.colour_mixer import GREY, Weights
from pointwise.explain.five_steps import STEPS, Step
from pointwise.inpage import bundled
from pointwise.ui.frame import desk, navigation
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.page_values import number, sent, several, whole
from pointwise.ui.frame.sections import Kept

PROGRESS = "path.progress"  # the key of the numbered steps
TITLE, HEADING = "path-title", "path-heading"  # keys of what the page's title, small here, and the step's stand in
PARAMETER = "step"  # of the address
NUMBERS = {step.name: number for number, step in enumerate(STEPS)}


def _known(name: Any) -> str:
    """A step's name. Raises KeyError for any other value."""
    return STEPS[NUMBERS[name]].name


STEP: Lasting[str] = Lasting("path.step", STEPS[0].name, load=_known)
VISITED: Lasting[tuple[str, ...]] = Lasting("path.visited", (), list, lambda names: tuple(map(_known, names)))
ADDRESS: Kept[str | None] = Kept("path.address", None)  # what the address said of the step in the run before
OPENED: Kept[str] = Kept("path.opened", STEPS[0].name)  # the step that the bare address led to


def weights_of(raw: Any) -> Weights:
    """Weights of red, green and blue from JSON. Raises ValueError for anything else."""
    red, green, blue = several(number(-1.0, 1.0), 3, 3)(raw)
    return red, green, blue


MIX: Lasting[Weights] = Lasting("path.mix", GREY, list, weights_of)  # of the second step

CSS = """ol {display: grid; grid-template-columns: repeat(5, 1fr); list-style: none; margin: 0; padding: 0.2rem 0 0;
  max-width: 46rem; font-family: var(--st-font); color: var(--st-text-color); scroll-margin-top: 8rem}
li {position: relative; text-align: center}
li + li::before {content: ""; position: absolute; z-index: 0; top: 1.25rem; right: calc(50% + 1.25rem);
  width: calc(100% - 2.5rem); border-top: 2px solid color-mix(in srgb, var(--st-text-color) 45%, transparent)}
button {all: unset; box-sizing: border-box; cursor: pointer; display: flex; flex-direction: column; align-items: center;
  gap: 0.3rem; width: 100%; padding: 0.25rem 0.1rem; border-radius: 0.5rem; font-size: 0.92rem; line-height: 1.2}
b {position: relative; box-sizing: border-box; width: 2rem; height: 2rem; line-height: calc(2rem - 4px);
  border: 2px solid color-mix(in srgb, var(--st-text-color) 55%, transparent); border-radius: 50%; font-weight: 600;
  background: var(--st-background-color)}
.visited b {border-color: var(--st-primary-color)}
.visited:not([aria-current]) b::after {content: "✓"; position: absolute; top: -0.45rem; right: -0.55rem;
  width: 1rem; height: 1rem; line-height: 1rem; border-radius: 50%; font-size: 0.7rem; font-weight: 700;
  background: var(--st-primary-color); color: var(--st-background-color)}
[aria-current] b {background: var(--st-primary-color); border-color: var(--st-primary-color);
  color: var(--st-background-color)}
[aria-current] {font-weight: 700}
button:hover span {text-decoration: underline; text-underline-offset: 0.2em}
button:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 1px}
@media (max-width: 480px) {button {font-size: 0.78rem}}"""


def choose() -> Step:
    """Show the five steps, and say which one is chosen: by the address, by a click, or where the visitor left off."""
    _follow_address()
    step = STEPS[NUMBERS[STEP.get()]]
    if step.name not in VISITED.get():
        VISITED.set((*VISITED.get(), step.name))
    _progress()(
        key=PROGRESS,
        data={
            "current": NUMBERS[step.name],
            "titles": tuple(one.title for one in STEPS),
            "visited": tuple(one.name in VISITED.get() for one in STEPS),
        },
        on_chosen_change=_chosen,
    )
    with st.container(key=HEADING):
        st.header(step.heading)
    return step


def foot(step: Step) -> None:
    """The way to the steps before and after."""
    number = NUMBERS[step.name]
    with st.container(horizontal=True, horizontal_alignment="distribute", key="path.foot"):
        if number > 0:
            before = STEPS[number - 1]
            label, icon = f"Back: {before.title}", ":material/arrow_back:"
            st.button(label, on_click=go, args=(before.name,), icon=icon, key="path.back")
        if number + 1 < len(STEPS):
            after = STEPS[number + 1]
            st.button(
                f"Next: {after.title}",
                on_click=go,
                args=(after.name,),
                type="primary",
                icon=":material/arrow_forward:",
                icon_position="right",
                key="path.next",
            )


def guess(name: str, question: str, options: Sequence[str], horizontal: bool = False) -> str | None:
    """The visitor's guess, one of ``options``, which lasts; None as long as there is none. ``question`` is Markdown."""
    key = desk.widget(f"path.guess.{name}", None, tuple(options).__contains__)
    return st.radio(question, options, index=None, key=key, horizontal=horizontal, persist_state="session")


def differ(difference: float) -> str:
    """By how much two computations of the same differ."""
    if difference == 0:
        return "by nothing at all"
    return "by less than a millionth, which is rounding" if difference < 1e-6 else f"by {difference:.0e}"


def go(name: str) -> None:
    """Show the step of that name, and have it in the address."""
    STEP.set(name)
    ADDRESS.set(name)
    st.query_params[PARAMETER] = name


@cache
def _progress() -> Callable[..., Any]:
    script = bundled(Path(__file__).with_name("progress.js"))
    frame = '<nav aria-label="The five steps"><ol></ol></nav>'
    return st.components.v2.component("pointwise_path_progress", html=frame, css=CSS, js=script)


def _follow_address() -> None:
    """Take over the step of an address that is another one than before: a link, or the browser's way back."""
    asked = st.query_params.get(PARAMETER)
    if asked is None and navigation.arrived():
        OPENED.set(STEP.get())
    if asked == ADDRESS.get():
        return
    ADDRESS.set(asked)
    if asked is None:
        STEP.set(OPENED.get())
    else:  # where it is none, the frame says so
        go(asked if asked in NUMBERS else STEPS[0].name)


def _chosen() -> None:
    number = sent(PROGRESS, "chosen", whole(0, len(STEPS) - 1))
    if number is not None:
        go(STEPS[number].name)
