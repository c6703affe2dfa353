"""What a worker does with a job of the study: it trains, measures, finds again, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise.calibration import SURE, logits_of
from pointwise.data import drawn_digits
from pointwise.data.digits import normalise
from pointwise.evaluation import ROUNDS, draw
from pointwise.jobs import PictureJob
from pointwise.jobs.workers import Workers, trained
from pointwise.models import SHIPPED, default_config
from pointwise.reliability import reliability
from pointwise.study import measuring, work
from pointwise.study.outcomes import DRAWINGS, OF, TEST
from pointwise.study.study_file import training_from
from pointwise.study.work import StudyWork
from pointwise.training import Recipe
from pointwise.weights import load_model
from tests import tiny_study
from tests.tiny_study import SOME

RECIPE = Recipe("fast", epochs=3, batch_size=32)
JOB = PictureJob(default_config("mlp_1x1"), RECIPE, SOME)
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    tiny_study.quickly(monkeypatch)
    yield
    drawn_digits.made_drawings.cache_clear()


def test_what_is_measured_is_what_the_network_says() -> None:
    outcome = StudyWork(SOME, tiny_study.DRAWINGS)(JOB, device=CPU)
    *_, last = JOB.steps(device=CPU)
    network = JOB.network(last.epoch)
    found = training_from("mlp_1x1", "fast", 0, outcome.measured)
    assert outcome.metrics["accuracy"] == found.samples[TEST].share("read") == last.epoch.metrics["accuracy"]
    drawn = draw(tiny_study.DRAWINGS).anywhere
    logits = logits_of(network, normalise(drawn.images))
    right = logits.argmax(1) == drawn.labels
    whole = found.samples[DRAWINGS]
    assert [*map(int, str(whole.read))] == right.reshape(ROUNDS, -1).sum(0).tolist()
    assert whole.raw.unsure == pytest.approx(float((logits.softmax(1).max(1).values < SURE).float().mean()))
    assert whole.raw.calibration_error == reliability(logits.softmax(1), drawn.labels).calibration_error
    fitted = (logits / found.temperature).softmax(1)
    assert whole.calibration_error == pytest.approx(reliability(fitted, drawn.labels).calibration_error, abs=1e-3)
    assert (found.parameters, found.threads, found.torch) == (203_530, 1, str(torch.__version__))
    assert str(found.samples[OF + "theirs"].read) + str(found.samples[OF + "ours"].read) == whole.read


def test_every_network_gets_its_temperature_by_the_same_procedure() -> None:
    """Also one whose card has one already, or whose recipe gives none."""
    network = load_model(SHIPPED / "mlp_1x1.safetensors")
    network.card = {"temperature": 3.0}
    made = drawn_digits.made_drawings()
    logits = logits_of(network, normalise(made.images))
    fitted = measuring.measured(network, SOME, ())["temperature"]
    losses = [
        float(torch.nn.functional.cross_entropy(logits / t, made.labels)) for t in (0.8 * fitted, fitted, 1.25 * fitted)
    ]
    assert min(losses) == losses[1]


def test_a_network_that_is_there_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = StudyWork(SOME, (), tmp_path)(JOB, device=CPU)
    with monkeypatch.context() as patch:
        patch.setattr(PictureJob, "steps", None)
        again = StudyWork(SOME, tiny_study.DRAWINGS, tmp_path)(JOB, device=CPU)
    assert again.measured["samples"][TEST] == first.measured["samples"][TEST]
    assert again.measured["seconds"] == first.measured["seconds"]
    assert DRAWINGS in again.measured["samples"]
    other = replace(JOB, recipe=replace(RECIPE, learning_rate=2e-3))  # of the same name
    assert StudyWork(SOME, (), tmp_path)(other, device=CPU).measured["samples"][TEST] != first.measured["samples"][TEST]


def test_a_training_goes_on_in_the_middle_to_the_same_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed = StudyWork(SOME, (), tmp_path / "whole")(JOB, device=CPU)
    monkeypatch.setattr(work, "EVERY", 0.0)
    steps = PictureJob.steps

    def killed(job: PictureJob, **how: Any) -> Iterator[Any]:
        for number, step in enumerate(steps(job, **how), start=1):
            if number == 5:
                raise KeyboardInterrupt
            yield step

    half = StudyWork(SOME, (), tmp_path / "half")
    with monkeypatch.context() as patch:
        patch.setattr(PictureJob, "steps", killed)
        with pytest.raises(KeyboardInterrupt):
            half(JOB, device=CPU)
    (checkpoint,) = (tmp_path / "half").iterdir()
    begun: list[int] = []

    def counted(job: PictureJob, **how: Any) -> Iterator[Any]:
        for step in steps(job, **how):
            begun.append(step.number)
            yield step

    monkeypatch.setattr(PictureJob, "steps", counted)
    again = half(JOB, device=CPU)
    assert begun[0] == 5
    assert again.metrics == undisturbed.metrics
    name = "mlp_1x1-fast-0.safetensors"
    whole, halves = (load_model(tmp_path / folder / name).state_dict() for folder in ("whole", "half"))
    assert all(torch.equal(whole[key], halves[key]) for key in whole)
    assert not checkpoint.exists()


def test_results_that_were_measured_otherwise_are_measured_anew(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    jobs = {"one": JOB}
    ((_, first),) = trained(jobs, Workers(0), kept, StudyWork(SOME))
    ((_, more),) = trained(jobs, Workers(0), kept, StudyWork(SOME, tiny_study.DRAWINGS))
    assert len(kept.read_text().splitlines()) == 2
    assert DRAWINGS not in first.measured["samples"]
    assert DRAWINGS in more.measured["samples"]
    ((_, again),) = trained(jobs, Workers(0), kept, StudyWork(SOME))
    assert again.measured == first.measured
    assert len(kept.read_text().splitlines()) == 2
