"""Values that last: in the session's state, and on the visitor's desk, where the next session finds them.

What is on the desk is read once, when a session begins, and each value is taken over when it is first asked for.
``save`` writes those that the session has changed and no others, so that of two tabs the last writer of a value wins.
Values are never changed in place.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pointwise.errors import LibraryError
from pointwise.ui.frame import visitor
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.library import Shelf

T = TypeVar("T")
DESK = "desk.desk"
MOST = 300  # values on a desk
NOTHING = object()  # is no value
_REMEMBERED = threading.local()

log = logging.getLogger(__name__)


@dataclass
class Desk:
    """What a session knows of a visitor's desk."""

    shelf: Shelf
    found: dict[str, Any]  # JSON that no part of the page has asked for yet
    used: dict[str, Lasting[Any]] = field(default_factory=dict)
    written: dict[str, tuple[object, str]] = field(default_factory=dict)  # value, and digest of what is on the desk
    changed: set[str] = field(default_factory=set)  # by this session, at any time


class Lasting(Generic[T]):
    """A value of type T that lasts, and what it is before it was set; None is taken off the desk.

    ``dump`` makes JSON of it, and ``load`` makes it again, or raises any exception for what is none.
    """

    def __init__(
        self,
        key: str,
        default: T,
        dump: Callable[[T], Any] = lambda value: value,
        load: Callable[[Any], T] = lambda value: value,
    ) -> None:
        self.key, self.default, self.dump, self.load = key, default, dump, load
        self.is_widgets = False  # which is without a value while it is not on the page

    def get(self) -> T:
        """The session's value, or that of the visitor's last session."""
        self._use()
        return st.session_state.get(self.key, self.default)

    def set(self, value: T) -> None:
        """Change it."""
        self._use()
        st.session_state[self.key] = value

    def latest(self) -> T:
        """The value that is on the desk now, which another tab may have changed, or taken away with everything else.

        The session's own where the desk cannot be read.
        """
        mine = self.get()
        desk = _desk()
        if desk.shelf != visitor.shelf():  # the frame is about to look at another one
            return mine
        try:
            raw = desk.shelf.values().get(self.key)
            return self.default if raw is None else self.load(raw)
        except Exception as error:  # what was kept may be anything
            log.warning("What was kept as '%s' is not used: %s", visible(self.key, 200), visible(error, 200))
            return mine

    def begin(self, value: T) -> None:
        """Set it to what it is for everybody at first, which is no change."""
        self.set(value)
        _desk().written[self.key] = (value, _digest(self.dump(value)))

    def pop(self) -> T:
        """The value, which is the default afterwards, also for the next session."""
        value = self.get()
        st.session_state.pop(self.key, None)
        return value

    def _use(self) -> None:
        desk = _desk()
        desk.used[self.key] = self
        if self.key not in desk.found:
            return
        raw = desk.found.pop(self.key)
        desk.written[self.key] = (NOTHING, _digest(raw))
        if self.key in st.session_state:
            return
        try:
            value = self.load(raw)
        except Exception as error:  # it may be anything
            log.warning("What was kept as '%s' is not used: %s", visible(self.key, 200), visible(error, 200))
            return
        st.session_state[self.key] = value
        desk.written[self.key] = (value, _digest(raw))


def widget(key: str, start: Any, valid: Callable[[Any], bool]) -> str:
    """The key of a widget whose value lasts: to be asked for right before the widget is made, or its value is read.

    ``start`` is its value at first, JSON; a value of the last session that is not ``valid`` is left out.
    """
    desk = _desk()
    if key not in desk.used:
        lasting = Lasting(key, start, load=lambda value: _checked(value, valid))
        lasting.is_widgets = True
        lasting.get()
        desk.written.setdefault(key, (NOTHING, _digest(start)))
    return key


def between(low: float, high: float) -> Callable[[Any], bool]:
    """A check that a value is a number from ``low`` to ``high``, and whole where they are."""
    return lambda value: type(value) is type(low) and low <= value <= high


def restore() -> None:
    """Look at the desk; when the visitor turned out to be somebody else, at that one's. By app.py, before all else."""
    desk = _desk()
    if desk.shelf == visitor.shelf():
        return
    _dumped(desk)
    found = _read(visitor.shelf())
    after = Desk(visitor.shelf(), found, written=desk.written, changed=desk.changed)
    for key in after.changed:  # this session's own, to be written there
        after.found.pop(key, None)
        after.written[key] = (NOTHING, "")
        after.used[key] = desk.used[key]
    for key in after.found:
        st.session_state.pop(key, None)
    _use_desk(after)


def save() -> None:
    """Write what this session has changed since the last time, if anything; by the frame at the end of a run."""
    desk: Desk | None = st.session_state.get(DESK)
    changes = _dumped(desk) if desk is not None and desk.shelf == visitor.shelf() else {}
    if not changes or desk is None:
        return
    try:
        desk.shelf.put(changes)
    except LibraryError as error:
        visitor.stop_keeping(error)


def _dumped(desk: Desk) -> dict[str, Any]:
    """JSON of the values that differ from what is on the desk; from now on they count as written."""
    changes = {}
    for key, lasting in desk.used.items():
        known, digest = desk.written.get(key, (NOTHING, _digest(None)))
        value = st.session_state.get(key, NOTHING)
        if value is known or (value is NOTHING and lasting.is_widgets):
            continue
        raw = None if value is NOTHING else lasting.dump(value)
        new = _digest(raw)
        if new != digest and (digest or key in desk.changed or len(desk.written) < MOST):
            changes[key] = raw
            desk.changed.add(key)
        desk.written[key] = (value, new)
    return changes


def _desk() -> Desk:
    """The session's. Its thread remembers it, as a stroke asks two dozen times and Streamlit looks for long."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and getattr(_REMEMBERED, "context", None) is context:
        return _REMEMBERED.desk
    desk: Desk | None = st.session_state.get(DESK)
    if desk is None:
        found = _read(visitor.shelf())
        desk = Desk(visitor.shelf(), found)
    return _use_desk(desk)


def _use_desk(desk: Desk) -> Desk:
    st.session_state[DESK] = desk
    _REMEMBERED.context, _REMEMBERED.desk = get_script_run_ctx(suppress_warning=True), desk
    return desk


def _read(shelf: Shelf) -> dict[str, Any]:
    try:
        return shelf.values()
    except LibraryError as error:
        visitor.stop_keeping(error)
    except ValueError as error:
        log.warning("What was kept of a session is not used: %s", visible(error, 200))
    return {}


def _digest(raw: Any) -> str:
    return "" if raw is None else hashlib.sha256(json.dumps(raw).encode()).hexdigest()


def _checked(value: Any, valid: Callable[[Any], bool]) -> Any:
    if not valid(value):
        raise ValueError("it is no longer one of the choices")
    return value
