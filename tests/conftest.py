"""Toys that several tests need: an MNIST of a few digits, written as the real one is; a home of their own."""

import gzip
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

WriteMnist = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests keep stays out of the home of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POINTWISE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def idx(array: np.ndarray) -> bytes:
    """IDX as LeCun's MNIST page has it: two zeros, 8 for unsigned bytes, the number of dimensions, their sizes."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="session")
def write_mnist_below() -> WriteMnist:
    """Write ``train`` and ``test`` random digits below a folder of one's own; the data folder in it."""

    def write(below: Path, train: int = 64, test: int = 32, compressed: bool = True, folder: str = "MNIST") -> Path:
        rng = np.random.default_rng(0)
        raw = below / "data" / folder / "raw"
        raw.mkdir(parents=True)
        for part, number in (("train", train), ("t10k", test)):
            images, labels = rng.integers(0, 256, (number, 28, 28)), rng.integers(0, 10, number)
            for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
                path, content = raw / f"{part}-{kind}-ubyte", idx(array)
                if compressed:
                    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content))
                else:
                    path.write_bytes(content)
        return below / "data"

    return write


@pytest.fixture
def write_mnist(tmp_path: Path, write_mnist_below: WriteMnist) -> WriteMnist:
    """Write ``train`` and ``test`` random digits below a new data folder."""
    return partial(write_mnist_below, tmp_path)
