"""What an address brings along, used once, and what of it could not be used, said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pointwise.ui.canvas.drawing import Drawing, keep
from pointwise.ui.frame import address, navigation
from pointwise.ui.frame.labels import plain
from pointwise.ui.frame.sections import Kept
from pointwise.ui.links.fields import OWN, Field

BUTTON = "links-share"  # the key of what the button that copies a link stands in
VERSION, VERSIONS = "v", ("1",)
STREAMLITS = ("embed", "embed_options")
LONGEST = 40  # letters of an address in a sentence
MOST = 3  # sentences
PROBLEMS: Kept[tuple[str, ...]] = Kept("links.problems", ())
USED: Kept[Mapping[str, str]] = Kept("links.used", {})  # the address that was looked at last


def take(page: str) -> None:
    """Use what the address of ``page`` says and the session does not know yet. By app.py, before the page."""
    said = dict(st.query_params.to_dict())
    fresh = navigation.arrived()
    if fresh:
        PROBLEMS.pop()
        OWN.pop()
    if said == USED.get() and not fresh:
        return
    if not said:
        USED.set(said)
        return
    from pointwise.ui.links.linked_pages import PAGES  # many parts of pages, which a bare address can do without

    known = {field.name: field for field in PAGES.get(page, ())}
    problems = [*_odd(said, known)]
    for name, field in known.items():
        if name in said and (fresh or not field.stays):
            problems += _used(field, said[name])
    if problems:
        PROBLEMS.set(tuple(problems))
    _tidy(said, known)
    USED.set(dict(st.query_params.to_dict()))


def place_of_share() -> DeltaGenerator:
    """Above the page's title, empty until the page is on its way: the button that copies a link comes there."""
    return st.container(key=BUTTON, horizontal=True, horizontal_alignment="right")


def say() -> None:
    """What could not be used, whose drawing is on the page, and a teacher's question."""
    problems = PROBLEMS.get()
    if problems:
        more = f" {len(problems) - MOST} more parts were left out." if len(problems) > MOST else ""
        st.warning(plain(" ".join(problems[:MOST]) + more), icon=":material/link_off:")
    if own := OWN.get():
        with st.container(horizontal=True, vertical_alignment="center", key="links-own"):
            st.markdown("This drawing came with the link.")
            st.button("Back to mine", icon=":material/undo:", on_click=_back, args=(own,), key="links.back")
    address.ask()


def _used(field: Field, text: str) -> list[str]:
    try:
        field.take(text)
    except ValueError as error:
        return [f"The link's {field.what} “{_short(text)}” cannot be shown. {error}"]
    return []


def _odd(said: Mapping[str, str], known: Mapping[str, Field]) -> list[str]:
    """Sentences on what no page, or not this one, knows."""
    version, hidden = said.get(VERSION, VERSIONS[0]), said.get(address.HIDE, "")
    problems = []
    if version not in VERSIONS:
        problems.append(f"This link is of a later version ({_short(version)}); what this one understands is shown.")
    for part in filter(None, hidden.split(",")):
        if part not in address.PARTS:
            problems.append(f"The link hides “{_short(part)}”. What can be hidden: {', '.join(address.PARTS)}.")
    if len(said.get(address.ASK, "")) > address.LONGEST_QUESTION:
        problems.append(f"The link's question is cut after {address.LONGEST_QUESTION} letters.")
    for name in sorted(said.keys() - known.keys() - {VERSION, address.HIDE, address.ASK, *STREAMLITS}):
        problems.append(f"This page knows nothing called “{_short(name)}”, which the link speaks of.")
    return problems


def _tidy(said: Mapping[str, str], known: Mapping[str, Field]) -> None:
    """Take out of the address what was used, so that a reload shows what was done since.

    In a frame of another page nothing is kept, and the address is all that a reload has.
    """
    if st.context.is_embedded:
        return
    stay = {name for name, field in known.items() if field.stays} | {address.HIDE, address.ASK}
    for name in said.keys() - stay - set(STREAMLITS):
        del st.query_params[name]


def _back(own: tuple[Drawing, ...]) -> None:
    for one in own:
        keep(one.reopened())
    OWN.pop()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
