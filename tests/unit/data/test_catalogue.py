"""Data sets by name, on small files in each one's format."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.datasets import CIFAR10

from pointwise.data import catalogue
from pointwise.data.catalogue import DATA_SETS, config_for
from pointwise.data.mnist import is_complete
from pointwise.errors import ConfigError, DataError
from pointwise.models import build
from pointwise.training import Recipe, train


@pytest.fixture
def cifar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """CIFAR-10's files with four pictures each, and torchvision's checksums to match."""
    chance, folder = np.random.default_rng(0), tmp_path / "data" / "cifar-10-batches-py"
    folder.mkdir(parents=True)

    def write(name: str, content: object) -> list[str]:
        (folder / name).write_bytes(pickle.dumps(content))
        return [name, hashlib.md5((folder / name).read_bytes()).hexdigest()]

    def batch() -> dict[str, object]:
        return {"data": chance.integers(0, 256, (4, 3072)).astype(np.uint8), "labels": [0, 3, 9, 5]}

    monkeypatch.setattr(CIFAR10, "train_list", [write(f"data_batch_{number}", batch()) for number in range(1, 6)])
    monkeypatch.setattr(CIFAR10, "test_list", [write("test_batch", batch())])
    name, checksum = write("batches.meta", {"label_names": [str(number) for number in range(10)]})
    monkeypatch.setattr(CIFAR10, "meta", {"filename": name, "key": "label_names", "md5": checksum})
    return folder.parent


@pytest.mark.parametrize(("name", "title"), [("fashion_mnist", "Fashion-MNIST"), ("kmnist", "KMNIST")])
@pytest.mark.parametrize("compressed", [True, False])
def test_the_kin_of_mnist(write_mnist: Callable[..., Path], name: str, title: str, compressed: bool) -> None:
    folder = write_mnist(train=6, test=4, compressed=compressed, folder=DATA_SETS[name].kind)
    training, held_out = catalogue.load_data_set(name, folder)
    assert (training.name, len(training), len(held_out)) == (title, 6, 4)
    assert catalogue.is_there(name, folder)
    assert not is_complete(folder)
    with pytest.raises(DataError):
        catalogue.load_data_set("mnist", folder)


def test_cifar_is_colour(cifar: Path) -> None:
    training, held_out = catalogue.load_data_set("cifar10", cifar)
    assert (training.images.dtype, training.images.shape) == (torch.uint8, (20, 3, 32, 32))
    assert held_out.labels.tolist() == [0, 3, 9, 5]
    inputs, _ = training.batch(slice(0, 2))
    assert inputs.shape == (2, 3, 32, 32)
    assert torch.equal(inputs, training.images[:2].float() / 127.5 - 1)


def test_a_broken_cifar_is_refused(cifar: Path) -> None:
    (cifar / "cifar-10-batches-py" / "data_batch_3").write_bytes(b"nothing")
    with pytest.raises(DataError, match="no whole CIFAR-10"):
        catalogue.load_data_set("cifar10", cifar)


def test_a_missing_cifar_is_refused(tmp_path: Path) -> None:
    assert not catalogue.is_there("cifar10", tmp_path)
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz"):
        catalogue.load_data_set("cifar10", tmp_path)


def test_the_bundled_digits_are_always_there(tmp_path: Path) -> None:
    assert catalogue.is_there("digits", tmp_path)
    assert len(catalogue.load_data_set("digits", tmp_path)[0]) == 1500


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Choose one of mnist, fashion_mnist, kmnist, cifar10, digits"):
        catalogue.load_data_set("imagenet", tmp_path)


def test_nothing_is_fetched_into_a_folder_that_somebody_named(tmp_path: Path) -> None:
    assert list(catalogue.fetch("kmnist", tmp_path)) == []


@pytest.mark.parametrize("arch", ["nin", "conv_mlp", "mlp_1x1", "bag_of_pixels"])
def test_every_network_takes_colour(cifar: Path, arch: str) -> None:
    config = config_for(arch, "cifar10")
    assert (config.input_channels, config.image_size) == (3, 32)
    config = config.__class__(arch, input_channels=3, image_size=32, widths=tuple(4 for _ in config.widths))
    *_, last = train(build(config), Recipe("short", epochs=1, batch_size=8), *catalogue.load_data_set("cifar10", cifar))
    assert last.epoch is not None
