"""Several trainings as one: a step of each in turn, so that their curves grow side by side on one thread."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import replace

from pointwise.training.loop import Step

Training = Generator[Step, bool | None, None]


def in_turns(trainings: Mapping[str, Training]) -> Training:
    """The steps of all trainings, numbered through, each Epoch named after its training.

    They should have as many steps each, or ``total`` is only near. Sending True ends all of them: what each was in the
    middle of is measured and yielded, one Step a training.
    """
    going, begun, number = dict(trainings), set(), 0
    while going:
        for name in list(going):
            step = next(going[name], None)
            if step is None:
                del going[name]
                continue
            begun.add(name)
            number += 1
            total = len(trainings) * step.total
            if (yield _of(name, step, number, total)):
                yield from _ended({name: one for name, one in going.items() if name in begun}, number, total)
                return


def _ended(trainings: Mapping[str, Training], number: int, total: int) -> Generator[Step, None, None]:
    for name, training in trainings.items():
        with suppress(StopIteration):  # of one that had just measured an epoch
            yield _of(name, training.send(True), number, total)


def _of(name: str, step: Step, number: int, total: int) -> Step:
    epoch = None if step.epoch is None else replace(step.epoch, of=name)
    return replace(step, number=number, total=total, epoch=epoch)
