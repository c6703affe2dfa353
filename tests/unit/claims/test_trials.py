"""The trainings behind the claims: widths, shuffled digits, regularising; and the scripts to take home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
import torch

from pointwise.claims import parameters, regularising, shape
from pointwise.data.digits import Digits, load_bundled
from pointwise.errors import ModelFileError
from pointwise.models import build, count_parameters, default_config
from pointwise.training import Epoch, Recipe, Step, train
from pointwise.training.interleave import in_turns

REPOSITORY = Path(__file__).parents[3]
SCRIPTS = sorted((REPOSITORY / "pointwise" / "claims" / "take_home").glob("*.py"))
SHORT = Recipe("short", epochs=2, batch_size=32)


@pytest.fixture(scope="module")
def digits() -> tuple[Digits, Digits]:
    training, held_out = load_bundled()
    return Digits("some", training.images[:96], training.labels[:96]), held_out


def test_the_sweep_trains_each_width(digits: tuple[Digits, Digits]) -> None:
    rows = list(parameters.sweep(SHORT, *digits, widths=(0, 1, 4)))
    assert [row.width for row in rows] == [0, 1, 4]
    assert [row.parameters for row in rows] == [
        count_parameters(build(config)) for config in map(parameters.config_of, (0, 1, 4))
    ]
    assert rows[0].parameters == 203_530
    assert all(0.0 <= row.accuracy <= 1.0 for row in rows)


def test_the_sweeps_accuracy_is_that_of_training(digits: tuple[Digits, Digits]) -> None:
    (row,) = parameters.sweep(SHORT, *digits, widths=(1,))
    *_, last = train(build(parameters.config_of(1), SHORT.seed), SHORT, *digits)
    assert last.epoch is not None
    assert row.accuracy == last.epoch.metrics["accuracy"]


def test_the_widest_is_the_tutorials_network() -> None:
    assert parameters.config_of(64) == default_config("conv_mlp")


def test_a_file_of_widths_comes_back_with_means(tmp_path: Path) -> None:
    path = tmp_path / "widths.json"
    trainings = [parameters.Training(4, 10, seed, accuracy, 1.0) for seed, accuracy in enumerate((0.9, 0.92, 0.94))]
    parameters.write(path, [*trainings, parameters.Training(1, 5, 0, 0.5, 1.0)], {"data": "some"})
    one, four = parameters.read(path)
    assert (one.width, one.std) == (1, 0.0)
    assert (four.parameters, four.mean, four.std) == (10, pytest.approx(0.92), pytest.approx(0.02))
    assert json.loads(path.read_text())["data"] == "some"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"trainings": [{"width": 1}]}', '{"trainings": 3}'])
def test_a_broken_file_of_widths_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "widths.json"
    path.write_text(content)
    with pytest.raises(ModelFileError, match="python -m pointwise sweep"):
        parameters.read(path)


def test_a_missing_file_of_widths_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="does not exist"):
        parameters.read(tmp_path / "widths.json")


def test_the_shipped_widths_are_three_seeds_of_each() -> None:
    rows = parameters.read(REPOSITORY / "models" / "widths.json")
    assert [row.width for row in rows] == list(parameters.WIDTHS)
    for row in rows:
        assert len(row.accuracies) == len(parameters.SEEDS)
        assert row.parameters == count_parameters(build(parameters.config_of(row.width)))
        assert max(row.accuracies) > 0.95


def test_turns_give_each_training_what_it_would_have_alone(digits: tuple[Digits, Digits]) -> None:
    def training(seed: int) -> Generator[Step, bool | None, None]:
        return train(build(default_config("mlp_1x1"), seed), SHORT, *digits)

    together = [step.epoch for step in in_turns({"a": training(1), "b": training(2)}) if step.epoch]
    for name, seed in (("a", 1), ("b", 2)):
        alone = [step.epoch.metrics for step in training(seed) if step.epoch]
        assert [epoch.metrics for epoch in together if epoch.of == name] == alone


def test_turns_are_numbered_through(digits: tuple[Digits, Digits]) -> None:
    bag = default_config("bag_of_pixels")
    steps = list(in_turns({name: train(build(bag), SHORT, *digits) for name in "abc"}))
    assert [step.number for step in steps] == list(range(1, 3 * 6 + 1))
    assert {step.total for step in steps} == {18}


@pytest.mark.parametrize("after", [1, 2, 7])
def test_stopping_turns_measures_what_each_was_in_the_middle_of(digits: tuple[Digits, Digits], after: int) -> None:
    bag = default_config("bag_of_pixels")
    turns = in_turns({name: train(build(bag), SHORT, *digits) for name in "ab"})
    for _ in range(after):
        next(turns)
    last = [turns.send(True), *turns]
    begun = ["a", "b"][: min(after, 2)]
    ended = [step.epoch for step in last if step.epoch is not None]
    assert all(isinstance(epoch, Epoch) and not epoch.complete for epoch in ended)
    assert [epoch.of for epoch in ended] == begun if after != 7 else len(ended) >= 1
    assert all(step.number == after for step in last)


def test_all_digits_are_shuffled_alike() -> None:
    digits = load_bundled()[1]
    moved = shape.all_shuffled(digits, seed=4)
    for image, other in zip(digits.images[:3].numpy(), moved.images[:3].numpy(), strict=True):
        assert (other == shape.shuffled(image, 4)).all()
    assert torch.equal(moved.labels, digits.labels)


def test_networks_learn_usual_and_shuffled_digits(digits: tuple[Digits, Digits]) -> None:
    trainings = shape.trainings(*digits, SHORT, seed=0)
    assert set(trainings) == {shape.key_of(arch, moved) for arch in shape.ARCHS for moved in (False, True)}
    for training in trainings.values():
        assert [step.epoch is not None for step in training].count(True) == SHORT.epochs


def test_shuffling_costs_the_mlp_nothing_and_the_nin_something() -> None:
    recipe = Recipe("fast", epochs=6, batch_size=128, learning_rate=6e-3, optimizer="adamw", schedule="one_cycle")
    training, held_out = load_bundled()
    accuracy = {}
    for name, steps in shape.trainings(training, held_out, recipe, seed=0).items():
        *_, last = steps
        assert last.epoch is not None
        accuracy[name] = last.epoch.metrics["accuracy"]
    assert abs(accuracy["mlp_1x1 usual"] - accuracy["mlp_1x1 shuffled"]) < 0.03
    assert accuracy["nin usual"] - accuracy["nin shuffled"] > 0.02


def test_the_variants_begin_alike_and_see_the_same_few_digits() -> None:
    training, held_out = load_bundled()
    firsts = {name: next(steps) for name, steps in regularising.trainings(training, held_out).items()}
    assert {step.total for step in firsts.values()} == {regularising.RECIPE.epochs * regularising.FEW // 50}
    plain, normed = (build(regularising.VARIANTS[name]) for name in ("neither", "both"))
    assert torch.equal(plain.get_parameter("conv1.weight"), normed.get_parameter("conv1.weight"))
    assert firsts["neither"].loss != firsts["dropout"].loss


def test_noise_is_two_standard_errors() -> None:
    accuracies = torch.distributions.Binomial(400, torch.tensor(0.8)).sample((20_000,)) / 400
    assert regularising.noise(0.8, 400) == pytest.approx(2 * float(accuracies.std()), rel=0.05)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_to_take_home_run_without_pointwise(script: Path, tmp_path: Path) -> None:
    assert "pointwise" not in script.read_text()
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert EXPECTED[script.stem] in done.stdout


EXPECTED = {
    "any_size": "logits at every place: (10, 113)",
    "bottlenecks": "15,872 weights, 12,443,648 multiply-adds",
    "dense_layer": "parameters: 136 136",
    "network_in_network": "dense layer on all places: 47,050 parameters",
    "parameters": "tutorial: 12,848,010 parameters in all",
    "regularising": "batch norm True, dropout 0.5",
    "shape": "1×1: a logit moves by",
    "speed": "Conv2d 1×1: ",
}


def test_a_channel_that_begins_dead_stays_so() -> None:
    """What the page says of the seed that learned nothing: no brightness from -1 to 1 gets through."""
    dead = [
        (row.width, seed)
        for row in parameters.read(REPOSITORY / "models" / "widths.json")
        for seed, accuracy in enumerate(row.accuracies)
        if accuracy < 0.2
    ]
    for width, seed in dead:
        conv = build(parameters.config_of(width), seed).get_submodule("conv1")
        with torch.inference_mode():
            assert not conv(torch.linspace(-1, 1, 255).reshape(1, 1, 1, 255)).relu().any()
