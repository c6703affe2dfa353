"""Who a visitor is by the cookie that the browser sent, and what becomes of what others send instead."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from pointwise.library import Library
from pointwise.ui.frame import visitor
from pointwise.ui.frame.visitor import COMPONENT, COOKIE, TOKEN, VISIT, Visit

KNOWN, OTHER = "0123456789abcdef" * 2, "f" * 32


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("POINTWISE_HOME", str(tmp_path))
    for name in ("POINTWISE_KEEP", "POINTWISE_PUBLIC"):
        monkeypatch.delenv(name, raising=False)
    st.cache_resource.clear()
    st.session_state.clear()
    yield tmp_path
    st.cache_resource.clear()
    st.session_state.clear()


def arrived(monkeypatch: pytest.MonkeyPatch, cookies: Any, embedded: bool = False) -> Visit:
    """The visit of a new session whose browser sent these cookies."""
    st.session_state.clear()
    monkeypatch.setattr(type(st.context), "cookies", cookies)
    monkeypatch.setattr(type(st.context), "is_embedded", embedded)
    visitor.shelf()
    visit = VISIT.get()
    assert visit is not None
    return visit


def told(name: str, value: object) -> None:
    """The browser's part says something."""
    st.session_state[COMPONENT] = {name: value}
    {"other": visitor._adopt, "refused": visitor._without_cookies}[name]()


def test_a_known_browser_is_its_owner_again_and_the_disk_holds_only_the_hash(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    visit = arrived(monkeypatch, {COOKIE: KNOWN})
    visit.shelf.put({"number": 1})
    assert (visit.token, visit.made) == (KNOWN, False)
    assert visit.shelf.owner == hashlib.sha256(KNOWN.encode()).hexdigest()
    assert arrived(monkeypatch, {COOKIE: KNOWN}).shelf.values() == {"number": 1}
    visit.shelf.library.close()
    assert KNOWN.encode() not in b"".join(path.read_bytes() for path in home.glob("library.sqlite*"))


FORGED = [
    "",
    "x",
    KNOWN.upper(),
    KNOWN[1:],
    f"{KNOWN}\n",
    f" {KNOWN}",
    "g" * 32,
    "٣" * 32,
    "0" * 4000,
    "../../etc/passwd",
]


@pytest.mark.parametrize("sent", FORGED)
def test_what_is_no_token_is_replaced_by_a_new_one(monkeypatch: pytest.MonkeyPatch, sent: str) -> None:
    visit = arrived(monkeypatch, {COOKIE: sent})
    assert visit.made
    assert visit.token != sent
    assert TOKEN.fullmatch(visit.token)
    assert visit.token != arrived(monkeypatch, {COOKIE: sent}).token


def test_a_token_that_nobody_was_given_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived(monkeypatch, {COOKIE: KNOWN}).shelf.put({"number": 1})
    visit = arrived(monkeypatch, {COOKIE: OTHER})
    assert visit.shelf.values() == {}
    assert visit.shelf.runs() == []


def test_the_command_lines_runs_are_for_everybody_but_on_a_public_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert arrived(monkeypatch, {}).shelf.others == ("",)
    monkeypatch.setenv("POINTWISE_PUBLIC", "1")
    assert arrived(monkeypatch, {}).shelf.others == ()


def test_an_embedded_page_keeps_nothing_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert arrived(monkeypatch, {COOKIE: KNOWN}, embedded=True).token == ""
    assert (visitor.kept(), visitor.notice()) == (False, "")


def test_a_server_that_keeps_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_KEEP", "off")
    assert arrived(monkeypatch, {COOKIE: KNOWN}).token == ""
    assert (visitor.kept(), visitor.notice()) == (False, visitor.NOT_HERE)


def test_a_home_that_is_no_folder_is_said_with_its_name_but_not_to_strangers(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("POINTWISE_HOME", str(home / "file"))
    arrived(monkeypatch, {})
    assert not visitor.kept()
    assert str(home / "file") in visitor.notice()
    monkeypatch.setenv("POINTWISE_PUBLIC", "1")
    arrived(monkeypatch, {})
    assert visitor.notice() == visitor.NO_DISK


def test_another_tabs_cookie_is_adopted_with_what_was_kept_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    before = arrived(monkeypatch, {}).shelf
    visitor.keep_file("table", b"a,b")
    before.put({"number": 1})
    told("other", KNOWN)
    after = visitor.shelf()
    assert after.owner == hashlib.sha256(KNOWN.encode()).hexdigest()
    assert after.file("table") == b"a,b"
    assert (before.values(), before.file("table")) == ({}, None)


def test_a_known_visitor_leaves_everything_where_it_is_for_another_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    before = arrived(monkeypatch, {COOKIE: OTHER}).shelf
    before.put({"number": 1})
    told("other", KNOWN)
    assert visitor.shelf().owner != before.owner
    assert before.values() == {"number": 1}


@pytest.mark.parametrize("sent", [None, 5, "x", KNOWN.upper(), [KNOWN], {"a": 1}])
def test_a_page_that_sends_no_token_changes_nothing(monkeypatch: pytest.MonkeyPatch, sent: object) -> None:
    visit = arrived(monkeypatch, {})
    told("other", sent)
    told("refused", sent)
    assert VISIT.get() is visit


def test_without_cookies_what_was_kept_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = arrived(monkeypatch, {})
    visit.shelf.put({"number": 1})
    told("refused", visit.token)
    assert visit.shelf.values() == {}
    assert (visitor.kept(), visitor.notice()) == (False, visitor.NO_COOKIES)


def test_a_browser_that_sent_the_cookie_does_take_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = arrived(monkeypatch, {COOKIE: KNOWN})
    visit.shelf.put({"number": 1})
    told("refused", KNOWN)
    assert visit.shelf.values() == {"number": 1}
    assert visitor.kept()


def test_old_desks_go_when_the_server_starts(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    library = Library(home)
    for owner in ("old", "new"):
        library.shelf(owner).put({"number": 1})
        library.shelf(owner).keep_file("table", b"a,b")
    library.change("UPDATE desks SET changed = changed - ? WHERE owner = 'old'", 31 * 86_400)
    library.close()
    library = arrived(monkeypatch, {}).shelf.library
    assert [library.shelf(owner).values() for owner in ("old", "new")] == [{}, {"number": 1}]
    assert [library.shelf(owner).file("table") for owner in ("old", "new")] == [None, b"a,b"]


def test_a_visit_does_not_tell_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = arrived(monkeypatch, {})
    assert visit.token not in repr(visit)
