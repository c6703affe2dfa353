"""Data sets by name: MNIST and its kin, CIFAR-10 through torchvision, the bundled digits. Importable without torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.errors import ConfigError, DataError

if TYPE_CHECKING:
    from pointwise.data.digits import Digits
    from pointwise.data.mnist import Download
    from pointwise.models import ModelConfig


@dataclass(frozen=True)
class DataSet:
    """A line of the table of data sets; all have ten classes."""

    title: str
    kind: str = ""  # torchvision's class, and the folder of its files
    channels: int = 1
    side: int = 28


DATA_SETS = {
    "mnist": DataSet("MNIST", "MNIST"),
    "fashion_mnist": DataSet("Fashion-MNIST", "FashionMNIST"),
    "kmnist": DataSet("KMNIST", "KMNIST"),
    "cifar10": DataSet("CIFAR-10", "CIFAR10", channels=3, side=32),
    "digits": DataSet("Bundled digits"),
}


def data_set_named(name: str) -> DataSet:
    """Raises ConfigError for an unknown one."""
    if name not in DATA_SETS:
        raise ConfigError(f"There is no data set '{name}'. Choose one of {', '.join(DATA_SETS)}.")
    return DATA_SETS[name]


def config_for(arch: str, name: str) -> ModelConfig:
    """A classifier of the pictures of a data set. Raises ConfigError for an unknown network or data set."""
    from pointwise.models import ModelConfig

    chosen = data_set_named(name)
    return ModelConfig(arch, input_channels=chosen.channels, image_size=chosen.side)


CIFAR_BYTES = 170_498_071  # of the compressed file


def load_data_set(name: str, folder: Path) -> tuple[Digits, Digits]:
    """Training and held-out pictures, uint8 (N, 28, 28), or (N, 3, 32, 32) for colour.

    Raises ConfigError for an unknown name, DataError where files below ``folder`` are missing or broken.
    """
    from pointwise.data.digits import load_bundled
    from pointwise.data.mnist import load_mnist

    chosen = data_set_named(name)
    if name == "digits":
        return load_bundled()
    if name == "cifar10":
        return _cifar(folder, train=True), _cifar(folder, train=False)
    return load_mnist(folder, chosen.kind)


def is_there(name: str, folder: Path) -> bool:
    """Whether its files are below ``folder``; their content is checked when they are read."""
    from pointwise.data.mnist import is_complete

    if name == "digits":
        return True
    if name == "cifar10":
        return (folder / "cifar-10-batches-py").is_dir()
    return is_complete(folder, DATA_SETS[name].kind)


def download_size(name: str) -> float:
    """In megabytes, of a data set that has to be fetched."""
    from pointwise.data.mnist import SIZES

    return (CIFAR_BYTES if name == "cifar10" else sum(SIZES[DATA_SETS[name].kind].values())) / 1e6


def fetch(name: str, folder: Path) -> Iterator[Download]:
    """Download what is missing, but only into the user's cache folder. Raises DataError when no mirror answers."""
    from pointwise.data.mnist import cache_folder, download_mnist

    if folder != cache_folder() or is_there(name, folder):
        return
    if name == "cifar10":
        yield from _fetch_cifar(folder)
    else:
        yield from download_mnist(folder, DATA_SETS[name].kind)


def _fetch_cifar(folder: Path) -> Iterator[Download]:
    from torchvision.datasets import CIFAR10

    from pointwise.data.mnist import Download

    yield Download(0, CIFAR_BYTES)
    try:
        CIFAR10(folder, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(f"CIFAR-10 could not be downloaded ({error}). Check the network connection.") from None
    yield Download(CIFAR_BYTES, CIFAR_BYTES)


def _cifar(folder: Path, train: bool) -> Digits:
    import numpy as np
    import torch
    from torchvision.datasets import CIFAR10

    from pointwise.data.digits import Digits

    try:
        content = CIFAR10(folder, train=train)
    except (OSError, RuntimeError, EOFError, KeyError, ValueError):
        raise DataError(
            f"There is no whole CIFAR-10 in {folder}. Put the folder cifar-10-batches-py there, unpacked from "
            "cifar-10-python.tar.gz."
        ) from None
    images = np.ascontiguousarray(content.data.transpose(0, 3, 1, 2))
    return Digits("CIFAR-10", torch.from_numpy(images), torch.tensor(content.targets))
