"""What several commands have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path


def add_common(parser: argparse.ArgumentParser) -> None:
    """The data folder, and JSON instead of sentences."""
    parser.add_argument("--data", type=Path, help="folder that holds MNIST/raw (default $POINTWISE_DATA)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def mnist_folder(options: argparse.Namespace) -> Path:
    return data_folder(options, "mnist")


def data_folder(options: argparse.Namespace, name: str) -> Path:
    """The data folder; what is missing is fetched into it only when it is the user's cache folder."""
    from pointwise.data import mnist
    from pointwise.data.catalogue import fetch

    folder = mnist.data_folder(options.data)
    told = False
    for download in fetch(name, folder):
        told = True
        print(f"\r{name}: {download.done / 1e6:.1f} of {download.total / 1e6:.1f} MB", end="", file=sys.stderr)
    if told:
        print(file=sys.stderr)
    return folder


def figures(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
