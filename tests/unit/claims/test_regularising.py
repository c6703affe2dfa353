"""Ways to regularise, begun alike."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

from pointwise.claims import regularising
from pointwise.models import build


def test_the_variants_begin_alike_and_see_the_same_few_digits() -> None:
    comparison = regularising.comparison("digits")
    firsts = dict(zip(comparison.jobs, islice(comparison.steps(), len(comparison.jobs)), strict=True))
    steps = regularising.RECIPE.epochs * regularising.FEW // regularising.RECIPE.batch_size
    assert {step.total for step in firsts.values()} == {steps * len(firsts)}
    plain, normed = (build(regularising.VARIANTS[name]) for name in ("neither", "both"))
    assert torch.equal(plain.get_parameter("conv1.weight"), normed.get_parameter("conv1.weight"))
    assert firsts["neither"].loss != firsts["dropout"].loss


def test_noise_is_two_standard_errors() -> None:
    accuracies = torch.distributions.Binomial(400, torch.tensor(0.8)).sample((20_000,)) / 400
    assert regularising.noise(0.8, 400) == pytest.approx(2 * float(accuracies.std()), rel=0.05)
