"""Files that come in: networks of Pointwise and of others, a run, or everything that somebody took along."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pointwise.card import HOUSES
from pointwise.errors import PointwiseError
from pointwise.models import ACTIVATIONS
from pointwise.ui.frame import labels, navigation, sections, startup, visitor
from pointwise.ui.frame.sections import Kept
from pointwise.ui.runs import runs_table

if TYPE_CHECKING:
    from pointwise.models import Network

KEY, MOST = "runs.load", 100  # megabytes
LABEL = (
    "A network (.safetensors of Pointwise; .pth, .pt or .safetensors with a state dict of PyTorch), or a .zip of runs; "
    f"up to {MOST} MB"
)
LOADED = Kept("runs.loaded", "")  # a sentence on what came in last


class Pending(NamedTuple):
    """A state dict that waits until it is said what nobody can see in it."""

    name: str  # of its file
    content: bytes
    unknown: tuple[str, ...]  # of QUESTIONS


PENDING: Kept[Pending | None] = Kept("runs.pending", None)
UNKNOWN = "I do not know"
SCALINGS = {  # state_dicts.SCALINGS in words
    "-1 to 1": "−1 to 1, as here: Normalize(0.5, 0.5)",
    "0 to 1": "0 to 1: ToTensor alone",
    "mnist": "Around 0, by MNIST's mean: Normalize(0.1307, 0.3081)",
}
QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {  # as a card's ``unknown`` names it: question and answers
    "data_set": ("Trained on", {**labels.SOURCES, HOUSES: "The tutorial's houses"}),
    "picture_scaling": ("How were its pictures scaled?", SCALINGS),
    "activation": ("Activation", {name: name for name in ACTIVATIONS}),
}


def show() -> None:
    """The field for a file, what is asked about a state dict, and a sentence on what came of it."""
    if navigation.arrived():
        LOADED.pop()
        PENDING.pop()
    with st.expander("Load a network or a run", icon=":material/upload:", key="runs.loader"):
        sections.upload(LABEL, KEY, _take, lambda: "Nothing here has changed.", MOST)
        pending = PENDING.get()
        if pending is not None and st.session_state.get(KEY) is not None:
            _questions(pending)
        if loaded := LOADED.get():
            st.success(loaded, icon=":material/check:")


def _questions(pending: Pending) -> None:
    st.markdown(
        f"**{labels.plain(pending.name)}** holds weights alone. Pictures that were scaled otherwise than −1 to 1 are "
        "read badly unless you say how, and without a word on its activation ReLU is taken. What you do not know is "
        "shown as unknown."
    )
    for column, what in zip(st.columns(len(pending.unknown)), pending.unknown, strict=True):
        question, answers = QUESTIONS[what]
        options: list[str | None] = [None, *answers]
        with column:
            st.selectbox(question, options, format_func=partial(_answer, what), key=_key(what))
    st.button("Load it", type="primary", key="runs.load_it", on_click=_load_pending)


def _answer(what: str, answer: str | None) -> str:
    return UNKNOWN if answer is None else QUESTIONS[what][1][answer]


def _key(what: str) -> str:
    return f"runs.said.{what}"


def _take(content: bytes, name: str) -> None:
    """What a file holds becomes rows of the table, or is asked about. Raises PointwiseError."""
    PENDING.pop()
    LOADED.pop()
    startup.wait()
    from pointwise.library import archive
    from pointwise.state_dicts import import_state_dict

    if archive.is_archive(content):
        _take_runs(content, name)
        return
    network = import_state_dict(content, name, most=MOST * 2**20)
    unknown = network.card.get("unknown")
    asked = tuple(what for what in QUESTIONS if isinstance(unknown, list) and what in unknown)
    if asked:
        PENDING.set(Pending(name, content, asked))
    else:
        _add(network, name)


def _take_runs(content: bytes, name: str) -> None:
    from pointwise.library import archive

    records = archive.unpack(visitor.shelf(), content, name)
    _came(f"'{labels.plain(records[0].name)}' was" if len(records) == 1 else f"{len(records)} runs were")
    runs_table.choose(*(record.id for record in records[-1:]))


def _load_pending() -> None:
    from pointwise.state_dicts import import_state_dict

    pending = PENDING.get()
    if pending is None:
        return
    said = {what: st.session_state.get(_key(what)) for what in pending.unknown}
    try:
        network = import_state_dict(
            pending.content,
            pending.name,
            data_set=said.get("data_set"),
            scaling=said.get("picture_scaling"),
            activation=said.get("activation"),
            most=MOST * 2**20,
        )
        _add(network, pending.name)
        sections.forget_refusal(KEY)
        PENDING.pop()
    except PointwiseError as error:
        sections.refuse(KEY, str(error))


def _add(network: Network, name: str) -> None:
    record = visitor.shelf().add(network, name.rpartition(".")[0] or name)
    _came(f"'{labels.plain(record.name)}' was")
    if network.config.architecture.labels_pixels:
        LOADED.set(f"{LOADED.get()} It labels pixels: above, *Label a picture with it* opens the page Paint.")
    runs_table.choose(record.id)


def _came(what: str) -> None:
    LOADED.set(f"{what} loaded.")
