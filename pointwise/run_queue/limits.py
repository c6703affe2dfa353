"""How many runs a server carries out at once, and how long one may be at work while others wait."""

from __future__ import annotations

import math
import os

BUDGET = 15.0  # minutes at work after which a run lets others go first


def slots_from_environment() -> int:
    """How many runs a server trains at once: $POINTWISE_RUNS, else half its cores, at least one."""
    default = max(1, (os.cpu_count() or 2) // 2)
    try:
        return max(1, int(os.environ.get("POINTWISE_RUNS", default)))
    except ValueError:
        return default


def budget_from_environment() -> float:
    """Seconds at work after which a run lets others go first: $POINTWISE_MINUTES, else 15 minutes."""
    try:
        minutes = float(os.environ.get("POINTWISE_MINUTES", BUDGET))
    except ValueError:
        minutes = BUDGET
    return 60 * (minutes if 0 < minutes < math.inf else BUDGET)
