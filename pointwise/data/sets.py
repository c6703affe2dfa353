"""Data sets by their names: MNIST and its kin, CIFAR-10 through torchvision, and the bundled digits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from pointwise.data.digits import Digits, load_bundled
from pointwise.data.mnist import SIZES, Download, cache_folder, download_mnist, is_complete, load_mnist
from pointwise.data.names import DATA_SETS, data_set_named
from pointwise.errors import DataError

CIFAR_BYTES = 170_498_071  # of the compressed file


def load_data_set(name: str, folder: Path) -> tuple[Digits, Digits]:
    """Training and held-out pictures, uint8 (N, 28, 28), or (N, 3, 32, 32) for colour.

    Raises ConfigError for an unknown name, DataError where files below ``folder`` are missing or broken.
    """
    chosen = data_set_named(name)
    if name == "digits":
        return load_bundled()
    if name == "cifar10":
        return _cifar(folder, train=True), _cifar(folder, train=False)
    return load_mnist(folder, chosen.kind)


def is_there(name: str, folder: Path) -> bool:
    """Whether its files are below ``folder``; their content is checked when they are read."""
    if name == "digits":
        return True
    if name == "cifar10":
        return (folder / "cifar-10-batches-py").is_dir()
    return is_complete(folder, DATA_SETS[name].kind)


def download_size(name: str) -> float:
    """In megabytes, of a data set that has to be fetched."""
    return (CIFAR_BYTES if name == "cifar10" else sum(SIZES[DATA_SETS[name].kind].values())) / 1e6


def fetch(name: str, folder: Path) -> Iterator[Download]:
    """Download what is missing, but only into the user's cache folder. Raises DataError when no mirror answers."""
    if folder != cache_folder() or is_there(name, folder):
        return
    if name == "cifar10":
        yield from _fetch_cifar(folder)
    else:
        yield from download_mnist(folder, DATA_SETS[name].kind)


def _fetch_cifar(folder: Path) -> Iterator[Download]:
    from torchvision.datasets import CIFAR10

    yield Download(0, CIFAR_BYTES)
    try:
        CIFAR10(folder, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(f"CIFAR-10 could not be downloaded ({error}). Check the network connection.") from None
    yield Download(CIFAR_BYTES, CIFAR_BYTES)


def _cifar(folder: Path, train: bool) -> Digits:
    from torchvision.datasets import CIFAR10

    try:
        content = CIFAR10(folder, train=train)
    except (OSError, RuntimeError, EOFError, KeyError, ValueError):
        raise DataError(
            f"There is no whole CIFAR-10 in {folder}. Put the folder cifar-10-batches-py there, unpacked from "
            "cifar-10-python.tar.gz."
        ) from None
    images = np.ascontiguousarray(content.data.transpose(0, 3, 1, 2))
    return Digits("CIFAR-10", torch.from_numpy(images), torch.tensor(content.targets))
