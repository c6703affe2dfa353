"""Work done in turns, so that whatever else a machine does meets all of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def in_turns(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each; one round before is not counted."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds + 1):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - started) * 1e3)
    return {name: statistics.median(some[1:]) for name, some in times.items()}
