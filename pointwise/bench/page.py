"""page: pen-up to painted answers in a real browser: idle, training, four people (tests/benchmarks/page_speed.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pointwise.errors import ConfigError

SCRIPT = Path(__file__).parents[2] / "tests" / "benchmarks" / "page_speed.py"
STROKES = 24


def measured() -> dict[str, Any]:
    """Milliseconds, median and 95th percentile. Raises ConfigError without the tests, Playwright or a browser."""
    if not SCRIPT.is_file():
        raise ConfigError(f"There is no {SCRIPT}. Measure the page in a clone of the repository.")
    command = [sys.executable, str(SCRIPT), "--strokes", str(STROKES), "--visits", "0", "--layers", "0"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        raise ConfigError(
            f"The page could not be measured ({last}). It needs tests/requirements.txt installed and a Chromium."
        )
    return json.loads(done.stdout)


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    for name, when in (
        ("stroke", "idle"),
        ("stroke_while_training", "while training"),
        ("strokes_at_once", "with four people drawing at once"),
    ):
        one = result[name]
        yield (
            f"page, {when}: from pen-up to the painted answer {one['page_median_ms']} ms for the page's own and "
            f"{one['pytorch_median_ms']} ms for PyTorch's (medians of {one['strokes']} strokes; 95th percentiles "
            f"{one['page_p95_ms']} and {one['pytorch_p95_ms']} ms); {one['answers_a_second']} answers a second before"
        )
