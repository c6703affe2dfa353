"""python -m pointwise bench: the claims about speed, measured."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from pointwise.commands import shared


def add(commands: Any) -> None:
    """Its arguments."""
    parser = commands.add_parser("bench", help="measure the claims about speed")
    names = "tutorial-step, time-to-accuracy, inference or page (default: all)"
    parser.add_argument("names", metavar="NAME", nargs="*", help=names)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (default 5)")
    parser.add_argument("--steps", type=int, default=10, help="steps of a training loop a round (default 10)")
    parser.add_argument("--threads", type=int, help="of torch (default: torch's own choice)")
    parser.set_defaults(run=run, show=lines)
    shared.add_common(parser)


def run(options: argparse.Namespace) -> dict[str, Any]:
    import torch

    from pointwise import bench

    names = bench.check_names(options.names)
    if options.threads is not None:
        torch.set_num_threads(max(1, options.threads))
    chosen = bench.Options(lambda: shared.mnist_folder(options), options.rounds, options.steps)
    return bench.measure(names, chosen)


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    from pointwise.bench import lines

    return lines(result)
