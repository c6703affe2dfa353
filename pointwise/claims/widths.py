"""What the width of the tutorial's 1×1 convolution does to its network: size and accuracy, with several seeds."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pointwise.errors import ModelFileError
from pointwise.models import ModelConfig, build, count_parameters, default_config
from pointwise.training import Recipe, train
from pointwise.training.metrics import Examples

WIDTHS = (0, 1, 4, 16, 64)  # channels of the 1×1 convolution; 0 is the plain MLP, without one
SEEDS = (0, 1, 2)
FIELDS = {"width": int, "parameters": int, "seed": int, "accuracy": float, "seconds": float}


@dataclass(frozen=True)
class Training:
    """One network, trained from nothing."""

    width: int
    parameters: int
    seed: int
    accuracy: float  # on held-out digits after the last epoch, 0–1
    seconds: float


@dataclass(frozen=True)
class Width:
    """All trainings of one width."""

    width: int
    parameters: int
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        return statistics.mean(self.accuracies)

    @property
    def std(self) -> float:
        """Of the sample, over seeds; 0 for a single one."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0


def config_of(width: int) -> ModelConfig:
    """The tutorial's network with so many channels, or the plain MLP for 0."""
    if width == 0:
        return default_config("mlp_1x1")
    return ModelConfig("conv_mlp", widths=(width, default_config("conv_mlp").widths[1]))


def sweep(recipe: Recipe, training: Examples, held_out: Examples, widths: Sequence[int] = WIDTHS) -> Iterator[Training]:
    """Train the network of each width with ``recipe``, from its seed on."""
    for width in widths:
        started = time.perf_counter()
        model = build(config_of(width), recipe.seed)
        last = None
        for step in train(model, recipe, training, held_out):
            last = step.epoch or last
        assert last is not None
        seconds = round(time.perf_counter() - started, 1)
        yield Training(width, count_parameters(model), recipe.seed, last.metrics["accuracy"], seconds)


def write(path: Path, trainings: Sequence[Training], facts: Mapping[str, Any]) -> None:
    """One JSON object: the facts, and under "trainings" a row each."""
    content = {**facts, "trainings": [asdict(one) for one in trainings]}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> list[Width]:
    """The trainings in a file by width, ascending. Raises ModelFileError for a missing or a broken one."""
    again = "Make it again with: python -m pointwise sweep"
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["trainings"]
        trainings = [Training(**{name: kind(row[name]) for name, kind in FIELDS.items()}) for row in rows]
    except FileNotFoundError:
        raise ModelFileError(path, "does not exist", again) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelFileError(path, "holds no widths and accuracies", again) from None
    return [_of(width, trainings) for width in sorted({one.width for one in trainings})]


def _of(width: int, trainings: Sequence[Training]) -> Width:
    own = [one for one in trainings if one.width == width]
    return Width(width, own[0].parameters, tuple(one.accuracy for one in own))
