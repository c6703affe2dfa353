"""Temperature scaling against probabilities whose truth is known."""

from __future__ import annotations

import pytest
import torch

from pointwise.calibration import fit_temperature, temperature_of
from pointwise.errors import ConfigError


def sampled(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits, and labels drawn with exactly their softmax's probabilities."""
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(count, 10, generator=generator)
    return logits, torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_put_on_is_found(temperature: float) -> None:
    logits, labels = sampled(20_000)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("value", ["1", None, True, 0, -1.0, float("nan"), 1e9])
def test_what_is_no_temperature_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="It lies between"):
        temperature_of({"temperature": value})


def test_without_one_it_is_1() -> None:
    assert temperature_of({}) == 1.0
