"""Where what lasts is kept, and how much of it: environment variables, each with its default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

KEEP, HOME, PUBLIC = "POINTWISE_KEEP", "POINTWISE_HOME", "POINTWISE_PUBLIC"


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


def _number(name: str, default: float) -> float:
    try:
        value = float(os.environ.get(name, default))
    except ValueError:
        return default
    return value if 0 < value < float("inf") else default


def keeps() -> bool:
    """Whether anything is kept on disk at all: not with POINTWISE_KEEP=off."""
    return os.environ.get(KEEP, "").strip().lower() not in ("off", "0", "no", "false")


def is_public() -> bool:
    """Whether strangers use this server, so that the command line's runs are not for them: $POINTWISE_PUBLIC is set."""
    return os.environ.get(PUBLIC, "").strip().lower() not in ("", "off", "0", "no", "false")


def home() -> Path:
    """The folder of all that lasts: $POINTWISE_HOME, else the user's data folder."""
    if chosen := os.environ.get(HOME, "").strip():
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("pointwise", appauthor=False)
