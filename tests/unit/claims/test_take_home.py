"""The claims' scripts to take home, run one after the other by a Python that imports torch once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[3] / "pointwise" / "claims" / "take_home").glob("*.py"))
EXPECTED = {
    "activations": "one: 16 parameters",
    "any_size": "logits at every place: (10, 113)",
    "bottlenecks": "15,872 weights, 12,443,648 multiply-adds",
    "dense_layer": "parameters: 136 136",
    "depthwise": "266,752 weights, 52,283,392 multiply-adds",
    "network_in_network": "dense layer on all places: 47,050 parameters",
    "parameters": "tutorial: 12,848,010 parameters in all",
    "regularising": "batch norm True, dropout 0.5",
    "shape": "1×1: a logit moves by",
    "speed": "Conv2d 1×1: ",
    "structured_data": "gradient boosting: R² on new rows",
}
RUN_ALL = """
import contextlib, io, json, runpy, sys, traceback
said = {}
for script in sys.argv[1:]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            runpy.run_path(script, run_name="__main__")
        except Exception:
            out.write(traceback.format_exc())
    said[script] = out.getvalue()
print(json.dumps({"said": said, "pointwise": "pointwise" in sys.modules}))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each script printed, or the traceback of its end, by its path."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN_ALL, *map(str, SCRIPTS)],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert not answer["pointwise"]
    return answer["said"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_to_take_home_run_without_pointwise(script: Path, said: dict[str, str]) -> None:
    assert "pointwise" not in script.read_text()
    assert EXPECTED[script.stem] in said[str(script)]
    assert "Traceback" not in said[str(script)]
