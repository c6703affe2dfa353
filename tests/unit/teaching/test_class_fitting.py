"""A last layer for classes of somebody's own: what it reads, how long it takes, and the network that it becomes."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from pointwise import classify_pictures
from pointwise.card import class_names, reads_digits, reads_drawings
from pointwise.data.catalogue import NONE
from pointwise.data.measured_nondigits import measured_nondigits
from pointwise.data.synthetic_digits import made_digits
from pointwise.errors import DataError
from pointwise.inference import classify_image
from pointwise.models import Network
from pointwise.teaching.class_fitting import learn
from pointwise.teaching.last_layer import FrozenNetwork
from pointwise.teaching.own_classes import OwnClasses
from pointwise.teaching.stored_digits import stored_digits
from pointwise.weights import load_model, to_bytes
from tests.doodles import DOODLES, doodle, drawn_classes, read_right, read_surely

NAMES = tuple(DOODLES)


@pytest.fixture(scope="module")
def frozen() -> FrozenNetwork:
    return FrozenNetwork(load_model("nin"))


@pytest.fixture(scope="module")
def learned(frozen: FrozenNetwork) -> Network:
    return learn(frozen, drawn_classes(3)).network


def test_five_drawings_of_each_of_five_doodles_are_enough_and_take_less_than_a_second(frozen: FrozenNetwork) -> None:
    """Of fifty that were held out; a second of the processor's time."""
    learn(frozen, drawn_classes(3))  # SciPy is imported
    took = []
    for first in (0, 1_000):
        began = time.process_time()
        found = learn(frozen, drawn_classes(5, first))
        took.append(time.process_time() - began)
        assert read_right(found.network) >= 0.9
        assert found.read.count == 25
        assert found.read.low <= read_right(found.network)  # what is said of it is no promise
    assert min(took) <= 1


def test_all_but_the_last_layer_is_the_networks_that_was_frozen(frozen: FrozenNetwork, learned: Network) -> None:
    before, after = frozen.network.state_dict(), learned.state_dict()
    assert {name for name in before if not torch.equal(before[name], after[name])} == {
        "classifier.weight",
        "classifier.bias",
    }
    assert len(after["classifier.bias"]) == 6


def test_the_same_drawings_make_the_same_network(frozen: FrozenNetwork, learned: Network) -> None:
    once, again = learned.state_dict(), learn(frozen, drawn_classes(3)).network.state_dict()
    assert all(torch.equal(once[name], again[name]) for name in once)


def test_it_is_an_ordinary_network_that_reads_by_name(learned: Network) -> None:
    network = load_model(to_bytes(learned, learned.card))
    assert reads_drawings(network)
    assert not reads_digits(network)
    assert class_names(network.card, network.config) == (*NAMES, NONE)
    reading = classify_image(network, doodle("fish", 99))
    assert (reading.name, reading.digit, reading.names) == ("fish", None, (*NAMES, NONE))
    blank = classify_image(network, np.zeros((28, 28), np.uint8))
    assert (blank.name, blank.label, blank.probabilities.shape) == (None, None, (6,))


def test_what_is_none_of_the_classes_is_seldom_read_as_one_surely(frozen: FrozenNetwork) -> None:
    """MNIST's digits, and letters, signs and shapes of kinds that nothing was learned from."""
    others = {"digits": stored_digits().test.images[:500], "no digits": measured_nondigits(300)[0].images}
    for first in (0, 1_000):
        with_it, without = (learn(frozen, drawn_classes(5, first), none).network for none in (True, False))
        for what, most in (("digits", 0.1), ("no digits", 0.3)):
            assert read_surely(with_it, others[what]) < most
            assert read_surely(without, others[what]) > 2 * read_surely(with_it, others[what])


def test_digits_can_be_classes_too(frozen: FrozenNetwork) -> None:
    """What looks like the classes is no part of what the class more learns from."""
    digits = made_digits(600, 7)
    made, held_out = OwnClasses().with_names("one, four, eight"), []
    for number, label in enumerate((1, 4, 8)):
        these = digits.images[digits.labels == label].numpy()
        for picture in these[:6]:
            made = made.with_drawing(number, picture)
        held_out.append(these[6:36])
    read = classify_pictures(learn(frozen, made).network, np.concatenate(held_out)).argmax(1)
    assert (read == np.repeat(np.arange(3), 30)).mean() >= 0.9


def test_too_few_drawings_are_refused(frozen: FrozenNetwork) -> None:
    with pytest.raises(DataError, match="1 of sun"):
        learn(frozen, drawn_classes(3).without_drawing(0, 0))
