"""Trainings that were killed go on to the same result."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from pointwise.commands.train import checkpoint_of
from pointwise.data.digits import Digits, load_bundled
from pointwise.errors import ConfigError, ModelFileError
from pointwise.models import ModelConfig, build, default_config
from pointwise.training import Recipe, Wanted, precision, train
from pointwise.training.checkpoints import Checkpoint, is_of, read_checkpoint
from pointwise.weights import load_model

REPOSITORY = Path(__file__).parents[3]
RECIPES = {
    "adam": Recipe("adam", epochs=4, batch_size=32),
    "one cycle, augmented": Recipe(
        "cycle",
        epochs=4,
        batch_size=32,
        optimizer="adamw",
        schedule="one_cycle",
        weight_decay=0.01,
        augment=True,
        mixed_precision=True,
    ),
}
TINY = ModelConfig("nin", widths=(4, 6, 8))
EVERY_STEP = Wanted(checkpoint=lambda ended: True)


def one_thread() -> dict[str, str]:
    """An environment, with the tests' own home."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}


@pytest.fixture(scope="module")
def digits() -> tuple[Digits, Digits]:
    training, held_out = load_bundled()
    return Digits("few", training.images[:160], training.labels[:160]), held_out


@pytest.mark.parametrize("at", [10, 12])  # of 20 steps, 5 an epoch
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("config", [ModelConfig("nin", widths=(4, 6, 8)), ModelConfig("mlp_1x1", dropout=0.4)], ids=str)
def test_a_checkpoint_goes_on_as_if_nothing_had_come_between(
    digits: tuple[Digits, Digits], recipe: Recipe, config: ModelConfig, at: int, tmp_path: Path
) -> None:
    whole = list(train(build(config), recipe, *digits, wanted=EVERY_STEP))
    kept = whole[at - 1].checkpoint
    assert kept is not None
    kept.write(tmp_path / "c.safetensors")
    kept = read_checkpoint(tmp_path / "c.safetensors")
    assert (kept.step, kept.epoch) == (at, at // 5)
    rest = list(train(build(config, seed=99), recipe, *digits, since=kept))
    assert [(step.number, step.loss) for step in rest] == [(step.number, step.loss) for step in whole[at:]]
    ends, last = [step.epoch for step in whole if step.epoch is not None], rest[-1].epoch
    assert last is not None
    assert all(torch.equal(last.weights[name], t) for name, t in ends[-1].weights.items())
    assert [step.epoch.metrics for step in rest if step.epoch] == [epoch.metrics for epoch in ends[at // 5 :]]


def test_a_training_that_is_stopped_can_go_on_too(digits: tuple[Digits, Digits]) -> None:
    recipe = RECIPES["one cycle, augmented"]
    whole = list(train(build(TINY), recipe, *digits))
    training = train(build(TINY), recipe, *digits, wanted=Wanted(checkpoint=lambda ended: True))
    for _ in range(7):
        next(training)
    stopped = training.send(True)
    assert stopped.epoch is not None
    assert not stopped.epoch.complete
    rest = list(train(build(TINY), recipe, *digits, since=stopped.checkpoint))
    assert [step.loss for step in rest] == [step.loss for step in whole[7:]]


def test_a_checkpoint_can_be_gone_on_from_twice(digits: tuple[Digits, Digits]) -> None:
    recipe = RECIPES["adam"]
    since = next(step.checkpoint for step in train(build(TINY), recipe, *digits, wanted=EVERY_STEP) if step.epoch)
    first, second = (list(train(build(TINY), recipe, *digits, since=since))[-1].epoch for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.metrics == second.metrics


def test_a_training_goes_on_in_the_numbers_that_it_was_begun_with(
    digits: tuple[Digits, Digits], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved to a processor without bfloat16, or begun before there was a choice."""
    recipe = RECIPES["one cycle, augmented"]
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    whole = list(train(build(TINY), recipe, *digits, wanted=EVERY_STEP))
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    kept = whole[6].checkpoint
    assert kept is not None
    rest = list(train(build(TINY), recipe, *digits, since=kept))
    assert [step.loss for step in rest] == [step.loss for step in whole[7:]]
    assert {step.epoch.precision for step in rest if step.epoch} == {"bfloat16, channels last"}
    older = replace(kept, facts={name: value for name, value in kept.facts.items() if name != "precision"})
    older.facts["recipe"].pop("mixed_precision")
    ends = [step.epoch for step in train(build(TINY), recipe, *digits, since=older) if step.epoch]
    assert {epoch.precision for epoch in ends} == {"float32"}


def test_without_being_asked_no_checkpoint_is_made(digits: tuple[Digits, Digits]) -> None:
    steps = train(build(default_config("bag_of_pixels")), Recipe("short", epochs=1), *digits)
    assert all(step.checkpoint is None for step in steps)


def test_a_checkpoint_of_another_run_is_refused(digits: tuple[Digits, Digits]) -> None:
    bag, recipe = default_config("bag_of_pixels"), RECIPES["adam"]
    *_, last = train(build(bag), Recipe("other", epochs=1), *digits, wanted=EVERY_STEP)
    with pytest.raises(ConfigError, match="another network or recipe"):
        next(train(build(bag), recipe, *digits, since=last.checkpoint))


def test_checkpoint_older_than_a_setting_has_its_default() -> None:
    run = json.loads(json.dumps({"config": asdict(TINY), "recipe": asdict(RECIPES["adam"])}))
    older = {name: value for name, value in run["config"].items() if name not in ("channel_sets", "smoothing")}
    assert is_of(Checkpoint({}, run | {"config": older}), run)
    assert not is_of(Checkpoint({}, run | {"config": older | {"widths": [4, 6, 9]}}), run)
    assert not is_of(Checkpoint({}, {"recipe": run["recipe"]}), run)


@pytest.mark.parametrize("content", [None, b"", b"nothing", b"\x08\0\0\0\0\0\0\0{}      "])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "c.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError, match="from the start"):
        read_checkpoint(path)


def test_a_checkpoint_cannot_be_written_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelFileError, match="cannot be written"):
        Checkpoint({}, {}).write(tmp_path / "file" / "c.safetensors")


def command(out: Path, *more: str) -> list[str]:
    options = ["nin", "--data-set", "digits", "--recipe", "augmented", "--epochs", "6", "--seed", "4", "--json"]
    return ["-m", "pointwise", "train", *options, "--device", "cpu", "--out", str(out), *more]


def test_a_training_killed_in_the_middle_resumes_to_the_same_result(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole.safetensors", tmp_path / "killed.safetensors"
    subprocess.run([sys.executable, *command(whole)], env=one_thread(), check=True, capture_output=True, timeout=300)
    process = subprocess.Popen(
        [sys.executable, *command(killed)], env=one_thread(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 3/"):
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait(timeout=60)
    process.stderr.close()
    assert process.stdout is not None
    process.stdout.close()
    assert not killed.exists()
    done = read_checkpoint(checkpoint_of(killed)).epoch  # 3, and more where this process was kept waiting
    assert done >= 3
    resumed = subprocess.run(
        [sys.executable, *command(killed, "--resume")], env=one_thread(), capture_output=True, text=True, timeout=300
    )
    assert resumed.returncode == 0, resumed.stderr
    assert f"epoch {done}/6" not in resumed.stderr
    assert f"epoch {done + 1}/6" in resumed.stderr
    first, second = load_model(whole), load_model(killed)
    assert all(torch.equal(second.state_dict()[name], t) for name, t in first.state_dict().items())
    assert first.card["metrics"] == second.card["metrics"]
    assert first.card["temperature"] == second.card["temperature"]
    assert not checkpoint_of(killed).exists()


def test_a_device_that_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, run_main: Callable[..., int]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert run_main("train", "nin", "--data-set", "digits", "--device", "cuda") == 2
    assert "There is no device 'cuda' here. Choose one of cpu" in capsys.readouterr().err


@pytest.fixture
def run_main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    from pointwise.__main__ import main

    monkeypatch.chdir(tmp_path)
    return lambda *arguments: main(list(arguments))
