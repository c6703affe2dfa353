"""How good a weights file is: on MNIST's test digits, and on drawings made of other people's pen strokes."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.calibration import SURE, expected_calibration_error, logits_of, temperature_of
from pointwise.claims.any_size import SLIDERS, share_read, strips
from pointwise.claims.shape import accuracy_on_shuffled
from pointwise.costs import cost
from pointwise.data.digits import Digits, normalise
from pointwise.data.nondigits import made_nondigits
from pointwise.drawing import SIDE, Stroke, draw_strokes, prepare
from pointwise.errors import DataError, ModelFileError
from pointwise.models import Network
from pointwise.training import measure

PENS = (12, 16, 20, 24, 28)  # width on a canvas of 280 pixels
STRIPS = 200
NO_DIGITS = 1000
ROUNDS = 3


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


def data_set_of(model: Network) -> str:
    """The name of the data set that a classifier was trained on; MNIST where its card does not say."""
    return str(model.card.get("data_set", "mnist"))


def picture_scores(path: Path, model: Network, test: Digits) -> dict[str, Any]:
    """Loss and accuracy (0–1) on another data set's test pictures. Raises ModelFileError where they do not fit."""
    shape = test.batch(slice(0, 1))[0].shape[1:]
    config = model.config
    if tuple(shape) != (config.input_channels, config.image_size, config.image_size) or config.num_classes != 10:
        raise ModelFileError(path, f"is no classifier of {test.name}'s pictures", "Train it again.")
    return {"test_set": test.name, "test_pictures": len(test), **measure(model, test)}


def check_reads_digits(path: Path, model: Network) -> None:
    """Raise ModelFileError unless the network takes 28×28 pictures of one channel and tells ten digits apart."""
    config = model.config
    if (config.input_channels, config.image_size, config.num_classes) != (1, SIDE, 10):
        raise ModelFileError(path, "is no classifier of 28×28 digits", "Choose one of the files in models/.")


@dataclass(frozen=True)
class Drawn:
    """Other people's drawings as the network receives them."""

    by_pen: Mapping[int, Digits]  # in the middle of the canvas, by the width of the pen in pixels
    anywhere: Digits  # ROUNDS times each, at random place and size with a random pen
    sources: tuple[str, ...]  # of ``anywhere``, one a picture


def draw(drawings: Sequence[PenDigit]) -> Drawn:
    """On a canvas of 280 pixels; the same drawings give the same pictures."""
    labels = torch.tensor([drawing.label for drawing in drawings])
    by_pen = {pen: Digits(f"Pen of {pen} pixels", _centred(drawings, pen), labels) for pen in PENS}
    chance = np.random.default_rng(0)
    rounds = [prepare(draw_anywhere(one.strokes, chance)).image for _ in range(ROUNDS) for one in drawings]
    anywhere = Digits("Anywhere", torch.from_numpy(np.stack(rounds)), labels.repeat(ROUNDS))
    return Drawn(by_pen, anywhere, tuple(one.source or "all" for one in drawings) * ROUNDS)


def _centred(drawings: Sequence[PenDigit], pen: int) -> torch.Tensor:
    images = [prepare(draw_strokes(drawing.strokes, side=280, pen=pen, extent=0.7)).image for drawing in drawings]
    return torch.from_numpy(np.stack(images))


def _stroke_scores(model: Network, drawn: Drawn) -> dict[str, Any]:
    read = logits_of(model, normalise(drawn.anywhere.images)).argmax(dim=1) == drawn.anywhere.labels
    by_source = {
        source: float(read[torch.tensor([one == source for one in drawn.sources])].float().mean())
        for source in sorted(set(drawn.sources))
    }
    return {
        "drawings": len(read) // ROUNDS,
        "accuracy": float(read.float().mean()),
        "by_source": by_source,
        "by_pen": {str(pen): measure(model, digits)["accuracy"] for pen, digits in drawn.by_pen.items()},
    }


def digit_scores(model: Network, test: Digits, drawn: Drawn | None) -> dict[str, Any]:
    """Loss and accuracy (0–1) on the test digits, also shuffled; the shares of strips and of drawings read."""
    scores: dict[str, Any] = {"test_digits": len(test), **measure(model, test)}
    probabilities = _probabilities(model, test)
    scores["calibration_error"] = expected_calibration_error(probabilities, test.labels)
    strange = _probabilities(model, no_digits())
    scores["unsure"] = {"test_digits": _unsure(probabilities), "no_digits": _unsure(strange)}
    scores["shuffled_accuracy"] = accuracy_on_shuffled(model, test, seed=0)
    if model.config.arch in SLIDERS:
        scores["strips"] = {"count": STRIPS, "share": share_read(model, strips(test, STRIPS))}
    if drawn is not None:
        scores["strokes"] = _stroke_scores(model, drawn)
    return scores


@functools.cache
def no_digits() -> Digits:
    """NO_DIGITS letters, signs, scribbles, dots and fillings, of kinds that nothing was trained on."""
    return made_nondigits(NO_DIGITS, seed=0, part="measured")


def _probabilities(model: Network, digits: Digits) -> torch.Tensor:
    """(N, classes), as the page shows them."""
    return (logits_of(model, normalise(digits.images)) / temperature_of(model.card)).softmax(1)


def _unsure(probabilities: torch.Tensor) -> float:
    """How many are read with a probability below SURE, 0–1."""
    return float((probabilities.max(dim=1).values < SURE).float().mean())


def lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The rows as text, a paragraph a file."""
    for row in rows:
        yield f"{row['file']}: {row['arch']}, recipe {row['recipe']}, seed {row['seed']}"
        yield f"  {row['parameters']:,} parameters, {row['multiply_adds']:,} multiply-adds, {row['bytes']:,} bytes"
        if "test_set" in row:
            pictures = f"{row['test_pictures']:,} test pictures of {row['test_set']}"
            yield f"  {row['accuracy']:.2%} of {pictures}, loss {row['loss']:.4f}"
        elif "accuracy" in row:
            yield f"  {row['accuracy']:.2%} of {row['test_digits']:,} test digits, loss {row['loss']:.4f}"
            yield (
                f"  expected calibration error {row['calibration_error']:.2%}; unsure of "
                f"{row['unsure']['test_digits']:.2%} of the test digits, and of {row['unsure']['no_digits']:.1%} of "
                f"{NO_DIGITS:,} pictures that are no digit"
            )
            yield f"  {row['shuffled_accuracy']:.2%} of them with all pixels in one other order"
        if "strips" in row:
            yield f"  {row['strips']['share']:.1%} of {row['strips']['count']} strips of three test digits, sliding"
        if "strokes" in row:
            strokes = row["strokes"]
            sources = ", ".join(f"{source}: {share:.1%}" for source, share in strokes["by_source"].items())
            pens = ", ".join(f"{pen}: {share:.1%}" for pen, share in strokes["by_pen"].items())
            yield (
                f"  {strokes['accuracy']:.1%} of {strokes['drawings']:,} drawings, each {ROUNDS} times at random place "
                f"and size ({sources}); in the middle, by width of the pen: {pens}"
            )
        if "mae" in row:
            yield (
                f"  {row['mae']:,.0f} dollars mean absolute error on the test houses, r2 {row['r2']:.4f}, "
                f"at most {row['worst_grid_error']:,.0f} dollars off anywhere in the range"
            )


@dataclass(frozen=True)
class PenDigit:
    """A digit that somebody drew with a pen."""

    label: int  # 0–9
    strokes: tuple[Stroke, ...]
    source: str = ""  # where it comes from


def read_strokes(path: Path) -> list[PenDigit]:
    """A JSON-lines file of ``{"label": int, "strokes": [[[x, y], …], …]}``, maybe a "source"; other keys ignored.

    Raises DataError for anything else, and for a file without any digit.
    """
    try:
        digits = [
            _pen_digit(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
        ]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check the path.") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path} is no file of pen strokes ({error}). Each line needs a label and strokes.") from None
    if not digits:
        raise DataError(f"{path} holds no pen strokes. Choose a file with one drawing a line.")
    return digits


def _pen_digit(row: dict[str, Any]) -> PenDigit:
    """Raises ValueError, KeyError or TypeError unless ``row`` is a drawing."""
    strokes = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in row["strokes"])
    points = [value for stroke in strokes for point in stroke for value in point]
    if row["label"] not in range(10) or not points or not all(0 <= value <= 1 for value in points):
        raise ValueError("a label outside 0–9, a point outside 0–1, or no point at all")
    return PenDigit(int(row["label"]), strokes, str(row.get("source", "")))


def draw_anywhere(strokes: Sequence[Stroke], chance: np.random.Generator, side: int = 280) -> NDArray[np.uint8]:
    """As people draw on a canvas of ``side`` pixels: somewhere, 45–85 % of it large, with a pen of 5–9.3 %."""
    every = np.array([point for stroke in strokes for point in stroke], float)
    low, size = every.min(axis=0), np.ptp(every, axis=0)
    pen, scale = chance.uniform(14, 26) / 280, chance.uniform(0.45, 0.85) / max(float(size.max()), 1e-6)
    room = np.maximum(1 - scale * size - pen, 0.0)
    corner = pen / 2 + chance.random(2) * room
    moved = [(corner + scale * (np.array(stroke, float) - low)).tolist() for stroke in strokes]
    return draw_strokes(moved, side, pen * side, extent=1.0)
