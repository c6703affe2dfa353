"""The data sets that have a name. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pointwise.errors import ConfigError

if TYPE_CHECKING:
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
