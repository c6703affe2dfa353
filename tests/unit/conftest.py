"""One thread, as the tests' networks are too small to share, and a command run as JSON."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch

from pointwise.__main__ import main

torch.set_num_threads(1)


@pytest.fixture
def as_json(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command with --json; its whole standard output as one JSON object."""

    def run(*arguments: object) -> Any:
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run
