"""How long a job would take on this computer, told by a few of its own steps."""

from __future__ import annotations

import math
import time
from contextlib import closing
from dataclasses import replace
from statistics import fmean
from typing import Any

from pointwise.jobs.job import Job
from pointwise.jobs.memory import memory_taken

PATIENCE = 1.5  # seconds of steps
SAMPLE = 40  # of the pictures that are made before the first step


def expected_seconds(job: Job, patience: float = PATIENCE) -> float:
    """Seconds that ``job`` would take here: its data is loaded, some of its steps are made, its network is measured.

    What is missing is not fetched. Raises DataError, ConfigError, DivergedError or TooLargeError, as the job's own
    steps do.
    """
    with memory_taken(job):
        return _timed(job, patience)


def _timed(job: Job, patience: float) -> float:
    began = time.perf_counter()
    training, held_out = job.examples()
    making = _seconds_of_making(job, training)
    examples = len(training) + 2 * job.made
    plain = replace(job, recipe=replace(job.recipe, made=0))
    times: list[float] = []
    with closing(plain.steps_on(training, held_out)) as steps:
        step = next(steps)
        now = first = time.perf_counter()
        while step.epoch is None and now - first < patience:
            step, before = next(steps), now
            now = time.perf_counter()
            times.append(now - before)
        if step.epoch is None:
            steps.send(True)  # measures the network, as the end of an epoch does
            measuring = time.perf_counter() - now
        else:
            last = times.pop() if times else 0.0  # a step, and the measuring after it
            measuring = max(last - fmean(times), 0.0) if times else last
    a_step = fmean(times) if times else measuring or first - began
    epoch = math.ceil(examples / job.recipe.batch_size) * a_step + measuring
    return first - began + making + job.recipe.epochs * epoch


def _seconds_of_making(job: Job, training: Any) -> float:
    """How long it takes to make the pictures that join the data, which a few of them tell."""
    if not job.made:
        return 0.0
    from pointwise.data.nondigits import with_made

    began = time.perf_counter()
    with_made(training, SAMPLE, job.recipe.seed)
    return (time.perf_counter() - began) * job.made / SAMPLE
