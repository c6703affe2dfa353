"""What differs between two runs: settings, metrics, and whether equal jobs gave equal curves and weights."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pointwise.card import COMPARISON, PAINTING
from pointwise.errors import LibraryError
from pointwise.library import RunRecord, Shelf
from pointwise.ui.frame import html, labels, visitor
from pointwise.ui.runs import run_facts


def show(one: RunRecord, other: RunRecord) -> None:
    """Both side by side, the older one first: what differs, metrics with their difference, and the same seed twice."""
    one, other = sorted((one, other), key=lambda record: record.made)
    st.header("What differs")
    head = ["", one.name, other.name]
    rows = differences(one, other)
    if rows:
        st.html(html.table(head, rows, numbers=False, label="Settings that differ"))
    elif run_facts.same_job(one, other):
        st.markdown("Nothing: the same network, recipe, seed and data.")
    else:
        st.markdown("Nothing that is known of them.")
    if run_facts.same_job(one, other):
        for sentence in same_seed_twice(visitor.shelf(), one, other):
            st.markdown(sentence)
    if measured := _metrics(one, other):
        st.html(html.table([*head, "difference"], measured, label="What was measured"))
        st.caption(f"{_when(one, other)} The difference is the right run's minus the left one's.")


def _when(one: RunRecord, other: RunRecord) -> str:
    paintings = [record.kind == PAINTING for record in (one, other)]
    if all(paintings):
        return "On strokes held out, after the latest stroke."
    latest = "at the end of the latest epoch"
    return f"Held out, {latest}{', or after the latest stroke' if any(paintings) else ''}."


def differences(one: RunRecord, other: RunRecord) -> list[tuple[str, str, str]]:
    """Every setting that differs, by its name: the first run's and the second's."""
    first, second = run_facts.settings(one), run_facts.settings(other)
    names = dict.fromkeys([*first, *second])
    rows = [(name, first.get(name, run_facts.NOTHING), second.get(name, run_facts.NOTHING)) for name in names]
    return [row for row in rows if row[1] != row[2]]


def _metrics(one: RunRecord, other: RunRecord) -> list[Sequence[str]]:
    if COMPARISON in (one.kind, other.kind):
        return []
    rows: list[Sequence[str]] = []
    for name, title in run_facts.METRICS.items():
        a, b = one.metrics.get(name), other.metrics.get(name)
        if a is None and b is None:
            continue
        values = [
            run_facts.NOTHING if value is None else run_facts.metric(record, name, value)
            for record, value in ((one, a), (other, b))
        ]
        change = run_facts.NOTHING
        if a is not None and b is not None and run_facts.same_task(one, other):
            change = run_facts.difference(one, name, a, b)
        rows.append((title, *values, change))
    if one.seconds and other.seconds:
        times = [labels.duration(record.seconds) for record in (one, other)]
        rows.append(("time at work", *times, f"{other.seconds - one.seconds:+.1f} s"))
    return rows


def same_seed_twice(shelf: Shelf, one: RunRecord, other: RunRecord) -> list[str]:
    """How equal two trainings of one job came out, in sentences."""
    sentences = []
    gap = loss_gap(shelf, one, other)
    if gap is not None:
        most, steps = gap
        result = (
            f"exactly the same curve, step by step, over {steps:,} points"
            if most == 0
            else f"the two loss curves differ by at most **{labels.number(most)}** at the same step"
        )
        sentences.append(f"The same seed twice: {result}.")
    if not one.active and not other.active:
        difference = _weights_gap(shelf, one.id, other.id, one.changed, other.changed)
        if difference == 0:
            sentences.append("The weights at the end are the same, bit for bit.")
        elif difference is not None:
            sentences.append(f"The weights at the end differ by at most **{labels.number(difference)}**.")
    return sentences + machine_differences(one, other)


def loss_gap(shelf: Shelf, one: RunRecord, other: RunRecord) -> tuple[float, int] | None:
    """The largest difference of two losses at the same step, and the number of steps; None where there is none."""
    first, second = ({p.step: p.loss for p in shelf.curves(record.id).history} for record in (one, other))
    steps = first.keys() & second.keys()
    return (max(abs(first[step] - second[step]) for step in steps), len(steps)) if steps else None


@st.cache_data(show_spinner=False, max_entries=32)
def _weights_gap(_shelf: Shelf, one: str, other: str, *changed: float) -> float | None:
    """The largest difference of two weights at the end; None where they are of different steps, or not both kept."""
    ends = {(record.step, record.state in ("done", "stopped")) for record in map(_shelf.run, (one, other))}
    if len(ends) > 1 or not ends.pop()[1]:
        return None
    try:
        first, second = (_shelf.network(run).state_dict() for run in (one, other))
    except LibraryError:
        return None
    return max(float((first[name].double() - second[name].double()).abs().max()) for name in first)


def machine_differences(one: RunRecord, other: RunRecord) -> list[str]:
    """Sentences on what may explain that equal jobs came out differently: threads and versions."""
    sentences = []
    first, second = (labels.plain(run_facts.threads(record)) for record in (one, other))
    if first and second and first != second:
        sentences.append(
            f"They were trained with {first} and {second} threads, which add up numbers in another order: "
            "equality bit for bit is not expected."
        )
    first, second = (labels.plain(run_facts.torch_version(record)) for record in (one, other))
    if first and second and first != second:
        sentences.append(f"They were trained with PyTorch {first} and {second}, which may differ a little.")
    return sentences
