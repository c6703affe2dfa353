"""Which classes a classifier takes for which: counts on held-out pictures, and what it misread, the surest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pointwise.calibration import SURE, probabilities_of, temperature_of
from pointwise.card import data_set_of, reads_digits
from pointwise.data.catalogue import Pictures, is_there
from pointwise.data.digits import Digits, all_shuffled, normalise, some
from pointwise.data.mnist import data_folder
from pointwise.errors import DataError
from pointwise.evaluation import own_data
from pointwise.intervals import Share, counted_share
from pointwise.models import Network
from pointwise.teaching.stored_digits import stored_digits

PART = 50  # pictures that are read at a time
MOST = 20  # classes with which a matrix can still be looked at
LISTED = 20  # surest mistakes in JSON

Whole = NDArray[np.int64]


class Pair(NamedTuple):
    """Pictures of one class that were read as another."""

    label: int
    read: int
    pictures: int


@dataclass(frozen=True, eq=False)
class Confusion:
    """What was read in labelled pictures of so many classes."""

    counts: Whole  # (classes, classes): in a row what the pictures are, in a column what was read
    misread: Whole  # (M,) places among the pictures, the surest first
    labels: Whole  # (M,) what those are
    probabilities: NDArray[np.float32]  # (M, classes) of those
    sure: int  # of all pictures: how many were read with a probability of SURE or more

    @cached_property
    def read(self) -> Whole:
        """What the misread pictures were read as, (M,)."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def sureness(self) -> NDArray[np.float32]:
        """The probability of what was read in the misread pictures, (M,), falling."""
        return self.probabilities.max(axis=1, initial=0.0)

    @property
    def pictures(self) -> int:
        """How many were read, rightly or not."""
        return int(self.counts.sum())

    @property
    def error(self) -> Share:
        """The share that was misread."""
        return counted_share(len(self.misread), self.pictures)

    @property
    def surely_wrong(self) -> int:
        """How many were misread with a probability of SURE or more."""
        return int((self.sureness >= SURE).sum())

    @property
    def second_guesses(self) -> int:
        """In how many of the misread pictures the second largest probability is that of what they are."""
        ranks = (self.probabilities > self.probabilities[np.arange(len(self.labels)), self.labels][:, None]).sum(axis=1)
        return int((ranks == 1).sum())

    def recall(self, label: int) -> Share | None:
        """The share of a class's pictures that was read as that; None where there are none."""
        return _share(self.counts[label, label], self.counts[label].sum())

    def precision(self, read: int) -> Share | None:
        """The share of the pictures read as a class that are of it; None where nothing was read so."""
        return _share(self.counts[read, read], self.counts[:, read].sum())

    def pairs(self) -> list[Pair]:
        """Every class with one that its pictures were read as, the most frequent first."""
        return pairs_in(self.counts)

    def of(self, label: int | None = None, read: int | None = None) -> Whole:
        """Which of the misread pictures are of a class, and read as one: places in ``misread``, the surest first."""
        wanted = np.ones(len(self.misread), bool)
        if label is not None:
            wanted &= self.labels == label
        if read is not None:
            wanted &= self.read == read
        return np.flatnonzero(wanted)

    def worst(self, most: int = MOST) -> list[int]:
        """At most so many classes, in their order: those that take part in most mistakes."""
        return worst_in(self.counts, most)

    def json(self, names: tuple[str, ...]) -> dict[str, Any]:
        """JSON: classes, counts, recall and precision of each with their 95 % intervals, and the surest mistakes."""
        every = range(len(names))
        shares = {"recall": [self.recall(one) for one in every], "precision": [self.precision(one) for one in every]}
        return {
            "classes": list(names),
            "counts": self.counts.tolist(),
            **{what: [one.json() if one else None for one in each] for what, each in shares.items()},
            "misread": len(self.misread),
            "surely_misread": self.surely_wrong,
            "second_guess_right": self.second_guesses,
            "surest": [
                {
                    "picture": int(self.misread[at]),
                    "is": names[self.labels[at]],
                    "read": names[self.read[at]],
                    "probability": round(float(self.sureness[at]), 6),
                }
                for at in range(min(LISTED, len(self.misread)))
            ],
        }


def mistakes_in(counts: Whole) -> Whole:
    """Counts of what was read without the diagonal, which is what was read rightly, (classes, classes)."""
    return counts - np.diag(np.diag(counts))


def pairs_in(counts: Whole) -> list[Pair]:
    """Every class with one that its pictures were read as, the most frequent first."""
    mistakes = mistakes_in(counts)
    found = [Pair(int(row), int(column), int(mistakes[row, column])) for row, column in np.argwhere(mistakes)]
    return sorted(found, key=lambda pair: -pair.pictures)


def worst_in(counts: Whole, most: int = MOST) -> list[int]:
    """At most so many classes, in their order: those that take part in most mistakes."""
    mistakes = mistakes_in(counts)
    part = mistakes.sum(axis=0) + mistakes.sum(axis=1)
    return sorted(int(one) for one in np.argsort(-part, kind="stable")[:most])


def _share(hits: np.int64, count: np.int64) -> Share | None:
    return counted_share(int(hits), int(count)) if count else None


def confusion_of(probabilities: NDArray[np.float32], labels: Whole) -> Confusion:
    """The confusion of readings with probabilities (N, classes) of pictures with labels (N,).

    Raises DataError for labels that are no classes, and for no pictures.
    """
    classes = probabilities.shape[1]
    if not len(labels) or labels.min() < 0 or labels.max() >= classes:
        raise DataError(f"These pictures have labels that are none of the {classes} classes, or there are none.")
    read, sureness = probabilities.argmax(axis=1), probabilities.max(axis=1)
    counts = np.bincount(labels * classes + read, minlength=classes**2).reshape(classes, classes)
    wrong = np.flatnonzero(read != labels)
    wrong = wrong[np.argsort(-sureness[wrong], kind="stable")]
    return Confusion(counts, wrong, labels[wrong], probabilities[wrong], int((sureness >= SURE).sum()))


def readings(model: Network, pictures: Digits) -> Iterator[NDArray[np.float32]]:
    """Probabilities (n, classes) of the pictures, part after part, with the temperature on the network's card."""
    temperature = temperature_of(model.card)
    for part in pictures.images.split(PART):
        yield probabilities_of(model, normalise(part), temperature).numpy()


def confusion(model: Network, pictures: Digits) -> Confusion:
    """What a classifier takes for what in pictures that it has not learned from. Raises DataError for no pictures.

    >>> from pointwise import Pictures, load_model
    >>> from pointwise.confusion import confusion
    >>> found = confusion(load_model("nin"), Pictures("digits").load_held_out())
    >>> int(found.counts.sum()), len(found.misread) == sum(pair.pictures for pair in found.pairs())
    (297, True)
    """
    parts = list(readings(model, pictures)) or [np.empty((0, model.config.num_classes), np.float32)]
    return confusion_of(np.concatenate(parts), pictures.labels.numpy())


class HeldOut(NamedTuple):
    """The pictures that a classifier is measured on."""

    pictures: Digits
    stored: bool = False  # whether a sample that comes with Pointwise stands for all of MNIST's test digits


def held_out(model: Network, folder: Path | None = None) -> HeldOut:
    """The held-out pictures of what a classifier was trained on, by its card; files lie below ``folder``.

    MNIST's test digits for one that reads digits and whose card does not say; the stored ones where MNIST is not there.
    Raises ModelFileError where they are not kept, DataError where files are missing or broken.
    """
    if data_set_of(model) is None and reads_digits(model):
        own = Pictures("mnist", folder)
    else:
        found = own_data(Path("This network"), model, folder)
        if not isinstance(found, Pictures):
            raise DataError("This network prices houses: it takes no picture for another. Choose a classifier.")
        own = found
    if own.name == "mnist" and not is_there(own.name, data_folder(folder)):
        return HeldOut(_stored(own), stored=True)
    return HeldOut(own.load_held_out())


def _stored(own: Pictures) -> Digits:
    """The stored test digits as a network receives MNIST's."""
    digits = stored_digits().test
    digits = some(digits, own.few_held_out) if own.few_held_out else digits
    return digits if own.shuffled is None else all_shuffled(digits, own.shuffled)
