"""Ways to regularise 1×1 convolutions and dense layers, begun alike, and what may be said of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
import torch

from pointwise.claims import regularising
from pointwise.claims.regularising import ARMS, DENSE, NEITHER, POINTWISE, SEEDS, Arm, Outcome
from pointwise.models import build
from pointwise.training import Epoch

DIGITS = 400


def test_networks_of_one_seed_begin_alike_and_see_the_same_few_digits() -> None:
    jobs = regularising.comparison("digits").jobs
    assert len({(job.data, replace(job.recipe, seed=0)) for job in jobs.values()}) == 1
    for variant in regularising.VARIANTS:
        pointwise, dense = (build(Arm(arch, variant).config, seed=1).state_dict() for arch in (POINTWISE, DENSE))
        assert all(
            torch.equal(one.flatten(), other.flatten())
            for one, other in zip(pointwise.values(), dense.values(), strict=True)
        )


def test_each_network_s_last_epoch_says_which_digits_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regularising, "RECIPE", replace(regularising.RECIPE, epochs=1, batch_size=250))
    monkeypatch.setattr(regularising, "SEEDS", (0,))
    epochs: dict[str, list[Epoch]] = defaultdict(list)
    for step in regularising.comparison("digits").steps():
        if step.epoch is not None:
            epochs[step.epoch.of].append(step.epoch)
    outcomes = regularising.outcomes_of(epochs, 297)
    assert all(one.read.mean() == pytest.approx(one.accuracy) for one in outcomes.values())
    assert 0 < outcomes[ARMS[0]].accuracy < 1
    for way in (NEITHER, "dropout"):  # the same network, but for rounding
        assert np.abs(outcomes[Arm(POINTWISE, way)].read - outcomes[Arm(DENSE, way)].read).mean() < 0.01
    assert regularising.apart(outcomes) < 0.5
    epochs.pop(ARMS[0].named(0))
    assert not regularising.outcomes_of(epochs, 297)


def outcomes(read: dict[Arm, float], steady: bool = True) -> dict[Arm, Outcome]:
    """What each arm reads, 0–1; unless it is ``steady``, the last seed reads less than with no regularising."""
    found = {}
    for arm in ARMS:
        share = read.get(arm, 0.8)
        last = share if steady or arm not in read else 0.7
        digits = (np.arange(DIGITS) < share * DIGITS).astype(float)
        found[arm] = Outcome((share, share, last), digits)
    return found


def test_a_gain_in_every_seed_outside_of_its_interval_is_a_gain() -> None:
    arm = Arm(POINTWISE, "dropout")
    assert regularising.gains(outcomes({arm: 0.9}))[arm].sign == 1
    assert regularising.gaps(outcomes({arm: 0.9}))["dropout"].sign == 1
    assert regularising.gaps(outcomes({arm: 0.9, Arm(DENSE, "dropout"): 0.9}))["dropout"].sign == 0


def test_a_gain_that_the_digits_or_the_seeds_do_not_bear_out_is_none() -> None:
    arm = Arm(DENSE, "both")
    few, shaky = outcomes({arm: 0.8025}), outcomes({arm: 0.9}, steady=False)
    assert regularising.gains(few)[arm].over_digits.value > 0
    assert regularising.gains(few)[arm].sign == 0
    assert regularising.gains(shaky)[arm].over_digits.clear
    assert regularising.gains(shaky)[arm].sign == 0


def test_the_arms_are_every_way_of_both_kinds() -> None:
    assert len(ARMS) == 8
    assert len(regularising.comparison("digits").jobs) == 8 * len(SEEDS)
    assert set(regularising.gains(outcomes({}))) == {arm for arm in ARMS if arm.variant != NEITHER}
