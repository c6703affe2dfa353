"""Held-out pictures read in the background: several in turns, and left where nobody looks."""

from __future__ import annotations

import threading

import pytest

from pointwise.confusion import HeldOut, confusion
from pointwise.data.digits import Digits, some
from pointwise.errors import DataError
from pointwise.teaching.stored_digits import stored_digits
from pointwise.ui.figures import held_out_reading
from pointwise.ui.figures.held_out_reading import Left, Reading
from pointwise.weights import load_model


@pytest.fixture(scope="module")
def digits() -> Digits:
    return some(stored_digits().test, 200)


def test_what_is_found_is_what_the_network_takes_for_what(digits: Digits) -> None:
    network = load_model("mlp_1x1")
    reading = Reading(network, lambda: HeldOut(digits, stored=True))
    assert reading.join(60)
    mistakes, found = reading.result(), confusion(network, digits)
    assert (mistakes.confusion.counts == found.counts).all()
    assert (mistakes.pictures == digits.images.numpy()[found.misread]).all()
    assert (reading.done, reading.total, mistakes.stored) == (200, 200, True)


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    def missing() -> HeldOut:
        raise DataError("There is nothing.")

    reading = Reading(load_model("mlp_1x1"), missing)
    assert reading.join(60)
    assert not reading.was_left
    with pytest.raises(DataError, match="There is nothing"):
        reading.result()


def test_few_are_at_work_and_one_that_is_left_makes_room(digits: Digits) -> None:
    network, go_on, loaded = load_model("mlp_1x1"), threading.Event(), []

    def load() -> HeldOut:
        loaded.append(1)
        go_on.wait(60)
        return HeldOut(digits)

    readings = [Reading(network, load) for _ in range(held_out_reading.AT_ONCE + 1)]
    readings[-1].join(0.1)
    assert len(loaded) <= held_out_reading.AT_ONCE
    for reading in readings[1:]:
        reading.leave()
    go_on.set()
    assert all(reading.join(60) for reading in readings)
    assert [reading.was_left for reading in readings] == [False, True, True, True]
    with pytest.raises(Left):
        readings[1].result()


def test_one_that_nobody_looks_at_is_left(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_out_reading, "UNSEEN", -1.0)
    reading = Reading(load_model("mlp_1x1"), lambda: HeldOut(digits))
    assert reading.join(60)
    assert reading.was_left
