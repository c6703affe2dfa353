"""Start-up: a page has something to show before torch is there, and answers quickly once it is.

torch's import takes seconds; garbage collection would look at all that it brought along after every run.
"""

from __future__ import annotations

import gc
import importlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import streamlit as st

from pointwise.ui.frame.navigation import FIRST

HEAD_START = 0.25  # seconds


def let_paint() -> None:
    """In a session's first run, hold back what comes next until the browser has painted what was sent so far.

    The browser fetches the code of all elements it knows of before it paints the first. Sent at once, the many
    controls keep it from showing the canvas and the answer for a third of its loading time.
    """
    if st.session_state.pop(FIRST, False):
        time.sleep(HEAD_START)


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """After the first page: what is loaded now stays, so that later garbage collections need not look at it."""
    gc.collect()
    gc.freeze()


def loaded() -> bool:
    """Whether torch is there already, so that a model's answer comes at once."""
    return _torch().there.is_set()


def begin() -> None:
    """Import torch in the background. It takes seconds in which the server is slow to send anything else."""
    _torch().begin()


def wait() -> None:
    """Until torch is there. Nothing that imports it may be imported before: two imports at once may meet half-way."""
    begin()
    _torch().there.wait()


@contextmanager
def loading(height: int) -> Iterator[None]:
    """A placeholder of so many pixels while torch is imported and the weights are loaded for the first time."""
    with nullcontext() if loaded() else st.skeleton(height=height):
        wait()
        yield


class _Torch:
    """Torch's import, in a thread of its own."""

    def __init__(self) -> None:
        self.there = threading.Event()  # also when it cannot be had
        self._thread = threading.Thread(target=self._fetch, name="pointwise-import", daemon=True)
        self._lock = threading.Lock()
        if "torch" in sys.modules:
            self._fetch()

    def begin(self) -> None:
        with self._lock:
            if self._thread.ident is None and not self.there.is_set():
                self._thread.start()

    def _fetch(self) -> None:
        try:
            importlib.import_module("pointwise.inference")
        finally:
            self.there.set()


@st.cache_resource(show_spinner=False)
def _torch() -> _Torch:
    return _Torch()
