"""Beside the surface: what the network sees, how well it labels, how much there is of each class, and where next."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import replace
from functools import partial

import streamlit as st

from pointwise.segmentation import palette
from pointwise.segmentation.labelling import Area, areas, label_here_next, mean_iou
from pointwise.ui.frame import desk
from pointwise.ui.frame.html import TABLE_STYLE
from pointwise.ui.frame.labels import in_cell, number, percent
from pointwise.ui.frame.sections import choice, following
from pointwise.ui.paint import example_pictures, painted_surface, paintings
from pointwise.ui.paint.paintings import Work
from pointwise.ui.paint.pixel_labels import SETS, Answer
from pointwise.visible_text import visible

ACROSS = 160.0  # pixels of the picture around the place where to paint next
MOST_MICROMETRES = 100_000.0
SCORE = (
    "Mean intersection over union: of the pixels that have a class in the strokes or in the labels, the share that "
    "have it in both, averaged over the classes. 1 is perfect."
)
HELD_OUT = (
    "One stroke in four of each class is kept aside for it, and a second network learns from the others. What only "
    "that stroke shows counts as not known, so with few strokes it is lower than what you see."
)


def seen(name: str) -> str:
    """Which of SETS the network sees of a picture, after the choice."""
    first = paintings.seen_first(name)
    key = desk.widget(paintings.seen_key(name), first, SETS.__contains__)
    return choice("The network sees of each pixel", SETS, key, default=first)


def score(name: str, answer: Answer | None) -> None:
    """How well the strokes are followed, what it took, and where to paint next."""
    if answer is None:
        st.info("Paint at least one stroke each of two classes: then all other pixels are labelled.")
        return
    _score(name, answer)
    _next(name, answer)


def amounts(name: str, work: Work, answer: Answer | None) -> None:
    """The area of each class."""
    if answer is not None:
        _areas(name, work, answer)


def cost(answer: Answer) -> str:
    """A sentence on what the channels are, and what they and the network take."""
    given = answer.cost
    sets = ", ".join(f"{count} of {title} ({milliseconds:.0f} ms once)" for title, count, milliseconds in given)
    fit = 1e3 * answer.fitted.seconds
    label = 1e3 * answer.labelled.seconds
    return f"Channels of this picture: {sets}. After the last stroke: training {fit:.0f} ms, labelling {label:.0f} ms."


def _score(name: str, answer: Answer) -> None:
    held_out, truth = answer.fitted.held_out, example_pictures.truth(name)
    with st.container(horizontal=True):
        if held_out is not None:
            st.metric("Score on strokes held out", f"{held_out.score:.2f}", help=f"{SCORE} {HELD_OUT}")
        if truth is not None:
            st.metric("Score on the whole picture", f"{mean_iou(answer.labelled.labels, truth):.2f}", help=SCORE)
    if held_out is None:
        st.caption(
            "With three or more strokes of each class, some are held out to measure how well others are labelled."
        )
    st.caption(cost(answer))


def _next(name: str, answer: Answer) -> None:
    if (place := label_here_next(answer.labelled.probabilities, answer.scribbles[0])) is not None:
        y, x = place
        st.button(
            "Label here next",
            icon=":material/my_location:",
            key="paint.next",
            on_click=partial(painted_surface.go_to, x + 0.5, y + 0.5, ACROSS),
            help="Shows the place without strokes where the network is least sure: a stroke teaches it most there",
        )


def _areas(name: str, work: Work, answer: Answer) -> None:
    height, width = paintings.whole_shape(name)
    scale = (height * width) / answer.labelled.labels.size  # pixels of the file in one that is labelled
    side = work.micrometres * scale**0.5 if work.micrometres else None
    found = areas(answer.labelled.labels, len(work.classes), side)
    st.html(_table(work, found))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        known = work.micrometres or None
        st.number_input(
            "µm a pixel is wide, if known",
            0.0001,
            MOST_MICROMETRES,
            known,
            format="%g",
            width=200,
            **following(f"paint.micrometres.{name[:16]}", known, partial(_measure, name)),
        )
        st.download_button(
            "Areas (CSV)",
            lambda: _csv(work, found),
            file_name="areas.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="paint.areas",
        )


def _measure(name: str, typed: float | None) -> None:
    paintings.change(name, lambda work: replace(work, micrometres=typed or 0.0))


def _table(work: Work, found: list[Area]) -> str:
    unit = work.micrometres > 0
    rows = "".join(
        f'<tr><td><span style="display: inline-block; width: 0.8em; height: 0.8em; border-radius: 0.15em; '
        f'margin-right: 0.5em; background: {palette.COLOURS[area.label - 1]}"></span>'
        f"{html.escape(visible(work.classes[area.label - 1]))}</td><td>{percent(area.share)}</td>"
        f"<td>{area.pixels:,}</td>{f'<td>{number(area.area or 0.0)}</td>' if unit else ''}</tr>"
        for area in found
    )
    head = f"<th>Class</th><th>Share</th><th>Pixels</th>{'<th>µm²</th>' if unit else ''}"
    return (
        f'{TABLE_STYLE}<div style="overflow: auto" tabindex="0" role="region" aria-label="Area of each class">'
        f'<table class="pw-table numbers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _csv(work: Work, found: list[Area]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["class", "name", "pixels", "share", "square_micrometres"])
    for area in found:
        called = in_cell(work.classes[area.label - 1])
        rows.writerow([area.label, called, area.pixels, f"{area.share:.6f}", "" if area.area is None else area.area])
    return text.getvalue().encode("utf-8-sig")
