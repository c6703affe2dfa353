"""The command line's commands by subject: add() names them and their arguments. Here is what several have in common.

Every command imports what it needs by itself, so that --help and refusals are quick.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.errors import TooLargeError
from pointwise.visible_text import printable

if TYPE_CHECKING:
    from pointwise.data.catalogue import Pictures
    from pointwise.data.download import Download
    from pointwise.jobs import Job


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the data folder."""
    parser.add_argument("--data", type=Path, help="folder that holds MNIST/raw (default $POINTWISE_DATA)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option for JSON instead of sentences."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add the option that trains what needs more memory than there is for it."""
    parser.add_argument("--ignore-memory", action="store_true", help="train even what needs more memory than there is")


def check_room(options: argparse.Namespace, *jobs: Job, processes: int = 1) -> None:
    """Refuse jobs, one after the other, that need more memory than there is for them: raises TooLargeError."""
    from pointwise.jobs import check_memory

    for job in jobs:
        try:
            check_memory(job, processes)
        except TooLargeError as error:
            if not options.ignore_memory:
                raise TooLargeError(f"{error} --ignore-memory trains all the same.") from None


def fetched(pictures: Pictures) -> Pictures:
    """The pictures, once what was missing of them is in the user's cache folder. Raises DataError."""
    for download in pictures.fetch():
        tell(download)
    return pictures


def mnist_folder(options: argparse.Namespace) -> Path:
    """The folder that MNIST lies in, fetched if it is the user's cache folder. Raises DataError."""
    from pointwise.data.catalogue import Pictures
    from pointwise.data.mnist import data_folder

    fetched(Pictures("mnist", options.data))
    return data_folder(options.data)


def tell(download: Download) -> None:
    """Say on stderr how far a download is, in one line that changes."""
    end = "\n" if download.done == download.total else ""
    what = "Another training is downloading this" if download.waiting else "Downloading"
    text = f"\r{what}: {download.done / 1e6:.1f} of {download.total / 1e6:.1f} MB"
    print(text, end=end, file=sys.stderr, flush=True)


def figures(metrics: Mapping[str, float]) -> str:
    """Metrics in one line; of classifiers what was measured on test pictures is called so."""
    test = {"loss": "test_loss", "accuracy": "test_accuracy"} if "accuracy" in metrics else {}
    return "  ".join(f"{test.get(name, name)} {value:.4f}" for name, value in metrics.items())


def say(sentence: str) -> None:
    """Print a sentence on stderr, at once."""
    print(printable(sentence), file=sys.stderr, flush=True)
