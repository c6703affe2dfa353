"""What there is to see of one chosen run: its replay, its sliders, how it was made, its mistakes, and its files."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.card import PAINTING, TABLE
from pointwise.data.catalogue import OWN
from pointwise.errors import PointwiseError
from pointwise.library import RunRecord
from pointwise.models import CLASSIFIERS
from pointwise.ui.frame import html, labels, startup, visitor
from pointwise.ui.frame.sections import Kept, choice, shown_errors
from pointwise.ui.runs import run_facts, run_mistakes

if TYPE_CHECKING:
    from pointwise.explain.replay import Snapshots
    from pointwise.models import Network

REPLAYED: Kept[tuple[str, Snapshots]] = Kept("runs.replayed", ("", ()))  # the run whose snapshots are in memory
HOLDS = "card, curve, snapshots and weights"
NETWORK: Kept[tuple[object, Network | None]] = Kept("runs.network", (None, None))


def show(record: RunRecord) -> None:
    """Show a run's replay, its sliders, how it was made, its mistakes, or its files: one at a time."""
    every: dict[str, Callable[[RunRecord], None]] = {}
    if _can_be_replayed(record):
        every["Replay"] = replay
    if record.arch and record.data_set == TABLE and not record.active:
        every["Ask it"] = _ask
    if record.arch in CLASSIFIERS and "preparation" in record.card and record.bytes and not record.active:
        every["Ask it"] = _ask_about_pictures
    every["How it was made"] = facts
    if run_mistakes.can_be_told(record):
        every["Mistakes"] = _mistakes
    if record.bytes:
        every["Files"] = _files
    with shown_errors():
        key = f"runs.view.{len(every)}.{next(iter(every))}.{'Mistakes' in every}"
        every[choice("Look at", every, key, persist_state="session")](record)


def _can_be_replayed(record: RunRecord) -> bool:
    """Whether it reads digits or prices houses, and has snapshots; with classes of its own, which the card names."""
    known = record.stands_in_for is not None and (record.data_set != OWN or bool(record.card))
    return known and bool(visitor.shelf().snapshots(record.id))


def replay(record: RunRecord) -> None:
    """The drawing, or the plane of houses, through the run's snapshots."""
    with startup.loading(height=320):
        from pointwise.card import rebuilt
        from pointwise.models import ModelConfig
        from pointwise.ui.canvas import drawing
        from pointwise.ui.runs import replay as player

        snapshots = _snapshots(record)
    config = rebuilt(ModelConfig, dict(record.config))
    how = player.Player("runs.replay", total=record.total or None)
    if record.stands_in_for in CLASSIFIERS:
        st.markdown("The drawing, read with the weights of every snapshot. Draw another on the page Draw a digit.")
        player.show_drawing(how, config, record.card, snapshots, drawing.received_image())
    else:
        player.show_prices(how, config, record.card, snapshots)
    if record.active:
        st.button("Look at what came since", icon=":material/refresh:", key="runs.again")


def _snapshots(record: RunRecord) -> Snapshots:
    """The run's snapshots, the same object until there are more; those that were read already are not read again."""
    shelf = visitor.shelf()
    run, known = REPLAYED.get()
    steps = [snapshot.step for snapshot in shelf.snapshots(record.id)]
    if run != record.id or [step for step, _ in known] != steps:
        there = dict(known) if run == record.id else {}
        known = tuple((step, there.get(step) or shelf.weights(record.id, step)) for step in steps)
        REPLAYED.set((record.id, known))
    return known


def facts(record: RunRecord) -> None:
    """Settings, data, and where and how long it was trained."""
    rows = [(name.capitalize(), value) for name, value in run_facts.settings(record).items()]
    rows += run_facts.circumstances(record).items()
    st.html(html.table(["", ""], rows, numbers=False, label="How it was made"))


def _ask(record: RunRecord) -> None:
    with startup.loading(height=200):
        from pointwise.ui.training import table_questions

        network = _network(record)
    table_questions.ask(network, f"runs.ask.{record.id}")


def _mistakes(record: RunRecord) -> None:
    with startup.loading(height=400):
        network = _network(record)
    run_mistakes.show(record, network)


def _ask_about_pictures(record: RunRecord) -> None:
    with startup.loading(height=200):
        from pointwise.ui.runs import picture_questions

        network = _network(record)
    picture_questions.ask(record, network)


def _files(record: RunRecord) -> None:
    """The network's files, and the whole run as one."""
    with startup.loading(height=90):
        from pointwise.library import archive
        from pointwise.ui.training import downloads

    is_painting = record.kind == PAINTING
    name = re.sub(r"[^A-Za-z0-9]+", "-", record.name).strip("-")[:40] or "run"
    if record.config and (record.card or not is_painting):
        try:
            downloads.buttons(_network(record), f"{name}-{record.id[:4]}")
        except PointwiseError as error:
            st.caption(labels.said(error))
    st.download_button(
        "The whole run",
        functools.partial(archive.pack_run, visitor.shelf(), record.id),
        file_name=f"{name}.zip",
        mime="application/zip",
        icon=":material/folder_zip:",
        on_click="ignore",
        key="runs.zip",
    )
    what = "strokes, classes, network and, where it is your own, picture" if is_painting else HOLDS
    st.markdown(f"Its {what} in one .zip, for somebody else to load on this page.")


def _network(record: RunRecord) -> Network:
    """The run's network, the same object until it has other weights."""
    known, network = NETWORK.get()
    if network is None or known != (record.id, record.step, record.changed):
        network = visitor.shelf().network(record.id)
        NETWORK.set(((record.id, record.step, record.changed), network))
    return network
