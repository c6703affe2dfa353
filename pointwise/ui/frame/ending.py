"""The server's end: what goes on is parked, what is kept is closed, and the process is gone within 3 seconds.

At SIGTERM, SIGINT or SIGQUIT Streamlit closes its server and lets Python end. Threads in the middle of PyTorch's code
do not survive that ("terminate called without an active exception"), and what they trained is lost. It also waits for
every connection, however long. So a thread of ours parks the trainings as soon as the signal comes, and the process
ends without tearing down what still runs; where the server is not closed in time, it ends nevertheless. SIGHUP, a
terminal that is closed, counts as well.

Streamlit tells a script nothing of its end, so this file, and no other, uses what it keeps private: its event loop.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import FrameType
from typing import Any

from streamlit import runtime

from pointwise import library, run_queue

LIMIT = 2.5  # seconds from the signal to the end, at most
PARKING = 2.0  # of them for the trainings, to end their steps and write their checkpoints
SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGBREAK", "SIGHUP")  # where the system has them

log = logging.getLogger(__name__)


@cache
def watch() -> None:
    """See to it that this server ends well; where there is none, as in a test of a page, this does nothing."""
    if runtime.exists():
        with suppress(AttributeError):
            runtime.get_instance()._get_async_objs().eventloop.call_soon_threadsafe(_End)


class _End:
    """What waits for the server's end; it is made in the main thread, where alone signals can be handled."""

    def __init__(self) -> None:
        self._asked, self._ask = os.pipe()
        self._parked, self._leaving = threading.Event(), threading.Lock()
        self._handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
        for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
            handler = signal.getsignal(number)
            if handler == signal.SIG_DFL:  # the terminal's end, of which Streamlit knows nothing
                handler = self._handlers.get(signal.SIGTERM)
            if callable(handler):  # it is not, where it is to be ignored: as nohup does
                self._handlers[number] = handler
                signal.signal(number, self._heard)
        threading.Thread(target=self._wait, name="pointwise-end", daemon=True).start()
        atexit.register(self._server_closed)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        os.write(self._ask, b"!")  # the only way to another thread that is safe in the middle of anything
        self._handlers[number](number, frame)

    def _wait(self) -> None:
        os.read(self._asked, 1)
        until = time.monotonic() + LIMIT
        try:
            run_queue.close_all(PARKING)
        except Exception:
            log.exception("The trainings could not be parked")
        self._parked.set()
        time.sleep(max(0.0, until - time.monotonic()))
        if self._leaving.locked():  # and does not come to an end: nobody reads what it has to say
            os._exit(0)
        self._leave(0)

    def _server_closed(self) -> None:
        os.write(self._ask, b"!")
        self._parked.wait(LIMIT)
        self._leave(1 if hasattr(sys, "last_value") else 0)

    def _leave(self, code: int) -> None:
        """End the process at once."""
        self._leaving.acquire()  # and never let go: who comes second waits for the end
        with suppress(Exception):
            library.flush_all(LIMIT - PARKING)
            library.close_all(LIMIT - PARKING)
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # the terminal may be gone
                stream.flush()
        os._exit(code)
