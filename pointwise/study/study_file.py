"""The file that a study is written to, as JSON, and read from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pointwise.card import rebuilt
from pointwise.errors import ModelFileError, PointwiseError
from pointwise.intervals import Difference
from pointwise.study.outcomes import TEST, Cell, Parts, Raw, Sample, Training, Value, cells_of
from pointwise.weights import write_bytes

AGAIN = "Make it again with: python -m pointwise study"


def training_from(network: str, recipe: str, seed: int, measured: Mapping[str, Any]) -> Training:
    """A training from the JSON that StudyWork made of its network.

    Raises ConfigError, TypeError, KeyError or ValueError for anything else.
    """
    samples = {name: _sample(value) for name, value in measured["samples"].items()}
    if TEST not in samples:
        raise ValueError("the test digits are missing")
    named = {"network": network, "recipe": recipe, "seed": seed}
    return rebuilt(Training, {**measured, **named, "samples": samples})


def _sample(row: Mapping[str, Any]) -> Sample:
    return rebuilt(Sample, {**row, "raw": rebuilt(Raw, row["raw"])})


def as_json(trainings: Sequence[Training], parts: Sequence[Parts], facts: Mapping[str, Any]) -> dict[str, Any]:
    """JSON that ``from_json`` makes a Study of: the facts, and rows of cells, parts and trainings."""
    return {
        **facts,
        "cells": [asdict(one) for one in cells_of(trainings)],
        "parts": [asdict(one) for one in parts],
        "trainings": [asdict(one) for one in trainings],
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write what ``as_json`` made. Raises ModelFileError where it cannot be written."""
    write_bytes(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


@dataclass(frozen=True)
class Study:
    """What stands in a file of results."""

    cells: Sequence[Cell]
    parts: Sequence[Parts]
    trainings: Sequence[Training]
    facts: Mapping[str, Any]


def from_json(content: Mapping[str, Any]) -> Study:
    """The study in a JSON object. Raises ConfigError, TypeError, KeyError, AttributeError or ValueError for another."""
    trainings = [_training(row) for row in content["trainings"]]
    cells = [_cell_from(row) for row in content["cells"]]
    if not trainings or not cells:
        raise ValueError("there is no training")
    parts = [_parts_from(row) for row in content["parts"]]
    facts = {name: value for name, value in content.items() if name not in ("trainings", "parts", "cells")}
    return Study(cells, parts, trainings, facts)


def read(path: Path) -> Study:
    """The study in a file. Raises ModelFileError for a missing or a broken one."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ModelFileError(path, "does not exist", AGAIN) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, PointwiseError):
        raise ModelFileError(path, "holds no results of a study", AGAIN) from None


def _training(row: Mapping[str, Any]) -> Training:
    return training_from(row["network"], row["recipe"], row["seed"], row)


def _cell_from(row: Mapping[str, Any]) -> Cell:
    values = {
        sample: {name: rebuilt(Value, value) for name, value in its.items()} for sample, its in row["values"].items()
    }
    spreads = {name: rebuilt(Value, row[name]) for name in ("seconds", "temperature")}
    return rebuilt(Cell, {**row, **spreads, "values": values})


def _parts_from(row: Mapping[str, Any]) -> Parts:
    return rebuilt(Parts, {**row, **{name: rebuilt(Difference, row[name]) for name in ("total", "network", "recipe")}})
