"""CIFAR-10: how it is fetched and read. The layout, the address and the checksums are torchvision's."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.data.download import Download, RemoteFile, fetch_files
from pointwise.data.mirrors import CHUNK
from pointwise.errors import DataError

if TYPE_CHECKING:
    from pointwise.data.digits import Digits

BYTES = 170_498_071  # of the archive
FOLDER, ARCHIVE = "cifar-10-batches-py", "cifar-10-python.tar.gz"
NAMES = ("batches.meta", *(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
INSTEAD = "Put the folder {name} into {folder}, unpacked from {archive}; the bundled digits need no download."


def is_complete(folder: Path) -> bool:
    """Whether all its files are there; their content is checked when they are read."""
    return all((folder / FOLDER / name).is_file() for name in NAMES)


def load_cifar(folder: Path, train: bool) -> Digits:
    """The 50,000 training or the 10,000 test pictures, uint8 (N, 3, 32, 32), below ``folder``.

    Raises DataError when a file is missing or broken.
    """
    import numpy as np
    import torch
    from torchvision.datasets import CIFAR10

    from pointwise.data.digits import Digits

    try:
        content = CIFAR10(folder, train=train)
    except (OSError, RuntimeError, EOFError, KeyError, ValueError):
        raise DataError(f"There is no whole CIFAR-10 in {folder}. {_instead(folder)}") from None
    images = np.ascontiguousarray(content.data.transpose(0, 3, 1, 2))
    return Digits("CIFAR-10", torch.from_numpy(images), torch.tensor(content.targets))


def download_cifar(folder: Path) -> Iterator[Download]:
    """Fetch what is missing below ``folder``, and unpack it, a file at a time; it may be stopped at any time.

    Raises DataError when it cannot be fetched, or the folder cannot be written.
    """
    from torchvision.datasets import CIFAR10

    its, archive = folder / FOLDER, folder / ARCHIVE
    files = []
    if not archive.is_file():  # which torchvision, or somebody else, has put there
        archive = its / ARCHIVE
        files = [RemoteFile(ARCHIVE, BYTES, CIFAR10.tgz_md5, (CIFAR10.url,))]
    try:
        yield from fetch_files(its, files, lambda: is_complete(folder), lambda mark: _unpack(archive, its, mark))
    except DataError as error:
        raise DataError(f"{error} {_instead(folder)}") from None
    except OSError as error:
        raise DataError(f"CIFAR-10 cannot be stored in {folder} ({error.strerror}). {_instead(folder)}") from None
    finally:
        if is_complete(folder):
            with suppress(OSError):
                (its / ARCHIVE).unlink(missing_ok=True)


def _unpack(archive: Path, folder: Path, mark: str) -> Iterator[int]:
    """Bytes of the archive's files so far; each appears under its own name when it is whole."""
    done = 0
    try:
        with tarfile.open(archive) as members:
            for member in members:
                name = member.name.removeprefix(f"{FOLDER}/")
                content = members.extractfile(member) if name in NAMES else None
                if content is None:
                    continue
                part = folder / f"{name}{mark}"
                with part.open("wb") as file:
                    while piece := content.read(16 * CHUNK):
                        file.write(piece)
                        done += len(piece)
                        yield done
                os.replace(part, folder / name)
    except (tarfile.TarError, zlib.error, EOFError, UnicodeError):
        raise DataError(f"{archive} is damaged. Delete it and fetch it again.") from None


def _instead(folder: Path) -> str:
    return INSTEAD.format(name=FOLDER, folder=folder, archive=ARCHIVE)
