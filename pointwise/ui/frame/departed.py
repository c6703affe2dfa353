"""What visitors leave behind in the server's memory, given back some time after they have gone.

Streamlit keeps a session for two minutes after its tab is closed, so that a short loss of the connection costs nothing;
but it looks for what is older only when the next session ends. A session is full of cycles, which Python's collector of
garbage reaches late where much is loaded (startup.py), and the C library keeps what Python frees.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from typing import Any

from streamlit import runtime

from pointwise import machine

EVERY = 20.0  # seconds between two looks
ARENAS = -8, 2  # M_ARENA_MAX: how many heaps the C library keeps; each thread of a session would have one of its own

log = logging.getLogger(__name__)


@cache
def look_after() -> None:
    """Begin to look, once for a server."""
    if not runtime.exists():  # as in tests
        return
    with suppress(OSError, AttributeError):  # glibc alone has it
        ctypes.CDLL("libc.so.6").mallopt(*ARENAS)
    threading.Thread(target=_watch, name="pointwise-departed", daemon=True).start()


def _watch() -> None:
    before: set[str] = set()
    never = threading.Event()
    while not never.wait(EVERY):
        try:
            now = sessions(runtime.get_instance())
        except Exception as error:  # another version of Streamlit, or a server that ends
            log.warning("What visitors left in memory is not looked after: %s", error)
            return
        if before - now:
            give_back()
        before = now


def sessions(server: Any) -> set[str]:
    """The ids of all sessions, connected or not; those that were left longer ago than Streamlit keeps them are let go.

    Streamlit has no public way to this. Raises an exception where it has become another one.
    """
    manager, found = server._session_mgr, Future[set[str]]()

    def look() -> None:
        try:
            manager._session_storage._cache.expire()
            found.set_result({info.session.id for info in manager.list_sessions()})
        except Exception as error:
            found.set_exception(error)

    server._get_async_objs().eventloop.call_soon_threadsafe(look)  # in the thread that alone may do so
    return found.result(timeout=60)


def give_back() -> None:
    """Free what nothing refers to any more, and let the system have it."""
    gc.collect()
    machine.trim()
