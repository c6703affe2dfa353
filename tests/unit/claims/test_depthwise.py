"""The depthwise pair against torch's flop counter and MobileNet's formula, and how the small networks are measured."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from pointwise.claims import depthwise
from pointwise.claims.depthwise import EQUAL, FULL, NARROW, REPEATS, key_of
from pointwise.claims.parameters import block_times
from pointwise.data.catalogue import Pictures
from pointwise.data.digits import Digits
from pointwise.models import count_parameters


@pytest.mark.parametrize("size", [(5, 6, 4), (7, 1, 8), depthwise.MOBILENET])
def test_the_counts_are_those_of_built_layers_and_of_the_formula(size: tuple[int, int, int]) -> None:
    full, pair = depthwise.blocks(*size)
    assert depthwise.counted(full) == (full.weights, full.multiply_adds)
    assert depthwise.counted(pair) == (pair.weights, pair.multiply_adds)
    assert pair.multiply_adds / full.multiply_adds == pytest.approx(depthwise.share_left(size[2]))


def test_mobilenets_own_numbers() -> None:
    full, pair = depthwise.blocks(*depthwise.MOBILENET)
    assert 8 < full.multiply_adds / pair.multiply_adds < 9  # as the paper says
    assert pair.multiply_adds == 52_283_392  # its table 6: 52.3 million for the same layer


def test_the_pair_is_timed_as_a_depthwise_convolution() -> None:
    assert all(ms > 0 for ms in block_times(depthwise.blocks(4, 8, 8), repeats=1))


@pytest.mark.parametrize("name", [FULL, NARROW, EQUAL])
def test_the_networks_cost_what_is_said(name: str) -> None:
    arm = depthwise.arms()[name]
    network = arm.build(0).eval()
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, 28, 28))
    assert arm.size == (count_parameters(network), counter.get_total_flops() // 2)


def test_the_wide_one_has_as_many_parameters() -> None:
    sizes = {name: arm.size[0] for name, arm in depthwise.arms().items()}
    assert sizes[EQUAL] / sizes[FULL] == pytest.approx(1, abs=0.05)
    assert sizes[NARROW] < sizes[FULL] / 4


def test_a_network_follows_from_its_seed() -> None:
    one, again, other = (depthwise.arms()[FULL].build(seed) for seed in (7, 7, 8))
    assert torch.equal(one[0].weight, again[0].weight)
    assert not torch.equal(one[0].weight, other[0].weight)


def test_bundled_digits_are_held_out_once_each() -> None:
    folds = depthwise._folds("digits")
    assert len(folds) == REPEATS
    assert sum(len(held_out) for _, held_out in folds) == 1_797
    for training, held_out in folds:
        assert len(training) + len(held_out) == 1_797
        assert abs(len(held_out) - depthwise.sizes("digits")[1]) <= 1


def test_repetitions_on_mnist_share_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    def numbered(count: int) -> Digits:
        return Digits("numbered", torch.zeros(count, 1, 1, dtype=torch.uint8), torch.arange(count))

    monkeypatch.setattr(Pictures, "load", lambda _: (numbered(700), numbered(200)))
    monkeypatch.setattr(depthwise, "FEW", 100)
    monkeypatch.setattr(depthwise, "HELD_OUT", 40)
    depthwise._folds.cache_clear()
    folds = depthwise._folds("mnist")
    depthwise._folds.cache_clear()
    for part, size in ((0, 100), (1, 40)):
        every = torch.cat([fold[part].labels for fold in folds])
        assert len(every) == len(every.unique()) == REPEATS * size


def test_a_network_learns_in_as_many_steps_as_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depthwise, "SEEN", 2 * depthwise.sizes("digits")[0])
    trial = depthwise.contest("digits").trials[key_of(FULL, 1)]
    work, steps = trial.work(), 0
    while True:
        try:
            next(work)
            steps += 1
        except StopIteration as end:
            numbers = end.value
            break
    assert steps == trial.steps - 1
    assert 0.5 < numbers["right"] / numbers["of"] < 1


def numbers(**right: int) -> dict[str, dict[str, float]]:
    """Of 100 digits each: how many an arm reads, 90 where it is not said, and one more in every later repetition."""
    return {
        key_of(arm, repeat): {"right": right.get(arm, 90) + repeat, "of": 100, "seconds": 2.0}
        for arm in (FULL, NARROW, EQUAL)
        for repeat in range(REPEATS)
    }


def test_an_arm_is_held_against_full_kernels_repetition_by_repetition() -> None:
    outcomes = depthwise.outcomes(numbers(narrow=80), "mnist")
    assert outcomes[FULL].ahead is None
    assert outcomes[FULL].read.count == 100 * REPEATS
    narrow, equal = outcomes[NARROW].ahead, outcomes[EQUAL].ahead
    assert narrow is not None
    assert equal is not None
    assert (narrow.value, narrow.sign, equal.sign) == (pytest.approx(-0.1), -1, 0)


def test_there_is_no_outcome_before_all_is_measured() -> None:
    some = numbers()
    del some[key_of(EQUAL, 2)]
    assert depthwise.outcomes(some, "mnist") == {}


def test_folds_of_the_bundled_digits_tell_less() -> None:
    assert depthwise.overlap("mnist") == 0.0
    assert depthwise.overlap("digits") == pytest.approx(1 / 4, abs=0.01)
