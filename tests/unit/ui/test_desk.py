"""Values that last, on a library in memory or in a folder: what is written, what is found, what is left out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from pointwise.errors import LibraryError
from pointwise.library import Library, Shelf
from pointwise.ui.frame import desk, sections, startup, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.visitor import VISIT, Visit

OWNER = "a" * 64


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    library.close()


@pytest.fixture
def shelf(library: Library) -> Iterator[Shelf]:
    st.session_state.clear()
    yield session(library)
    st.session_state.clear()


def session(library: Library, owner: str = OWNER) -> Shelf:
    """Begin another session of a visitor."""
    st.session_state.clear()
    VISIT.set(Visit(library.shelf(owner), "0" * 32))
    return visitor.shelf()


def number() -> Lasting[int]:
    return Lasting("number", 1)


def test_a_value_is_there_in_the_next_session(shelf: Shelf) -> None:
    assert number().get() == 1
    number().set(5)
    desk.save()
    session(shelf.library)
    assert number().get() == 5


@pytest.mark.parametrize(
    ("held_back", "kept_before"), [(0.0, True), (startup.FIRST_VISIT, True), (startup.STROKE, False)]
)
def test_what_was_changed_is_kept_before_a_long_part_of_the_page_but_after_a_strokes_answer(
    held_back: float, kept_before: bool, shelf: Shelf
) -> None:
    startup.HELD_BACK.set(held_back)
    number().set(5)
    found = []
    sections._keeping(lambda: found.append(shelf.values().get("number") == 5))()
    assert found == [kept_before]
    assert shelf.values()["number"] == 5


def test_another_visitor_finds_nothing(shelf: Shelf) -> None:
    number().set(5)
    desk.save()
    session(shelf.library, "b" * 64)
    assert number().get() == 1


def test_only_what_changed_is_written(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[dict[str, Any]] = []
    put = Shelf.put
    monkeypatch.setattr(Shelf, "put", lambda self, values: (written.append(dict(values)), put(self, values))[1])
    other = Lasting("other", "")
    number().set(5)
    other.set("x")
    desk.save()
    desk.save()
    other.set("y")
    number().set(5)
    desk.save()
    assert written == [{"number": 5, "other": "x"}, {"other": "y"}]


def test_a_first_value_is_no_change_and_a_removed_one_is(shelf: Shelf) -> None:
    number().begin(3)
    desk.save()
    assert shelf.values() == {}
    number().set(4)
    desk.save()
    assert number().pop() == 4
    desk.save()
    assert (number().get(), shelf.values()) == (1, {})


def test_a_tab_leaves_alone_what_only_another_tab_changed(shelf: Shelf) -> None:
    number().set(5)
    Lasting("other", "").set("mine")
    desk.save()
    shelf.put({"number": 6})  # by another tab
    assert number().get() == 5
    Lasting("other", "").set("mine still")
    desk.save()
    assert shelf.values() == {"number": 6, "other": "mine still"}


def test_what_cannot_be_read_is_one_line_in_the_log(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    shelf.put({"number": {"no": "number"}})
    session(shelf.library)
    lasting = Lasting("number", 1, load=lambda raw: int(raw))
    with caplog.at_level(logging.WARNING):
        assert lasting.get() == 1
        assert lasting.get() == 1
    (line,) = [record.getMessage() for record in caplog.records if record.name == desk.log.name]
    assert line.startswith("What was kept as 'number' is not used:")
    desk.save()
    assert shelf.values() == {"number": {"no": "number"}}
    lasting.set(2)
    desk.save()
    assert shelf.values() == {"number": 2}


@pytest.mark.parametrize(("kept", "value"), [(9, 9), (1000, None), ("9", None), (True, None), ([], None), ({}, None)])
def test_a_widgets_value_is_set_before_it_is_made_if_it_is_one_of_its_choices(
    shelf: Shelf, kept: Any, value: int | None
) -> None:
    shelf.put({"pen": kept})
    session(shelf.library)
    assert desk.widget("pen", 22, desk.between(8, 40)) == "pen"
    assert st.session_state.get("pen") == value


def test_a_widget_that_stands_at_its_first_value_or_not_at_all_is_not_written(shelf: Shelf) -> None:
    desk.widget("pen", 22, desk.between(8, 40))
    desk.save()
    st.session_state["pen"] = 22
    desk.save()
    assert shelf.values() == {}
    st.session_state["pen"] = 9
    desk.save()
    del st.session_state["pen"]  # it is on another page
    desk.save()
    assert shelf.values() == {"pen": 9}


def test_a_session_that_turns_out_to_be_another_visitors_takes_its_changes_along(shelf: Shelf) -> None:
    there = shelf.library.shelf("b" * 64)
    there.put({"number": 8, "other": "there"})
    other, quiet = Lasting("other", ""), Lasting("quiet", "")
    number().set(5)
    quiet.begin("as for everybody")
    assert other.get() == ""
    desk.save()
    VISIT.set(Visit(there, "1" * 32))
    desk.restore()
    assert (number().get(), other.get(), quiet.get()) == (5, "there", "as for everybody")
    desk.save()
    assert there.values() == {"number": 5, "other": "there"}


def test_when_the_disk_is_full_the_session_goes_on_in_memory(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Shelf, values: dict[str, Any]) -> None:
        raise LibraryError("What you make cannot be kept at the moment (database or disk is full). Try again later.")

    number().set(5)
    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "put", full)
        desk.save()
    assert not visitor.kept()
    assert "disk is full" in visitor.notice()
    desk.restore()
    number().set(6)
    desk.save()
    assert (number().get(), shelf.values(), visitor.shelf().values()) == (6, {}, {"number": 6})


def test_there_is_an_end_to_what_lies_on_a_desk(shelf: Shelf) -> None:
    for name in range(desk.MOST + 20):
        Lasting(f"name {name}", "").set("x")
    desk.save()
    assert len(shelf.values()) <= desk.MOST
