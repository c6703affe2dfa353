"""Trainings on the command line that are kept: what they say, how they are stopped, and how they go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise.__main__ import main
from pointwise.commands.train import checkpoint_of
from pointwise.library import Shelf
from pointwise.weights import load_model
from tests.tries import least

REPOSITORY = Path(__file__).parents[3]
PATIENCE = 60.0  # seconds until a test that hangs fails


def arguments(out: Path, *more: object) -> list[str]:
    options = ["nin", "--data-set", "digits", "--epochs", "2", "--seed", "3", "--device", "cpu", "--out", out, *more]
    return ["train", *map(str, options)]


def test_a_training_is_kept_and_says_so(capsys: pytest.CaptureFixture[str], terminals: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "nin.safetensors"
    assert main(arguments(out)) == 0
    (record,) = terminals.runs()
    last = capsys.readouterr().out.splitlines()[-1]
    assert "The run is kept as 'Run 1': look at it in the app under 'Your runs'" in last
    assert last.endswith(f"runs show {record.id[:8]}")
    assert (record.state, record.step, record.total, record.checkpoint) == ("done", 24, 24, None)
    assert len(terminals.snapshots(record.id)) == 24
    written, kept = load_model(out), terminals.network(record.id)
    assert written.card == kept.card == record.card
    assert all(torch.equal(kept.state_dict()[name], t) for name, t in written.state_dict().items())


def test_json_names_the_kept_run(capsys: pytest.CaptureFixture[str], terminals: Shelf, tmp_path: Path) -> None:
    assert main(arguments(tmp_path / "nin.safetensors", "--json")) == 0
    (record,) = terminals.runs()
    assert json.loads(capsys.readouterr().out)["run"] == {"id": record.id, "name": "Run 1"}


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_training_can_be_left_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "environment":
        monkeypatch.setenv("POINTWISE_KEEP", "off")
    more = ["--no-keep"] if how == "option" else []
    assert main(arguments(tmp_path / "nin.safetensors", "--json", *more)) == 0
    assert json.loads(capsys.readouterr().out)["run"] is None
    assert not folder.exists()


def test_an_unwritable_home_is_said_and_the_training_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_text("a file")
    monkeypatch.setenv("POINTWISE_HOME", str(tmp_path / "home"))
    assert main(arguments(tmp_path / "nin.safetensors")) == 0
    out, err = capsys.readouterr()
    assert "This run is not kept. Nothing can be kept in" in err
    assert "is kept as" not in out
    assert (tmp_path / "nin.safetensors").exists()


def stop_by_ctrl_c(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the training be interrupted, as by Ctrl-C, after a step."""
    from pointwise.commands.recorder import Recorder

    record = Recorder.record

    def recording(self: Any, progress: Any, step: Any) -> None:
        record(self, progress, step)
        if progress.step == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(Recorder, "record", recording)


def test_ctrl_c_says_what_is_there_and_resume_goes_on_in_the_same_run(
    capsys: pytest.CaptureFixture[str], terminals: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole.safetensors", tmp_path / "nin.safetensors"
    assert main(arguments(whole, "--no-keep")) == 0
    with monkeypatch.context() as patch:
        stop_by_ctrl_c(patch, after=15)
        assert main(arguments(out)) == 130
    (record,) = terminals.runs()
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == (
        "Stopped at step 15 of 24, in epoch 2 of 2. Epoch 1 is kept: go on with the same command and --resume. "
        "The run is kept as 'Run 1': look at it in the app under 'Your runs', or with: "
        f"python -m pointwise runs show {record.id[:8]}"
    )
    assert (record.state, record.step) == ("interrupted", 15)
    assert main(arguments(out, "--resume")) == 0
    (after,) = terminals.runs()
    assert (after.id, after.state, after.step, after.examples) == (record.id, "done", 24, 3000)
    assert [point.step for point in terminals.curves(after.id).history] == list(range(1, 25))
    assert [snapshot.step for snapshot in terminals.snapshots(after.id)] == list(range(1, 25))
    first, second = load_model(whole).state_dict(), terminals.network(after.id).state_dict()
    assert all(torch.equal(second[name], t) for name, t in first.items())


def test_ctrl_c_before_any_checkpoint_says_that_too(
    capsys: pytest.CaptureFixture[str], terminals: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_by_ctrl_c(monkeypatch, after=3)
    assert main(arguments(tmp_path / "nin.safetensors")) == 130
    assert "Stopped at step 3 of 24, in epoch 1 of 2. There is no checkpoint yet." in capsys.readouterr().err


def test_resume_without_the_kept_run_keeps_another(
    terminals: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "nin.safetensors"
    with monkeypatch.context() as patch:
        stop_by_ctrl_c(patch, after=15)
        main(arguments(out))
    terminals.library.remove(record.id for record in terminals.runs())
    assert checkpoint_of(out).exists()
    assert main(arguments(out, "--resume")) == 0
    (record,) = terminals.runs()
    assert (record.state, [p.step for p in terminals.curves(record.id).history]) == ("done", list(range(13, 25)))


def started(out: Path, *launcher: str, epochs: int = 500) -> subprocess.Popen[str]:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, *launcher, "-m", "pointwise", *arguments(out, "--epochs", epochs)]
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def wait_for(wanted: Callable[[], bool], process: subprocess.Popen[str], seconds: float = PATIENCE) -> float:
    """The seconds until something is so."""
    began = time.monotonic()
    while not wanted():
        assert time.monotonic() - began < seconds
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return time.monotonic() - began


def is_in(shelf: Shelf, *states: str) -> Callable[[], bool]:
    return lambda: [record.state for record in shelf.runs()] in [[state] for state in states]


def test_wishes_reach_a_training_in_another_process_and_its_answers_come_back(
    runs: Callable[..., str], terminals: Shelf, tmp_path: Path
) -> None:
    process = started(tmp_path / "nin.safetensors")
    try:
        wait_for(is_in(terminals, "training"), process)
        (record,) = terminals.runs()

        def granted() -> float:
            """Seconds that the slower of two wishes takes."""
            terminals.ask(record.id, "pause")
            paused = wait_for(is_in(terminals, "paused"), process)
            terminals.ask(record.id, "resume")
            return max(paused, wait_for(is_in(terminals, "training"), process))

        assert least(granted, 2.0) < 2.0
        at = terminals.run(record.id).step
        wait_for(lambda: terminals.run(record.id).step > at, process)
        assert "stops within a second or two" in runs("stop", record.id)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert "is kept as" in out
        after = terminals.run(record.id)
        assert (after.state, after.resumable) == ("stopped", True)
        assert load_model(tmp_path / "nin.safetensors").card == after.card
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_training_that_is_told_to_end_says_how_to_go_on(
    terminals: Shelf, tmp_path: Path, number: int, status: int
) -> None:
    process = started(tmp_path / "nin.safetensors")
    try:
        wait_for(lambda: [record.step > 0 for record in terminals.runs()] == [True], process)
        began = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
        assert time.monotonic() - began < 12  # 1 to 2 on a machine that has time
        assert process.returncode == status
        (record,) = terminals.runs()
        assert (record.state, record.resumable, record.checkpoint) == ("parked", True, record.step)
        step = f"{record.step:,}"
        assert f"Stopped at step {step} of {record.total:,}, in epoch " in err
        assert "All of it is kept: go on with the same command and --resume." in err
        assert checkpoint_of(tmp_path / "nin.safetensors").exists()
        assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()


def test_a_group_of_processes_keeps_one_run_and_stops_together(
    runs: Callable[..., str], terminals: Shelf, tmp_path: Path
) -> None:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    process = started(tmp_path / "nin.safetensors", *launcher)
    try:
        wait_for(is_in(terminals, "training"), process)
        (record,) = terminals.runs()
        terminals.ask(record.id, "pause")
        wait_for(is_in(terminals, "paused"), process)
        runs("stop", record.id)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert [one.state for one in terminals.runs()] == ["stopped"]
    finally:
        process.send_signal(signal.SIGTERM)  # which the launcher hands on
        process.communicate(timeout=PATIENCE)


def fails(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let files whose names end so be written to a full disk."""
    write = os.replace

    def replace(source: Any, target: Any) -> None:
        if str(target).endswith(names):
            raise OSError(28, "No space left on device")
        write(source, target)

    monkeypatch.setattr(os, "replace", replace)


def test_a_checkpoint_that_cannot_be_written_ends_no_training(
    capsys: pytest.CaptureFixture[str], terminals: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pointwise.commands.recorder.AT_LATEST", 0.0)
    fails(monkeypatch, "nin.checkpoint.safetensors")
    assert main(arguments(tmp_path / "nin.safetensors")) == 0
    said = capsys.readouterr().err
    assert said.count("The training goes on without a new checkpoint. nin.checkpoint.safetensors cannot be writ") == 1
    assert "(No space left on device)" in said
    (record,) = terminals.runs()
    assert (record.state, bool(record.error), load_model(tmp_path / "nin.safetensors").card) == (
        "done",
        False,
        record.card,
    )


def test_weights_that_cannot_be_written_are_in_the_kept_run_and_the_last_sentence_says_so(
    capsys: pytest.CaptureFixture[str], terminals: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, f"{tmp_path.name}/nin.safetensors", "nin.checkpoint.safetensors")
    assert main(arguments(tmp_path / "nin.safetensors")) == 2
    (record,) = terminals.runs()
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("nin.safetensors cannot be written to")
    assert "Choose another place. The run is kept as 'Run 1': look at it in the app under 'Your runs'" in last
    assert last.endswith(f"runs show {record.id[:8]}")
    assert (record.state, terminals.network(record.id).config.arch) == ("done", "nin")
