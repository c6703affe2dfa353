"""Who a visitor is, and the shelf of what that one keeps.

A visitor is a random token in a cookie of this site's own. The server makes it, a component of ours sets it
(inpage/visitor.js), and from the next visit on the browser sends it along. The disk holds only its hash, which is the
owner of all that the visitor keeps. Who cannot be kept has a shelf in memory, which ends with the session.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.errors import LibraryError
from pointwise.ui.frame.labels import plain
from pointwise.ui.frame.page_values import sent
from pointwise.ui.frame.sections import Kept, hidden

if TYPE_CHECKING:
    from pointwise.library import Library, Shelf

COOKIE, DAYS = "pointwise_visitor", 400  # the longest that browsers keep one
TOKEN = re.compile(r"[0-9a-f]{32}")
COMPONENT = "visitor"  # the key of what sets the cookie
NOT_HERE = "This server keeps nothing: what you make here is gone once this tab is closed or reloaded."
NO_COOKIES = "Your browser takes no cookies here, so nothing is kept once this tab is closed or reloaded."
NO_DISK = "This server has no room to keep anything, so what you make is gone once this tab is closed or reloaded."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Visit:
    """A visitor as this session knows it."""

    shelf: Shelf
    token: str = field(default="", repr=False)  # "" where nothing is kept
    made: bool = False  # by this session: the browser came without one
    notice: str = ""  # a sentence for the visitor on what is not kept, or ""
    warns: bool = False  # whether something is broken
    files: tuple[str, ...] = ()  # the keys of those that this session kept


VISIT: Kept[Visit | None] = Kept("visitor.visit", None)
UNSAID = Kept("visitor.unsaid", False)  # whether there is a notice that is not on the page yet


def shelf() -> Shelf:
    """What this session's visitor keeps; in memory, and gone with the session, where it cannot be kept."""
    return _visit().shelf


def kept() -> bool:
    """Whether what this visitor makes is there again after the session."""
    return not shelf().library.forgets


def notice() -> str:
    """A sentence on what is not kept, or was lost, and why; "" where there is nothing to say."""
    return _visit().notice


def keep_file(key: str, content: bytes) -> None:
    """Put a content onto the shelf, in place of an earlier one of that key."""
    try:
        shelf().keep_file(key, content)
    except LibraryError as error:
        stop_keeping(error)
        shelf().keep_file(key, content)
    visit = _visit()
    VISIT.set(replace(visit, files=tuple({*visit.files, key})))


def stop_keeping(error: LibraryError) -> None:
    """Go on in memory, and say why."""
    log.warning("Nothing is kept for a session any more: %s", error)
    VISIT.set(_broken(error))
    UNSAID.set(True)


def watch() -> None:
    """Put the component on the page that sets and renews the cookie; called by app.py in every run."""
    visit = _visit()
    if visit.token:
        with hidden("visitor-hidden"):
            _component()(
                key=COMPONENT,
                data={"name": COOKIE, "token": visit.token, "days": DAYS},
                on_other_change=_adopt,
                on_refused_change=_without_cookies,
            )


def say() -> None:
    """The notice, if there is one."""
    visit = _visit()
    UNSAID.set(False)
    if visit.warns:
        st.warning(plain(visit.notice), icon=":material/database_off:")
    elif visit.notice:
        st.caption(plain(visit.notice))


def _visit() -> Visit:
    visit = VISIT.get()
    if visit is None:
        VISIT.set(visit := _arrive())
    return visit


def _arrive() -> Visit:
    from pointwise.library import keeps

    if st.context.is_embedded:
        return _forgetting()
    if not keeps():
        return _forgetting(NOT_HERE)
    try:
        library = _library()
    except LibraryError as error:
        log.warning("Nothing is kept: %s", error)
        return _broken(error)
    sent = st.context.cookies.get(COOKIE, "")
    known = _is_token(sent)
    token = sent if known else secrets.token_hex(16)
    return Visit(_shelf_of(token, library), token, not known, _for_all_eyes(library.notice), bool(library.notice))


def _adopt() -> None:
    """Be the visitor whose cookie another tab has set meanwhile, with what this session has kept since it began."""
    visit, token = _visit(), sent(COMPONENT, "other", _token)
    if not visit.token or token is None or token == visit.token:
        return
    library, before = visit.shelf.library, visit.shelf
    after = _shelf_of(token, library)
    try:
        if visit.made:
            library.change("UPDATE runs SET owner = ? WHERE owner = ?", after.owner, before.owner)
            for key in visit.files:
                if content := before.file(key):
                    after.keep_file(key, content)
            before.forget()
        VISIT.set(replace(visit, shelf=after, token=token, made=False))
    except LibraryError as error:
        stop_keeping(error)


def _without_cookies() -> None:
    """Keep nothing: the browser would come back as somebody else."""
    visit = _visit()
    if sent(COMPONENT, "refused", _token) != visit.token or not visit.made:
        return
    try:
        visit.shelf.forget()
    except LibraryError as error:
        log.warning("What a visitor without cookies left is still there: %s", error)
    VISIT.set(_forgetting(NO_COOKIES))


def _is_token(text: object) -> bool:
    return isinstance(text, str) and TOKEN.fullmatch(text) is not None


def _token(value: Any) -> str:
    if not _is_token(value):
        raise ValueError("it is no visitor's number")
    return str(value)


def _forgetting(notice: str = "", warns: bool = False) -> Visit:
    from pointwise.library import Library

    return Visit(Library(None).shelf(secrets.token_hex(32)), notice=notice, warns=warns)


def _broken(error: LibraryError) -> Visit:
    return _forgetting(_for_all_eyes(str(error)), warns=True)


def _for_all_eyes(sentence: str) -> str:
    """A sentence about the library, which names a folder; strangers are told only that something is broken."""
    from pointwise.library import is_public

    return NO_DISK if sentence and is_public() else sentence


def _shelf_of(token: str, library: Library) -> Shelf:
    from pointwise.library import is_public

    owner = hashlib.sha256(token.encode()).hexdigest()
    return library.shelf(owner) if is_public() else library.shelf(owner, "")


@st.cache_resource(show_spinner=False, on_release=lambda library: library.close())
def _library() -> Library:
    """The library on disk, one for all sessions, without what is too old. Raises LibraryError."""
    from pointwise.library import open_library

    library = open_library()
    library.make_room("")
    latest = "SELECT owner FROM desks GROUP BY owner HAVING MAX(changed) < ?"
    for row in library.rows(latest, time.time() - 86_400 * library.limits.days):
        old = library.shelf(row["owner"])
        if not old.runs():
            old.forget()
    return library


@cache
def _component() -> Callable[..., Any]:
    from pointwise.inpage import FOLDER, bundled

    return st.components.v2.component("pointwise_visitor", js="\n" + bundled(FOLDER / "visitor.js"))
