"""The prediction with all ten probabilities: the page's own while somebody draws, then PyTorch's."""

from __future__ import annotations

import time

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.ui.canvas import answer_bars, component, drawing, reading
from pointwise.ui.draw import correcting
from pointwise.ui.frame import shipped, startup, turns
from pointwise.ui.training import lessons, weights_in_use

WAIT = 0.4  # seconds between two looks whether torch is there
AT_LATEST = 5.0  # seconds after which its import begins, whatever the page shows


def live(loaded: bool) -> None:
    """The prediction, in a fragment of its own where it follows a run, and why it was not corrected, if that is so.

    Before the page was ``loaded`` with torch, what the page itself reads. Nothing is read where the model cannot be.
    """
    arch = reading.chosen_reader()
    place, below = st.container(key="answer"), st.container()
    with below:
        correcting.refusal()
    with place:
        if loaded:
            if pace := weights_in_use.pace(arch):
                st.fragment(run_every=pace)(_live)(arch)
            else:
                with st.container():  # where a fragment puts it; one in that of the stroke costs a sixth of its time
                    _live(arch)
        else:
            st.fragment(run_every=WAIT)(_early)(arch, time.monotonic() + AT_LATEST)


def _live(arch: str) -> None:
    try:
        model, mark = used = weights_in_use.used(arch)
    except PointwiseError:
        return  # said by what stands below
    packed = weights_in_use.packed(model)
    with turns.answer():
        read = reading.read(model, drawing.received_image())
        digit, remark = reading.headline(read)
        answer_bars.prediction(digit, remark, f"By {mark}" if used.own else "")
        answer_bars.show(read, packed, drawing.current(), drawing.normalises())
    after_stroke = startup.HELD_BACK.get() == startup.STROKE
    if not after_stroke:  # after which the page has the network already
        startup.let_paint()  # the answer is there; what may improve it is large
    component.network(packed, after_stroke, correcting.TAUGHT_NOW.pop())


def _early(arch: str, latest: float) -> None:
    """Before torch is there: the page answers, and everything else follows."""
    if startup.loaded():
        st.rerun()
    if time.monotonic() > latest:
        startup.begin()
    answer_bars.prediction("…", "Loading PyTorch")
    chosen = weights_in_use.choice(arch)
    packed = shipped.packed_file(arch) if chosen.run is None else None
    packed = lessons.taught_packed(packed) if chosen.taught else packed
    answer_bars.show(None, packed, drawing.current(), drawing.normalises())
    component.network(packed)
