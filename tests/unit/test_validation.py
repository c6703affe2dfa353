"""train --validation: a split of the training pictures chooses the epoch that is kept, the test pictures nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise.__main__ import main
from pointwise.commands.recorder import Recorder
from pointwise.data import digits
from pointwise.data.catalogue import Pictures
from pointwise.errors import ConfigError, DataError
from pointwise.weights import load_model

TRAINING = ("train", "mlp_1x1", "--data-set", "digits", "--recipe", "tutorial", "--epochs", "4")
STEPS = 19  # of an epoch, with 300 of 1,500 digits split off


def trained(
    capsys: pytest.CaptureFixture[str], out: Path, *options: str
) -> tuple[dict[str, Any], list[float], dict[str, torch.Tensor]]:
    """The JSON of a training, the validation accuracies that it printed, and its weights."""
    capsys.readouterr()
    assert main([*TRAINING, *options, "--no-keep", "--json", "--out", str(out)]) == 0
    said, err = capsys.readouterr()
    validation = [float(one) for one in re.findall(r"validation_accuracy ([\d.]+)", err)]
    return json.loads(said), validation, load_model(out).state_dict()


def read(monkeypatch: pytest.MonkeyPatch, *accuracies: float) -> None:
    """Let the split be read so well after each epoch."""
    each = iter(accuracies)
    monkeypatch.setattr("pointwise.training.measure", lambda *_: {"accuracy": next(each)})


def test_the_split_chooses_the_epoch(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "mlp.safetensors"
    read(monkeypatch, 0.5, 0.9, 0.9, 0.7)
    result, _, weights = trained(capsys, out, "--validation", "300")
    assert result["chosen"] == {"epoch": 2, "of": 4, "by": "300 training pictures", "validation_accuracy": 0.9}
    assert (result["epochs"], result["options"]) == (2, {"validation": 300})
    assert list(tmp_path.iterdir()) == [out]
    read(monkeypatch, 0.9, 0.0, 0.0, 0.0)
    first, _, others = trained(capsys, out, "--validation", "300", "--force")
    assert first["epochs"] == 1
    assert not torch.equal(weights["conv1.weight"], others["conv1.weight"])


def test_the_test_digits_choose_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, validation, weights = trained(capsys, tmp_path / "one.safetensors", "--validation", "300")
    assert result["epochs"] == 1 + validation.index(max(validation))
    training, test = digits.load_bundled()
    wrong = replace(test, labels=(test.labels + 1) % 10)
    monkeypatch.setattr(digits, "load_bundled", lambda: (training, wrong))
    other, again, same = trained(capsys, tmp_path / "other.safetensors", "--validation", "300")
    assert other["metrics"]["accuracy"] < 0.3 < result["metrics"]["accuracy"]
    assert (other["chosen"], again) == (result["chosen"], validation)
    assert all(torch.equal(weights[name], t) for name, t in same.items())


def test_without_it_the_last_epoch_is_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result, validation, _ = trained(capsys, tmp_path / "mlp.safetensors")
    assert (validation, result["epochs"]) == ([], 4)
    assert "chosen" not in result


def test_a_training_that_goes_on_knows_its_best_epoch(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "mlp.safetensors"
    read(monkeypatch, 0.5, 0.9, 0.6, 0.8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "record", stopping(Recorder.record, after=3 * STEPS))
        assert main([*TRAINING, "--validation", "300", "--no-keep", "--out", str(out)]) == 130
    result, validation, _ = trained(capsys, out, "--validation", "300", "--resume")
    assert validation[0] == 0.8
    assert (result["epochs"], result["chosen"]["validation_accuracy"]) == (2, 0.9)


def stopping(record: Any, after: int) -> Any:
    """A recorder's ``record`` that is interrupted, as by Ctrl-C, in the epoch after so many steps."""

    def recording(self: Any, progress: Any, step: Any) -> None:
        record(self, progress, step)
        if progress.step == after + 1:
            raise KeyboardInterrupt

    return recording


def test_the_split_is_not_trained_on_and_always_the_same() -> None:
    pictures = Pictures("digits", validation=300)
    (training, test), split = pictures.load(), pictures.load_validation()
    assert split is not None
    assert (len(training), len(split), len(test)) == (1200, 300, 297)
    assert pictures.counts == (1200, 297)
    every = {one.numpy().tobytes() for one in digits.load_bundled()[0].images}
    parts = [{one.numpy().tobytes() for one in part.images} for part in (training, split)]
    assert parts[0] | parts[1] == every
    assert len(parts[0] & parts[1]) <= 1500 - len(every)
    assert torch.equal(split.images, Pictures("digits", validation=300).load_validation().images)  # type: ignore[union-attr]


def test_a_split_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="leave none to train on"):
        Pictures("digits", validation=1500)
    with pytest.raises(ConfigError, match="to choose by 3 is out of range"):
        Pictures("digits", validation=3)
    with pytest.raises(DataError, match="cannot be split off"):
        digits.split_off(digits.load_bundled()[1], 297)
    assert main(["train", "price_1x1", "--validation", "100"]) == 2
