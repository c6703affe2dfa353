"""Answers first: what a page computes below an answer waits for its turn, and is left out once it is out of date.

A server's sessions run in threads that share one interpreter. With a hundred people drawing, an answer of 5 ms would
wait for what others still compute below theirs. So that is done by one session at a time, in the order of asking, and
not at all by a session whose visitor has drawn on meanwhile.
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

LOOK = 0.03  # seconds between two looks whether the visitor has drawn on
PATIENCE = 2.0  # seconds after which a session goes on, whoever else does

_lock = threading.Lock()
_waiting: deque[threading.Event] = deque()  # the first has its turn, and is set


def pause(seconds: float) -> None:
    """Wait; in a run of one fragment, begin it again as soon as the visitor has asked for another run."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, LOOK))
        _give_way()


@contextmanager
def turn() -> Iterator[None]:
    """This session's turn, once it has come; the run may begin again before, as in ``pause``."""
    mine, end = threading.Event(), time.monotonic() + PATIENCE
    with _lock:
        _waiting.append(mine)
        _waiting[0].set()
    try:
        while not mine.wait(LOOK) and time.monotonic() < end:
            _give_way()
        _give_way()
        yield
    finally:
        with _lock:
            _waiting.remove(mine)
            if _waiting:
                _waiting[0].set()


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
