"""python -m pointwise sweep: the tutorial's network at several widths."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pointwise.commands import shared


def add(commands: Any) -> None:
    """Its arguments."""
    parser = commands.add_parser("sweep", help="train the tutorial's network at several widths, three seeds each")
    parser.add_argument("--epochs", type=int, help="passes over the training data (default: the tutorial's)")
    parser.add_argument("--out", type=Path, default=Path("widths.json"), help="file to write (default widths.json)")
    parser.set_defaults(run=run, show=lines)
    shared.add_common(parser)


def run(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.claims import parameters
    from pointwise.data.mnist import load_mnist
    from pointwise.training import recipe_named
    from pointwise.weights import check_writable

    changes = {} if options.epochs is None else {"epochs": options.epochs}
    check_writable(options.out)
    training, test = load_mnist(shared.mnist_folder(options))
    facts = {
        "made_with": "python -m pointwise sweep",
        "recipe": asdict(recipe_named("tutorial", "conv_mlp", **changes)),
        "data": f"{training.name}, {len(training):,} training and {len(test):,} test digits",
    }
    done: list[parameters.Training] = []
    for seed in parameters.SEEDS:
        for one in parameters.sweep(recipe_named("tutorial", "conv_mlp", seed=seed, **changes), training, test):
            done.append(one)
            shared.say(f"width {one.width}, seed {seed}: {one.accuracy:.2%}, {one.seconds:.0f} s")
            parameters.write(options.out, done, facts)  # what is done is kept when the rest is not
    return {"file": str(options.out), **facts, "trainings": [asdict(one) for one in done]}


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    from pointwise.claims import parameters

    for one in parameters.read(Path(result["file"])):
        yield f"width {one.width}: {one.parameters:,} parameters, {one.mean:.2%} ± {one.std:.2%}"
