"""One thread, as the tests' networks are too small to share, and commands run: as JSON, and refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch

from pointwise.__main__ import main

Json = Callable[..., Any]

torch.set_num_threads(1)


@pytest.fixture
def as_json(capsys: pytest.CaptureFixture[str]) -> Json:
    """Run a command with --json; its whole standard output as one JSON object."""

    def run(*arguments: object) -> Any:
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that is refused: exit code 2, nothing on stdout, one sentence on stderr."""

    def run(*arguments: object) -> str:
        assert main(list(map(str, arguments))) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        return err

    return run
