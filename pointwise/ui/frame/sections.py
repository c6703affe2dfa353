"""What pages are put together from: sections whose errors are sentences, widgets, uploads, kept values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.ui.frame import uploaded_files
from pointwise.ui.frame.labels import said
from pointwise.visible_text import one_line

MOST_NAME = 80  # characters of a file's
MEGABYTES = 10  # of a file, where nothing else is said
T = TypeVar("T")
Body = Callable[[], None]


class Kept(Generic[T]):
    """A value of type T in the session's state, and what it is before it was set."""

    def __init__(self, key: str, default: T) -> None:
        self.key, self.default = key, default

    def get(self) -> T:
        return st.session_state.get(self.key, self.default)

    def set(self, value: T) -> None:
        st.session_state[self.key] = value

    def pop(self) -> T:
        """The value, which is the default afterwards."""
        return st.session_state.pop(self.key, self.default)


class Latest(Generic[T]):
    """A value of type T in the session's state that was made of something, until it is asked for of something else."""

    def __init__(self, key: str) -> None:
        self.key = key

    def of(self, source: object, make: Callable[[], T]) -> T:
        """The value made of ``source``, an object that never changes; ``make`` is called when it is another one."""
        known, value = st.session_state.get(self.key, (None, None))
        if known is not source:
            value = make()
            st.session_state[self.key] = (source, value)
        return value


def section(key: str, run_every: float | None = None) -> Callable[[Body], Body]:
    """A decorator that makes a function a fragment of its page, a PointwiseError in which is shown where it stands.

    ``run_every`` is in seconds.
    """
    return lambda body: st.fragment(key=key, run_every=run_every)(_keeping(shown_errors()(body)))


def folded(label: str, icon: str, key: str, path: Path, body: Callable[[Path, int], None]) -> None:
    """A part folded up, where the file that it shows is there. Opened, ``body`` makes it of the path and its date.

    The date is in nanoseconds. A PointwiseError in the part is shown where it stands.
    """
    if not path.exists():
        return
    with st.expander(label, icon=f":material/{icon}:", key=key, on_change="rerun") as opened:
        if opened.open:
            with shown_errors():
                body(path, path.stat().st_mtime_ns)


def _keeping(body: Body) -> Body:
    """``body``, and what the visitor changed is kept, before it and after; where that fails, the frame says so.

    Before it, because a page that is left ends its run; but an answer that somebody waits for comes first.
    """

    def kept() -> None:
        from pointwise.ui.frame import desk, startup, visitor  # which use this file

        if startup.HELD_BACK.get() != startup.STROKE:  # on a first visit nothing was made yet
            desk.save()
        body()
        desk.save()
        if visitor.UNSAID.get():
            st.rerun()

    return kept


@contextmanager
def shown_errors() -> Iterator[None]:
    """A part of a page that ends at a PointwiseError and shows its sentence; what stands after the part goes on."""
    try:
        yield
    except PointwiseError as error:
        st.error(said(error), icon=":material/error:")


@contextmanager
def hidden(key: str) -> Iterator[None]:
    """A container that is not seen, whatever is in it; a component of the page's own runs in it all the same.

    ``key`` ends with "-hidden" (frame.css).
    """
    with st.container(key=key):
        yield


def choice(label: str, options: Iterable[T], key: str, **more: Any) -> T:
    """One of ``options``, at first the first; ``more`` is st.segmented_control's."""
    every = list(options)
    return st.segmented_control(label, every, **{"default": every[0], "required": True, "key": key, **more})


def following(key: str, value: T, take: Callable[[T], None], of: object = None) -> dict[str, Any]:
    """Key and callback of a widget with the default ``value``: ``take`` is called with what the visitor changes it to.

    The widget is another one, with another key, whenever the value was changed elsewhere, or what it is made ``of``
    (its range, its options) is another. For a browser goes on sending the value that it knows: of a widget in a
    popover that is closed at all times, of one that is no longer on the page until it has let go of it.
    """
    last = Kept[tuple[int, object]](f"{key}.last", (0, of))
    number, made_of = last.get()
    if made_of != of or st.session_state.get(_numbered(key, number), value) != value:
        number += 1
    last.set((number, of))
    widget = _numbered(key, number)
    return {"key": widget, "on_change": _changed, "args": (widget, [value], take)}


def _numbered(key: str, number: int) -> str:
    return f"{key}.{number}" if number else key


def _changed(widget: str, known: list[T], take: Callable[[T], None]) -> None:
    """Take over a widget's value, unless it is the last one that is ``known``: nobody has changed it then."""
    value = st.session_state[widget]
    if value != known[-1]:
        known[:] = [value]
        take(value)


def press(label: str, key: str, **more: Any) -> bool:
    """Whether a button was pressed, once; also where another run cut the pressed one short before it came this far.

    ``more`` is st.button's.
    """
    pressed = Kept(f"{key}.pressed", False)
    now = st.button(label, key=key, on_click=pressed.set, args=(True,), **more)
    return pressed.pop() or now


def upload(
    label: str, key: str, take: Callable[[bytes, str], None], kept: Callable[[], str], megabytes: int = MEGABYTES
) -> None:
    """A field for a file of so many ``megabytes`` at most, and the sentence of one that was refused.

    ``take`` uses a file's content and name or raises a PointwiseError; ``kept`` is a sentence on what is still there.
    """
    st.file_uploader(label, key=key, on_change=_receive, args=(key, take, kept, megabytes), max_upload_size=megabytes)
    refusal = _refusal(key).get()
    if refusal:
        st.error(said(refusal), icon=":material/error:")


def refuse(key: str, sentence: str) -> None:
    """Show a sentence below the field for a file, until another one is chosen."""
    _refusal(key).set(sentence)


def forget_refusal(key: str) -> None:
    """Take back the sentence about a refused file: something else was chosen since."""
    _refusal(key).pop()


def _receive(key: str, take: Callable[[bytes, str], None], kept: Callable[[], str], megabytes: int) -> None:
    file = st.session_state[key]
    if uploaded_files.is_gone(file):  # it was taken before
        return
    forget_refusal(key)
    if file is None:  # so it is for a moment when another file is chosen
        return
    try:
        _take(key, file, take, kept, megabytes)
    finally:
        uploaded_files.release(file)


def _take(key: str, file: Any, take: Callable[[bytes, str], None], kept: Callable[[], str], megabytes: int) -> None:
    name = one_line(file.name, MOST_NAME)
    if file.size > megabytes * 2**20:  # the server takes what the largest of all fields takes
        refuse(key, f"{name} has more than {megabytes} MB. Choose a smaller file. {kept()}".rstrip())
        return
    try:
        take(file.getvalue(), name)
    except PointwiseError as error:
        refuse(key, f"{error} {kept()}".rstrip())


def _refusal(key: str) -> Kept[str]:
    return Kept(f"{key}.refused", "")
