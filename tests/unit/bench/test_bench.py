"""The benchmarks by name, as the command line runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pointwise import bench
from pointwise.__main__ import main


def test_results_come_with_the_machine_and_are_measured_as_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(options: bench.Options) -> dict[str, int]:
        return {"rounds": options.rounds, "steps": options.steps, "threads": torch.get_num_threads()}

    monkeypatch.setitem(bench.BENCHMARKS, "tutorial-step", (asked, lambda _: iter(())))
    few = ["--rounds", "2", "--steps", "3", "--threads", "1"]
    assert main(["bench", "tutorial-step", *few, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["tutorial-step"] == {"rounds": 2, "steps": 3, "threads": 1}
    assert result["machine"]["threads"] == 1
    assert result["machine"]["cores"] >= 1


def test_the_results_as_text(write_mnist: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_mnist(train=64, test=32)
    names = ["tutorial-step", "time-to-accuracy"]
    assert main(["bench", *names, "--rounds", "1", "--steps", "1", "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    for part in ("cores", "times as fast (goal 2.5)", "no loop can be more than", "below 96"):
        assert part in out


@pytest.mark.parametrize(
    ("arguments", "wrong"), [(["speed"], "no benchmark 'speed'"), (["inference", "--rounds", "0"], "0 rounds of 10")]
)
def test_what_cannot_be_timed_is_refused(arguments: list[str], wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *arguments]) == 2
    assert wrong in capsys.readouterr().err


def test_all_are_measured_unless_named() -> None:
    assert bench.check_names([]) == ["tutorial-step", "time-to-accuracy", "inference", "paint"]
