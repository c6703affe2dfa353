"""What the study's file holds: cells against the trainings that they are of, and files of something else."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pointwise.errors import ModelFileError
from pointwise.intervals import counted_share, share_of_groups
from pointwise.study import cells, outcomes, study_file
from pointwise.study.outcomes import DRAWINGS, NO_DIGITS, OF, TEST, Raw, Sample, Training
from tests.tiny_study import CELLS, write_study

RAW = Raw(0.1, 0.1, 0.1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Training]]:
    path = tmp_path_factory.mktemp("study") / "study.json"
    return path, write_study(path)


def test_every_classifier_is_trained_by_every_recipe_the_most_work_last() -> None:
    from pointwise.models import CLASSIFIERS
    from pointwise.training import RECIPES

    kinds = [(cell.network, cell.recipe.name) for cell in cells.CELLS]
    assert sorted(kinds) == sorted((network, recipe) for network in CLASSIFIERS for recipe in RECIPES)
    assert kinds[-1] == ("conv_mlp", "augmented")
    assert all(cell.recipe == RECIPES[cell.recipe.name] for cell in cells.CELLS)
    assert set(cells.QUICK) < set(cells.CELLS)
    assert {cell.network for cell in cells.QUICK} == set(CLASSIFIERS)


def test_what_is_written_comes_back(tiny: tuple[Path, list[Training]]) -> None:
    path, trainings = tiny
    study = study_file.read(path)
    assert study.trainings == trainings
    assert study.cells == outcomes.cells_of(trainings)
    assert [(one.network, one.recipe) for one in study.cells] == [(one.network, one.recipe.name) for one in CELLS]
    assert study.facts == {"data": "some"}


def test_a_cell_is_the_mean_and_spread_of_its_seeds(tiny: tuple[Path, list[Training]]) -> None:
    _, trainings = tiny
    for cell in outcomes.cells_of(trainings):
        seeds = [one for one in trainings if (one.network, one.recipe) == (cell.network, cell.recipe)]
        assert cell.seeds == len(seeds) == 2
        shares = [one.samples[TEST].read / 60 for one in seeds]  # type: ignore[operator]
        read = cell.values[TEST]["read"]
        assert (read.mean, read.std) == (
            pytest.approx(statistics.mean(shares)),
            pytest.approx(statistics.stdev(shares)),
        )
        assert read.interval is not None
        assert read.interval[0] <= read.mean <= read.interval[1]
        assert cell.temperature.mean == pytest.approx(statistics.mean(one.temperature for one in seeds))
        assert set(cell.values) == {TEST, DRAWINGS, OF + "theirs", OF + "ours", NO_DIGITS}


def test_more_seeds_make_no_sample_larger() -> None:
    digits = Sample(100, 1, 90, 1, 5, 0.1, RAW)
    once, thrice = (outcomes.interval_of([digits] * seeds, "read") for seeds in (1, 3))
    assert once == thrice == counted_share(90, 100)
    drawings = Sample(40, 3, "32" * 20, "0" * 40, "1" * 40, 0.1, RAW)
    once, thrice = (outcomes.interval_of([drawings] * seeds, "read") for seeds in (1, 3))
    assert (once.low, once.high) == pytest.approx((thrice.low, thrice.high))
    hits = [n < int(digit) for digit in drawings.read for n in range(3)]  # type: ignore[union-attr]
    assert once.low == pytest.approx(share_of_groups(hits, np.repeat(np.arange(40), 3)).low)


@pytest.mark.parametrize(
    ("count", "times", "read"),
    [(10, 1, 11), (10, 1, -1), (2, 3, "34"), (3, 3, "33"), (2, 3, "3x"), (2, 3, 2), (0, 1, 0)],
)
def test_counts_that_do_not_fit_their_sample_are_refused(count: int, times: int, read: int | str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Sample(count, times, read, read, read, 0.1, RAW)


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "no trainings": lambda content: content.pop("trainings"),
    "no cells": lambda content: content.pop("cells"),
    "no parts": lambda content: content.pop("parts"),
    "empty": lambda content: content["trainings"].clear(),
    "no seed": lambda content: content["trainings"][0].pop("seed"),
    "no test": lambda content: content["trainings"][0]["samples"].pop(TEST),
    "too many": lambda content: content["trainings"][0]["samples"][TEST].update(read=10**6),
    "unknown": lambda content: content["cells"][0].update(more=1),
    "no values": lambda content: content["cells"][0].update(values=3),
    "no estimate": lambda content: content["parts"][0].update(total=0.1),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_broken_file_is_refused(how: str, tiny: tuple[Path, list[Training]], tmp_path: Path) -> None:
    content = json.loads(tiny[0].read_text(encoding="utf-8"))
    SPOILT[how](content)
    path = tmp_path / "study.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(
        ModelFileError, match=r"holds no results of a study\. Make it again with: python -m pointwise study"
    ):
        study_file.read(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "3", '{"trainings": 3, "cells": 3}'])
def test_a_file_of_something_else_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelFileError, match="holds no results of a study"):
        study_file.read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="does not exist"):
        study_file.read(tmp_path / "study.json")
