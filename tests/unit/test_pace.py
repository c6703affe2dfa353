"""How long a job would take, by a clock that only its own work moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pointwise.jobs import Job, expected_seconds, pace
from pointwise.models import default_config
from pointwise.training import Epoch, Recipe, Step

LOADING, STEP, MEASURING = 3.0, 0.1, 0.5  # seconds
now = 0.0


class Toy(Job):
    """100 examples."""

    kind, score, result, held_out = "toy", "accuracy", (), "nothing"

    def examples(self) -> tuple[Any, Any]:
        spend(LOADING)
        return range(100), range(10)

    def steps_on(self, training: Any, held_out: Any, **how: Any) -> Iterator[Step]:  # type: ignore[override]
        per_epoch = len(training) // self.recipe.batch_size
        total = self.recipe.epochs * per_epoch
        for number in range(1, total + 1):
            spend(STEP)
            ends = number % per_epoch == 0
            if ends:
                spend(MEASURING)
            if (yield Step(number, total, 10, 0.0, Epoch(1, {}, {}) if ends else None)):
                spend(MEASURING)
                yield Step(number, total, 10, 0.0, Epoch(1, {}, {}, complete=False))
                return

    def _facts(self, training: Any) -> dict[str, Any]:
        return {}


def spend(seconds: float) -> None:
    global now
    now += seconds


@pytest.mark.parametrize("patience", [0.25, 100.0], ids=["within an epoch", "to its end"])
def test_the_time_is_that_of_loading_of_all_steps_and_of_measuring_after_each_epoch(
    monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now)
    job = Toy(default_config("nin"), Recipe("toy", epochs=7, batch_size=10), None)
    whole = LOADING + 7 * (10 * STEP + MEASURING)
    assert expected_seconds(job, patience) == pytest.approx(whole, abs=8 * STEP)
    twice = expected_seconds(replace(job, recipe=replace(job.recipe, epochs=14)), patience)
    assert twice - LOADING == pytest.approx(2 * (whole - LOADING), abs=15 * STEP)
