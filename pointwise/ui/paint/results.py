"""Beside the surface: what the network sees, how well it labels, how much there is of each class, and where next."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import replace
from functools import partial

import streamlit as st

from pointwise.segmentation import palette, stroke_scores
from pointwise.segmentation.labelling import Area, areas, label_here_next, mean_iou
from pointwise.segmentation.stroke_scores import StrokeScore
from pointwise.ui.frame import desk
from pointwise.ui.frame.html import TABLE_STYLE
from pointwise.ui.frame.labels import in_cell, number, percent, plain
from pointwise.ui.frame.sections import Kept, choice, following, press
from pointwise.ui.paint import example_pictures, painted_surface, paintings, pixel_labels
from pointwise.ui.paint.paintings import SETS, Work
from pointwise.ui.paint.pixel_labels import Answer
from pointwise.ui.training.server_queue import in_turn
from pointwise.visible_text import visible

EACH: Kept[tuple[object, StrokeScore] | None] = Kept("paint.each_stroke", None)  # and what it is of
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
EACH_HELD_OUT = (
    "Four networks, each trained without a quarter of the strokes of each class, label the strokes that they have not "
    "seen."
)


def seen(name: str) -> str:
    """Which of SETS the network sees of a picture, after the choice."""
    first = paintings.seen_first(name)
    key = desk.widget(paintings.seen_key(name), first, SETS.__contains__)
    return choice("The network sees of each pixel", SETS, key, default=first)


def score(name: str, work: Work, answer: Answer | None) -> None:
    """How well the strokes are followed, what it took, and where to paint next."""
    if answer is None:
        st.info(asked(work))
        return
    shown = st.container()
    with st.container(horizontal=True):
        _next(name, answer)
        _measure_each(name, answer)
    with shown:
        _score(name, work, answer)


def asked(work: Work) -> str:
    """A sentence on what is to be painted where nothing can be learned yet."""
    if len({stroke.label for stroke in work.painting.strokes if stroke.label}) > 1:
        return (
            "Only one class is left to be seen: strokes of the others are painted over, erased, or off the picture. "
            "Paint one more of a second class."
        )
    return "Paint at least one stroke each of two classes: then all other pixels are labelled."


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


def _score(name: str, work: Work, answer: Answer) -> None:
    held_out, truth, each = answer.fitted.held_out, example_pictures.truth(name), EACH.get()
    each = each if each and each[0] == answer.fitted_to else None
    with st.container(horizontal=True):
        if held_out is not None:
            st.metric("Score on strokes held out", f"{held_out.score:.2f}", help=f"{SCORE} {HELD_OUT}")
        if each is not None:
            st.metric("Each stroke held out once", f"{each[1].score:.2f}", help=f"{SCORE} {EACH_HELD_OUT}")
        if truth is not None:
            st.metric("Score on the whole picture", f"{mean_iou(answer.labelled.labels, truth):.2f}", help=SCORE)
    if held_out is None:
        st.caption("With two or more strokes of a class, one is held out to measure how well others are labelled.")
    else:
        classes = ", ".join(f"{plain(work.classes[of - 1])} {iou:.2f}" for of, iou in held_out.by_class.items())
        alone = [plain(work.classes[of - 1]) for of in answer.fitted.present if of not in held_out.by_class]
        left_out = f" Not measured, for want of a second stroke: {', '.join(alone)}." if alone else ""
        st.caption(f"Measured on {held_out.strokes} of the {answer.stroke_count} strokes: {classes}.{left_out}")
    if each is not None:
        low, high = each[1].interval
        st.caption(
            f"Each of {each[1].strokes} strokes held out once: with others like them the score would be between "
            f"{low:.2f} and {high:.2f}, nine times in ten."
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


def _measure_each(name: str, answer: Answer) -> None:
    """A button for a score that rests on all strokes."""
    if answer.fitted.held_out is None:
        return
    if press("Hold out each stroke once", "paint.each", icon=":material/rule:", help=EACH_HELD_OUT):
        given = pixel_labels.channels(name, paintings.picture(name), answer.seen)
        with in_turn("Training without each stroke", long=True):
            EACH.set((answer.fitted_to, stroke_scores.of_network(given, *answer.scribbles)))


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
