"""How often a network is right when it is so and so sure: measured beforehand, bin by bin, and kept as JSON.

A file says of which weights it is, so that nobody shows it beside others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pointwise.card import rebuilt
from pointwise.errors import ModelFileError, PointwiseError
from pointwise.intervals import Share, counted_share

if TYPE_CHECKING:
    import torch

    from pointwise.data.digits import Digits
    from pointwise.models import Network

BINS = 15  # of sureness
TEST, MADE = "test", "made"  # samples: MNIST's test digits, and drawings made of strokes
COUNT, SEED, SHAKY = 4_000, 2_000, 2.0  # made drawings, of which nothing learned, and how much their points are moved
AGAIN = "Make it again with: python -m pointwise reliability"


@dataclass(frozen=True)
class Bin:
    """Readings of about the same sureness."""

    count: int
    right: int
    sureness: float  # their mean, 0–1

    def __post_init__(self) -> None:
        if not (0 <= self.right <= self.count > 0 and 0 <= self.sureness <= 1):
            raise ValueError(f"{self.right} of {self.count} readings, {self.sureness} sure, are no bin")

    @property
    def share(self) -> Share:
        """How many of them are right, with the interval of so many."""
        return counted_share(self.right, self.count)


@dataclass(frozen=True)
class Reliability:
    """One network on one sample; bins without readings are left out."""

    bins: tuple[Bin, ...]

    @property
    def count(self) -> int:
        """How many were read."""
        return sum(one.count for one in self.bins)

    @property
    def calibration_error(self) -> float:
        """The expected one, 0–1: the mean distance between sureness and accuracy, weighted by the bins' sizes."""
        return sum(abs(one.right - one.count * one.sureness) for one in self.bins) / self.count


def reliability(probabilities: torch.Tensor, labels: torch.Tensor) -> Reliability:
    """The bins of N readings, one or more, with probabilities (N, classes), of labels int64 (N,)."""
    sure, digits = (part.numpy() for part in probabilities.double().max(dim=1))
    right, places = digits == labels.numpy(), np.minimum((sure * BINS).astype(int), BINS - 1)
    found = ((places == place) for place in range(BINS))
    return Reliability(
        tuple(Bin(int(it.sum()), int(right[it].sum()), float(sure[it].mean())) for it in found if it.any())
    )


def measured(model: Network, test: Digits) -> dict[str, Reliability]:
    """A digit reader on each sample, with the temperature on its card, as the page shows its probabilities."""
    from pointwise.calibration import probabilities_of, temperature_of
    from pointwise.data.digits import normalise
    from pointwise.data.drawn_digits import shaky_drawings

    temperature = temperature_of(model.card)
    return {
        name: reliability(probabilities_of(model, normalise(one.images), temperature), one.labels)
        for name, one in ((TEST, test), (MADE, shaky_drawings(COUNT, SHAKY, SEED)))
    }


def fingerprint(weights: Path) -> str:
    """The beginning of the SHA-256 of a weights file. Raises ModelFileError where it cannot be read."""
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise ModelFileError(weights, f"cannot be read ({error.strerror})", "Check the path.") from None


def as_json(networks: Mapping[str, tuple[Path, Mapping[str, Reliability]]]) -> dict[str, Any]:
    """JSON that ``read`` takes: of every network its weights' fingerprint and its samples."""
    return {
        name: {"weights": fingerprint(path), "samples": {sample: asdict(one) for sample, one in samples.items()}}
        for name, (path, samples) in networks.items()
    }


def read(path: Path, weights: Mapping[str, Path]) -> dict[str, dict[str, Reliability]]:
    """What a file holds of the networks with these ``weights``; of others nothing.

    Raises ModelFileError for a missing or a broken file.
    """
    try:
        content = dict(json.loads(path.read_text(encoding="utf-8")))
        return {
            name: {sample: _reliability(one["bins"]) for sample, one in content[name]["samples"].items()}
            for name, file in weights.items()
            if name in content and content[name]["weights"] == fingerprint(file)
        }
    except FileNotFoundError:
        raise ModelFileError(path, "does not exist", AGAIN) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, PointwiseError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(path, "holds no reliability of networks", AGAIN) from None


def _reliability(rows: Sequence[Mapping[str, Any]]) -> Reliability:
    if not rows:
        raise ValueError("there are no bins")
    return Reliability(tuple(rebuilt(Bin, row) for row in rows))
