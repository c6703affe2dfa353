"""Every network by every recipe: what of the difference between the cards is network, and what is training.

The study is made beforehand and shipped in the folder models; where it is not there, nothing is shown.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import glossary, labels, shipped
from pointwise.ui.frame.html import TABLE_STYLE
from pointwise.ui.frame.sections import choice, folded

if TYPE_CHECKING:
    from pointwise.study.outcomes import Cell, Value
    from pointwise.study.study_file import Study

STUDY = "study.json"
ALL = "People's drawings"
SAMPLES = {"test": "MNIST test digits", "drawings": ALL}
SOURCES = {"unipen": "UNIPEN", "pendigits": "UCI"}  # as everybody else calls them
MEASURES = {"Read": "read", "Read wrongly, yet sure": "wrong_but_sure", "Calibration error": "calibration_error"}


def show() -> None:
    """The table, folded up, where a study is shipped."""
    label = "Which part is the network, which the training?"
    folded(label, "table", "study", shipped.MODELS / STUDY, lambda *file: _table(_study(*file)))


@shipped.once
def _study(path: Path, _: int) -> Study:
    from pointwise.study.study_file import read

    return read(path)


def _table(study: Study) -> None:
    from pointwise.intervals import CONFIDENCE
    from pointwise.study.comparison import sentences

    samples = _samples(study.cells)
    glossary.write(
        "The networks on the cards were not trained alike. Here each is trained by each [[recipe]]: down a column "
        "only the network differs, along a row only the training."
    )
    with st.container(horizontal=True):
        sample = samples[choice("Measured on", samples, "study.sample")]
        measure = choice("What is measured", MEASURES, "study.measure")
    st.html(_html(study.cells, sample, MEASURES[measure], measure))
    if MEASURES[measure] == "read":
        for sentence in sentences([one for one in study.parts if one.sample == sample], labels.MODELS):
            st.markdown(labels.plain(sentence))
    seeds = max(cell.seeds for cell in study.cells)
    glossary.write(
        f"In percent: the mean over {seeds} [[seeds|seed]] ± their spread, in brackets the {100 * CONFIDENCE:.0f} % "
        "interval of the sample; a difference inside it is not one. The drawings are a development set: recipes were "
        "chosen by them, and nothing was trained on them. All of it is measured by `python -m pointwise study`."
    )


def _samples(cells: Sequence[Cell]) -> dict[str, str]:
    """The samples by what they are called: all drawings first, those of each source, test digits."""
    there = {sample for cell in cells for sample, values in cell.values.items() if "read" in values}
    named = {one: one.partition(": ")[2] for one in sorted(there - set(SAMPLES), reverse=True)}
    sources = {f"Drawings, {SOURCES.get(name, name)}": one for one, name in named.items()}
    every = {ALL: "drawings", **sources, SAMPLES["test"]: "test"}
    return {labels.plain(name): sample for name, sample in every.items() if sample in there}


def _html(cells: Sequence[Cell], sample: str, measure: str, title: str) -> str:
    """Networks down, recipes across."""
    from pointwise.study.cells import RECIPES

    found = {(cell.network, cell.recipe): cell.values.get(sample, {}).get(measure) for cell in cells}
    sizes = {cell.network: cell.parameters for cell in cells}
    recipes = [one for one in RECIPES if any(recipe == one for _, recipe in found)]
    head = "".join(f"<th scope=col>{html.escape(name)}</th>" for name in ("Network, parameters", *recipes))
    rows = "".join(
        f'<tr><th scope=row>{html.escape(labels.MODELS.get(network, network))}<br><span style="font-weight: 400">'
        f"{size:,}</span></th>"
        + "".join(f"<td>{_cell(found.get((network, recipe)), sample)}</td>" for recipe in recipes)
        + "</tr>"
        for network, size in sizes.items()
    )
    return (
        f'{TABLE_STYLE}<div style="overflow: auto" tabindex="0" role="region" aria-label="{html.escape(title)}, by '
        f'network and recipe"><table class="pw-table numbers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )


def _cell(value: Value | None, sample: str) -> str:
    from pointwise.study.table import said

    if value is None:
        return "–"
    shown, bracket, interval = said(value, 2 if sample == "test" else 1).partition(" (")
    return html.escape(shown) + (f"<br>({html.escape(interval)}" if bracket else "")
