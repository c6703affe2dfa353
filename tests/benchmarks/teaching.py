"""What a network learns from a few drawings: corrected once, and for classes of somebody's own.

    POINTWISE_DATA=FOLDER python tests/benchmarks/teaching.py [--sets 5] [--whole 2] [--json]

The shipped ``nin`` is corrected on one drawing of each way of writing that it fails at (``tests/hands.py``), alone and
several at once, and examined on MNIST's test digits. Then it learns, from five drawings each, the five doodles of
``tests/doodles.py``: SETS times the last layer, of which WHOLE times the whole network, too, each with a class "none of
these" and without. They are examined on ten further drawings of each doodle, on the stored test digits, and on pictures
that are no digit. None of the drawings chose anything. Seconds are one thread's, of the processor.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))
from pointwise.data.measured_nondigits import measured_nondigits
from pointwise.data.mnist import data_folder, load_mnist_test
from pointwise.data.own_drawings import OwnDrawings
from pointwise.jobs import PictureJob
from pointwise.models import SHIPPED, Network
from pointwise.teaching.class_fitting import learn
from pointwise.teaching.examined import examine
from pointwise.teaching.fitting import teach
from pointwise.teaching.last_layer import FrozenNetwork
from pointwise.training import drawings_recipe
from pointwise.weights import load_model
from tests.doodles import DOODLES, drawn_classes, read_right, read_surely
from tests.hands import failed, outcome

OTHERS = 20  # further drawings of a hand
TOGETHER = (5, 10)  # corrections at once
FIRST, APART, HELD_OUT = 31_000, 1_000, 500  # numbers of doodles: the first set, from set to set, of what is held out
SEED, STRANGE = 3, 1_000  # pictures that are no digit
ARCH = "nin"


def corrected(frozen: FrozenNetwork) -> dict[str, Any]:
    """What corrections bring, and what they cost."""
    held_out = frozen.see(load_mnist_test(data_folder()))
    lessons = list(failed(frozen))
    _ = frozen.forgetting
    teach(frozen, [lessons[0][1]])  # SciPy is imported
    began = time.process_time()
    for _, correction in lessons:
        teach(frozen, [correction])
    seconds = (time.process_time() - began) / len(lessons)
    outcomes = [outcome(frozen, hand, one, OTHERS, held_out) for hand, one in lessons]
    lost = [one.examined.lost for one in outcomes]
    at_once = {}
    for count in TOGETHER:
        starts = range(0, len(lessons) - count + 1, count)
        parts = [[one for _, one in lessons[start : start + count]] for start in starts]
        at_once[count] = [examine(held_out, frozen.layer, teach(frozen, part).layer).lost for part in parts]
    return {
        "hands": len(outcomes),
        "read_right": sum(one.right for one in outcomes),
        "further_drawings": OTHERS * len(outcomes),
        "further_read_right": float(np.mean([one.others for one in outcomes])),
        "test_digits": len(held_out.digits.labels),
        "points_lost": {"mean": float(np.mean(lost)), "most": max(lost)},
        "read_otherwise": float(np.mean([len(one.examined.changes) for one in outcomes])),
        "points_lost_at_once": {count: float(np.mean(points)) for count, points in at_once.items()},
        "seconds": seconds,
    }


def last_layer(frozen: FrozenNetwork, first: int, none: bool) -> Network:
    """A last layer for five drawings of each doodle, of the numbers from ``first`` on."""
    return learn(frozen, drawn_classes(5, first), none).network


def whole(frozen: FrozenNetwork, first: int, none: bool) -> Network:
    """The whole network, trained on the same drawings from the start as the app does it."""
    made = drawn_classes(5, first)
    data = OwnDrawings(made.names, *made.pictures(), none)
    job = PictureJob(data.config(ARCH), drawings_recipe(), data)
    *_, last = job.steps()
    assert last.epoch is not None, "a training ends with an epoch"
    return job.network(last.epoch)


def own_classes(frozen: FrozenNetwork, sets: int, wholly: int) -> Iterator[dict[str, Any]]:
    """What is read of doodles and of what is none, for each way to learn them."""
    digits = frozen.held_out.digits.images
    strange = measured_nondigits(STRANGE, SEED)[0].images
    last_layer(frozen, 0, True)  # SciPy is imported, and made pictures are made
    for way, count in ((last_layer, sets), (whole, wholly)):
        for none in (True, False):
            right, of_digits, of_strange, seconds = [], [], [], []
            for first in range(FIRST, FIRST + count * APART, APART):
                began = time.process_time()
                network = way(frozen, first, none)
                seconds.append(time.process_time() - began)
                right.append(read_right(network, first=first + HELD_OUT))
                of_digits.append(read_surely(network, digits))
                of_strange.append(read_surely(network, strange))
            yield {
                "learned": way.__name__.replace("_", " "),
                "none_of_these": none,
                "sets": count,
                "doodles_read": right,
                "digits_read_surely": of_digits,
                "no_digits_read_surely": of_strange,
                "seconds": seconds,
            }


def spread(values: Sequence[float], unit: str = "%", scale: float = 100.0) -> str:
    """Mean, and in brackets the least and the most."""
    low, middle, high = (scale * float(value) for value in (min(values), np.mean(values), max(values)))
    return f"{middle:.1f} {unit} ({low:.1f}–{high:.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=5, help="of drawings that a last layer learns from")
    parser.add_argument("--whole", type=int, default=2, help="of them, that a whole network learns from")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    options = parser.parse_args()
    torch.set_num_threads(1)
    frozen = FrozenNetwork(load_model(SHIPPED / f"{ARCH}.safetensors"))
    taught, learned = corrected(frozen), list(own_classes(frozen, options.sets, options.whole))
    if options.json:
        print(json.dumps({"corrected": taught, "own_classes": learned}, indent=2))
        return
    lost = taught["points_lost"]
    print(
        f"Corrected once: {taught['read_right']} of {taught['hands']} drawings read right and surely, "
        f"{taught['further_read_right']:.1%} of {taught['further_drawings']} further ones right; of "
        f"{taught['test_digits']:,} test digits {lost['mean']:.3f} points lost on average, {lost['most']:.2f} at most, "
        f"{taught['read_otherwise']:.0f} read otherwise; {taught['seconds']:.3f} s"
    )
    for count, points in taught["points_lost_at_once"].items():
        print(f"{count} corrections at once: {points:.2f} points lost on average")
    for row in learned:
        print(
            f"{row['learned']}, {'with' if row['none_of_these'] else 'without'} none of these, {row['sets']} sets: "
            f"doodles read {spread(row['doodles_read'])}; surely one of {len(DOODLES)}: digits "
            f"{spread(row['digits_read_surely'])}, no digits {spread(row['no_digits_read_surely'])}; "
            f"{spread(row['seconds'], 's', 1)}"
        )


if __name__ == "__main__":
    main()
