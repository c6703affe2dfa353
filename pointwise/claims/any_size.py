"""The claim that a network of convolutions takes any size: a reader of one digit slid over a wide picture.

LeCun: there are no fully connected layers, only convolutions with 1×1 kernels and a full connection table. A dense
layer on 28×28 pixels is a 28×28 convolution that has had only one place to look at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pointwise.costs import cost, count
from pointwise.data.digits import Digits, normalise
from pointwise.drawing import SIDE, SLACK
from pointwise.errors import ConfigError
from pointwise.explain.chain import Chain, Stage
from pointwise.models import Network

SIZES = ((1, 1), (28, 28), (28, 140))  # height and width


@dataclass(frozen=True)
class Answer:
    """What a network does with one size."""

    height: int
    width: int
    shape: tuple[int, ...] | None  # of its logits for one picture; None: it refuses
    refusal: str = ""  # the first line of PyTorch's own words


def answers(model: Network) -> list[Answer]:
    """One black picture of each of SIZES through the network as it is."""
    return [_answer(model, height, width) for height, width in SIZES]


def _answer(model: Network, height: int, width: int) -> Answer:
    picture = torch.full((1, model.config.input_channels, height, width), -1.0)
    try:
        with torch.inference_mode():
            return Answer(height, width, tuple(model(picture).shape))
    except RuntimeError as error:
        return Answer(height, width, None, str(error).splitlines()[0])


SLIDERS = {"mlp_1x1": 1, "nin": 4}  # pixels from one place to the next
WIDEST = 22  # columns of one digit; MNIST's have at most 20
PIECE = 1.5  # what each digit costs in a reading, in nats: two halves of a digit must not be cheaper than the whole
BLANK = 0.5  # what each empty column inside a digit costs: two ones side by side are no zero
CUT = 2.0  # what a cut through a full column of ink costs

Scores = NDArray[np.float32]  # logits (classes, rows, columns), one column of logits a place


def sliding(model: Network) -> nn.Sequential:
    """The same weights as a network that takes any picture of at least 28×28 and gives logits at every place.

    Float32 (N, 1, H, W) to (N, classes, rows, columns). For mlp_1x1 it equals ``model`` on every 28×28 crop. A nin pads
    its maps with zeros at the borders, which a crop has and the inside of a wide picture has not: it differs there.
    Raises ConfigError for another network.
    """
    config = model.config
    if config.arch not in SLIDERS:
        raise ConfigError(f"{config.arch} is not slid here. Choose one of {', '.join(SLIDERS)}.")
    chain = Chain.of(model)
    layers = [layer for stage in chain.stages for layer in _layers(stage, chain, config.image_size)]
    if config.arch == "nin":
        layers.append(nn.AvgPool2d(math.ceil(config.image_size / SLIDERS["nin"]), stride=1))
    return nn.Sequential(*layers).eval()


def _layers(stage: Stage, chain: Chain, side: int) -> list[nn.Module]:
    """A stage as a convolution, followed by its activation."""
    weights = stage.weights.reshape(stage.channels, -1, side, side) if stage.flat else stage.weights
    outputs, inputs, kernel, _ = weights.shape
    with torch.device("meta"):
        conv = nn.Conv2d(inputs, outputs, kernel, stage.stride, stage.padding)
    conv.load_state_dict({"weight": weights, "bias": stage.biases}, assign=True)
    return [conv, chain.act()] if stage.activated else [conv]


def score_map(model: Network, picture: NDArray[np.uint8]) -> Scores:
    """Logits at every place of a picture, uint8 (H, W), light ink on dark."""
    with torch.inference_mode():
        return sliding(model)(_input(picture))[0].numpy()


def cropped_scores(model: Network, picture: NDArray[np.uint8], stride: int = 1) -> Scores:
    """The same from cropping: the network itself on the 28×28 pixels of every place."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, (SIDE, SIDE))[::stride, ::stride]
    rows, columns = windows.shape[:2]
    crops = torch.from_numpy(windows.reshape(-1, SIDE, SIDE).copy())
    with torch.inference_mode():
        logits = torch.cat([model(normalise(part)) for part in crops.split(256)])
    return logits.T.reshape(-1, rows, columns).numpy()


def work(model: Network, height: int, width: int) -> tuple[int, int]:
    """Multiply-adds for a picture: slid, and cropped at as many places."""
    x = torch.zeros(1, model.config.input_channels, height, width)
    layers = count(sliding(model), x)
    slid = sum(layer.multiply_adds for layer in layers)
    stride = SLIDERS[model.config.arch]
    places = ((height - SIDE) // stride + 1) * ((width - SIDE) // stride + 1)
    return slid, places * cost(model.config).multiply_adds


def _input(picture: NDArray[np.uint8]) -> Tensor:
    return normalise(torch.from_numpy(picture)[None])


@dataclass(frozen=True)
class Found:
    """A digit in a reading."""

    left: int  # of its 28×28 pixels
    top: int
    digit: int
    probability: float  # 0–1


def read(picture: NDArray[np.uint8], scores: Scores, stride: int = 1) -> list[Found]:
    """The digits of a picture from left to right.

    The columns are cut into pieces of at most WIDEST. A piece's 28×28 pixels are those centred on the mass of its ink,
    as MNIST's digits are; its score is the log-probability of the best class there. The cuts that give the largest sum
    are found by dynamic programming (as in LeCun et al. 1998, Gradient-based learning applied to document recognition).
    """
    ink = picture.astype(float) / 255
    pieces = _Pieces(ink, scores, stride)
    columns = ink.sum(axis=0)
    edge = [0.0, *np.minimum(columns[:-1], columns[1:]).tolist(), 0.0]  # ink that a cut goes through
    empty, total = _sums(columns == 0), len(columns)
    best: list[float] = [0.0] + [-math.inf] * total
    last: list[tuple[int, Found | None]] = [(0, None)] * (total + 1)
    for end in range(1, total + 1):
        if columns[end - 1] == 0:
            best[end], last[end] = best[end - 1], (end - 1, None)
            continue
        for start in range(max(0, end - WIDEST), end):
            if columns[start] == 0:
                continue
            found = pieces.found(start, end)
            price = PIECE + BLANK * (empty[end] - empty[start]) + CUT * (edge[start] + edge[end]) / 2
            value = best[start] + math.log(found.probability) - price
            if value > best[end]:
                best[end], last[end] = value, (start, found)
    return _trace(last)


def _trace(last: Sequence[tuple[int, Found | None]]) -> list[Found]:
    end, digits = len(last) - 1, []
    while end > 0:
        end, found = last[end]
        if found is not None:
            digits.append(found)
    return digits[::-1]


def strips(digits: Digits, count: int, seed: int = 0) -> list[tuple[NDArray[np.uint8], list[int]]]:
    """Strips of three digits with random gaps, uint8 (28 + 2·SLACK, n), and what stands on them.

    Each digit keeps its place from top to bottom. It is cut to its columns, and 4 to 14 empty ones lie between two.
    """
    chance = np.random.default_rng(seed)
    return [_strip(digits, chance) for _ in range(count)]


def _strip(digits: Digits, chance: np.random.Generator) -> tuple[NDArray[np.uint8], list[int]]:
    chosen = chance.choice(len(digits), 3, replace=False)
    parts = [np.zeros((SIDE, SIDE // 2), np.uint8)]
    for index in chosen:
        image = digits.images[index].numpy()
        columns = np.flatnonzero(image.any(axis=0))
        parts += [image[:, columns[0] : columns[-1] + 1], np.zeros((SIDE, chance.integers(4, 15)), np.uint8)]
    parts[-1] = parts[0]
    row = np.hstack(parts)
    return np.pad(row, ((SLACK, SLACK), (0, -row.shape[1] % 4))), [int(digits.labels[index]) for index in chosen]


def share_read(model: Network, examples: Sequence[tuple[NDArray[np.uint8], list[int]]]) -> float:
    """How many strips are read without a mistake, 0–1."""
    stride = SLIDERS[model.config.arch]
    right = [
        [one.digit for one in read(strip, score_map(model, strip), stride)] == digits for strip, digits in examples
    ]
    return sum(right) / len(right)


class _Pieces:
    """What the map says about a piece of the picture, by its first and last column."""

    def __init__(self, ink: NDArray[np.float64], scores: Scores, stride: int) -> None:
        height, width = ink.shape
        self.places = (height - SIDE, width - SIDE)
        logits = torch.from_numpy(scores)[None]
        if stride > 1:  # between two places the logits lie between theirs
            size = (self.places[0] + 1, self.places[1] + 1)
            logits = nn.functional.interpolate(logits, size=size, mode="bilinear", align_corners=True)
        probabilities, digits = logits[0].softmax(0).max(0)
        self.probabilities, self.digits = probabilities.clamp_min(1e-9).tolist(), digits.tolist()
        self.mass = _sums(ink.sum(axis=0))
        self.across = _sums(ink.sum(axis=0) * (np.arange(width) + 0.5))
        self.down = _sums((ink * (np.arange(height)[:, None] + 0.5)).sum(axis=0))

    def found(self, start: int, end: int) -> Found:
        mass = self.mass[end] - self.mass[start]
        left = self._corner((self.across[end] - self.across[start]) / mass, self.places[1])
        top = self._corner((self.down[end] - self.down[start]) / mass, self.places[0])
        return Found(left, top, self.digits[top][left], self.probabilities[top][left])

    @staticmethod
    def _corner(centre: float, most: int) -> int:
        return min(max(math.floor(centre - SIDE / 2), 0), most)


def _sums(values: NDArray[np.float64] | NDArray[np.bool_]) -> list[float]:
    return [0.0, *np.cumsum(values).tolist()]
