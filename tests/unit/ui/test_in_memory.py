"""What was made of visitors' things: found in all their tabs, gone with them, and within bounds."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from weakref import ref

import pytest
import streamlit as st

from pointwise.ui.frame import visitor
from pointwise.ui.frame.in_memory import Memory

State = dict[str, object]


class Thing:
    """A value that can be looked for."""


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, State], None]:
    """Go on as a session of a visitor, by the session's state."""

    def be(owner: str, state: State) -> None:
        monkeypatch.setattr(visitor, "shelf", lambda: SimpleNamespace(owner=owner))
        monkeypatch.setattr(st, "session_state", state)

    return be


def test_it_is_there_in_each_tab_and_goes_with_the_last(be: Callable[[str, State], None]) -> None:
    memory, first, second = Memory(100), State(), State()
    be("me", first)
    memory.put("table", "file", thing := Thing(), 10)
    left = ref(thing)
    del thing
    be("me", second)
    assert memory.get("table", "another file") is None
    assert memory.get("table", "file") is left()
    be("somebody else", State())
    assert memory.get("table", "file") is None
    first.clear()
    assert left() is not None
    assert memory.size == 10
    second.clear()
    assert left() is None
    assert memory.size == 0


def test_what_was_not_used_for_longest_makes_room(be: Callable[[str, State], None]) -> None:
    memory, states = Memory(100), {name: State() for name in "abc"}
    for name in "ab":
        be(name, states[name])
        memory.put("table", "file", name, 50)
    be("a", states["a"])
    assert memory.get("table", "file") == "a"
    be("c", states["c"])
    memory.put("table", "file", "c", 40)
    found = {}
    for name, state in states.items():
        be(name, state)
        found[name] = memory.get("table", "file")
    assert found == {"a": "a", "b": None, "c": "c"}
    memory.put("table", "larger file", "all", 1000)
    assert memory.size == 1000
    assert memory.get("table", "larger file") == "all"


def test_of_a_kind_there_is_one_in_all_tabs(be: Callable[[str, State], None]) -> None:
    memory, first = Memory(100), State()
    be("me", first)
    memory.put("table", "file", thing := Thing(), 10)
    left = ref(thing)
    del thing
    be("me", State())
    memory.put("table", "another file", "text", 10)
    assert left() is None  # although the first tab is still there
    assert memory.size == 10
