"""The claims about speed, each measured beside what it is held against: alternating, several rounds, medians."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import torch

from pointwise.bench import inference, painting, training
from pointwise.errors import ConfigError
from pointwise.jobs import Job, PictureJob, Pictures
from pointwise.models import default_config
from pointwise.training import recipe_named

RECIPES = {"conv_mlp": "tutorial", "nin": "fast"}


@dataclass(frozen=True)
class Options:
    """What a benchmark may be told."""

    folder: Callable[[], Path]  # the data folder; asked for only where it is needed
    rounds: int = 5
    steps: int = 10  # of a training loop, a round
    whole: bool = False  # whether time-to-accuracy trains the tutorial's network as well


BENCHMARKS: dict[str, tuple[Callable[[Options], dict[str, Any]], Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "tutorial-step": (lambda o: training.step_times(o.folder(), o.rounds, o.steps), training.step_lines),
    "time-to-accuracy": (
        lambda o: training.time_to_accuracy(o.folder(), o.rounds, o.steps, whole=o.whole),
        training.accuracy_lines,
    ),
    "inference": (lambda o: inference.measured(o.rounds), inference.lines),
    "paint": (lambda o: painting.measured(o.rounds), painting.lines),
}
ONLY = {  # options that some of them alone are measured with
    "steps": ("tutorial-step", "time-to-accuracy"),
    "whole": ("time-to-accuracy",),
}


def check_names(names: list[str]) -> list[str]:
    """The benchmarks to run: those named, else all. Raises ConfigError for an unknown one."""
    for name in names:
        if name not in BENCHMARKS:
            raise ConfigError(f"There is no benchmark '{name}'. Choose among {', '.join(BENCHMARKS)}.")
    return names or list(BENCHMARKS)


def jobs_of(name: str) -> list[Job]:
    """The trainings of a benchmark, for what they take of the machine."""
    networks = {"tutorial-step": ["conv_mlp"], "time-to-accuracy": ["conv_mlp", "nin"]}.get(name, [])
    return [PictureJob(default_config(arch), recipe_named(RECIPES[arch]), Pictures("mnist")) for arch in networks]


def measure(names: list[str], options: Options) -> dict[str, Any]:
    """Results by name, and under "machine" where they were measured. Raises ConfigError for fewer than one round."""
    if options.rounds < 1 or options.steps < 1:
        raise ConfigError(
            f"{options.rounds} rounds of {options.steps} steps cannot be timed. Choose at least 1 of each."
        )
    return {"machine": machine(), **{name: BENCHMARKS[name][0](options) for name in names}}


def machine() -> dict[str, Any]:
    """Where and when this process measures: processor, cores, threads, PyTorch, day."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


def _processor() -> str:
    """The processor's name (Linux), else its architecture."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The results in sentences."""
    its = result["machine"]
    yield f"{its['processor']}, {its['cores']} cores, {its['threads']} threads, torch {its['torch']}, {its['date']}"
    for name, measured in result.items():
        if name != "machine":
            yield from BENCHMARKS[name][1](measured)
