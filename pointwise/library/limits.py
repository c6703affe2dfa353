"""How much is kept, and what goes first where that is too much."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from pointwise.library.records import RunRecord

NEAR = 0.8  # of a limit: from there on it is said


@dataclass(frozen=True)
class Limits:
    """How much is kept; beyond it the oldest runs that are not pinned go first."""

    runs: int = 50  # of a visitor
    gigabytes: float = 1.0  # of a visitor
    all_gigabytes: float = 10.0
    days: float = 30.0  # since a run was last changed

    @classmethod
    def from_environment(cls) -> Limits:
        """$POINTWISE_KEEP_RUNS, _GB, _ALL_GB and _DAYS; what is no number above 0 counts as not given."""
        return cls(
            runs=max(1, round(_number("POINTWISE_KEEP_RUNS", cls.runs))),
            gigabytes=_number("POINTWISE_KEEP_GB", cls.gigabytes),
            all_gigabytes=_number("POINTWISE_KEEP_ALL_GB", cls.all_gigabytes),
            days=_number("POINTWISE_KEEP_DAYS", cls.days),
        )


@dataclass(frozen=True)
class Room:
    """How much an owner keeps, beside the limits."""

    runs: int
    bytes: int
    limits: Limits
    next: RunRecord | None  # what goes first
    warnings: tuple[str, ...] = field(default=())  # sentences about limits that are near


def room_of(mine: Sequence[RunRecord], limits: Limits) -> Room:
    """The room that an owner's runs take, the oldest first."""
    size = sum(record.bytes for record in mine)
    free = [record for record in mine if not record.pinned and not record.active]
    first = free[0] if free else None
    warnings = []
    if len(mine) >= limits.runs:
        goes = f"the next one takes the place of '{first.name}'" if first else "all are pinned or going on"
        warnings.append(f"{len(mine)} of {limits.runs} runs are kept: {goes}.")
    elif len(mine) >= NEAR * limits.runs:
        warnings.append(f"{len(mine)} of {limits.runs} runs are kept; then the oldest that are not pinned go first.")
    if size >= NEAR * limits.gigabytes * 1e9:
        warnings.append(
            f"{size / 1e9:.2g} of {limits.gigabytes:g} GB are full; then the oldest runs that are not pinned go."
        )
    old = [record for record in free if time.time() - record.changed > NEAR * limits.days * 86_400]
    if old:
        warnings.append(f"Runs are kept for {limits.days:g} days unless pinned; '{old[0].name}' is nearly as old.")
    return Room(len(mine), size, limits, first, tuple(warnings))


def surplus(runs: Sequence[RunRecord], count: int, size: float) -> set[str]:
    """The oldest of ``runs`` that must go for ``count`` fewer runs and ``size`` fewer bytes; deleted ones first."""
    gone: set[str] = set()
    for record in sorted(runs, key=lambda record: not record.deleted):
        if (count <= 0 and size <= 0) or record.pinned or record.active:
            continue
        gone.add(record.id)
        count, size = count - 1, size - record.bytes
    return gone


def _number(name: str, default: float) -> float:
    try:
        value = float(os.environ.get(name, default))
    except ValueError:
        return default
    return value if 0 < value < float("inf") else default
