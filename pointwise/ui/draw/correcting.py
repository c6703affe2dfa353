"""*It was a …*: ten buttons that say what a drawing is, and what a network reads with that it was taught by them.

A stroke does not make them anew. They act on whatever is on the canvas when one is pressed.
"""

from __future__ import annotations

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.teaching.corrections import CLASSES, Correction
from pointwise.ui.canvas import drawing, reading
from pointwise.ui.frame import labels
from pointwise.ui.frame.sections import Kept, following
from pointwise.ui.training import lessons, weights_in_use

TAUGHT_NOW = Kept("correcting.taught_now", False)  # whether the weights in use have changed in the last layer alone
REFUSED = Kept("correcting.refused", ("", -1))  # why the last press taught nothing, or "", and of which drawing
LEARNS = "This network goes on learning. Correct it once its training has ended, or read with one of its steps."
PLAIN, TAUGHT = "As shipped", "Taught"
STYLE = """<style>
.st-key-correcting em {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
.st-key-correcting > * {min-width: 0}
.st-key-correcting > .stElementContainer:has(.stButton) {flex: 1 1 1.5rem; max-width: 2.6rem}
.st-key-correcting button {min-width: 0; width: 100%; padding-inline: 0}
@media (max-width: 640px) {.st-key-correcting > :first-child {flex: 1 0 100%}}
</style>"""


def buttons(changed: str) -> None:
    """Ten digits to say what the drawing was, and the way back; a use of them runs the fragment ``changed``."""
    arch = reading.chosen_reader()
    reads_digits = weights_in_use.reads_digits(arch)
    if reads_digits:
        with st.container(horizontal=True, vertical_alignment="center", gap=2, key="correcting"):
            st.html(f"{STYLE}<b>It was a</b>", width="content")
            for digit in range(CLASSES):
                name = f"*It was a* {digit}"  # the words are heard, not seen
                st.button(name, key=f"correcting.{digit}", on_click=_say, args=(digit, arch, changed))
    if not reads_digits:
        st.caption("Read wrongly? Keep the drawing on the page *Your own classes*, and train again.")
        return
    if lessons.teachable(arch):
        _back_and_forth(arch, changed)
    else:
        st.caption("Read wrongly? Say what it was: from then on the network reads your hand.")
    weights_in_use.prepare(arch)


def refusal() -> None:
    """Why the last press taught nothing, as long as the drawing is the same."""
    said, number = REFUSED.get()
    if said and number == drawing.current().number:
        st.warning(labels.said(said), icon=":material/error:")


def _back_and_forth(arch: str, changed: str) -> None:
    now = TAUGHT if weights_in_use.are_taught(arch) else PLAIN
    st.segmented_control(
        f"Reads with what it was taught, {lessons.amount()}, or as it was before",
        (PLAIN, TAUGHT),
        default=now,
        required=True,
        label_visibility="collapsed",
        **following("correcting.which", now, lambda chosen: _use(arch, chosen == TAUGHT, changed)),
    )


def _say(digit: int, arch: str, changed: str) -> None:
    REFUSED.pop()
    try:
        if weights_in_use.pace(arch) is not None:
            REFUSED.set((LEARNS, drawing.current().number))
        else:
            lessons.frozen(weights_in_use.untaught(arch).network)  # refuses one that reads no digits
            lessons.add(Correction.of(drawing.received_image(), digit))
            _use(arch, True, changed)
    except PointwiseError as error:
        REFUSED.set((str(error), drawing.current().number))
    st.rerun(changed)


def _use(arch: str, taught: bool, changed: str) -> None:
    TAUGHT_NOW.set(True)
    weights_in_use.use_taught(arch, taught)
    st.rerun(changed)
