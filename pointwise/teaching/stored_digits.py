"""A few of MNIST's digits that come with Pointwise, so that a network that learns a drawing forgets nothing of them.

They are pictures, not features: each network makes its own features of them. Source: MNIST, LeCun, Cortes, Burges,
http://yann.lecun.com/exdb/mnist; derived from NIST's Special Databases 1 and 3.
"""

from __future__ import annotations

import functools
import io
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits
from pointwise.errors import DataError
from pointwise.models import SHIPPED
from pointwise.weights import write_bytes

FILE = SHIPPED / "mnist_sample.npz"
PARTS = ("training", "hard", "test")
COUNT = 2_000  # training digits, one half of them hard, and as many test digits
CLASSES = 10


class StoredDigits(NamedTuple):
    """MNIST's digits in the sample."""

    training: Digits  # as many of each digit, chosen at random
    hard: Digits  # as many again, those that a network was least sure of: what would be forgotten first
    test: Digits  # drawn at random, so that an accuracy on them is one on MNIST's test digits


@functools.cache
def stored_digits() -> StoredDigits:
    """The digits that come with Pointwise. Raises DataError where their file is missing or damaged."""
    return read(FILE)


def read(path: Path) -> StoredDigits:
    """The digits in a file that ``write`` made. Raises DataError."""
    try:
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            return StoredDigits(*(_digits(name, file) for name in PARTS))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path.name} is missing or damaged ({error}). Restore the folder {path.parent}.") from None


def write(path: Path, training: Digits, test: Digits, sureness: NDArray[np.float32], count: int = COUNT) -> None:
    """Choose ``count`` training and test digits, or as many as there are, always the same ones, and write them.

    ``sureness`` (N,) says how sure a network is of each training digit. Raises ModelFileError where the file cannot be
    written, DataError where there are no two training digits of some class.
    """
    chance = np.random.default_rng(0)
    places = [np.flatnonzero(training.labels.numpy() == digit) for digit in range(CLASSES)]
    size = min(count // CLASSES, *map(len, places)) // 2
    if not size:
        raise DataError(f"{training.name} is no sample of all digits. Choose a larger one.")
    least_sure = [place[np.argsort(sureness[place], kind="stable")] for place in places]
    at = {
        "training": np.concatenate([chance.choice(place[size:], size, replace=False) for place in least_sure]),
        "hard": np.concatenate([place[:size] for place in least_sure]),
        "test": np.sort(chance.choice(len(test), min(count, len(test)), replace=False)),
    }
    arrays: dict[str, NDArray[np.uint8]] = {}
    for name, digits in zip(PARTS, (training, training, test), strict=True):
        arrays[f"{name}_images"] = digits.images.numpy()[at[name]]
        arrays[f"{name}_labels"] = digits.labels.numpy()[at[name]].astype(np.uint8)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_bytes(path, content.getvalue())


def _digits(part: str, file: np.lib.npyio.NpzFile) -> Digits:
    images, labels = file[f"{part}_images"], file[f"{part}_labels"]
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or not 0 < len(images) == len(labels):
        raise ValueError("its pictures and labels do not fit")
    return Digits("MNIST", torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)))
