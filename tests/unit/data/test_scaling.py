"""Targets to model units and back, and through a weights file's card."""

import numpy as np
import pytest

from pointwise.data.scaling import Scaling
from pointwise.errors import ConfigError


def test_there_and_back() -> None:
    values = np.array([1.0, 2.0, 6.0])
    scaling = Scaling.of(values)
    scaled = scaling.to_model(values)
    assert (scaled.mean(), scaled.std()) == (pytest.approx(0), pytest.approx(1))
    np.testing.assert_allclose(scaling.from_model(scaled), values)


def test_default_changes_nothing() -> None:
    assert Scaling().to_model(5.0) == Scaling().from_model(5.0) == 5.0


def test_card_holds_it() -> None:
    scaling = Scaling(10.0, 2.5)
    assert Scaling.from_card({"scaling": scaling.as_dict()}) == scaling
    assert Scaling.from_card({}) == Scaling()


@pytest.mark.parametrize(
    "scaling",
    [
        {"mean": 0.0, "std": 0.0},
        {"mean": 0.0, "std": -1.0},
        {"mean": float("nan"), "std": 1.0},
        {"mean": "0", "std": 1.0},
        {"mean": 0.0, "std": True},
        {"mean": 0.0, "variance": 1.0},
        [0.0, 1.0],
        None,
    ],
)
def test_damaged_card_is_refused(scaling: object) -> None:
    with pytest.raises(ConfigError, match="Train the network again"):
        Scaling.from_card({"scaling": scaling})
