"""Every shipped classifier is timed, with ONNX Runtime beside it."""

from __future__ import annotations

from pointwise.bench import inference
from pointwise.costs import cost
from pointwise.models import CLASSIFIERS, default_config


def test_every_classifier_is_timed() -> None:
    result = inference.measured(rounds=1)
    assert [row["model"] for row in result["models"]] == sorted(CLASSIFIERS)
    for row in result["models"]:
        counted = cost(default_config(row["model"]))
        assert (row["parameters"], row["multiply_adds"]) == (counted.parameters, counted.multiply_adds)
        assert min(row[f"{part}_ms"] for part in ("drawing", "preparing", "forward", "onnx")) > 0
    assert "nin (90,602 parameters" in "\n".join(inference.lines(result))
