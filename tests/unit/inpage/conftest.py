"""The page's own code, run by Node; without it these tests are skipped, or fail if POINTWISE_REQUIRE_NODE is set."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pointwise.inpage import bundled
from tests import lacking

POINTWISE = Path(__file__).parents[3] / "pointwise"
RUNNER = Path(__file__).with_name("answers.mjs")
Answers = Callable[..., Any]


@pytest.fixture
def node(tmp_path: Path) -> Answers:
    """``node(module, function, cases, **files)``: what the exported ``function`` of a module below pointwise/ makes of
    each case, a list of arguments. An argument ``{"file": name}`` is that file's bytes.
    """
    program = shutil.which("node")
    if program is None:
        lacking("no Node to run the page's own code", "POINTWISE_REQUIRE_NODE")

    def answers(module: str, function: str, cases: list[list[Any]], **files: bytes) -> Any:
        (tmp_path / "module.mjs").write_text(bundled(POINTWISE / module), encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        (tmp_path / "cases.json").write_text(json.dumps(cases))
        command = [program, str(RUNNER), str(tmp_path), function]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads((tmp_path / "answers.json").read_text())

    return answers
