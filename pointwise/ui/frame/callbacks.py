"""Callbacks of widgets, carried out to their end.

A callback runs before its page does. When a newer message of the browser has come meanwhile, Streamlit takes that up as
soon as the callback uses the session's state, and leaves the rest of it out: a file would be read and be nowhere, a
click half done. Here the newer message waits until the callback is over. This uses parts of Streamlit that are not
promised.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState


@functools.cache
def finish() -> None:
    """See to it, once for a server, that callbacks are finished before anything newer is taken up."""
    dispatch = SessionState._call_callbacks

    @functools.wraps(dispatch)
    def finished(state: SessionState, **replayed: Any) -> None:
        with undisturbed():
            dispatch(state, **replayed)

    SessionState._call_callbacks = finished  # type: ignore[method-assign, assignment]


@contextmanager
def undisturbed() -> Iterator[None]:
    """A context in which this session's run is not left for a newer one: st.rerun has no effect before its end."""
    requests = getattr(get_script_run_ctx(suppress_warning=True), "script_requests", None)
    if requests is None or "on_scriptrunner_yield" in vars(requests):  # or it is undisturbed already
        yield
        return
    requests.on_scriptrunner_yield = lambda: None  # in front of the class's own
    try:
        yield
    finally:
        del requests.on_scriptrunner_yield
