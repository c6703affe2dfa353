"""Which classes are taken for which: counts as scikit-learn makes them, the misread pictures, what they are read of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from pointwise.calibration import SURE, probabilities_of
from pointwise.confusion import PART, Confusion, Pair, confusion, confusion_of, held_out
from pointwise.data.catalogue import Pictures, config_for
from pointwise.data.digits import Digits, all_shuffled, normalise, some
from pointwise.errors import DataError, ModelFileError
from pointwise.intervals import counted_share
from pointwise.models import ModelConfig, build, default_config
from pointwise.teaching.stored_digits import stored_digits
from pointwise.weights import load_model


@pytest.fixture(scope="module")
def readings() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (400, 4), and labels that are read in about half of them, none of the last class."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 400)
    scores = rng.normal(size=(400, 4)) + 1.5 * np.eye(4)[labels]
    made = np.exp(2 * scores)
    return (made / made.sum(axis=1, keepdims=True)).astype(np.float32), labels


@pytest.fixture(scope="module")
def found(readings: tuple[np.ndarray, np.ndarray]) -> Confusion:
    return confusion_of(*readings)


def test_counts_recall_and_precision_are_scikit_learns(
    readings: tuple[np.ndarray, np.ndarray], found: Confusion
) -> None:
    probabilities, labels = readings
    read = probabilities.argmax(axis=1)
    assert (found.counts == confusion_matrix(labels, read, labels=range(4))).all()
    assert found.pictures == 400
    assert found.error == counted_share(int((read != labels).sum()), 400)
    for one in range(3):
        recall, precision = found.recall(one), found.precision(one)
        assert recall is not None
        assert precision is not None
        assert recall.value == pytest.approx(recall_score(labels == one, read == one))
        assert precision.value == pytest.approx(precision_score(labels == one, read == one))
        assert recall.count == (labels == one).sum()
    assert found.recall(3) is None
    assert found.precision(3) == counted_share(0, int((read == 3).sum()))


def test_misread_pictures_are_named_the_surest_first(readings: tuple[np.ndarray, np.ndarray], found: Confusion) -> None:
    probabilities, labels = readings
    read, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    assert set(found.misread) == set(np.flatnonzero(read != labels))
    assert list(found.sureness) == sorted(found.sureness, reverse=True)
    assert (found.sureness == sure[found.misread]).all()
    assert (found.read == read[found.misread]).all()
    assert (found.labels == labels[found.misread]).all()
    assert found.sure == (sure >= SURE).sum()
    assert found.surely_wrong == ((sure >= SURE) & (read != labels)).sum() > 0
    second = np.argsort(probabilities, axis=1)[:, -2]
    assert found.second_guesses == ((read != labels) & (second == labels)).sum() > 0
    for pair in found.pairs():
        chosen = found.misread[found.of(pair.label, pair.read)]
        assert len(chosen) == pair.pictures
        assert set(labels[chosen]) == {pair.label}
        assert set(read[chosen]) == {pair.read}
    assert len(found.of(read=3)) == (read == 3).sum()


def test_what_is_read_without_a_mistake_has_none() -> None:
    found = confusion_of(np.eye(3, dtype=np.float32), np.arange(3))
    assert found.pairs() == []
    assert (found.error.value, found.surely_wrong, found.second_guesses, found.sure) == (0, 0, 0, 3)
    assert found.json(("a", "b", "c"))["surest"] == []


def test_of_many_classes_those_are_shown_that_take_part_in_most_mistakes() -> None:
    labels = np.array([0, 1, 2, 3, 3, 4])
    read = np.array([0, 1, 4, 2, 2, 3])
    found = confusion_of(np.eye(5, dtype=np.float32)[read], labels)
    assert found.pairs()[0] == Pair(3, 2, 2)
    assert found.worst(3) == [2, 3, 4]
    assert found.worst() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0], []])
def test_labels_that_are_no_classes_are_refused(labels: list[int]) -> None:
    with pytest.raises(DataError, match="labels that are none of the 3 classes"):
        confusion_of(np.ones((len(labels), 3), np.float32) / 3, np.array(labels, int))


def test_a_network_reads_with_the_temperature_on_its_card() -> None:
    nin, digits = load_model("mlp_1x1"), some(stored_digits().test, PART + 10)
    found = confusion(nin, digits)
    expected = probabilities_of(nin, normalise(digits.images), nin.card["temperature"]).numpy()
    assert (found.counts == confusion_matrix(digits.labels, expected.argmax(axis=1), labels=range(10))).all()
    assert np.allclose(found.probabilities, expected[found.misread], atol=1e-5)


def test_the_held_out_pictures_are_those_of_the_networks_own_data_set(write_mnist, tmp_path: Path) -> None:
    folder = write_mnist(test=40)
    nin = load_model("nin")
    whole = held_out(nin, folder)
    assert (len(whole.pictures), whole.stored) == (40, False)
    fashion = build(config_for("bag_of_pixels", "fashion_mnist"))
    fashion.card = {"data_set": "fashion_mnist", "options": {"few_held_out": 20}}
    write_mnist(test=30, folder="FashionMNIST")
    assert len(held_out(fashion, folder).pictures) == 20
    with pytest.raises(DataError, match="There is no t10k-images"):
        held_out(fashion, tmp_path / "nowhere")


def test_where_mnist_is_not_there_the_stored_digits_stand_for_it(tmp_path: Path) -> None:
    nin, unsaid, shuffled = (load_model("nin"), *(build(default_config("bag_of_pixels")) for _ in range(2)))
    shuffled.card = {"data_set": "mnist", "options": {"shuffled": 3, "few_held_out": 100}}
    stored: Digits = stored_digits().test
    for network in (nin, unsaid):
        pictures, is_sample = held_out(network, tmp_path)
        assert is_sample
        assert torch.equal(pictures.images, stored.images)
    pictures, _ = held_out(shuffled, tmp_path)
    assert torch.equal(pictures.images, all_shuffled(some(stored, 100), 3).images)


def test_what_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    own, prices = build(ModelConfig("bag_of_pixels", num_classes=3)), load_model("price_1x1")
    own.card = {"data_set": "own_pictures"}
    with pytest.raises(ModelFileError, match="trained on pictures that it does not hold"):
        held_out(own, tmp_path)
    with pytest.raises(DataError, match="prices houses"):
        held_out(prices, tmp_path)
    assert len(held_out(build_for("digits"), tmp_path).pictures) == Pictures("digits").counts[1]


def build_for(name: str):
    network = build(config_for("bag_of_pixels", name))
    network.card = {"data_set": name}
    return network
