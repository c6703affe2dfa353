"""A confusion matrix whose numbers are buttons (confusion_matrix.js): how many pictures of a class were read as which.

The mistakes alone have a colour, of one hue, by a scale of their own; what was read rightly, a hundred times as many,
would drown them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pointwise.inpage import bundled

ALL = -1  # in place of a class: whatever it is
SHORT = 3  # letters of a name that stands upright over its column

_matrix = st.components.v2.component(
    "pointwise_confusion",
    html='<div class="matrix"><table></table></div>',
    css=""".matrix {overflow-x: auto; font-family: var(--st-font); color: var(--st-text-color); padding: 3px;
  scrollbar-width: thin}
table {border-collapse: separate; border-spacing: 2px; table-layout: fixed; width: 100%; min-width: var(--least);
  max-width: calc(var(--first) + var(--count) * 3.1rem); font-size: 0.85rem; font-variant-numeric: tabular-nums;
  line-height: 1.1}
caption {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
col.first {width: var(--first)}
th, td {padding: 0; height: 2rem; text-align: center; font-weight: 400; border-radius: 3px}
th {font-weight: 600}
th.axis {height: 1.4rem; font-weight: 400; opacity: 0.85}
thead th.axis:first-child {text-align: right; padding-right: 0.4rem; vertical-align: bottom}
button {all: unset; cursor: pointer}
button, span {display: flex; box-sizing: border-box; width: 100%; height: 100%; min-height: 24px; align-items: center;
  justify-content: center; border-radius: 3px; overflow: hidden}
th button {text-decoration: underline dotted; text-underline-offset: 0.2em}
tbody th :is(button, span) {justify-content: flex-end; padding-right: 0.4rem; white-space: nowrap}
tbody th b {overflow: hidden; text-overflow: ellipsis}
.long thead th:not(.axis) {height: 6.5rem}
.long thead th:not(.axis) b {writing-mode: vertical-rl; transform: rotate(180deg); max-height: 6.3rem; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap}
.long thead th:not(.axis) :is(button, span) {align-items: flex-end}
b {font-weight: inherit}
:is(tbody th, thead th.axis:first-child) {position: sticky; left: 0; background: var(--st-background-color)}
td.none {opacity: 0.7}
td.right {border: 1px solid color-mix(in srgb, var(--st-text-color) 35%, transparent); opacity: 0.85}
td.wrong {color: light-dark(#000000, #ffffff); background: light-dark(
  color-mix(in srgb, #d55e00 calc(var(--share) * 85%), #ffffff),
  color-mix(in srgb, #d55e00 calc(var(--share) * 65%), #10151b))}
button:hover {outline: 2px solid color-mix(in srgb, var(--st-primary-color) 60%, transparent); outline-offset: -1px}
button[aria-pressed=true] {outline: 3px solid var(--st-primary-color); outline-offset: -1px; font-weight: 700}
button:focus-visible {outline: 3px solid var(--st-text-color); outline-offset: -1px}
@media (max-width: 640px) {
  table {border-spacing: 1px; font-size: 0.75rem}
  .matrix:not(.long) table {min-width: calc(var(--count) * 1.6rem)}
  .long col.first {width: min(var(--first), 5rem)}
  .long table {min-width: calc(5rem + var(--count) * 1.62rem)}
  .long td {font-size: 0.7rem}
}""",
    js=bundled(Path(__file__).with_name("confusion_matrix.js")),
)


@dataclass(frozen=True)
class Matrix:
    """How many pictures of each class were read as which, for some of the classes."""

    classes: Sequence[int]  # their numbers
    names: Sequence[str]  # one each, visible text
    counts: Sequence[Sequence[int]]  # a row for what a picture is, a column for what was read
    pictures: Sequence[int]  # of each class
    missed: Sequence[int]  # of each class: how many were read as another
    read: Sequence[int]  # how many of others were read as each


def matrix(key: str, shown: Matrix, chosen: tuple[int, int], alt: str, choose: Callable[[], None]) -> None:
    """The matrix. A cell is chosen by pointer or key, or all that a class was read as, or that was read as one.

    ``chosen`` are numbers of classes, what it is and what was read, either of them ALL. ``choose`` is called when
    ``st.session_state[key].chosen`` has two such numbers.
    """
    _matrix(
        key=key,
        data={
            "classes": list(shown.classes),
            "names": list(shown.names),
            "counts": [list(row) for row in shown.counts],
            "pictures": list(shown.pictures),
            "missed": list(shown.missed),
            "read": list(shown.read),
            "chosen": list(chosen),
            "alt": alt,
            "long": max(map(len, shown.names), default=0) > SHORT,
        },
        on_chosen_change=choose,
    )
