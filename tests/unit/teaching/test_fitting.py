"""Corrected once, a network reads that hand, also in other drawings, and forgets next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
import torch

from pointwise.calibration import SURE
from pointwise.data.digits import normalise
from pointwise.errors import ConfigError
from pointwise.models import SHIPPED
from pointwise.teaching.corrections import MOST, Correction
from pointwise.teaching.examined import examine
from pointwise.teaching.fitting import teach
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer
from pointwise.weights import load_model
from tests.hands import HANDS

OTHERS = 10  # further drawings of a hand


@pytest.fixture(scope="module")
def frozen() -> FrozenNetwork:
    return FrozenNetwork(load_model(SHIPPED / "nin.safetensors"))


def probabilities(frozen: FrozenNetwork, layer: LastLayer, pictures: list[np.ndarray]) -> np.ndarray:
    inputs = normalise(torch.from_numpy(np.stack(pictures)))
    return (layer.logits(frozen.features(inputs)) / frozen.temperature).softmax(1).numpy()


def failed(frozen: FrozenNetwork) -> Iterator[tuple[Correction, list[np.ndarray]]]:
    """Of each hand the first of ten drawings that is read wrongly or unsurely, and other drawings."""
    for hand in HANDS:
        drawings = [hand.drawing(number) for number in range(10 + OTHERS)]
        found = probabilities(frozen, frozen.layer, drawings[:10])
        wrong = (found.argmax(1) != hand.digit) | (found.max(1) < SURE)
        if wrong.any():
            yield Correction.of(drawings[int(wrong.argmax())], hand.digit), drawings[10:]


class Outcome(NamedTuple):
    right: bool
    others: float
    lost: float


def test_one_correction_is_enough_and_costs_next_to_nothing(frozen: FrozenNetwork) -> None:
    outcomes = []
    for correction, others in failed(frozen):
        taught = teach(frozen, [correction])
        (own,) = probabilities(frozen, taught.layer, [correction.picture])
        found = probabilities(frozen, taught.layer, others).argmax(1)
        lost = examine(frozen.held_out, frozen.layer, taught.layer).lost
        right = bool(own.argmax() == correction.digit and own.max() >= SURE)
        outcomes.append(Outcome(right, float((found == correction.digit).mean()), lost))
        assert right == (not taught.missed)
    assert len(outcomes) >= 18  # a better reader may read some of them by itself
    assert np.mean([one.right for one in outcomes]) >= 0.95
    assert np.mean([one.others for one in outcomes]) >= 0.9
    assert np.mean([one.lost for one in outcomes]) <= 0.1
    assert max(one.lost for one in outcomes) <= 0.301  # points, six of the 2,000 digits


def test_several_corrections_hold_together_and_come_out_the_same_again(frozen: FrozenNetwork) -> None:
    lesson = [correction for correction, _ in failed(frozen)][:6]
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
    correction, _ = next(failed(frozen))
    other = bytearray(correction.pixels)
    other[0] = 1
    taught = teach(frozen, [correction, Correction(bytes(other), (correction.digit + 1) % 10)])
    assert taught.missed


def test_too_many_corrections_are_refused(frozen: FrozenNetwork) -> None:
    one = Correction.of(HANDS[0].drawing(0), HANDS[0].digit)
    with pytest.raises(ConfigError, match="too many"):
        teach(frozen, [one] * (MOST + 1))


def test_changed_digits_account_for_the_difference(frozen: FrozenNetwork) -> None:
    correction, _ = next(failed(frozen))
    found = examine(frozen.held_out, frozen.layer, teach(frozen, [correction]).layer)
    gains = sum(change.gain for change in found.changes)
    assert round(found.lost / 100 * found.before.count) == -gains
    assert all(change.before != change.after for change in found.changes)
    assert found.changes
