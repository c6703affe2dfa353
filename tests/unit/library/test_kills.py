"""A training that is killed at random, twenty times, and goes on each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.library import killed_runs

SEED = 13


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What killed_runs.py prints."""
    if not hasattr(os, "fork"):
        pytest.skip("processes cannot be forked here")
    command = [sys.executable, killed_runs.__file__, str(tmp_path_factory.mktemp("kills")), str(SEED)]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_after_each_kill_the_library_opens_and_says_interrupted(told: Any) -> None:
    assert len(told["kills"]) == killed_runs.KILLS
    assert {(kill["notice"], kill["state"]) for kill in told["kills"]} == {("", "interrupted")}


def test_at_most_five_seconds_of_the_curve_and_thirty_of_the_training_are_lost(told: Any) -> None:
    """Here a tenth of them, as all is kept ten times as often; what is there is whole."""
    assert max(kill["history_lost"] for kill in told["kills"]) <= killed_runs.HISTORY
    assert max(kill["training_lost"] for kill in told["kills"]) <= killed_runs.TRAINING
    assert max(kill["training_lost"] for kill in told["kills"]) > 0
    assert all(kill["snapshots_whole"] and kill["snapshots_readable"] for kill in told["kills"])


def test_once_there_is_a_checkpoint_it_can_always_go_on(told: Any) -> None:
    able = [kill["resumable"] for kill in told["kills"]]
    assert able == sorted(able)
    assert sum(able) > killed_runs.KILLS / 2
    steps = [kill["checkpoint"] for kill in told["kills"] if kill["resumable"]]
    assert steps == sorted(steps)


def test_the_end_is_that_of_an_undisturbed_training_bit_for_bit(told: Any) -> None:
    end = told["end"]
    names = ("weights", "file", "metrics", "losses", "snapshots", "examples")
    assert {name: end[name] for name in names} == dict.fromkeys(names, True)
    assert (end["state"], end["points"]) == ("done", killed_runs.TOTAL)
    assert end["count"] >= 40
    assert end["bytes"] < 20_000_000
