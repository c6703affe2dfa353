"""A real study, but tiny: two networks by two recipes, two seeds, a few bundled digits and drawings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pointwise.data import drawn_digits
from pointwise.data.measured_nondigits import measured_nondigits
from pointwise.data.pen_strokes import PenDigit
from pointwise.jobs import Pictures
from pointwise.jobs.workers import Workers, trained
from pointwise.study import cells, comparison, measuring, outcomes, study_file
from pointwise.study.work import StudyWork

SEVEN = (((0.1, 0.1), (0.9, 0.1), (0.4, 0.9)),)
ONE = (((0.5, 0.0), (0.5, 1.0)),)
DRAWINGS = tuple(
    PenDigit(label, strokes, source) for source in ("theirs", "ours") for label, strokes in ((7, SEVEN), (1, ONE))
)
CELLS = tuple(
    cells.Cell(one.network, replace(one.recipe, epochs=1, batch_size=32, made=0))
    for one in cells.CELLS
    if one.network in ("nin", "mlp_1x1") and one.recipe.name != "fast"
)
SOME = Pictures("digits", few=96, few_held_out=60)


def quickly(patch: pytest.MonkeyPatch) -> None:
    """Measure on fewer made drawings and pictures of no digit than the study does."""
    patch.setattr(drawn_digits, "MADE", 20)
    patch.setattr(measuring, "no_digits", lambda: measured_nondigits(20))
    drawn_digits.made_drawings.cache_clear()


def write_study(path: Path) -> list[outcomes.Training]:
    """Write a tiny study; its trainings."""
    jobs = cells.study_jobs(CELLS, (0, 1), SOME)
    with pytest.MonkeyPatch.context() as patch:
        quickly(patch)
        found = [
            study_file.training_from(job.config.arch, job.recipe.name, job.recipe.seed, one.measured)
            for name, one in trained(jobs, Workers(0), None, StudyWork(SOME, DRAWINGS))
            for job in (jobs[name],)
        ]
    drawn_digits.made_drawings.cache_clear()
    study_file.write(path, study_file.as_json(found, comparison.parts_of(found), {"data": "some"}))
    return found
