"""What a training costs on this computer: as the last of its kind took here, or timed when a visitor asks."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.errors import ConfigError
from pointwise.jobs import Job, expected_seconds, gigabytes, memory_limit
from pointwise.runs import Run
from pointwise.ui.frame import labels
from pointwise.ui.training import server_queue, session_run

if TYPE_CHECKING:
    from pointwise.ui.training.session_run import AnyRun

MUCH = 0.5  # of what all trainings may take
MOST = 100  # kinds of trainings whose time is known


def say(job: Job, at_hand: bool) -> None:
    """How long ``job`` would take, where that is known, and much memory; else, with its data ``at_hand``, the offer."""
    _learn(session_run.current())
    seconds = known(job)
    takes = [] if math.isnan(seconds) else [labels.roughly(seconds)]
    takes += _much_memory(job)
    if takes:
        st.markdown(f":small[Takes about {' and '.join(takes)} on this computer.]")
    if math.isnan(seconds) and at_hand and not session_run.busy():
        asked = st.button("How long would it take?", type="tertiary", icon=":material/timer:", key="expected_time.ask")
        if asked:
            with server_queue.short_work("Timing a few steps"):
                _remember(job, expected_seconds(job))
            st.rerun()


def known(job: Job) -> float:
    """Seconds that ``job`` will take here; NaN where nobody knows."""
    return job.recipe.epochs * _known().get(_kind(job), math.nan)


def _much_memory(job: Job) -> list[str]:
    """The memory that a training takes, in words, where it is much of what there is for it and quickly known."""
    if "torch._decomp" not in sys.modules:  # of 900 modules, 2 s, that the first training brings along
        return []
    try:
        need = job.memory().total
    except ConfigError:  # it is said when somebody wants to train it
        return []
    return [f"{gigabytes(need)} of memory"] if need > MUCH * memory_limit()[0] else []


def _learn(run: AnyRun | None) -> None:
    """Remember how long a run took, if this server carried it out from its first step to its last."""
    if isinstance(run, Run) and run.whole and (progress := run.progress()).state == "done":
        _remember(run.job, progress.seconds)


def _remember(job: Job, seconds: float) -> None:
    known = _known()
    known.pop(_kind(job), None)
    known[_kind(job)] = seconds / job.recipe.epochs
    while len(known) > MOST:
        known.pop(next(iter(known)), None)


def _kind(job: Job) -> str:
    """What an epoch's time depends on: a seed, a learning rate and the number of epochs are no part of it."""
    recipe = replace(job.recipe, name="", epochs=1, learning_rate=1.0, seed=0)
    return repr(replace(job, recipe=recipe).describe())


@st.cache_resource(show_spinner=False)
def _known() -> dict[str, float]:
    """Seconds of an epoch, by the kind of training, the latest last; one for all sessions."""
    return {}
