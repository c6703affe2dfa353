"""Reading and fetching MNIST, on toy files and a mirror in a folder."""

import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from pointwise.data import mnist
from pointwise.data.mnist import (
    cache_folder,
    data_folder,
    download_mnist,
    is_complete,
    load_mnist,
    load_mnist_test,
    unpack,
)
from pointwise.errors import DataError

WriteMnist = Callable[..., Path]
LABELS = "t10k-labels-idx1-ubyte"
IMAGES = "t10k-images-idx3-ubyte"


@pytest.fixture
def folder(write_mnist: WriteMnist) -> Path:
    return write_mnist()


def raw(folder: Path, name: str) -> Path:
    return folder / "MNIST" / "raw" / name


@pytest.mark.parametrize("compressed", [True, False])
def test_digits_are_read_as_torchvision_reads_them(write_mnist: WriteMnist, tmp_path: Path, compressed: bool) -> None:
    folder = write_mnist(compressed=compressed)
    unpack(folder, tmp_path / "unpacked")
    for ours, train in zip(load_mnist(folder), (True, False), strict=True):
        theirs = datasets.MNIST(tmp_path / "unpacked", train=train)
        assert torch.equal(ours.images, theirs.data)
        assert torch.equal(ours.labels, theirs.targets)


def test_test_digits_alone_need_no_training_digits(folder: Path) -> None:
    raw(folder, "train-images-idx3-ubyte.gz").unlink()
    assert len(load_mnist_test(folder)) == 32


@pytest.mark.parametrize("name", mnist.NAMES)
def test_missing_file_is_named(folder: Path, name: str) -> None:
    raw(folder, name).unlink()
    with pytest.raises(DataError, match=f"There is no {name}"):
        load_mnist(folder)


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no train-images"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("kept", [1, 15, -10])
def test_half_downloaded_file(folder: Path, kept: int) -> None:
    path = raw(folder, f"{LABELS}.gz")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match="damaged or half-downloaded"):
        load_mnist(folder)


def test_half_unpacked_file(folder: Path) -> None:
    raw(folder, IMAGES).write_bytes(gzip.decompress(raw(folder, f"{IMAGES}.gz").read_bytes())[:-1])
    with pytest.raises(DataError, match="is incomplete"):
        load_mnist(folder)


@pytest.mark.parametrize("content", [b"", b"\0\0\x08", b"\0\0\x08\x01\0\0", b"\0\0\x08\x03" + bytes(12), b"<html>"])
def test_file_that_is_not_mnists(folder: Path, content: bytes) -> None:
    raw(folder, LABELS).write_bytes(content)
    with pytest.raises(DataError, match=r"not one of its data set's files"):
        load_mnist(folder)


def test_absurd_sizes_in_a_header(folder: Path) -> None:
    raw(folder, IMAGES).write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    with pytest.raises(DataError, match="is incomplete"):
        load_mnist(folder)


def test_file_that_cannot_be_read(folder: Path) -> None:
    raw(folder, f"{LABELS}.gz").unlink()
    raw(folder, f"{LABELS}.gz").mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        load_mnist(folder)


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be read"):
        load_mnist(tmp_path / "file")


@pytest.mark.parametrize(
    "labels", [np.zeros(31), np.full(32, 10), np.zeros(0)], ids=["one too few", "not a digit", "none"]
)
def test_files_that_do_not_belong_together(folder: Path, labels: np.ndarray) -> None:
    content = struct.pack(">BBBBI", 0, 0, 8, 1, len(labels)) + labels.astype(np.uint8).tobytes()
    raw(folder, LABELS).write_bytes(content)
    with pytest.raises(DataError, match="do not belong together"):
        load_mnist(folder)


def test_folder_without_any_digit(write_mnist: WriteMnist) -> None:
    with pytest.raises(DataError, match="do not belong together"):
        load_mnist(write_mnist(test=0))


def test_data_folder_is_the_one_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_DATA", "/elsewhere")
    assert data_folder("/here") == Path("/here")


def test_data_folder_else_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_DATA", "/elsewhere")
    assert data_folder() == Path("/elsewhere")


def test_data_folder_else_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POINTWISE_DATA", raising=False)
    assert data_folder() == cache_folder()


@pytest.mark.parametrize("compressed", [True, False])
def test_complete_folder(write_mnist: WriteMnist, compressed: bool) -> None:
    assert is_complete(write_mnist(compressed=compressed))


def test_incomplete_folder(folder: Path) -> None:
    raw(folder, f"{LABELS}.gz").unlink()
    assert not is_complete(folder)


@pytest.fixture
def mirror(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the server, with the checksums of its four files."""
    files = [folder / "MNIST" / "raw" / name for name in mnist.NAMES]
    resources = [(path.name, hashlib.md5(path.read_bytes()).hexdigest()) for path in files]
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{files[0].parent.as_uri()}/"])
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    monkeypatch.setitem(mnist.SIZES, "MNIST", {path.name: path.stat().st_size for path in files})
    return files[0].parent


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_download_fetches_all_four_files(mirror: Path, tmp_path: Path) -> None:
    list(download_mnist(tmp_path / "new"))
    assert names(tmp_path / "new") == sorted(mnist.NAMES)
    assert len(load_mnist(tmp_path / "new")[0]) == 64


def test_download_says_how_far_it_is(mirror: Path, tmp_path: Path) -> None:
    told = list(download_mnist(tmp_path / "new"))
    assert [download.done for download in told] == sorted(download.done for download in told)
    assert told[-1].done == told[-1].total == sum(mnist.SIZES["MNIST"].values())


def test_download_leaves_what_is_there(mirror: Path, tmp_path: Path) -> None:
    path = raw(tmp_path / "new", f"{LABELS}.gz")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    list(download_mnist(tmp_path / "new"))
    assert path.read_bytes() == b"mine"


def test_download_asks_the_next_mirror(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = (tmp_path / "nowhere").as_uri()
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{nowhere}/", *datasets.MNIST.mirrors])
    list(download_mnist(tmp_path / "new"))
    assert is_complete(tmp_path / "new")


def test_wrong_checksum_is_refused_and_nothing_is_left(mirror: Path, tmp_path: Path) -> None:
    with (mirror / f"{LABELS}.gz").open("ab") as file:
        file.write(b"tampered")
    with pytest.raises(DataError, match=f"no mirror sent a whole {LABELS}"):
        list(download_mnist(tmp_path / "new"))
    assert f"{LABELS}.gz" not in names(tmp_path / "new")
    assert not list((tmp_path / "new").rglob("*.part"))


def test_no_network_is_said_plainly(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:1/"])
    with pytest.raises(DataError, match="Check the network connection"):
        list(download_mnist(tmp_path / "new"))
    assert names(tmp_path / "new") == ["download.lock"]


def test_stopping_midway_leaves_no_broken_file(mirror: Path, tmp_path: Path) -> None:
    download = download_mnist(tmp_path / "new")
    next(download)
    download.close()
    assert not [name for name in names(tmp_path / "new") if name.endswith(".gz")]


def test_unwritable_folder_is_said_plainly(mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be stored"):
        list(download_mnist(tmp_path / "file"))
