"""The dialog that makes a link to what is on the page; for a lesson with a question, with parts hidden, as a frame."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st

from pointwise.ui.frame import address, navigation
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.links.incoming import VERSION, VERSIONS
from pointwise.ui.links.linked_pages import PAGES

STYLE = """button {font: inherit; color: inherit; background: none; border: 1px solid currentcolor; cursor: pointer;
  border-radius: 0.5rem; padding: 0.4rem 0.9rem; min-height: 2.4rem}
button:hover {color: var(--st-primary-color)}
button:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 2px}
span {padding-left: 0.7rem}"""


def button(page: str) -> None:
    """The button that opens the dialog; none in a frame of another page."""
    if st.context.is_embedded:
        return
    if st.button("Copy link", icon=":material/link:", type="tertiary", key="links.share"):
        _dialog(page)


def link(page: str, hide: tuple[str, ...] = (), ask: str = "") -> str:
    """The address of what is on ``page`` now; ``hide`` are parts of address.PARTS, ``ask`` is a question."""
    said = {field.name: text for field in PAGES[page] if (text := field.now()) is not None}
    more = {address.HIDE: ",".join(hide), address.ASK: ask.strip()[: address.LONGEST_QUESTION]}
    said |= {name: text for name, text in more.items() if text}
    query = urlencode({VERSION: VERSIONS[-1], **said}, quote_via=quote, safe=",")
    here = (st.context.url or "").partition("?")[0].rstrip("/")
    return f"{here}{'' if page else '/'}?{query}"


def frame(page: str, hide: tuple[str, ...] = (), ask: str = "") -> str:
    """HTML that shows it inside another page, without menu and sidebar."""
    entry = navigation.entry(page)
    source = html.escape(link(page, hide, ask) + "&embed=true")
    title = html.escape(f"Pointwise: {entry.title}")
    return (
        f'<iframe src="{source}" title="{title}" width="100%" height="700" style="border: 0" loading="lazy"></iframe>'
    )


@st.dialog("Copy a link to this view", width="medium")
def _dialog(page: str) -> None:
    with shown_errors():
        st.markdown(_what_it_holds(page))
        _copy(link(page), "Copy link", "links.copy")
        if page == "paint":
            _strokes()
        with st.expander("For a lesson: ask a question, hide parts, put it into a page", icon=":material/school:"):
            ask = st.text_input("Question above the page", max_chars=address.LONGEST_QUESTION, key="links.ask")
            hide = st.pills(
                "Hide",
                list(address.PARTS),
                selection_mode="multi",
                format_func=address.PARTS.__getitem__,
                key="links.hide",
            )
            _copy(link(page, tuple(hide), ask), "Copy the lesson's link", "links.lesson")
            _copy(frame(page, tuple(hide), ask), "Copy the frame for a web page", "links.frame")


def _what_it_holds(page: str) -> str:
    if page == "runs":
        return "The link opens this page. Your runs stay on this computer: take one along as a file, below the table."
    if page == "paint":
        from pointwise.ui.paint import painting_link

        return painting_link.what_it_holds()
    drawn = any(field.name == "d" for field in PAGES[page])
    return (
        f"Whoever opens it sees this page with {'its choices and your drawing' if drawn else 'its choices'}. Networks, "
        "runs, pictures and tables of your own are not in it: they stay on this computer, and shipped networks answer."
    )


def _strokes() -> None:
    """A painting's strokes as a file, where they are too long for a link."""
    from pointwise.ui.paint import painting_link, paintings

    if painting_link.is_too_long():
        name = paintings.chosen()
        content = paintings.strokes_file(paintings.work(name), paintings.picture(name).shape[:2])
        st.download_button(
            "Strokes (JSON)",
            content,
            file_name="strokes.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="links.strokes",
        )


def _copy(text: str, label: str, key: str) -> None:
    _component()(key=key, data={"text": text, "label": label})
    st.code(text, language=None, wrap_lines=True, height=None if len(text) < 400 else 120)


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("copy_link.js").read_text(encoding="utf-8")
    return st.components.v2.component("pointwise_copy_link", js="\n" + script, css=STYLE)
