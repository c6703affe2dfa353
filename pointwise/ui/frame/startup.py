"""What makes a first visit quick and later answers cheap. To be imported before anything that imports torch.

PyTorch's import takes 2.7 s, more than all else of a first visit (a bare page is there after 2.6 s, one that imports
torch at its top after 5.3–6.2 s). So it happens in a thread of its own, and a page first shows what needs no torch:
``loaded``, ``begin``, ``wait``, ``loading``.

The browser fetches the code of all elements that it has heard of before it paints the first. So the first run of a
session holds back its controls until the canvas and the answer are painted, and the run after a stroke all that is not
the answer: ``let_paint``.

Python's garbage collector looks at everything that torch and pandas brought along: 176 ms after every script run, where
Streamlit asks for it (44 ms without them). Streamlit's own request is switched off (runner.postScriptGC in
.streamlit/config.toml), and what is loaded after the first page is taken out of the collector's sight: ``settle``.

A pool of threads costs small layers more than it computes: with torch's default a forward pass of the small reader took
20–47 ms, with one thread less than 1 ms, and a training left the server no core. So there is one, by OMP_NUM_THREADS.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

import streamlit as st

from pointwise.ui.frame import departed, desk, turns
from pointwise.ui.frame.sections import Kept

os.environ.setdefault("OMP_NUM_THREADS", "1")

FIRST_VISIT, STROKE = 0.25, 0.06  # seconds that the browser takes to paint the first page, or one answer
HELD_BACK = Kept("startup.held_back", 0.0)  # seconds, in this run


def let_paint() -> None:
    """Hold back what comes next until the browser has painted what was sent so far, where the run was told to.

    Then what the visitor has made is kept: early, as a page that is left ends its run.
    """
    if seconds := HELD_BACK.pop():
        turns.pause(seconds)
        desk.save()


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """After the first page: what is loaded now stays, so that later garbage collections need not look at it."""
    gc.collect()
    gc.freeze()
    departed.look_after()


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


@cache
def _torch() -> _Torch:
    return _Torch()
