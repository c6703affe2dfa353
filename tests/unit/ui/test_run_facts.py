"""Differences between two runs in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pointwise.ui.runs import run_facts


@pytest.mark.parametrize(
    ("data_set", "data", "other", "said"),
    [
        ("mnist", {}, 0.962, "+0.20 points: no difference that so few pictures tell"),
        ("mnist", {}, 0.975, "+1.50 points"),
        ("mnist", {"few_held_out": 200}, 0.975, "+1.50 points: no difference that so few pictures tell"),
        ("digits", {}, 0.94, "-2.00 points: no difference that so few pictures tell"),
        ("mnist", {}, 0.96, "0"),
        ("own_pictures", {"held_out": 200}, 0.975, "+1.50 points: no difference that so few pictures tell"),
        (None, {}, 0.962, "+0.20 points"),
    ],
)
def test_a_difference_inside_the_interval_is_not_called_one(
    data_set: str | None, data: dict[str, Any], other: float, said: str
) -> None:
    record: Any = SimpleNamespace(data_set=data_set, job={"data": data})
    assert run_facts.difference(record, "accuracy", 0.96, other) == said
