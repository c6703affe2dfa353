"""How good a weights file is: on the data set that it was trained on, and on drawings made of people's pen strokes."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.calibration import SURE, logits_of, probabilities_of, temperature_of
from pointwise.card import HOUSES, STROKES, TABLE, data_set_of, options_of, reads_digits, rebuilt
from pointwise.claims.any_size import SLIDERS, Strip, drawn_strips, share_read, strips
from pointwise.claims.shape import accuracy_on_shuffled
from pointwise.costs import cost
from pointwise.data.catalogue import OWN, Pictures
from pointwise.data.digits import Digits, normalise
from pointwise.data.drawn_digits import draw_anywhere
from pointwise.data.housing import ROOMS, SQUARE_FEET, TEST_ROWS, HouseOptions, true_price
from pointwise.data.measured_nondigits import measured_nondigits
from pointwise.data.pen_strokes import PenDigit, is_development
from pointwise.drawing import draw_strokes, prepare
from pointwise.errors import ModelFileError, PointwiseError
from pointwise.inference import prices_at
from pointwise.intervals import Share, share_of, share_of_groups, share_of_sample
from pointwise.models import Network
from pointwise.reliability import reliability
from pointwise.training import measure
from pointwise.training.regression import measure_prices
from pointwise.weights import weights_file

PENS = (12, 16, 20, 24, 28)  # width on a canvas of 280 pixels
STRIPS = 200
PIECES = 5  # that a strip of three digits is cut into, about
GRID = 11  # points along each feature of a house
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
        "bytes": weights_file(path).stat().st_size,
        "recipe": recipe.get("name"),
        "seed": recipe.get("seed"),
    }


def own_data(path: Path, model: Network, folder: Path | None = None) -> Pictures | HouseOptions:
    """What a network was trained on, by its card: pictures, whose files lie below ``folder``, or houses.

    Raises ModelFileError where the card does not say, where it was a table of somebody's own, or where the network
    does not fit the pictures.
    """
    name, options = data_set_of(model), options_of(model)
    if name is None:
        remedy = "Import it again with --data-set." if "imported" in model.card else "Train it again."
        raise ModelFileError(path, "does not say which data set it was trained on", remedy)
    if name == OWN:
        raise ModelFileError(
            path, "was trained on pictures that it does not hold", "Measure it on a folder of others with --folder DIR."
        )
    if name == STROKES:
        raise ModelFileError(path, "was trained on strokes, which it does not hold", "Open the painting in the app.")
    if name == TABLE:
        raise ModelFileError(path, "was trained on a table, whose rows it does not hold", "Open the table in the app.")
    try:
        if name == HOUSES:
            return rebuilt(HouseOptions, options)
        pictures = rebuilt(Pictures, {**options, "name": name, "folder": folder})
    except (PointwiseError, TypeError, ValueError) as error:
        raise ModelFileError(path, f"has a description that cannot be used ({error})", "Train it again.") from None
    config, data_set = model.config, pictures.data_set
    if (config.input_channels, config.image_size, config.num_classes) != (data_set.channels, data_set.side, 10):
        raise ModelFileError(path, f"is no classifier of {data_set.title}'s pictures", "Train it again.")
    return pictures


def scores(
    model: Network, own: Pictures | HouseOptions, held_out: Digits | None = None, drawn: Drawn | None = None
) -> dict[str, Any]:
    """How good a network is on ``own``, as ``own_data`` found it; ``held_out`` are its pictures, loaded.

    JSON: ``data_set``; loss, and accuracy or mae and r2; much more of networks that read digits. Every share stands
    with the 95 % interval of its sample, [low, high].
    """
    if isinstance(own, HouseOptions):
        return {"data_set": HOUSES, **price_scores(model, own)}
    test = own.load_held_out() if held_out is None else held_out
    named = {"data_set": own.name, "test_set": test.name}
    if reads_digits(model):
        return named | digit_scores(model, test, drawn)
    return named | {"test_pictures": len(test), **_accuracy(model, test)}


def pictures_shown(
    model: Network, own: Pictures | HouseOptions, held_out: Digits | None, drawings: Sequence[PenDigit] = ()
) -> int:
    """About how many inputs ``scores`` shows a network: how many pieces a strip is cut into depends on its ink."""
    if isinstance(own, HouseOptions):
        return TEST_ROWS + GRID**2
    test = own.counts[1] if held_out is None else len(held_out)
    if not reads_digits(model):
        return test
    rows = STRIPS * (1 + (len(drawings) > 2)) if model.config.arch in SLIDERS else 0
    return 3 * test + NO_DIGITS + (ROUNDS + len(PENS)) * len(drawings) + PIECES * rows


def price_scores(model: Network, options: HouseOptions | None = None) -> dict[str, Any]:
    """JSON: mae (dollars), r2 and loss on the 200 test houses; the worst and the corners' grid errors in dollars.

    Raises ConfigError when the network prices no houses.
    """
    errors = grid_errors(model)
    ends = [(rooms, feet) for rooms in (0, -1) for feet in (0, -1)]
    corners = {
        f"{-feet * SQUARE_FEET:.0f} sq ft, {-rooms * ROOMS:.0f} rooms": errors[rooms, feet] for rooms, feet in ends
    }
    return {
        **measure_prices(model, options),
        "worst_grid_error": float(np.abs(errors).max()),
        "corner_errors": {name: float(error) for name, error in corners.items()},
    }


def grid_errors(model: Network) -> NDArray[np.float64]:
    """Predicted minus true price in dollars, (11, 11): rows are 0–10 rooms, columns 0–5,000 square feet.

    Raises ConfigError when the network prices no houses.
    """
    square_feet, rooms = np.meshgrid(np.linspace(0, SQUARE_FEET, GRID), np.linspace(0, ROOMS, GRID))
    return prices_at(model, square_feet, rooms) - true_price(square_feet, rooms)


@dataclass(frozen=True)
class Drawn:
    """Other people's drawings as the network receives them."""

    by_pen: Mapping[int, Digits]  # in the middle of the canvas, by the width of the pen in pixels
    strips: Sequence[Strip]  # STRIPS rows of three of them
    anywhere: Digits  # ROUNDS times each, at random place and size with a random pen
    sources: tuple[str, ...]  # of ``anywhere``, one a picture
    development: bool = False  # whether recipes were chosen by them

    @property
    def drawings(self) -> NDArray[np.int64]:
        """Which drawing each picture of ``anywhere`` is of: (ROUNDS · n,), 0 to n - 1."""
        return np.tile(np.arange(len(self.sources) // ROUNDS), ROUNDS)


def draw(drawings: Sequence[PenDigit]) -> Drawn:
    """On a canvas of 280 pixels; the same drawings give the same pictures."""
    labels = torch.tensor([drawing.label for drawing in drawings])
    by_pen = {pen: Digits(f"Pen of {pen} pixels", _centred(drawings, pen), labels) for pen in PENS}
    chance = np.random.default_rng(0)
    rounds = [prepare(draw_anywhere(one.strokes, chance)).image for _ in range(ROUNDS) for one in drawings]
    anywhere = Digits("Anywhere", torch.from_numpy(np.stack(rounds)), labels.repeat(ROUNDS))
    sources = tuple(one.source or "all" for one in drawings) * ROUNDS
    rows = drawn_strips([(one.label, one.strokes) for one in drawings], STRIPS) if len(drawings) > 2 else []
    return Drawn(by_pen, rows, anywhere, sources, is_development(drawings))


def _centred(drawings: Sequence[PenDigit], pen: int) -> torch.Tensor:
    images = [prepare(draw_strokes(drawing.strokes, side=280, pen=pen, extent=0.7)).image for drawing in drawings]
    return torch.from_numpy(np.stack(images))


def drawings_read(model: Network, drawn: Drawn) -> dict[str, Share]:
    """The share of ``drawn.anywhere`` that is read, of "all" and of each source, with the interval over drawings."""
    read = (logits_of(model, normalise(drawn.anywhere.images)).argmax(dim=1) == drawn.anywhere.labels).numpy()
    sources, drawings = np.array(drawn.sources), drawn.drawings
    return {"all": share_of_groups(read, drawings)} | {
        source: share_of_groups(read[sources == source], drawings[sources == source])
        for source in sorted(set(drawn.sources))
    }


def _stroke_scores(model: Network, drawn: Drawn) -> dict[str, Any]:
    shares = drawings_read(model, drawn)
    by_source = {source: shares[source] for source in sorted(set(drawn.sources))}
    by_pen = {
        str(pen): share_of_sample(measure(model, digits)["accuracy"], len(digits))
        for pen, digits in drawn.by_pen.items()
    }
    return {
        "drawings": shares["all"].count,
        "development": drawn.development,
        "accuracy": shares["all"].value,
        "interval": shares["all"].interval,
        "by_source": {source: share.value for source, share in by_source.items()},
        "intervals_by_source": {source: share.interval for source, share in by_source.items()},
        "by_pen": {pen: share.value for pen, share in by_pen.items()},
        "intervals_by_pen": {pen: share.interval for pen, share in by_pen.items()},
        **_sureness(model, drawn),
    }


def _sureness(model: Network, drawn: Drawn) -> dict[str, Any]:
    """How much its probabilities say of drawings: calibration errors, as the page shows them and without temperature,
    and the share that is read wrongly yet surely.
    """
    labels, sources = drawn.anywhere.labels, np.array(drawn.sources)
    shown = _probabilities(model, drawn.anywhere)
    sure_and_wrong = share_of_groups((shown.argmax(dim=1) != labels).numpy() & ~_unsure(shown), drawn.drawings)
    these = {source: torch.from_numpy(sources == source) for source in sorted(set(drawn.sources))}
    return {
        "calibration_error": reliability(shown, labels).calibration_error,
        "calibration_error_raw": reliability(_probabilities(model, drawn.anywhere, 1.0), labels).calibration_error,
        "calibration_error_by_source": {
            source: reliability(shown[one], labels[one]).calibration_error for source, one in these.items()
        },
        "wrong_but_sure": sure_and_wrong.value,
        "wrong_but_sure_interval": sure_and_wrong.interval,
    }


def digit_scores(model: Network, test: Digits, drawn: Drawn | None) -> dict[str, Any]:
    """Loss and accuracy (0–1) on the test digits, also shuffled; the shares of strips and of drawings read."""
    scores: dict[str, Any] = {"test_digits": len(test), **_accuracy(model, test)}
    probabilities = _probabilities(model, test)
    scores["calibration_error"] = reliability(probabilities, test.labels).calibration_error
    strange, kinds = no_digits()
    doubted = _unsure(_probabilities(model, strange))
    unsure = {
        "test_digits": share_of(_unsure(probabilities)),
        "no_digits": share_of(doubted),
        **{kind: share_of(doubted[kinds == kind]) for kind in sorted(set(kinds.tolist()))},
    }
    scores["unsure"] = {what: share.value for what, share in unsure.items()}
    scores["unsure_intervals"] = {what: share.interval for what, share in unsure.items()}
    shuffled = accuracy_on_shuffled(model, test, seed=0)
    scores["shuffled_accuracy"] = shuffled
    scores["shuffled_interval"] = share_of_sample(shuffled, len(test)).interval
    if model.config.arch in SLIDERS:
        scores["strips"] = _strips_read(model, strips(test, STRIPS))
    if drawn is not None:
        scores["strokes"] = _stroke_scores(model, drawn)
        if drawn.strips and model.config.arch in SLIDERS:
            scores["strokes"]["strips"] = _strips_read(model, drawn.strips)
    return scores


def _strips_read(model: Network, examples: Sequence[Strip]) -> dict[str, Any]:
    share = share_read(model, examples)
    return {"count": len(examples), "share": share, "interval": share_of_sample(share, len(examples)).interval}


def _accuracy(model: Network, test: Digits) -> dict[str, Any]:
    """JSON: loss, accuracy and accuracy_interval, [low, high]."""
    measured = measure(model, test)
    return {**measured, "accuracy_interval": share_of_sample(measured["accuracy"], len(test)).interval}


@functools.cache
def no_digits() -> tuple[Digits, NDArray[np.str_]]:
    """NO_DIGITS letters, signs, shapes, blots and stripes, and the kind of each, (NO_DIGITS,).

    Kinds, generators and renderer are others than those that recipes learn from.
    """
    return measured_nondigits(NO_DIGITS, seed=0)


def _probabilities(model: Network, digits: Digits, temperature: float | None = None) -> torch.Tensor:
    """(N, classes), as the page shows them, unless with another temperature."""
    shown = temperature_of(model.card) if temperature is None else temperature
    return probabilities_of(model, normalise(digits.images), shown)


def _unsure(probabilities: torch.Tensor) -> NDArray[np.bool_]:
    """Which are read with a probability below SURE, (N,)."""
    unsure: NDArray[np.bool_] = (probabilities.max(dim=1).values < SURE).numpy()
    return unsure
