"""This session's runs: the one in the sidebar and those side by side, each under its key, and how they are started."""

from __future__ import annotations

import itertools
import math
import os
import threading
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame.sections import Kept

if TYPE_CHECKING:
    from pointwise.jobs import Comparison, Job
    from pointwise.runs import Run

RUN: Kept[Run[Job] | None] = Kept("session_run.run", None)  # the one in the sidebar
NUMBERS = itertools.count(1)  # of the runs of all sessions; they are their names
FULL = (
    "This server is training as many networks as it can at once. "
    "Everything else works meanwhile; try again in a minute."
)


def current() -> Run[Job] | None:
    """The run in the sidebar; None before the first."""
    return RUN.get()


def busy() -> bool:
    """Whether that run is still going on."""
    run = current()
    return run is not None and run.progress().active


def start(job: Job | Comparison, key: str = RUN.key, snapshot_every: float = math.inf) -> None:
    """Start a run of this session under ``key``, or keep the sentence that says why not."""
    from pointwise.runs import Run

    slots = run_slots()
    if not slots.acquire(blocking=False):
        _refusal(key).set(FULL)
        return
    _refusal(key).set("")
    run = Run(job, str(next(NUMBERS)), slots, snapshot_every=snapshot_every)
    st.session_state[key] = run
    run.start()


def say_refusal(key: str = RUN.key) -> None:
    """The sentence of a start that was refused, as long as none has succeeded since."""
    if sentence := _refusal(key).get():
        st.warning(sentence, icon=":material/hourglass_top:")


def _refusal(key: str) -> Kept[str]:
    return Kept(f"{key}.refused", "")


@st.cache_resource(show_spinner=False)
def run_slots() -> threading.BoundedSemaphore:
    """How many runs this server trains at once: $POINTWISE_RUNS, else half its cores, at least one."""
    default = max(1, (os.cpu_count() or 2) // 2)
    try:
        slots = int(os.environ.get("POINTWISE_RUNS", default))
    except ValueError:
        slots = default
    return threading.BoundedSemaphore(max(1, slots))
