"""What the network that has learned the classes reads in the drawing, with their names; the page's own code first."""

from __future__ import annotations

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.ui.canvas import answer_bars, component, drawing, reading
from pointwise.ui.canvas.drawing import EXAMPLES
from pointwise.ui.frame import startup, turns
from pointwise.ui.own_classes import lesson
from pointwise.ui.training import weights_in_use


def live() -> None:
    """The prediction, in a fragment of its own where it follows a training; before any, what to do for one."""
    what = lesson.reads()
    run = None if what is None else lesson.run(what)
    with st.container(key="answer"):
        if run is None:
            startup.HELD_BACK.pop()
            _steps()
        elif pace := weights_in_use.pace_of(run):
            st.fragment(run_every=pace)(_live)(run)
        else:
            with st.container():  # where a fragment puts it
                _live(run)


def _steps() -> None:
    st.markdown(
        "1. **Name** two classes or more.\n2. **Draw** three of each on the board, and say after each what it "
        "is. The board clears itself.\n3. **Train.** From then on your drawing is read here, while you draw."
    )


def _live(run: str) -> None:
    try:
        used = weights_in_use.of_run(run)
    except PointwiseError:
        return  # it was thrown away meanwhile
    if used is None:
        st.markdown("The network begins to learn. It reads as soon as it has weights.")
        return
    packed = weights_in_use.packed(used.network)
    now = drawing.current(EXAMPLES)
    with turns.answer():
        read = reading.read(used.network, now.prepared.image)
        best, remark = reading.headline(read)
        answer_bars.prediction(best, remark)
        answer_bars.show(read, packed, now, normalises=True)
    after_stroke = startup.HELD_BACK.pop() == startup.STROKE
    component.network(packed, has_one=after_stroke)
