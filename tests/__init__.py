from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(what: str, needed: str) -> NoReturn:
    """Skip the test because ``what`` is not there, or fail it where the environment variable ``needed`` is set."""
    (pytest.fail if os.environ.get(needed) else pytest.skip)(what)
