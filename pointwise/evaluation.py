"""How good a weights file is: on MNIST's test digits, and on drawings made of other people's pen strokes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pointwise.claims.shuffles import accuracy_on_shuffled
from pointwise.claims.sliding import SLIDERS, share_read, strips
from pointwise.costs import cost
from pointwise.data.digits import Digits
from pointwise.drawing import SIDE, prepare
from pointwise.errors import ModelFileError
from pointwise.models import Network
from pointwise.strokes import PenDigit, draw_strokes
from pointwise.training import measure

PENS = (12, 16, 20, 24, 28)  # width on a canvas of 280 pixels
STRIPS = 200
PEN = 20  # the canvas's own width, for the overall share


def facts(path: Path, model: Network) -> dict[str, Any]:
    """What is known of a weights file without any data: file, arch, parameters, multiply_adds, bytes, recipe, seed."""
    counted = cost(model.config)
    recipe = model.card.get("recipe")
    recipe = recipe if isinstance(recipe, dict) else {}
    return {
        "file": str(path),
        "arch": model.config.arch,
        "parameters": counted.parameters,
        "multiply_adds": counted.multiply_adds,
        "bytes": path.stat().st_size,
        "recipe": recipe.get("name"),
        "seed": recipe.get("seed"),
    }


def check_reads_digits(path: Path, model: Network) -> None:
    """Raise ModelFileError unless the network takes 28×28 pictures of one channel and tells ten digits apart."""
    config = model.config
    if (config.input_channels, config.image_size, config.num_classes) != (1, SIDE, 10):
        raise ModelFileError(path, "is no classifier of 28×28 digits", "Choose one of the files in models/.")


def draw_with_each_pen(drawings: Sequence[PenDigit]) -> dict[int, Digits]:
    """The drawings as the network receives them, by the width of the pen in pixels on a canvas of 280."""
    labels = torch.tensor([drawing.label for drawing in drawings])
    return {pen: Digits(f"Pen of {pen} pixels", _prepared(drawings, pen), labels) for pen in PENS}


def _prepared(drawings: Sequence[PenDigit], pen: int) -> torch.Tensor:
    images = [prepare(draw_strokes(drawing.strokes, side=280, pen=pen, extent=0.7)).image for drawing in drawings]
    return torch.from_numpy(np.stack(images))


def digit_scores(model: Network, test: Digits, drawn: Mapping[int, Digits]) -> dict[str, Any]:
    """Loss and accuracy (0–1) on the test digits, also shuffled; the shares of strips and of drawings read."""
    scores: dict[str, Any] = {"test_digits": len(test), **measure(model, test)}
    scores["shuffled_accuracy"] = accuracy_on_shuffled(model, test, seed=0)
    if model.config.arch in SLIDERS:
        scores["strips"] = {"count": STRIPS, "share": share_read(model, strips(test, STRIPS))}
    if drawn:
        by_pen = {str(pen): measure(model, digits)["accuracy"] for pen, digits in drawn.items()}
        scores["strokes"] = {"drawings": len(drawn[PEN]), "accuracy": by_pen[str(PEN)], "by_pen": by_pen}
    return scores


def lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The rows as text, a paragraph a file."""
    for row in rows:
        yield f"{row['file']}: {row['arch']}, recipe {row['recipe']}, seed {row['seed']}"
        yield f"  {row['parameters']:,} parameters, {row['multiply_adds']:,} multiply-adds, {row['bytes']:,} bytes"
        if "accuracy" in row:
            yield f"  {row['accuracy']:.2%} of {row['test_digits']:,} test digits, loss {row['loss']:.4f}"
            yield f"  {row['shuffled_accuracy']:.2%} of them with all pixels in one other order"
        if "strips" in row:
            yield f"  {row['strips']['share']:.1%} of {row['strips']['count']} strips of three test digits, sliding"
        if "strokes" in row:
            pens = ", ".join(f"{pen}: {share:.1%}" for pen, share in row["strokes"]["by_pen"].items())
            yield (
                f"  {row['strokes']['accuracy']:.1%} of {row['strokes']['drawings']:,} drawings with a pen of {PEN} "
                f"pixels (by width: {pens})"
            )
        if "mae" in row:
            yield (
                f"  {row['mae']:,.0f} dollars mean absolute error on the test houses, r2 {row['r2']:.4f}, "
                f"at most {row['worst_grid_error']:,.0f} dollars off anywhere in the range"
            )
