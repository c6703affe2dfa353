"""Data sets by name, on small files in each one's format."""

from __future__ import annotations

import hashlib
import pickle
import socket
import tarfile
import urllib.error
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import torch
from torchvision import datasets
from torchvision.datasets import CIFAR10

from pointwise.data import catalogue, mnist
from pointwise.data import cifar as cifar10
from pointwise.data.catalogue import DATA_SETS, config_for
from pointwise.data.mnist import is_complete
from pointwise.errors import ConfigError, DataError
from pointwise.models import build
from pointwise.training import Recipe, train
from tests.unit.data.conftest import Mirror


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


@pytest.fixture
def remote(cifar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the archive of those files where it is fetched from."""
    archive = tmp_path / "mirror" / "cifar-10-python.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as members:
        members.add(cifar / "cifar-10-batches-py", "cifar-10-batches-py")
    content = archive.read_bytes()
    monkeypatch.setattr(cifar10, "BYTES", len(content))
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(content).hexdigest())
    monkeypatch.setattr(CIFAR10, "url", archive.as_uri())
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_cifar_is_fetched_and_unpacked_step_by_step(remote: Path) -> None:
    told = list(catalogue.fetch("cifar10", remote))
    assert len(told) > len(cifar10.NAMES)
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert len(catalogue.load_data_set("cifar10", remote)[0]) == 20
    assert files_of(remote) == sorted(cifar10.NAMES)
    assert list(catalogue.fetch("cifar10", remote)) == []


def test_cifar_can_be_stopped_after_every_step_and_gone_on_with(remote: Path) -> None:
    steps = 0
    while not catalogue.is_there("cifar10", remote):
        events = catalogue.fetch("cifar10", remote)
        assert next(events).total == cifar10.BYTES
        for _ in range(steps):
            next(events, None)
        events.close()
        steps += 1
    assert steps > len(cifar10.NAMES)
    assert len(catalogue.load_data_set("cifar10", remote)[0]) == 20
    list(catalogue.fetch("cifar10", remote))
    assert files_of(remote) == sorted(cifar10.NAMES)


def test_a_cifar_that_was_half_unpacked_is_made_whole(remote: Path, cifar: Path) -> None:
    (remote / "cifar-10-batches-py").mkdir(parents=True)
    (remote / "cifar-10-batches-py" / "data_batch_1").write_bytes(b"half")
    list(catalogue.fetch("cifar10", remote))
    assert len(catalogue.load_data_set("cifar10", remote)[0]) == 20


def at_a_mirror(
    name: str, how: str, mirror: Mirror, write_mnist: Callable[..., Path], patch: pytest.MonkeyPatch
) -> None:
    """Let a data set, of a few pictures, be fetched from a mirror that behaves so."""
    kind = DATA_SETS[name].kind
    if kind == "CIFAR10":
        content = Path(urlsplit(CIFAR10.url).path).read_bytes()
        mirror.files[cifar10.ARCHIVE] = content
        patch.setattr(CIFAR10, "url", mirror.address(f"{how}/{cifar10.ARCHIVE}"))
        return
    raw = write_mnist(train=6, test=4, folder=kind) / kind / "raw"
    mirror.files |= {path.name: path.read_bytes() for path in raw.iterdir()}
    checksums = [(name, hashlib.md5(mirror.files[name]).hexdigest()) for name in mnist.NAMES]
    patch.setattr(getattr(datasets, kind), "resources", checksums)
    patch.setattr(getattr(datasets, kind), "mirrors", [mirror.address(f"{how}/")])
    patch.setitem(mnist.SIZES, kind, {name: len(mirror.files[name]) for name in mnist.NAMES})


REMOTE = [name for name in DATA_SETS if DATA_SETS[name].kind]


@pytest.mark.parametrize("name", REMOTE)
def test_a_connection_that_breaks_is_taken_up_again(
    mirror: Mirror, write_mnist: Callable[..., Path], remote: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    at_a_mirror(name, "halved", mirror, write_mnist, monkeypatch)
    told = list(catalogue.fetch(name, remote))
    assert told[-1].done == told[-1].total == sum(map(len, mirror.files.values()))
    assert any(begins != "0" for _, begins in mirror.asked)
    assert len(catalogue.load_data_set(name, remote)[0]) in (6, 20)


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize(("how", "why"), [("wrong", "sends something else"), ("gone", "cannot be reached")])
def test_what_no_mirror_sends_is_refused_and_nothing_broken_is_left(
    mirror: Mirror,
    write_mnist: Callable[..., Path],
    remote: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    how: str,
    why: str,
) -> None:
    at_a_mirror(name, how, mirror, write_mnist, monkeypatch)
    if how == "gone":
        monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(
        DataError, match=rf"no mirror sent a whole .* \(127\.0\.0\.1 {why}\)\. Check the network .* Put "
    ):
        list(catalogue.fetch(name, remote))
    assert files_of(remote) == ["download.lock"]


def no_network(*_: object, **__: object) -> None:
    raise urllib.error.URLError(socket.gaierror(-3, "Temporary failure in name resolution"))


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
