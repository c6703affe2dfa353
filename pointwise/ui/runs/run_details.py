"""One chosen run, or several: name, note and pin, and what can be asked of a run that goes on or has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pointwise.card import COMPARISON, PAINTING
from pointwise.errors import LibraryError
from pointwise.library import RunRecord
from pointwise.library.records import MOST_NAME, MOST_NOTE
from pointwise.models import PAINTER
from pointwise.ui.frame import labels, navigation, visitor
from pointwise.ui.frame.sections import Kept, following
from pointwise.ui.runs import deleted_runs, run_facts, runs_table
from pointwise.ui.training import session_run, weights_in_use

REFUSED = Kept("runs.refused", "")  # the sentence of a change that was refused
ASKED: Kept[tuple[str, str, str]] = Kept("runs.asked", ("", "", ""))  # run, its state then, what was asked for


def head(record: RunRecord) -> None:
    """What the run is called and what can be done with it; a change is kept at once."""
    left, right = st.columns(2)
    with left:
        st.text_input(
            "Name",
            record.name,
            max_chars=MOST_NAME,
            **_field("name", record, record.name),
        )
    with right:
        st.text_input(
            "Note",
            record.note,
            max_chars=MOST_NOTE,
            **_field("note", record, record.note),
            placeholder="What you tried, and what you found",
        )
    if refused := REFUSED.pop():
        st.error(labels.said(refused), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        _controls(record)
        _use(record)
        if record.arch == PAINTER:
            navigation.link("paint", _in_paint(record), run=record.id)
        st.toggle(
            "Pinned",
            record.pinned,
            **_field("pinned", record, record.pinned),
            help=runs_table.HELP["Pinned"],
        )
        st.button("Delete", icon=":material/delete:", key="runs.delete", on_click=deleted_runs.delete, args=(record,))
    if record.resumable:
        session_run.say_refusal()
    st.caption(labels.plain(_sentence(record)))
    if record.error:
        st.info(labels.said(record.error))


def several(records: Sequence[RunRecord]) -> None:
    """What can be done with several runs at once."""
    st.button(
        f"Delete these {len(records)} runs",
        icon=":material/delete:",
        key="runs.delete",
        on_click=deleted_runs.delete,
        args=tuple(records),
    )


def _sentence(record: RunRecord) -> str:
    scores = [
        f"{title} {run_facts.held_out(record, name)}"
        for name, title in run_facts.METRICS.items()
        if name in record.metrics and name != "loss"
    ]
    measured = f"; held out: {', '.join(scores)}" if scores and not record.active and record.kind != COMPARISON else ""
    place = "; made in the terminal" if record.owner == "" else ""
    data = run_facts.data(record)
    trained = f" on {data}" if data != run_facts.UNKNOWN else "; nobody said what it was trained on"
    return f"{run_facts.state(record).capitalize()}: {run_facts.model(record)}{trained}{measured}{place}."


def _in_paint(record: RunRecord) -> str:
    return "Paint on" if record.kind == PAINTING else "Label a picture with it"


def _controls(record: RunRecord) -> None:
    """Stop, pause and resume for what goes on, and Go on for what can."""
    if record.active:
        run, state, wish = ASKED.get()
        waits = (run, state) == (record.id, record.state)
        pause = ("Resume", "resume", "play_arrow") if record.state == "paused" else ("Pause", "pause", "pause")
        every = [("Stop", "stop", "stop")] if record.state == "queued" else [pause, ("Stop", "stop", "stop")]
        for label, name, icon in every:
            st.button(
                label,
                key=f"runs.{name}",
                icon=f":material/{icon}:",
                disabled=waits and wish in (name, "stop"),
                on_click=_ask_run,
                args=(record, name),
            )
    elif record.resumable and record.kind != COMPARISON:
        st.button(
            session_run.go_on_label(record),
            key="runs.go_on",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_go_on,
            args=(record.id,),
            help=session_run.go_on_help(record),
        )


def _use(record: RunRecord) -> None:
    arch = record.stands_in_for
    if arch is None or not record.bytes:
        if "preparation" in record.card and not record.active:
            st.caption("No page reads with it: it knows pictures of another kind. Ask it below.")
        return
    used = weights_in_use.choice(arch).run == record.id
    st.button(
        "Used in the pages" if used else "Use in the pages",
        key="runs.use",
        icon=":material/check:" if used else ":material/swap_horiz:",
        disabled=used,
        on_click=_use_it,
        args=(arch, record.id),
        help="Every page that reads a digit or prices a house uses these weights, and says so",
    )


def _use_it(arch: str, run: str) -> None:
    weights_in_use.use(arch, run)
    st.rerun()


def _go_on(run: str) -> None:
    session_run.go_on(run)
    st.rerun()


def _ask_run(record: RunRecord, wish: str) -> None:
    _refusable(lambda: visitor.shelf().ask(record.id, wish))
    ASKED.set((record.id, record.state, wish))


def _field(what: str, record: RunRecord, value: object) -> dict[str, Any]:
    """Key and callback of an input for what may be changed elsewhere, too."""
    return following(f"runs.{what}.{record.id}", value, lambda new: _change(what, record.id, new))


def _change(what: str, run: str, value: Any) -> None:
    shelf = visitor.shelf()
    changes: dict[str, Callable[..., None]] = {"name": shelf.rename, "note": shelf.annotate, "pinned": shelf.pin}
    _refusable(lambda: changes[what](run, value))
    st.rerun()


def _refusable(change: Callable[[], None]) -> None:
    try:
        change()
    except LibraryError as error:
        REFUSED.set(str(error))
