"""MNIST and its kin, Fashion-MNIST and KMNIST: where they lie, how they are fetched and how they are read.

The layout, the mirrors and the checksums are torchvision's; ``kind`` is the name of its class.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from pointwise.data.digits import Digits
from pointwise.data.download import Download, RemoteFile, fetch_files
from pointwise.errors import DataError

PARTS = {"train": "train", "test": "t10k"}
NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
SIZES = {  # bytes of each compressed file
    "MNIST": dict(zip(NAMES, (9_912_422, 28_881, 1_648_877, 4_542), strict=True)),
    "FashionMNIST": dict(zip(NAMES, (26_421_880, 29_515, 4_422_102, 5_148), strict=True)),
    "KMNIST": dict(zip(NAMES, (18_165_135, 29_497, 3_041_136, 5_120), strict=True)),
}
TITLES = {"MNIST": "MNIST", "FashionMNIST": "Fashion-MNIST", "KMNIST": "KMNIST"}
INSTEAD = "Put its four .gz files into {folder}; the bundled digits need no download."


def data_folder(given: Path | str | None = None) -> Path:
    """``given``, else $POINTWISE_DATA, else ``data`` in the user's cache folder."""
    chosen = given or os.environ.get("POINTWISE_DATA")
    return Path(chosen).expanduser() if chosen else cache_folder()


def cache_folder() -> Path:
    """The only folder that anything is downloaded into."""
    from platformdirs import user_cache_path

    return user_cache_path("pointwise") / "data"


def is_complete(folder: Path, kind: str = "MNIST") -> bool:
    """Whether all four files are there, compressed or not; their content is checked when it is read."""
    raw = folder / kind / "raw"
    return all(os.path.isfile(raw / name) or os.path.isfile((raw / name).with_suffix("")) for name in NAMES)


def load_mnist(folder: Path, kind: str = "MNIST") -> tuple[Digits, Digits]:
    """The 60,000 training and 10,000 test pictures below ``folder``, which is never written to.

    Raises DataError when a file is missing, unreadable or incomplete.
    """
    return _load_part(folder, kind, "train"), load_mnist_test(folder, kind)


def load_mnist_test(folder: Path, kind: str = "MNIST") -> Digits:
    """The 10,000 test pictures alone. Raises DataError as ``load_mnist`` does."""
    return _load_part(folder, kind, "test")


def unpack(folder: Path, target: Path) -> None:
    """Write MNIST's four files uncompressed below ``target``, as torchvision reads them. Raises DataError."""
    raw = target / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (raw / name).with_suffix("").write_bytes(_content(folder / "MNIST" / "raw" / name))


def _load_part(folder: Path, kind: str, part: str) -> Digits:
    raw = folder / kind / "raw"
    images = _read_idx(raw / f"{PARTS[part]}-images-idx3-ubyte.gz", dimensions=3)
    labels = _read_idx(raw / f"{PARTS[part]}-labels-idx1-ubyte.gz", dimensions=1)
    if images.shape[1:] != (28, 28) or not 0 < len(images) == len(labels) or labels.max() > 9:
        raise DataError(f"The {TITLES[kind]} files in {raw} do not belong together. Delete them and fetch them again.")
    return Digits(TITLES[kind], torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)))


def _read_idx(path: Path, dimensions: int) -> np.ndarray:
    """An IDX file of unsigned bytes (layout: LeCun's MNIST page), compressed or not, as a writable array."""
    content = _content(path)
    header = 4 + 4 * dimensions
    if content[:4] != bytes([0, 0, 8, dimensions]) or len(content) < header:
        raise DataError(f"{path} is not one of its data set's files. Delete it and fetch it again.")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    if len(content) - header != math.prod(shape):
        raise DataError(f"{path} is incomplete. Delete it and fetch it again.")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape).copy()


def _content(path: Path) -> bytes:
    plain = path.with_suffix("")
    try:
        return plain.read_bytes() if plain.is_file() else gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        instead = INSTEAD.format(folder=path.parent)
        raise DataError(f"There is no {path.name} in {path.parent}. {instead}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{path} is damaged or half-downloaded. Delete it and fetch it again.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check the folder's permissions.") from None


def download_mnist(folder: Path, kind: str = "MNIST") -> Iterator[Download]:
    """Fetch what is missing below ``folder`` from torchvision's mirrors, a file at a time, checksums verified.

    A file appears under its own name only when it is whole, so that stopping at any time leaves no broken one.
    Raises DataError when no mirror answers or the folder cannot be written.
    """
    from torchvision import datasets

    its, raw = getattr(datasets, kind), folder / kind / "raw"
    instead = INSTEAD.format(folder=raw)
    mirrors = [mirror.rstrip("/") for mirror in its.mirrors]
    files = [
        RemoteFile(name, SIZES[kind][name], checksum, tuple(f"{mirror}/{name}" for mirror in mirrors))
        for name, checksum in its.resources
        if not (raw / name).with_suffix("").is_file()
    ]
    try:
        yield from fetch_files(raw, files, lambda: is_complete(folder, kind))
    except DataError as error:
        raise DataError(f"{error} {instead}") from None
    except OSError as error:
        raise DataError(f"{TITLES[kind]} cannot be stored in {raw} ({error.strerror}). {instead}") from None
