"""Where the library of what lasts is, and for whom: environment variables, each with its default."""

from __future__ import annotations

import os
from pathlib import Path

KEEP, HOME, PUBLIC = "POINTWISE_KEEP", "POINTWISE_HOME", "POINTWISE_PUBLIC"


def keeps() -> bool:
    """Whether anything is kept on disk at all: not with POINTWISE_KEEP=off."""
    return os.environ.get(KEEP, "").strip().lower() not in ("off", "0", "no", "false")


def is_public() -> bool:
    """Whether strangers use this server, so that the command line's runs are not for them: $POINTWISE_PUBLIC is set."""
    return os.environ.get(PUBLIC, "").strip().lower() not in ("", "off", "0", "no", "false")


def home() -> Path:
    """The folder of all that lasts: $POINTWISE_HOME, else the user's data folder."""
    if chosen := os.environ.get(HOME, "").strip():
        return Path(os.path.expanduser(chosen)).absolute()
    from platformdirs import user_data_path

    return user_data_path("pointwise", appauthor=False)
