"""What commands do with people's own pictures: folders to learn from and to measure on, and single ones to name."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands.progress import bar, tell
from pointwise.errors import ConfigError
from pointwise.intervals import Share, share_of_sample

if TYPE_CHECKING:
    from pointwise.data.picture_folder import FolderPictures
    from pointwise.models import Network
    from pointwise.training.checkpoints import Checkpoint

PICTURES = "pictures"  # among a checkpoint's facts: the fingerprint of what it learned from
MOST_LISTED = 20  # classes that a sentence names


def folder(text: str) -> Path:
    """The path that --folder names, for argparse, which says the sentence of what is refused."""
    if not text:
        raise argparse.ArgumentTypeError("a folder without a name cannot be read; give its path")
    return Path(text)


def opened(options: argparse.Namespace) -> FolderPictures:
    """The pictures of the folder that is asked for; stderr says what they are. Raises DataError and TooLargeError."""
    from pointwise.data.picture_folder import open_folder

    with ExitStack() as until:
        own = open_folder(options.folder, _seen(options, until))
    shape = own.data_set
    kind = "in colour" if shape.channels == 3 else "in grey"
    for sentence in (
        *own.notes,
        f"{own.title}: {sum(own.counts):,} pictures in {len(own.classes)} classes, each brought to {shape.side}×"
        f"{shape.side} {kind}; {own.counts[1]:,} are held out.",
    ):
        tell(options, sentence)
    return own


def check_same(data: Mapping[str, Any], since: Checkpoint | None) -> None:
    """Raise ConfigError where a checkpoint's training learned from other pictures of somebody's own."""
    if since is not None and since.facts.get(PICTURES) != data.get("fingerprint"):
        raise ConfigError(
            "The pictures are not those that the stopped training learned from. Bring the folder back as it was, or "
            "begin anew with --force."
        )


def scores(options: argparse.Namespace, path: Path, model: Network) -> dict[str, Any]:
    """JSON: how good a network is on all pictures of the folder that is asked for, whose classes are its own.

    Raises ConfigError for a network without names of classes, DataError for a folder of other ones.
    """
    from pointwise.card import class_names
    from pointwise.confusion import confusion
    from pointwise.data.picture_folder import open_for
    from pointwise.training import measure

    with ExitStack() as until:
        pictures, notes = open_for(options.folder, model, path.name, _seen(options, until))
    for note in notes:
        tell(options, note)
    measured = measure(model, pictures)
    share = share_of_sample(measured["accuracy"], len(pictures))
    of = {"data_set": model.card.get("data_set"), "test_set": pictures.name, "test_pictures": len(pictures)}
    found = {**of, **measured, "accuracy_interval": share.interval}
    if options.confusion:
        found["confusion"] = confusion(model, pictures).json(class_names(model.card, model.config))
    return found


def held_out_told(result: Mapping[str, Any]) -> str:
    """A sentence on how many of the held-out pictures a trained network read rightly, and on its classes."""
    low, high = result["accuracy_interval"]
    share = Share(result["metrics"]["accuracy"], low, high, result["held_out"])
    classes = list(map(str, result["classes"]))
    more = f" and {len(classes) - MOST_LISTED:,} more" if len(classes) > MOST_LISTED else ""
    return f"{share} of {share.count:,} held-out pictures of {', '.join(classes[:MOST_LISTED])}{more}."


def named(model: Network, path: Path) -> dict[str, Any]:
    """JSON: the class that a picture is of, as a network says it that learned from somebody's own.

    Raises PictureError for what is no picture.
    """
    from pointwise.answers import read_class
    from pointwise.card import class_names

    names = class_names(model.card, model.config)
    reading = read_class(path, model)
    probabilities = [round(reading.probabilities[name], 6) for name in names]
    said = {"class": reading.name, "classes": list(names), "probability": reading.probability}
    return {**said, "probabilities": probabilities}


def _seen(options: argparse.Namespace, until: ExitStack) -> Callable[[int], Callable[[], object]]:
    """What makes a bar of the pictures that are read."""
    return lambda count: until.enter_context(bar(options, "reading", count, "pictures")).update
