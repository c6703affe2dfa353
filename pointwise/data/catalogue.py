"""Data sets by name: MNIST and its kin, CIFAR-10 through torchvision, the bundled digits. Importable without torch.

``Pictures`` is what a training is told of one: its name, where it lies, and whether it is used as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import ConfigError, check_kind, check_whole

if TYPE_CHECKING:
    from pointwise.data.digits import Digits
    from pointwise.data.download import Download
    from pointwise.models import ModelConfig


@dataclass(frozen=True)
class DataSet:
    """What is known of a data set without its files; all have ten classes."""

    title: str
    about: str  # one line
    held_out: str  # in words: what is measured on
    kind: str = ""  # torchvision's class, and the folder of its files
    channels: int = 1
    side: int = 28
    training: int = 60_000  # pictures to train on
    test: int = 10_000
    digits: bool = False  # whether it shows digits, as a drawing does
    made: bool = False  # whether made digits may join it, where a recipe asks for them
    classes: tuple[
        str, ...
    ] = ()  # what its classes are called, in the order of their numbers; () where they are digits


DATA_SETS = {
    "mnist": DataSet(
        "MNIST",
        "60,000 digits to train on and 10,000 to test with, 28×28",
        "10,000 test digits",
        kind="MNIST",
        digits=True,
        made=True,
    ),
    "fashion_mnist": DataSet(
        "Fashion-MNIST",
        "70,000 pictures of clothes in ten kinds, 28×28; a network for these reads no drawing",
        "10,000 test pictures",
        kind="FashionMNIST",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
    ),
    "kmnist": DataSet(
        "KMNIST",
        "70,000 cursive Japanese characters of ten kinds, 28×28; a network for these reads no drawing",
        "10,000 test pictures",
        kind="KMNIST",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    ),
    "cifar10": DataSet(
        "CIFAR-10",
        "60,000 colour photos of ten kinds of things, 32×32; a network for these reads no drawing",
        "10,000 test pictures",
        kind="CIFAR10",
        channels=3,
        side=32,
        training=50_000,
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    ),
    "digits": DataSet(
        "Bundled digits",
        "1,797 real digits that come with scikit-learn, 8×8 enlarged to 28×28; 297 are held out",
        "297 held-out bundled digits",
        training=1_500,
        test=297,
        digits=True,
    ),
}

MOST_DRAWN = 100  # classes of somebody's own that a network reads drawings as
NONE = "none of these"  # the one of them that is read where no other fits
OWN = "own_pictures"  # the data set's name on the card of a network that learned from somebody's own


def own_data_set(title: str, channels: int, side: int, training: int, test: int, digits: bool = False) -> DataSet:
    """Somebody's own pictures as a data set, by how many there are to train on and to measure on."""
    said = f"{test:,} held-out pictures"
    return DataSet(title, said, said, "", channels, side, training, test, digits)


def data_set_named(name: str) -> DataSet:
    """A data set. Raises ConfigError for an unknown name."""
    if not isinstance(name, str) or name not in DATA_SETS:
        raise ConfigError(f"There is no data set '{name!s:.40}'. Choose one of {', '.join(DATA_SETS)}.")
    return DATA_SETS[name]


def config_for(arch: str, name: str) -> ModelConfig:
    """A classifier of the pictures of a data set. Raises ConfigError for an unknown network or data set."""
    from pointwise.models import ModelConfig

    chosen = data_set_named(name)
    return ModelConfig(arch, input_channels=chosen.channels, image_size=chosen.side)


@dataclass(frozen=True)
class Pictures:
    """The pictures of a data set: all or a few of them, as they are or shuffled. Raises ConfigError."""

    name: str  # of DATA_SETS
    folder: Path | str | None = None  # that the files lie below; None is the usual one
    few: int | None = None  # to train on, at most
    few_held_out: int | None = None  # to measure on, at most; 10 or more
    validation: int | None = None  # training pictures that are not trained on, to choose by; 10 or more
    shuffled: int | None = None  # the seed of the order that the pixels of every picture are put into

    def __post_init__(self) -> None:
        data_set_named(self.name)
        for what, value, least in (
            ("number of training pictures", self.few, 1),
            ("number of held-out pictures", self.few_held_out, 10),
            ("number of training pictures to choose by", self.validation, 10),
            ("seed of the pixels' order", self.shuffled, 0),
        ):
            if value is not None:
                check_whole(what, value, least, 2**32 - 1, ConfigError)
        if (self.validation or 0) >= self.data_set.training:
            raise ConfigError(
                f"{self.validation:,} of {self.data_set.training:,} training pictures to choose by leave none to train "
                "on. Choose by fewer."
            )
        check_kind("A folder's path", self.folder, (str, Path, type(None)), "Leave it out for the usual one.")
        object.__setattr__(self, "folder", Path(self.folder) if self.folder else None)

    @property
    def data_set(self) -> DataSet:
        """The data set that they are of."""
        return DATA_SETS[self.name]

    @property
    def counts(self) -> tuple[int, int]:
        """How many there are to train on, and to measure on, without a look at the files."""
        its = self.data_set
        training = its.training - (self.validation or 0)
        return min(training, self.few or training), min(its.test, self.few_held_out or its.test)

    @property
    def options(self) -> dict[str, Any]:
        """How they differ from the whole data set as it is, as JSON; {} where they do not."""
        given = {field.name: getattr(self, field.name) for field in fields(self)[2:]}
        return {name: value for name, value in given.items() if value is not None}

    def fetch(self) -> Iterator[Download]:
        """Download what is missing, but only into the user's cache folder. Raises DataError when no mirror answers."""
        return fetch(self.name, self._folder)

    def load(self) -> tuple[Digits, Digits]:
        """Training and held-out pictures. Raises DataError where files are missing or broken."""
        from pointwise.data.digits import split_off

        training, held_out = load_data_set(self.name, self._folder)
        if self.validation:
            training = split_off(training, self.validation)[0]
        return self._chosen(training, self.few), self._chosen(held_out, self.few_held_out)

    def load_validation(self) -> Digits | None:
        """The training pictures to choose by, None where there are none. Raises DataError."""
        from pointwise.data.digits import split_off

        if self.validation is None:
            return None
        return self._chosen(split_off(load_data_set(self.name, self._folder)[0], self.validation)[1], None)

    def load_held_out(self) -> Digits:
        """The held-out pictures alone, without loading the others. Raises DataError."""
        return self._chosen(load_held_out(self.name, self._folder), self.few_held_out)

    @property
    def _folder(self) -> Path:
        from pointwise.data.mnist import data_folder

        return data_folder(self.folder)

    def _chosen(self, digits: Digits, most: int | None) -> Digits:
        from pointwise.data.digits import all_shuffled, some

        digits = digits if most is None else some(digits, most)
        return digits if self.shuffled is None else all_shuffled(digits, self.shuffled)


def load_data_set(name: str, folder: Path) -> tuple[Digits, Digits]:
    """Training and held-out pictures, uint8 (N, 28, 28), or (N, 3, 32, 32) for colour.

    Raises ConfigError for an unknown name, DataError where files below ``folder`` are missing or broken.
    """
    from pointwise.data.cifar import load_cifar
    from pointwise.data.digits import load_bundled
    from pointwise.data.mnist import load_mnist

    chosen = data_set_named(name)
    if name == "digits":
        return load_bundled()
    if name == "cifar10":
        return load_cifar(folder, train=True), load_cifar(folder, train=False)
    return load_mnist(folder, chosen.kind)


def load_held_out(name: str, folder: Path) -> Digits:
    """The pictures that ``load_data_set`` holds out, without loading the others. Raises as it does."""
    from pointwise.data.cifar import load_cifar
    from pointwise.data.mnist import load_mnist_test

    chosen = data_set_named(name)
    if name == "cifar10":
        return load_cifar(folder, train=False)
    return load_mnist_test(folder, chosen.kind) if chosen.kind else load_data_set(name, folder)[1]


def is_there(name: str, folder: Path) -> bool:
    """Whether a data set's files are below ``folder``; their content is checked when they are read."""
    from pointwise.data import cifar, mnist

    if name == "digits":
        return True
    return cifar.is_complete(folder) if name == "cifar10" else mnist.is_complete(folder, DATA_SETS[name].kind)


def download_size(name: str) -> float:
    """Megabytes to be fetched for a data set."""
    from pointwise.data import cifar, mnist

    return (cifar.BYTES if name == "cifar10" else sum(mnist.SIZES[DATA_SETS[name].kind].values())) / 1e6


def fetch(name: str, folder: Path) -> Iterator[Download]:
    """Download what is missing, but only into the user's cache folder. Raises DataError when no mirror answers."""
    from pointwise.data.cifar import download_cifar
    from pointwise.data.mnist import cache_folder, download_mnist

    if folder != cache_folder() or is_there(name, folder):
        return
    yield from download_cifar(folder) if name == "cifar10" else download_mnist(folder, DATA_SETS[name].kind)
