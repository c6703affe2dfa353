"""Every kind of job: described and rebuilt, trained, its network and the card of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise.data import catalogue
from pointwise.data.housing import HouseOptions, make_houses
from pointwise.data.table import Columns, Prepared, load_sample, prepare
from pointwise.errors import ConfigError
from pointwise.evaluation import own_data, scores
from pointwise.inference import price_scaling
from pointwise.jobs import (
    AS_WRITTEN,
    STANDARDISED,
    Comparison,
    HouseJob,
    Job,
    PictureJob,
    Pictures,
    TableJob,
    compare_scalings,
    job_from,
    table_config,
)
from pointwise.models import ModelConfig, build, default_config
from pointwise.training import Epoch, Recipe, measure, recipe_named, table_recipe
from pointwise.training.metrics import temperature_for
from pointwise.training.processes import Group
from pointwise.weights import load_model, to_bytes
from tests.unit.test_package import run_python

SHORT = Recipe("short", epochs=2, batch_size=32)
BAG = ModelConfig("bag_of_pixels", widths=(2, 2))
ON_EVERY_CARD = {
    "recipe",
    "seed",
    "data_set",
    "data",
    "metrics",
    "epochs",
    "seconds",
    "threads",
    "versions",
    "precision",
}


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    table = load_sample()
    return prepare(table, table.targets[-1], table.features[:3])


@pytest.fixture
def job(request: pytest.FixtureRequest, prepared: Prepared, write_mnist: Callable[..., Path]) -> Job:
    """One of each kind."""
    if request.param == "digits":
        return PictureJob(BAG, SHORT, Pictures("digits", few=96))
    if request.param == "kmnist":
        return PictureJob(BAG, SHORT, Pictures("kmnist", write_mnist(folder="KMNIST")))
    if request.param == "houses":
        return HouseJob(default_config("price_1x1"), replace(SHORT, standardise=True), HouseOptions(rows=64, noise=5.0))
    return TableJob(table_config(prepared), table_recipe(353, epochs=2), prepared)


each_kind = pytest.mark.parametrize("job", ["digits", "kmnist", "houses", "table"], indirect=True)


def last_epoch(job: Job | Comparison) -> Epoch:
    *_, last = job.steps()
    return last.epoch


@each_kind
def test_a_description_makes_the_same_job(job: Job, prepared: Prepared) -> None:
    assert job_from(json.loads(json.dumps(job.describe())), prepared) == job


@each_kind
def test_the_network_has_the_epochs_weights_and_says_how_it_was_made(job: Job) -> None:
    epoch = last_epoch(job)
    model = job.network(epoch)
    assert all(torch.equal(model.state_dict()[name], t) for name, t in epoch.weights.items())
    assert not model.training
    card = model.card
    assert set(card) >= ON_EVERY_CARD
    assert (card["recipe"]["name"], card["epochs"]) == (job.recipe.name, 2)
    assert card["metrics"] == {name: value for name, value in epoch.metrics.items() if not name.startswith("train_")}
    assert set(job.result) <= set(card["metrics"])
    assert f"train_{job.score}" in epoch.metrics
    assert set(card["versions"]) == {"pointwise", "torch"}
    assert json.loads(json.dumps(card)) == card


@each_kind
def test_the_cards_metrics_are_those_of_its_weights(job: Job) -> None:
    epoch = last_epoch(job)
    assert job.network(epoch).card["metrics"] == measure(job.network(epoch), job.examples()[1])


@pytest.mark.parametrize("job", ["houses", "table"], indirect=True)
def test_tiny_networks_are_trained_by_one_thread(job: Job) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        seen = [(torch.get_num_threads(), step.epoch.card["threads"] if step.epoch else 1) for step in job.steps()]
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {(2, 1)}  # one during the steps, and again two for everybody else between them


@each_kind
def test_asked_to_stop_it_measures_what_there_is(job: Job) -> None:
    steps = job.steps()
    next(steps)
    last = steps.send(True)
    assert last.epoch is not None
    assert not last.epoch.complete
    assert last.epoch.card["epochs"] == 1
    with pytest.raises(StopIteration):
        next(steps)


def saved(job: Job, path: Path) -> Path:
    model = job.network(last_epoch(job))
    path.write_bytes(to_bytes(model, model.card))
    return path


@pytest.mark.parametrize("job", ["digits", "kmnist", "houses"], indirect=True)
def test_a_file_is_scored_on_the_jobs_own_held_out_examples(job: Job, tmp_path: Path) -> None:
    path = saved(job, tmp_path / "own.safetensors")
    model = load_model(path)
    own = own_data(path, model, getattr(job.data, "folder", None))
    assert own == job.data
    row = scores(model, own)
    assert row["data_set"] == model.card["data_set"]
    assert {name: row[name] for name in model.card["metrics"]} == model.card["metrics"]


@pytest.mark.parametrize(
    ("data", "words", "options"),
    [
        (Pictures("digits"), "Bundled digits, 1,500 training pictures", None),
        (Pictures("digits", few=64), "Bundled digits, 64 training pictures", {"few": 64}),
        (Pictures("digits", shuffled=3), "Bundled digits, 1,500 training pictures", {"shuffled": 3}),
    ],
)
def test_the_card_of_pictures_says_which(data: Pictures, words: str, options: dict[str, int] | None) -> None:
    card = last_epoch(PictureJob(BAG, replace(SHORT, epochs=1), data)).card
    assert (card["data_set"], card["data"], card.get("options")) == ("digits", words, options)


def test_the_card_of_houses_says_which() -> None:
    options = HouseOptions(rows=200, noise=5_000.0)
    card = last_epoch(HouseJob(default_config("price_1x1"), replace(SHORT, standardise=True), options)).card
    assert card["data_set"] == "houses"
    assert card["data"] == "200 made houses (seed 42, noise 5,000 dollars)"
    assert card["options"] == {"rows": 200, "noise": 5_000.0}
    assert card["scaling"] == make_houses(options)[0].scaling.as_dict()


def test_the_card_of_a_table_says_which(prepared: Prepared) -> None:
    card = last_epoch(TableJob(table_config(prepared), table_recipe(353, epochs=1), prepared)).card
    assert (card["data_set"], card["data"]) == ("table", "Diabetes, training rows")
    assert card["target"] == "disease progression"
    assert Columns.from_card(card) == prepared.columns
    assert card["scaling"] == prepared.scaling.as_dict()


@pytest.mark.parametrize(
    ("data", "arch"),
    [(Pictures("mnist"), "bag_of_pixels"), (Pictures("digits"), "bag_of_pixels"), (Pictures("kmnist"), None)],
)
def test_only_a_network_for_digits_stands_in_for_a_reader(data: Pictures, arch: str | None) -> None:
    assert PictureJob(BAG, SHORT, data).stands_in_for == arch
    assert PictureJob(BAG, SHORT, replace(data, shuffled=0)).stands_in_for is None


def test_a_house_network_stands_in_for_the_shipped_one_and_a_tables_for_none(prepared: Prepared) -> None:
    assert HouseJob(default_config("price_1x1"), SHORT, HouseOptions()).stands_in_for == "price_1x1"
    assert TableJob(table_config(prepared), SHORT, prepared).stands_in_for is None


def test_a_temperature_is_fitted_at_the_end_of_every_training_on_digits() -> None:
    job = PictureJob(BAG, SHORT, Pictures("digits", few=64))
    first, second = (step.epoch for step in job.steps() if step.epoch)
    assert "temperature" not in first.card
    assert second.card["temperature"] == round(temperature_for(job.network(second)), 4)
    assert "temperature" not in last_epoch(replace(job, data=replace(job.data, shuffled=0))).card


def test_the_time_of_a_training_leaves_out_what_lies_between_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0

    def now() -> float:
        nonlocal clock
        clock += 1.0
        return clock

    monkeypatch.setattr("pointwise.jobs.job.time.perf_counter", now)
    for step in PictureJob(BAG, SHORT, Pictures("digits", few=96)).steps():
        clock += 1000.0  # a pause
        if step.epoch is not None:
            assert step.epoch.card["seconds"] == step.number


def test_a_stored_epoch_is_measured_as_it_is_rounded() -> None:
    job = PictureJob(BAG, replace(SHORT, augment=True), Pictures("digits", few=64))
    epoch = last_epoch(job)
    half = job.as_stored(epoch, torch.float16)
    assert all(torch.equal(t, epoch.weights[name].half().float()) for name, t in half.weights.items())
    assert half.card["metrics"] == measure(job.network(half), job.examples()[1])
    assert half.card["temperature"] == pytest.approx(epoch.card["temperature"], rel=0.01)
    exact = job.as_stored(epoch, torch.float32)
    assert (exact.card["metrics"], exact.card["temperature"]) == (epoch.card["metrics"], epoch.card["temperature"])


def test_made_digits_join_mnist_alone(write_mnist: Callable[..., Path]) -> None:
    recipe = replace(SHORT, epochs=1, made=32)
    mnist = PictureJob(BAG, recipe, Pictures("mnist", write_mnist()))
    assert sum(step.examples for step in mnist.steps()) == 64 + 32 + 32
    assert sum(step.examples for step in replace(mnist, data=Pictures("digits", few=64)).steps()) == 64


def test_metrics_of_another_network_come_from_its_card_or_are_measured_on_what_is_held_out_alone(
    write_mnist: Callable[..., Path],
) -> None:
    job = PictureJob(BAG, SHORT, Pictures("mnist", folder := write_mnist()))
    other, held_out = build(BAG, seed=7), job.examples()[1]
    for training in folder.rglob("train-*"):
        training.unlink()
    assert job.metrics_of(other) == measure(other, held_out)
    other.card = {"data_set": "mnist", "metrics": {"accuracy": 0.5}}
    assert job.metrics_of(other) == {"accuracy": 0.5}


def test_another_price_network_is_measured_in_its_own_scaling() -> None:
    model = load_model(Path(__file__).parents[2] / "models" / "price_1x1.safetensors")
    for standardise in (False, True):
        job = HouseJob(default_config("price_1x1"), replace(SHORT, standardise=standardise), HouseOptions(rows=50))
        test = replace(make_houses()[1], scaling=price_scaling(model))
        assert job.metrics_of(model) == measure(model, test)


@pytest.fixture
def comparison() -> Comparison:
    data = Pictures("digits", few=64)
    jobs = {
        "a": PictureJob(BAG, SHORT, data),
        "b": PictureJob(default_config("mlp_1x1"), SHORT, data),
        "shuffled": PictureJob(BAG, SHORT, replace(data, shuffled=1)),
    }
    return Comparison("Three networks", jobs)


def test_a_comparison_is_described_and_made_again(comparison: Comparison) -> None:
    again = job_from(json.loads(json.dumps(comparison.describe())))
    assert again == comparison
    assert isinstance(again, Comparison)
    assert list(again.jobs) == list(comparison.jobs)


def test_the_networks_of_a_comparison_are_those_of_its_jobs_alone(comparison: Comparison) -> None:
    for step in comparison.steps():
        if step.epoch is not None and step.epoch.number == 2:
            epoch, alone = step.epoch, last_epoch(comparison.jobs[step.epoch.of])
            assert epoch.metrics == alone.metrics
            assert epoch.card["data"] == alone.card["data"]
            assert comparison.network(epoch).config == comparison.jobs[epoch.of].config


def test_what_the_jobs_have_in_common_is_loaded_once(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def load(name: str, folder: Path) -> Any:
        loaded.append(name)
        return original(name, folder)

    original = catalogue.load_data_set
    monkeypatch.setattr(catalogue, "load_data_set", load)
    next(comparison.steps())
    assert loaded == ["digits", "digits"]  # usual and shuffled


def test_the_tutorials_recipe_is_compared_with_itself_standardised() -> None:
    jobs = compare_scalings(recipe_named("tutorial", "price_1x1"), HouseOptions(rows=20)).jobs
    assert {name: job.recipe.standardise for name, job in jobs.items()} == {AS_WRITTEN: False, STANDARDISED: True}


def test_a_download_comes_before_the_steps_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: object) -> Iterator[str]:
        yield "a download"

    monkeypatch.setattr(catalogue, "fetch", fetch)
    job = PictureJob(BAG, SHORT, Pictures("digits", few=64))
    for work in (job.steps(), Comparison("one", {"one": job}).steps()):
        assert next(work) == "a download"
        with pytest.raises(StopIteration):
            work.send(True)
    assert list(job.steps())[1].number == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "letters"},
        {"kind": None},
        {"config": {"arch": "resnet"}},
        {"config": None},
        {"recipe": {"name": "x", "epochs": 0}},
        {"recipe": {"name": "x", "colour": "red"}},
        {"recipe": {"name": "x", "optimizer": "sgd"}},
        {"data": {"name": "letters"}},
        {"data": {"name": "digits", "few": "all"}},
        {"data": 3},
        {"kind": "comparison"},
        {"kind": "comparison", "title": "x", "jobs": 3},
    ],
    ids=str,
)
def test_what_describes_no_job_is_refused(changes: dict[str, Any]) -> None:
    description = PictureJob(BAG, SHORT, Pictures("digits")).describe()
    with pytest.raises(ConfigError):
        job_from({**description, **changes})


def test_a_tables_job_needs_its_rows_again(prepared: Prepared) -> None:
    description = TableJob(table_config(prepared), SHORT, prepared).describe()
    other = prepare(load_sample(), prepared.target)
    for rows in (None, other):
        with pytest.raises(ConfigError, match="Diabetes, training rows are not kept"):
            job_from(description, rows)


def test_jobs_runs_and_cards_are_imported_without_torch() -> None:
    code = "import sys, pointwise.jobs, pointwise.runs, pointwise.card; print('torch' in sys.modules)"
    assert run_python(code) == "False"
    code = (
        "import sys, pointwise.runs; print([m for m in sys.modules if m.startswith(('pointwise.data', 'pointwise.m'))])"
    )
    assert run_python(code) == "[]"


def test_prices_are_learned_by_one_process_alone() -> None:
    job = HouseJob(
        default_config("price_1x1"), recipe_named("standardised", "price_1x1", epochs=1), HouseOptions(rows=40)
    )
    alone, grouped = (list(job.steps(**how))[-1].epoch for how in ({}, {"group": Group(0, 2)}))
    assert alone is not None
    assert grouped is not None
    assert alone.metrics == grouped.metrics


@pytest.mark.parametrize("changes", [{"few": 0}, {"few_held_out": 2}, {"shuffled": -1}])
def test_too_few_pictures_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="out of range"):
        Pictures("digits", **changes)
