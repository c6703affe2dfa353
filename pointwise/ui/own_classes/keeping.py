"""Which class is asked for, and a button for each that keeps the drawing as one of it and clears the board."""

from __future__ import annotations

import streamlit as st

from pointwise.teaching.own_classes import LEAST_DRAWINGS
from pointwise.ui.canvas import drawing
from pointwise.ui.canvas.drawing import EXAMPLES
from pointwise.ui.frame import labels
from pointwise.ui.own_classes import lesson

STYLE = """<style>
.st-key-classes-keep em {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
.st-key-classes-keep button {max-width: 100%; overflow-wrap: anywhere}
.st-key-classes-asked p {font-size: 1.05rem}
</style>"""


def asked_for() -> None:
    """What is to be drawn now."""
    now = lesson.classes()
    with st.container(key="classes-asked"):
        if not now.classes:
            st.markdown("**First name your classes**, above.")
        else:
            one = now.classes[now.next]
            count = len(one.drawings)
            learned = lesson.reads() is not None
            enough = "one more, or try what it reads" if learned else "one more, or **train the last layer**"
            asked = f"{count + 1} of {LEAST_DRAWINGS}" if count < LEAST_DRAWINGS else enough
            if lesson.named():
                st.markdown(f"Draw **{labels.plain(one.name)}**: {asked}")
            else:
                st.markdown("**Name one class more**, above.")


def buttons(changed: str) -> None:
    """A button for each class; a use of one runs the fragment ``changed``."""
    now = lesson.classes()
    if now.classes:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="classes-keep"):
            st.html(f"{STYLE}<b>Keep it as</b>", width="content")
            for number, one in enumerate(now.classes):
                st.button(
                    f"*Keep it as* {labels.plain(one.name)}",  # the words are heard, not seen
                    key=f"classes.keep.{number}",
                    type="primary" if number == now.next else "secondary",
                    on_click=_keep,
                    args=(number, changed),
                )


def refusal() -> None:
    """Why the drawing that is on the board was not kept, if that is so."""
    said, number = lesson.REFUSED.get()
    if said and number == drawing.current(EXAMPLES).number:
        st.warning(labels.said(said), icon=":material/error:")


def _keep(number: int, changed: str) -> None:
    now = drawing.current(EXAMPLES)
    if lesson.change(lambda classes: classes.with_drawing(number, now.prepared.image), drawing=now.number):
        drawing.keep(now.cleared())
    st.rerun(changed)
