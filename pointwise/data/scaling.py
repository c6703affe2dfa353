"""The scaling between a target's own unit (dollars, say) and what a network learns from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor

Number = TypeVar("Number", float, NDArray[np.float64], "Tensor")


@dataclass(frozen=True)
class Scaling:
    """A target's mean and standard deviation; the default leaves it in its own unit."""

    mean: float = 0.0
    std: float = 1.0  # above 0

    def __post_init__(self) -> None:
        for name, value in (("mean", self.mean), ("std", self.std)):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise ConfigError(f"The scaling's {name} {value!r} is not a finite number. Train the network again.")
        if self.std <= 0:
            raise ConfigError(f"The scaling's std {self.std} is not above 0. Train the network again.")

    @classmethod
    def of(cls, targets: NDArray[np.float64]) -> Scaling:
        """The mean and population standard deviation of ``targets`` (N,), which must not all be equal."""
        return cls(float(targets.mean()), float(targets.std()))

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Scaling:
        """What a weights file's card says under ``scaling``; the identity when it says nothing.

        Raises ConfigError when it is not a mean and a std.
        """
        values = card.get("scaling", {})
        if not isinstance(values, Mapping) or set(values) - {"mean", "std"}:
            raise ConfigError(f"The scaling {values!r} is not a mean and a std. Train the network again.")
        return cls(**values)

    def as_dict(self) -> dict[str, float]:
        """What ``from_card`` reads, as JSON."""
        return {"mean": self.mean, "std": self.std}

    def to_model(self, value: Number) -> Number:
        """What the network learns of a value in the target's own unit: (value − mean) / std."""
        return (value - self.mean) / self.std

    def from_model(self, value: Number) -> Number:
        """The network's output in the target's own unit: value · std + mean."""
        return value * self.std + self.mean
