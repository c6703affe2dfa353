"""What was made of visitors' own things, in the server's memory: theirs while they are here, as long as there is room.

A visitor's table that was read, a picture's channels, the labels of its pixels: each can be made again of what is kept.
Of each kind there is one for each visitor, in all tabs together; all visitors together have a sixteenth of the memory,
and what was not used for longest makes room. What nobody is left for goes with the last session that used it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import ref

import streamlit as st

from pointwise.machine import machine_memory
from pointwise.ui.frame import visitor

T = TypeVar("T")
LEAST, SHARE = 400 * 2**20, 16  # bytes: the channels of one large picture


class _Made:
    """A value; sessions alone hold it, and it is None once it had to make room."""

    __slots__ = ("__weakref__", "of", "size", "value")

    def __init__(self, of: object, value: Any, size: int) -> None:
        self.of, self.value, self.size = of, value, size


class Memory:
    """Values of ``most`` bytes together, by visitor and kind; the latest alone where that one is larger."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.RLock()  # a value can end while it is held
        self._made: OrderedDict[tuple[str, str], ref[_Made]] = OrderedDict()

    def get(self, kind: str, of: object) -> Any:
        """This visitor's value of a kind that was made of something; None where there is none."""
        key = (visitor.shelf().owner, kind)
        with self._lock:
            made = self._alive(key)
            if made is None or made.of != of:
                return None
            self._made.move_to_end(key)
            value = made.value
        st.session_state[_place(kind)] = made  # this session holds it, too
        return value

    def put(self, kind: str, of: object, value: Any, size: int) -> None:
        """Keep a value of so many bytes in place of this visitor's last one of its kind."""
        self.drop(kind)
        key, made = (visitor.shelf().owner, kind), _Made(of, value, size)
        st.session_state[_place(kind)] = made
        with self._lock:
            self._made[key] = ref(made)
            for other in list(self._made):
                if self.size <= self._most or other == key:
                    break
                self._let_go(other)

    def made(self, kind: str, of: object, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """This visitor's value of a kind, made where there is none; ``size`` says how many bytes one has."""
        value: T | None = self.get(kind, of)
        if value is None:
            self.drop(kind)  # first, so that there are never two
            value = make()
            self.put(kind, of, value, size(value))
        return value

    def drop(self, kind: str) -> None:
        """Let go of this visitor's value of a kind."""
        with self._lock:
            self._let_go((visitor.shelf().owner, kind))

    @property
    def size(self) -> int:
        """Bytes of all values."""
        with self._lock:
            return sum(made.size for key in list(self._made) if (made := self._alive(key)) is not None)

    def _alive(self, key: tuple[str, str]) -> _Made | None:
        made = self._made[key]() if key in self._made else None
        if made is None:
            self._made.pop(key, None)
        return made

    def _let_go(self, key: tuple[str, str]) -> None:
        if (made := self._alive(key)) is not None:
            made.value = None
            del self._made[key]


@st.cache_resource(show_spinner=False)
def memory() -> Memory:
    """The memory of all visitors' values on this server."""
    return Memory(max(LEAST, machine_memory().total // SHARE))


def _place(kind: str) -> str:
    return f"in_memory.{kind}"
