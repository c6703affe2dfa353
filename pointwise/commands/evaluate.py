"""python -m pointwise evaluate: how good weights files are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pointwise.commands import shared


def add(commands: Any) -> None:
    """Its arguments."""
    parser = commands.add_parser("evaluate", help="measure weights files on the test data")
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="weights file")
    parser.add_argument("--strokes", type=Path, help="JSON lines of pen strokes to draw and read as well")
    parser.set_defaults(run=run, show=lines)
    shared.add_common(parser)


def run(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.data.catalogue import load_data_set
    from pointwise.evaluation import check_reads_digits, data_set_of, digit_scores, draw, facts, picture_scores
    from pointwise.models import REGRESSOR
    from pointwise.training.regression import evaluate_price
    from pointwise.weights import load_model

    models = {path: load_model(path) for path in options.files}
    classifiers = {path: model for path, model in models.items() if model.config.arch != REGRESSOR}
    others = {path: model for path, model in classifiers.items() if data_set_of(model) not in ("mnist", "digits")}
    readers = {path: model for path, model in classifiers.items() if path not in others}
    for path, model in readers.items():
        check_reads_digits(path, model)
    scores = {path: evaluate_price(model) for path, model in models.items() if path not in classifiers}
    for path, model in others.items():
        name = data_set_of(model)
        scores[path] = picture_scores(path, model, load_data_set(name, shared.data_folder(options, name))[1])
    if readers:
        from pointwise.data.mnist import load_mnist_test
        from pointwise.evaluation import read_strokes

        drawn = draw(read_strokes(options.strokes)) if options.strokes else None
        test = load_mnist_test(shared.mnist_folder(options))
        scores |= {path: digit_scores(model, test, drawn) for path, model in readers.items()}
    return {"models": [facts(path, model) | scores[path] for path, model in models.items()]}


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    from pointwise.evaluation import lines

    return lines(result["models"])
