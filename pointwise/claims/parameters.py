"""The claim that 1×1 convolutions have fewer parameters: exact counts of layers and of published blocks, and sweeps.

A sweep trains the tutorial's network at several widths, to see what its channels buy.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from pointwise.costs import LEAST, alternating_medians, cost
from pointwise.errors import ModelFileError
from pointwise.jobs import PictureJob, Pictures
from pointwise.jobs.workers import Workers, trained
from pointwise.models import ModelConfig, default_config
from pointwise.training import Recipe

BYTES = 4  # of a float32
WIDTHS = (0, 1, 4, 16, 64)  # channels of the 1×1 convolution; 0 is the plain MLP, without one
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Size:
    """What a layer costs for one picture."""

    name: str
    parameters: int
    multiply_adds: int  # biases are not counted
    activations: int  # bytes of all maps that it makes


def layers(height: int, width: int, inputs: int, outputs: int) -> list[Size]:
    """Four layers from (inputs, H, W) to (outputs, H, W), with biases; on a 1×1 picture the first two are the same."""
    pixels = height * width
    memory = BYTES * pixels * outputs
    dense = (pixels * inputs) * (pixels * outputs)
    return [
        Size("1×1 convolution", inputs * outputs + outputs, pixels * inputs * outputs, memory),
        Size("Dense on all pixels", dense + pixels * outputs, dense, memory),
        Size("3×3 convolution", 9 * inputs * outputs + outputs, 9 * pixels * inputs * outputs, memory),
        Size(
            "Depthwise 3×3, then 1×1",
            9 * inputs + inputs + inputs * outputs + outputs,
            pixels * inputs * (9 + outputs),
            memory + BYTES * pixels * inputs,
        ),
    ]


@dataclass(frozen=True)
class Conv:
    """A convolution that keeps the picture's height and width, without bias."""

    kernel: int
    inputs: int
    outputs: int
    groups: int = 1  # of channels that are convolved by themselves; a depthwise convolution has as many as channels

    @property
    def weights(self) -> int:
        """Learned values."""
        return self.kernel**2 * self.inputs * self.outputs // self.groups


@dataclass(frozen=True)
class Block:
    """Convolutions one after another on a picture of ``side`` × ``side`` pixels."""

    name: str
    convolutions: tuple[Conv, ...]
    side: int

    @property
    def weights(self) -> int:
        """Learned values of all convolutions."""
        return sum(conv.weights for conv in self.convolutions)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds for one picture."""
        return self.weights * self.side**2


# GoogLeNet's inception (3a), Szegedy et al. 2014, arXiv:1409.4842, table 1: 192 channels in, 28 × 28, 5×5 branch
# reduced to 16 channels, 32 out. With the other branches it comes to the table's totals, 159K (of 1,024) weights and
# 128M operations.
INCEPTION = (
    Block("5×5 alone", (Conv(5, 192, 32),), 28),
    Block("1×1 to 16 channels, then 5×5", (Conv(1, 192, 16), Conv(5, 16, 32)), 28),
)
INCEPTION_3A = Block(
    "All of inception (3a)",
    (Conv(1, 192, 64), Conv(1, 192, 96), Conv(3, 96, 128), Conv(1, 192, 16), Conv(5, 16, 32), Conv(1, 192, 32)),
    28,
)
# He et al. 2015, arXiv:1512.03385, figure 5: the bottleneck on 256 channels beside two 3×3 on 64, which the paper calls
# of similar time complexity. Two 3×3 on 256 channels are what it saves, and are not in the paper.
RESNET = (
    Block("Two 3×3 on 256 channels", (Conv(3, 256, 256), Conv(3, 256, 256)), 56),
    Block("Bottleneck: 1×1 to 64, 3×3, 1×1 to 256", (Conv(1, 256, 64), Conv(3, 64, 64), Conv(1, 64, 256)), 56),
    Block("Two 3×3 on 64 channels", (Conv(3, 64, 64), Conv(3, 64, 64)), 56),
)


def saved(blocks: Sequence[Block]) -> float:
    """How many times fewer weights, and so multiply-adds, the second block has."""
    return blocks[0].weights / blocks[1].weights


def block_times(blocks: Sequence[Block], repeats: int = 5) -> list[float]:
    """Median milliseconds of a forward pass of each block, timed in turns with the process's thread count.

    One picture, random weights, no activations between; ``repeats`` is at least 1.
    """
    generator = torch.Generator().manual_seed(0)
    work = {block.name: _pass(block, generator) for block in blocks}
    with torch.inference_mode():
        return list(alternating_medians(work, repeats, LEAST).values())


def _pass(block: Block, generator: torch.Generator) -> Callable[[], object]:
    x = torch.randn(1, block.convolutions[0].inputs, block.side, block.side, generator=generator)
    layers = [
        (torch.randn(conv.outputs, conv.inputs // conv.groups, conv.kernel, conv.kernel, generator=generator), conv)
        for conv in block.convolutions
    ]

    def run() -> object:
        out = x
        for weight, conv in layers:
            out = F.conv2d(out, weight, padding=conv.kernel // 2, groups=conv.groups)
        return out

    return run


FIELDS = {"width": int, "parameters": int, "seed": int, "accuracy": float, "seconds": float}


@dataclass(frozen=True)
class Training:
    """A network that was trained from nothing, and how good it became."""

    width: int
    parameters: int
    seed: int
    accuracy: float  # on held-out digits after the last epoch, 0–1
    seconds: float


@dataclass(frozen=True)
class Width:
    """The accuracies of all trainings of one width."""

    width: int
    parameters: int
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean accuracy, 0–1."""
        return statistics.mean(self.accuracies)

    @property
    def std(self) -> float:
        """Standard deviation of the sample, over seeds; 0 for a single one."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0


def config_of(width: int) -> ModelConfig:
    """The tutorial's network with so many channels, or the plain MLP for 0."""
    if width == 0:
        return default_config("mlp_1x1")
    return ModelConfig("conv_mlp", widths=(width, default_config("conv_mlp").widths[1]))


def sweep_jobs(recipes: Sequence[Recipe], pictures: Pictures, widths: Sequence[int]) -> dict[str, PictureJob]:
    """A job for each recipe and width, by the name that a progress line gives it."""
    return {
        f"width {width}, seed {recipe.seed}": PictureJob(config_of(width), recipe, pictures)
        for recipe in recipes
        for width in widths
    }


def sweep(jobs: Mapping[str, PictureJob], workers: Workers, kept: Path | None = None) -> Iterator[tuple[str, Training]]:
    """Each job's name and training, in order; ``kept`` and what is raised are as for ``trained``."""
    for name, one in trained(jobs, workers, kept):
        config, seed = jobs[name].config, jobs[name].recipe.seed
        width = 0 if config == config_of(0) else config.widths[0]
        yield name, Training(width, cost(config).parameters, seed, one.metrics["accuracy"], one.seconds)


def write(path: Path, trainings: Sequence[Training], facts: Mapping[str, Any]) -> None:
    """Write one JSON object: the facts, and under "trainings" a row each."""
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
    sizes = {one.width: one.parameters for one in trainings}
    return [
        Width(width, sizes[width], tuple(one.accuracy for one in trainings if one.width == width))
        for width in sorted(sizes)
    ]
