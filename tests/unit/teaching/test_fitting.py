"""Corrected once, a network reads that hand, also in other drawings, and forgets next to nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pointwise.calibration import SURE
from pointwise.errors import ConfigError
from pointwise.models import SHIPPED
from pointwise.teaching.corrections import MOST, Correction
from pointwise.teaching.examined import examine
from pointwise.teaching.fitting import teach
from pointwise.teaching.last_layer import FrozenNetwork
from pointwise.weights import load_model
from tests.hands import HANDS, failed, outcome, probabilities

OTHERS = 10  # further drawings of a hand


@pytest.fixture(scope="module")
def frozen() -> FrozenNetwork:
    return FrozenNetwork(load_model(SHIPPED / "nin.safetensors"))


def test_one_correction_is_enough_and_costs_next_to_nothing(frozen: FrozenNetwork) -> None:
    outcomes = [outcome(frozen, hand, one, OTHERS, frozen.held_out) for hand, one in failed(frozen)]
    assert len(outcomes) >= 18  # a better reader may read some of them by itself
    assert np.mean([one.right for one in outcomes]) >= 0.95
    assert np.mean([one.others for one in outcomes]) >= 0.9
    lost = [one.examined.lost for one in outcomes]
    assert np.mean(lost) <= 0.1
    assert max(lost) <= 0.301  # points, six of the 2,000 digits


def test_what_cannot_be_read_right_is_said_and_nothing_else(frozen: FrozenNetwork) -> None:
    for hand, correction in failed(frozen):
        taught = teach(frozen, [correction])
        (own,) = probabilities(frozen, taught.layer, [correction.picture])
        assert (own.argmax() == hand.digit and own.max() >= SURE) == (not taught.missed)


def test_several_corrections_hold_together_and_come_out_the_same_again(frozen: FrozenNetwork) -> None:
    lesson = [correction for _, correction in failed(frozen)][:6]
    first, again = teach(frozen, lesson), teach(frozen, lesson)
    found = probabilities(frozen, first.layer, [one.picture for one in lesson])
    assert found.argmax(1).tolist() == [one.digit for one in lesson]
    assert not first.missed
    assert torch.equal(first.layer.weights, again.layer.weights)


def test_what_is_read_right_already_changes_nothing(frozen: FrozenNetwork) -> None:
    digits = frozen.held_out.digits
    taught = teach(frozen, [Correction.of(digits.images[0].numpy(), int(digits.labels[0]))])
    assert taught.layer is frozen.layer
    assert teach(frozen, []).layer is frozen.layer


def test_two_words_on_nearly_the_same_drawing_cannot_both_hold(frozen: FrozenNetwork) -> None:
    _, correction = next(failed(frozen))
    other = bytearray(correction.pixels)
    other[0] = 1
    taught = teach(frozen, [correction, Correction(bytes(other), (correction.digit + 1) % 10)])
    assert taught.missed


def test_too_many_corrections_are_refused(frozen: FrozenNetwork) -> None:
    one = Correction.of(HANDS[0].drawing(0), HANDS[0].digit)
    with pytest.raises(ConfigError, match="too many"):
        teach(frozen, [one] * (MOST + 1))


def test_changed_digits_account_for_the_difference(frozen: FrozenNetwork) -> None:
    _, correction = next(failed(frozen))
    found = examine(frozen.held_out, frozen.layer, teach(frozen, [correction]).layer)
    gains = sum(change.gain for change in found.changes)
    assert round(found.lost / 100 * found.before.count) == -gains
    assert all(change.before != change.after for change in found.changes)
    assert found.changes
