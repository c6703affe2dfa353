"""The claim that a 1×1 convolution takes pictures of any size: the same weights on three."""

from __future__ import annotations

from dataclasses import dataclass

import torch

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
