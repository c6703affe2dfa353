"""The claims' scripts to take home, each run by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[3] / "pointwise" / "claims" / "take_home").glob("*.py"))
EXPECTED = {
    "any_size": "logits at every place: (10, 113)",
    "bottlenecks": "15,872 weights, 12,443,648 multiply-adds",
    "dense_layer": "parameters: 136 136",
    "network_in_network": "dense layer on all places: 47,050 parameters",
    "parameters": "tutorial: 12,848,010 parameters in all",
    "regularising": "batch norm True, dropout 0.5",
    "shape": "1×1: a logit moves by",
    "speed": "Conv2d 1×1: ",
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_to_take_home_run_without_pointwise(script: Path, tmp_path: Path) -> None:
    assert "pointwise" not in script.read_text()
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert EXPECTED[script.stem] in done.stdout
