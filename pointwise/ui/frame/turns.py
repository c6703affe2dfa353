"""Answers first: what a page computes below an answer waits for its turn, and is left out once it is out of date.

A server's sessions run in threads that share one interpreter. With a hundred people drawing, an answer of 5 ms would
wait for what others still compute of theirs, and for what they compute below. So answers are computed one after the
other, in the order of asking; what stands below them in between, by one session at a time, and not at all by a session
whose visitor has drawn on meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

LOOK, SELDOM = 0.03, 0.2  # seconds between two looks whether the visitor has drawn on; where many look, less often
GAP = 0.25  # seconds after which what is next below goes on, although others wait for their answers
PATIENCE = 2.0  # seconds after which the next goes on, although one is stuck below
PATIENCE_WITH_ANSWERS = 0.5


class _Line:
    """Those who wait for their turn, in the order of asking; the first has it, or gets it next."""

    def __init__(self) -> None:
        self.waiting: deque[threading.Event] = deque()
        self.moved = 0.0  # when the last one got or gave away a turn


_lock = threading.Lock()
_answers, _below = _Line(), _Line()


def pause(seconds: float) -> None:
    """Wait; in a run of one fragment, begin it again as soon as the visitor has asked for another run."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, LOOK))
        _give_way()


def let_answer(most: float) -> None:
    """Wait, in a thread that is no session's, while visitors wait for answers; so many seconds at most."""
    end = time.monotonic() + most
    while _answers.waiting and time.monotonic() < end:
        time.sleep(LOOK)


@contextmanager
def answer() -> Iterator[None]:
    """This session's turn to compute an answer; the run may begin again before, as in ``pause``."""
    with _turn(_answers):
        yield


@contextmanager
def turn() -> Iterator[None]:
    """This session's turn to compute what stands below; the run may begin again before, as in ``pause``."""
    with _turn(_below):
        yield


@contextmanager
def _turn(line: _Line) -> Iterator[None]:
    mine = threading.Event()
    with _lock:
        if not line.waiting:
            line.moved = time.monotonic()
        line.waiting.append(mine)
        _call()
    try:
        while not mine.wait(min(SELDOM, LOOK * (1 + len(line.waiting) / 10))):
            _give_way()
            if _goes_on(line, mine):
                break
        _give_way()
        yield
    finally:
        with _lock:
            line.waiting.remove(mine)
            line.moved = time.monotonic()
            _call()


def _call() -> None:
    """Give a turn to the next, to be called with the lock."""
    line = _answers if _answers.waiting else _below
    if line.waiting:
        line.waiting[0].set()


def _goes_on(line: _Line, mine: threading.Event) -> bool:
    """Whether somebody goes on who has not got a turn, one at a time."""
    with _lock:
        waited = time.monotonic() - line.moved
        stuck = waited > (PATIENCE_WITH_ANSWERS if line is _answers else PATIENCE)
        if stuck or (waited > GAP and line is _below and line.waiting[0] is mine):
            line.moved = time.monotonic()
            return True
        return False


def _give_way() -> None:
    """Begin the fragment again where its visitor has drawn on: Streamlit would run it to its end before.

    Streamlit tells nobody whether it has been asked for another run, so this looks where it keeps that.
    """
    context = get_script_run_ctx()
    requests = getattr(context, "script_requests", None)
    state, data = getattr(requests, "_state", None), getattr(requests, "_rerun_data", None)
    if getattr(state, "name", "") == "RERUN" and not getattr(data, "is_auto_rerun", True):
        this = ThreadState.get().fragment_id
        if this in (getattr(context, "fragment_ids_this_run", None) or ()) and this in getattr(
            data, "fragment_id_queue", ()
        ):
            st.rerun(scope="fragment")
