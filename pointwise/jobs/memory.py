"""What the trainings of this process may take of the machine's memory, and the refusal of one that is too large.

Importing it needs no torch. The limit is $POINTWISE_MEMORY_GB, else half of what the machine or the container has, and
never more than what is free.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pointwise.errors import TooLargeError
from pointwise.jobs.comparison import Comparison
from pointwise.jobs.job import Job
from pointwise.machine import machine_memory

VARIABLE = "POINTWISE_MEMORY_GB"
SHARE = 0.5  # of the machine's memory, where the variable says nothing
GB = 1e9
SMALL_BATCH = 16  # a batch smaller than that is advised only where no smaller network helps
USUAL_BATCH = 128  # with a larger one, a network may have to be very narrow
TRIES = 20


class _Going:
    """The trainings that go on in this process."""

    lock, bytes = threading.Lock(), 0


def check_memory(job: Job | Comparison, processes: int = 1) -> None:
    """Raise TooLargeError for a training that would not fit even if no other went on here.

    Its sentence says what it needs, what there is, and which number to lower. ``processes`` of this machine share each
    batch, and each has the network and the data. Raises ConfigError for a network that cannot be built.
    """
    _check(job, _need(job, processes), processes=processes)


@contextmanager
def memory_taken(job: Job | Comparison) -> Iterator[None]:
    """For as long as it lasts, the training's memory counts as taken. Raises TooLargeError where it is not there."""
    need = job.memory().total
    with _Going.lock:
        _check(job, need, beside=_Going.bytes)
        _Going.bytes += need
    try:
        yield
    finally:
        with _Going.lock:
            _Going.bytes -= need


def memory_limit() -> tuple[int, str]:
    """Bytes that all trainings of this process may take together, and what sets them, as the end of a sentence."""
    total = machine_memory().total
    try:
        allowed = float(os.environ.get(VARIABLE, ""))
    except ValueError:
        allowed = math.nan
    if allowed > 0:
        return int(min(allowed * GB, total)), "what this server gives to trainings"
    return int(SHARE * total), "half of what this computer has"


def _check(job: Job | Comparison, need: int, beside: int | None = None, processes: int = 1) -> None:
    """``beside`` are the bytes of the trainings that go on; None where this one would wait for their end."""
    (limit, why), free = memory_limit(), machine_memory().available
    if beside is None:
        free += _Going.bytes
    room = min(limit, free) - (beside or 0)
    if need <= room:
        return
    if beside:
        why = "what other trainings leave of it"
    elif free < limit:
        why = "what is free at the moment"
    there = f"there are {gigabytes(max(room, 0))} for it, {why}"
    wait = "Wait until the others have ended, or " if beside and need <= min(limit, free) else ""
    advice = _advice(job, room, processes)
    if not advice:
        advice = "choose another network, less data, or a computer with more memory"
    sentence = f"{wait}{advice}"
    raise TooLargeError(
        f"This training needs about {gigabytes(need)} of memory, and {there}. {sentence[0].upper()}{sentence[1:]}."
    )


def _advice(job: Job | Comparison, room: int, processes: int) -> str:
    """Which number to lower, and to what, as a sentence without its end; "" where no number helps."""
    if isinstance(job, Comparison):
        return ""
    batch = _largest_batch(job, room, processes)
    smaller = f"the batch size from {job.recipe.batch_size:,} to {{:,}}"
    if batch >= SMALL_BATCH:
        return f"lower {smaller.format(batch)}"
    width = _largest_width(job, room, processes)
    narrower = f"the {'width' if job.config.architecture.classifies else 'channels'} from {job.config.widths[0]:,} to"
    if job.recipe.batch_size > USUAL_BATCH:
        usual = _largest_width(replace(job, recipe=replace(job.recipe, batch_size=USUAL_BATCH)), room, processes)
        if usual > 2 * width:
            return f"lower {narrower} {usual:,} and {smaller.format(USUAL_BATCH)}"
    if width:
        return f"lower {narrower} {width:,}"
    return f"lower {smaller.format(batch)}" if batch else ""


def _largest_batch(job: Job, room: int, processes: int) -> int:
    """The largest batch, rounded down, with which a training fits; 0 where none does."""
    batch = min(job.recipe.batch_size, job.extent().examples)
    for _ in range(TRIES):
        memory = _share(job, batch, processes).memory()
        spare = room // processes - memory.fixed
        if max(memory.loading, memory.measuring, memory.file) > spare:
            return 0
        if memory.step <= spare:
            return batch
        # What a step takes grows at least as a straight line from 0 does, so that this comes down from above.
        batch = _rounded(min(batch - 1, math.floor(batch * spare / memory.step)))
        if batch < 1 + job.config.batch_norm:
            return 0
    return 0


def _largest_width(job: Job, room: int, processes: int) -> int:
    """The largest width with which a training fits, all layers narrowed in proportion; 0 where none does."""
    fits, too_wide = 0, job.config.widths[0]
    while too_wide - fits > 1:
        width = (fits + too_wide) // 2
        narrow = replace(job, config=job.config.with_width(width))
        fits, too_wide = (width, too_wide) if _need(narrow, processes) <= room else (fits, width)
    return fits


def _need(job: Job | Comparison, processes: int) -> int:
    if processes == 1 or isinstance(job, Comparison):
        return job.memory().total
    return processes * _share(job, job.recipe.batch_size, processes).memory().total


def _share(job: Job, batch: int, processes: int) -> Job:
    """The job with one process's share of a batch."""
    return replace(job, recipe=replace(job.recipe, batch_size=max(1, -(-batch // processes))))


def _rounded(number: int) -> int:
    """A number down to two digits and zeros."""
    unit = 10 ** max(0, len(str(max(number, 0))) - 2)
    return number // unit * unit


def gigabytes(size: float) -> str:
    """Bytes in words: "14 GB", "2.5 GB", "850 MB"."""
    if size < 0.95 * GB:
        return f"{size / 1e6:,.0f} MB"
    return f"{size / GB:,.0f} GB" if size >= 9.95 * GB else f"{size / GB:.1f}".removesuffix(".0") + " GB"
