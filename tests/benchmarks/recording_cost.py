"""What it costs to keep a run: time beside a training that is not kept, and bytes on disk.

    POINTWISE_DATA=FOLDER python tests/benchmarks/recording_cost.py [--pairs 7] [--part 5] [--json]

``nin`` is trained on MNIST by ``fast``, with one thread, in turns: kept, not kept, not kept, kept … To be done in some
minutes, each training has a fifth of the pictures, so a fifth of the steps and a fifth of the snapshots, as many a
step as the whole training has; what is kept once an epoch weighs five times as much as there. ``--part 1`` is the whole
training. A time is from the first step until the last is kept; loading the data does not count. The ratio is the
median of the pairs'. The bytes are those of a whole run. Run it while nothing else works on the machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))
from pointwise.costs import cost
from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, recording
from pointwise.models import ModelConfig
from pointwise.runs import Run
from pointwise.training import recipe_named

PICTURES, HELD_OUT = 60_000, 10_000
CONFIG = ModelConfig("nin")


def timed(job: PictureJob, library: Library | None) -> tuple[float, str]:
    """Seconds of a training, and the id of the run where it is kept."""
    recorder = None
    if library is not None:
        recorder = library.shelf("").begin(job.describe(), cost(job.config).parameters)
    run = Run(job, "timed", lease=float("inf"), recorder=recorder)
    events = run.events()
    next(events)
    began = time.perf_counter()
    for _ in events:
        pass
    seconds = time.perf_counter() - began
    assert run.progress().state == "done", run.progress().error
    assert recorder is None or not recorder.broken, recorder.broken
    return seconds, "" if recorder is None else recorder.run


def measured(pairs: int, part: int) -> dict[str, Any]:
    torch.set_num_threads(1)
    data = Pictures("mnist", few=PICTURES // part, few_held_out=HELD_OUT // part)
    job, seconds = PictureJob(CONFIG, recipe_named("fast"), data), {True: list[float](), False: list[float]()}
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        every = recording.SNAPSHOTS
        recording.SNAPSHOTS = round(every / part)
        timed(job, None)  # the first training imports and warms up
        for pair in range(pairs):
            for kept in (True, False) if pair % 2 else (False, True):
                seconds[kept].append(timed(job, library if kept else None)[0])
            print(f"pair {pair + 1}: {seconds[True][-1]:.2f} s kept, {seconds[False][-1]:.2f} s not", file=sys.stderr)
        recording.SNAPSHOTS = every
        _, run = timed(replace(job, data=replace(data, few=job.recipe.batch_size * every)), library)
        shelf = library.shelf("")
        snapshots, size = len(shelf.snapshots(run)), shelf.run(run).bytes
        library.close()
    return {
        "ratio": statistics.median(a / b for a, b in zip(seconds[True], seconds[False], strict=True)),
        "seconds_kept": statistics.median(seconds[True]),
        "seconds_not_kept": statistics.median(seconds[False]),
        "pairs": [list(pair) for pair in zip(seconds[True], seconds[False], strict=True)],
        "part": part,
        "snapshots": snapshots,
        "bytes": size,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="What it costs to keep a run.")
    parser.add_argument("--pairs", type=int, default=7, help="trainings of each kind (default 7)")
    parser.add_argument(
        "--part", type=int, default=5, help="the share of a whole training is one in so many (default 5)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    result = measured(options.pairs, options.part)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"kept / not kept: {result['ratio']:.4f}, the median of {options.pairs} pairs")
    print(f"  medians: {result['seconds_kept']:.2f} s kept, {result['seconds_not_kept']:.2f} s not kept")
    print(f"  {result['bytes'] / 1e6:.1f} MB a run of nin, with {result['snapshots']} snapshots")


if __name__ == "__main__":
    main()
