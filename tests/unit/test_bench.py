"""The benchmarks time what they say, and the quick loop computes what the plain one does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
import torch
from torch import nn

from pointwise import bench, costs
from pointwise.__main__ import main
from pointwise.bench import training
from pointwise.bench.training import plain_loop
from pointwise.data.mnist import load_mnist
from pointwise.models import build, default_config
from pointwise.training import Recipe, fast_linear, recipe_named, train
from pointwise.training.loop import batches

Measure = Callable[..., dict]


@pytest.fixture
def run(write_mnist: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> Measure:
    folder = write_mnist(train=256, test=64)

    def measured(*arguments: str) -> dict:
        assert main(["bench", *arguments, "--data", str(folder), "--rounds", "1", "--steps", "1", "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return measured


def test_the_quick_loop_and_the_plain_one_have_the_same_losses(write_mnist: Callable[..., Path]) -> None:
    """The same batches and initial weights give the same curve within float tolerance."""
    folder = write_mnist(train=256, test=64)
    recipe, (training, test) = recipe_named("tutorial", epochs=2), load_mnist(folder)
    assert fast_linear.product_works(), "the quick routine is not tested here"
    ours = [step.loss for step in train(build(default_config("conv_mlp")), recipe, training, test, torch.device("cpu"))]
    generator = torch.Generator().manual_seed(recipe.seed)
    orders = [torch.randperm(len(training), generator=generator).tolist() for _ in range(recipe.epochs)]
    per_epoch = len(batches(torch.arange(256), 64))
    with plain_loop(folder, recipe.seed, order=[index for order in orders for index in order]) as losses:
        plain = list(islice(losses, recipe.epochs * per_epoch))
    assert ours == pytest.approx(plain, rel=2e-3)
    assert len(set(ours)) == len(ours)


def test_quick_dense_layers_have_autograds_gradients() -> None:
    layer, x = nn.Linear(4000, 300), torch.randn(5, 4000, requires_grad=True)
    probe = torch.randn(5, 300)
    expected = torch.autograd.grad((layer(x) * probe).sum(), [x, layer.weight, layer.bias])
    with fast_linear.quick_dense_layers(layer):
        assert "forward" in vars(layer)
        (layer(x) * probe).sum().backward()
    assert "forward" not in vars(layer)
    for got, right in zip((x.grad, layer.weight.grad, layer.bias.grad), expected, strict=True):
        torch.testing.assert_close(got, right, rtol=1e-4, atol=1e-4)


def test_small_layers_and_a_missing_routine_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with fast_linear.quick_dense_layers(small := nn.Linear(10, 10)):
        assert "forward" not in vars(small)
    monkeypatch.setattr(fast_linear, "product", lambda *_: (_ for _ in ()).throw(RuntimeError("no such routine")))
    with fast_linear.quick_dense_layers(large := nn.Linear(4000, 300)):
        assert "forward" not in vars(large)


def test_a_layer_comes_back_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), fast_linear.quick_dense_layers(layer := nn.Linear(4000, 300)):
        raise ZeroDivisionError
    assert "forward" not in vars(layer)


def test_tutorial_step(run: Measure) -> None:
    result = run("tutorial-step", "--threads", "1")
    step = result["tutorial-step"]
    assert step["ratio"] == pytest.approx(step["plain_ms"] / step["pointwise_ms"])
    assert step["limit_ms"] == pytest.approx(step["products_ms"] + step["adam_ms"])
    assert result["machine"]["threads"] == 1
    assert result["machine"]["cores"] >= 1


def test_time_to_accuracy(run: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    never = run("time-to-accuracy")["time-to-accuracy"]
    assert (never["ratio"], never["nin_s"]) == (None, None)  # random labels cannot be learnt
    monkeypatch.setattr(training, "_to_accuracy", lambda *_: (2.0, 0.97))
    result = run("time-to-accuracy")["time-to-accuracy"]
    assert result["ten_epochs_s"] == pytest.approx(result["plain_step_ms"] / 1e3 * 4 * 10)
    assert result["ratio"] == pytest.approx(result["ten_epochs_s"] / 2.0)


def test_inference_of_every_classifier(run: Measure) -> None:
    rows = run("inference")["inference"]["models"]
    assert [row["model"] for row in rows] == ["bag_of_pixels", "conv_mlp", "mlp_1x1", "nin"]
    for row in rows:
        assert 0 < row["forward_ms"] < row["drawing_ms"]
        assert row["onnx_ms"] > 0


def test_work_in_turns_is_done_in_turns() -> None:
    done: list[str] = []
    medians = costs.in_turns({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, rounds=2)
    assert done == ["a", "b"] * 3
    assert set(medians) == {"a", "b"}


def test_the_results_as_text(write_mnist: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_mnist(train=64, test=32)
    names = ["tutorial-step", "time-to-accuracy", "inference"]
    assert main(["bench", *names, "--rounds", "1", "--steps", "1", "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    for part in ("cores", "times as fast (goal 2.5)", "no loop can be more than", "below 96", "nin (90,602 parameters"):
        assert part in out


@pytest.mark.parametrize(
    ("arguments", "wrong"), [(["speed"], "no benchmark 'speed'"), (["inference", "--rounds", "0"], "0 rounds of 10")]
)
def test_what_cannot_be_timed_is_refused(arguments: list[str], wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *arguments]) == 2
    assert wrong in capsys.readouterr().err


def test_losses_go_on_into_the_next_epoch(write_mnist: Callable[..., Path]) -> None:
    def taken(losses: Iterator[float]) -> list[float]:
        return list(islice(losses, 3))

    with plain_loop(write_mnist(train=64, test=32), seed=0) as losses:
        assert len(taken(losses)) == 3
    assert Recipe("tutorial") == recipe_named("tutorial")
    assert bench.check_names([]) == list(bench.BENCHMARKS)
