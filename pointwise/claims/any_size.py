"""The claim that a network of convolutions takes any size: a reader of one digit slid over a wide picture.

LeCun: there are no fully connected layers, only convolutions with 1×1 kernels and a full connection table. A dense
layer on 28×28 pixels is a 28×28 convolution that has had only one position to look at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pointwise.claims.strip_pieces import Found, read_pieces
from pointwise.costs import cost, count
from pointwise.data.digits import Digits, normalise
from pointwise.drawing import SIDE, SLACK, Stroke, draw_lines, prepare_strip, to_rgba
from pointwise.explain.chain import Chain, Stage
from pointwise.models import ARCHITECTURES, Network

SIZES = ((1, 1), (28, 28), (28, 140))  # height and width
SLIDERS = {arch: ARCHITECTURES[arch].stride for arch in ("nin", "mlp_1x1")}  # the readers compared, and their strides
WIDEST = 22  # columns of one digit; MNIST's have at most 20
PIECE = 1.5  # what each digit costs in a reading, in nats: two halves of a digit must not be cheaper than the whole
BLANK = 0.5  # what each empty column inside a digit costs: two ones side by side are no zero
CUT = 2.0  # what a cut through a full column of ink costs

Strip = tuple[NDArray[np.uint8], list[int]]  # a picture (H, W), and what is written there
Scores = NDArray[np.float32]  # logits (classes, rows, columns), those of one position along the first axis


@dataclass(frozen=True)
class Answer:
    """What a network does with a picture of one size."""

    height: int
    width: int
    shape: tuple[int, ...] | None  # of its logits for one picture; None: it refuses


def answers(model: Network) -> list[Answer]:
    """What a network does, as it is, with a black picture of each of SIZES."""
    return [_answer(model, height, width) for height, width in SIZES]


def _answer(model: Network, height: int, width: int) -> Answer:
    picture = torch.full((1, model.config.input_channels, height, width), -1.0)
    try:
        with torch.inference_mode():
            return Answer(height, width, tuple(model(picture).shape))
    except RuntimeError:
        return Answer(height, width, None)


def sliding(model: Network) -> nn.Sequential:
    """A classifier's weights in a network that gives logits at every position of a picture of its size or larger.

    Float32 (N, C, H, W) to (N, classes, rows, columns). It equals ``model`` on every crop, but for a nin: that pads its
    maps with zeros at the borders, which a crop has and the inside of a wide picture has not. Raises ConfigError for a
    network of houses.
    """
    chain, side, layers = Chain.of(model), model.config.image_size, list[nn.Module]()
    for stage, layer in zip(chain.stages, model.config.architecture.layers, strict=True):
        layers += _slid(stage, chain.act(), side)
        side = layer.side(side)
    return nn.Sequential(*layers, nn.AvgPool2d(side, stride=1)).eval()


def _slid(stage: Stage, activation: nn.Module, side: int) -> list[nn.Module]:
    """A stage on maps of ``side`` × ``side`` pixels as a convolution, followed by the activation if it has one."""
    weights = stage.weights.reshape(stage.channels, -1, side, side) if stage.flat else stage.weights
    outputs, inputs, kernel, _ = weights.shape
    with torch.device("meta"):
        conv = nn.Conv2d(inputs, outputs, kernel, stage.stride, stage.padding)
    conv.load_state_dict({"weight": weights, "bias": stage.biases}, assign=True)
    return [conv, activation] if stage.activated else [conv]


def score_map(model: Network, picture: NDArray[np.uint8]) -> Scores:
    """Logits of the sliding network at every position of a picture, uint8 (H, W), light ink on dark."""
    with torch.inference_mode():
        return sliding(model)(normalise(torch.from_numpy(picture)[None]))[0].numpy()


def cropped_scores(model: Network, picture: NDArray[np.uint8], stride: int = 1) -> Scores:
    """Logits (classes, rows, columns) of the network itself on the 28×28 pixels of every position, ``stride`` apart."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, (SIDE, SIDE))[::stride, ::stride]
    rows, columns = windows.shape[:2]
    crops = torch.from_numpy(windows.reshape(-1, SIDE, SIDE).copy())
    with torch.inference_mode():
        logits = torch.cat([model(normalise(part)) for part in crops.split(256)])
    return logits.T.reshape(-1, rows, columns).numpy()


def work(model: Network, height: int, width: int) -> tuple[int, int]:
    """Multiply-adds for a picture: slid, and cropped at as many positions."""
    slid = count(sliding(model), torch.zeros(1, model.config.input_channels, height, width))
    stride = model.config.architecture.stride
    positions = ((height - SIDE) // stride + 1) * ((width - SIDE) // stride + 1)
    return sum(layer.multiply_adds for layer in slid), positions * cost(model.config).multiply_adds


def read_strip(model: Network, picture: NDArray[np.uint8]) -> list[Found]:
    """The digits of a picture from left to right, each piece of ink read by itself; a scribble is read by sliding."""
    found = read_pieces(model, picture)
    return read(picture, score_map(model, picture), model.config.architecture.stride) if found is None else found


def read(picture: NDArray[np.uint8], scores: Scores, stride: int = 1) -> list[Found]:
    """The digits of a picture from left to right, by sliding alone: with all that stands beside each of them in view.

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


class _Pieces:
    """The most probable digit of every piece of a picture, by the piece's first and last column."""

    def __init__(self, ink: NDArray[np.float64], scores: Scores, stride: int) -> None:
        height, width = ink.shape
        self.corners = (height - SIDE, width - SIDE)
        logits = torch.from_numpy(scores)[None]
        if stride > 1:  # bilinear between two positions
            size = (self.corners[0] + 1, self.corners[1] + 1)
            logits = nn.functional.interpolate(logits, size=size, mode="bilinear", align_corners=True)
        probabilities, digits = logits[0].softmax(0).max(0)
        self.probabilities, self.digits = probabilities.clamp_min(1e-9).tolist(), digits.tolist()
        self.mass = _sums(ink.sum(axis=0))
        self.across = _sums(ink.sum(axis=0) * (np.arange(width) + 0.5))
        self.down = _sums((ink * (np.arange(height)[:, None] + 0.5)).sum(axis=0))

    def found(self, start: int, end: int) -> Found:
        mass = self.mass[end] - self.mass[start]
        left = self._corner((self.across[end] - self.across[start]) / mass, self.corners[1])
        top = self._corner((self.down[end] - self.down[start]) / mass, self.corners[0])
        return Found(left, top, self.digits[top][left], self.probabilities[top][left])

    @staticmethod
    def _corner(centre: float, most: int) -> int:
        return min(max(math.floor(centre - SIDE / 2), 0), most)


def _sums(values: NDArray[np.float64] | NDArray[np.bool_]) -> list[float]:
    return [0.0, *np.cumsum(values).tolist()]


def strips(digits: Digits, count: int, seed: int = 0) -> list[Strip]:
    """Strips of three digits with random gaps, uint8 (28 + 2·SLACK, n), each with its three labels.

    A digit is cut to its columns and keeps its rows; 4 to 14 empty columns lie between two.
    """
    chance = np.random.default_rng(seed)
    return [_strip(digits, chance) for _ in range(count)]


def _strip(digits: Digits, chance: np.random.Generator) -> Strip:
    chosen = chance.choice(len(digits), 3, replace=False)
    parts = [np.zeros((SIDE, SIDE // 2), np.uint8)]
    for index in chosen:
        image = digits.images[index].numpy()
        columns = np.flatnonzero(image.any(axis=0))
        parts += [image[:, columns[0] : columns[-1] + 1], np.zeros((SIDE, chance.integers(4, 15)), np.uint8)]
    parts[-1] = parts[0]
    row = np.hstack(parts)
    return np.pad(row, ((SLACK, SLACK), (0, -row.shape[1] % 4))), [int(digits.labels[index]) for index in chosen]


def drawn_strips(drawings: Sequence[tuple[int, Sequence[Stroke]]], count: int, seed: int = 0) -> list[Strip]:
    """Strips of three drawings (digit, strokes), as a person writes them on the page, each with its three digits.

    One pen and about one size for all three, none quite as high or as low as the others; gaps of 3 to 18 pixels on a
    sheet 116 high.
    """
    chance = np.random.default_rng(seed)
    return [_drawn_strip(drawings, chance) for _ in range(count)]


def _drawn_strip(drawings: Sequence[tuple[int, Sequence[Stroke]]], chance: np.random.Generator) -> Strip:
    height, chosen = 116, [drawings[index] for index in chance.choice(len(drawings), 3, replace=False)]
    pen, size, left = chance.uniform(6, 11), chance.uniform(45, 85), chance.uniform(8, 20)
    lines: list[tuple[Stroke, float]] = []
    for _, strokes in chosen:
        every = np.array([point for stroke in strokes for point in stroke], float)
        scale = size * chance.uniform(0.85, 1.15) / max(float(np.ptp(every, axis=0).max()), 1e-6)
        across, down = np.ptp(every, axis=0) * scale
        corner = np.array([left, (height - down) / 2 + chance.uniform(-6, 6)])
        lines += [
            ((corner + scale * (np.array(stroke, float) - every.min(axis=0))).tolist(), pen) for stroke in strokes
        ]
        left += across + pen + chance.uniform(3, 18)
    return prepare_strip(to_rgba(draw_lines(lines, math.ceil(left), height) / 255)), [digit for digit, _ in chosen]


def share_read(model: Network, examples: Sequence[Strip]) -> float:
    """The share of strips that are read without a mistake, 0–1."""
    return sum([one.digit for one in read_strip(model, strip)] == digits for strip, digits in examples) / len(examples)
