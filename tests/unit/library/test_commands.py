"""The kept runs on the command line, and trainings there that are kept."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise.__main__ import main
from pointwise.commands.train import checkpoint_of
from pointwise.library import Library, Shelf, open_library
from pointwise.models import build, default_config
from pointwise.progress import Progress
from pointwise.run_queue import Standing
from pointwise.weights import load_model, save_model
from tests.unit.library.conftest import OTHER, begin, interrupted, job, train

REPOSITORY = Path(__file__).parents[3]
PATIENCE = 60.0  # seconds until a test that hangs fails


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POINTWISE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def terminals(folder: Path) -> Iterator[Shelf]:
    library = Library(folder)
    yield library.shelf("")
    library.close()


@pytest.fixture
def runs(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., str]:
    """What a command of runs prints."""

    def run(*arguments: object) -> str:
        assert main(["runs", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., str]:
    """The sentence of a command of runs that is refused."""

    def run(*arguments: object) -> str:
        assert main(["runs", *map(str, arguments)]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        return err

    return run


def test_an_empty_library_says_how_to_begin(runs: Callable[..., str]) -> None:
    assert "No run is kept. Start one with: python -m pointwise train nin" in runs("list")
    assert json.loads(runs("list", "--json")) == {"runs": [], "all": False}


def test_runs_are_listed_the_latest_first(runs: Callable[..., str], terminals: Shelf) -> None:
    first, second = train(terminals, job(epochs=1), "first"), train(terminals, job(epochs=2))
    terminals.pin(first)
    titles, *lines = runs("list").splitlines()
    assert titles.split() == ["id", "name", "state", "steps", "network", "data", "result", "made"]
    assert [line.split()[0] for line in lines] == [second[:8], first[:8]]
    assert "first (pinned)  done   4 of 4  nin      digits  accuracy 0." in lines[1]
    listed = json.loads(runs("list", "--json"))["runs"]
    assert [(run["id"], run["seed"], run["recipe"], run["resumable"]) for run in listed] == [
        (second, 1, "fast", False),
        (first, 1, "fast", False),
    ]


def test_visitors_runs_are_listed_when_asked_for(runs: Callable[..., str], terminals: Shelf) -> None:
    train(terminals.library.shelf(OTHER), job(epochs=1), "theirs")
    assert "theirs" not in runs("list")
    line = runs("list", "--all").splitlines()[1]
    assert line.endswith(f"  {OTHER[:8]}")
    assert OTHER not in line


def test_the_servers_owner_sees_who_waits_and_stops_it(runs: Callable[..., str], terminals: Shelf) -> None:
    recording = terminals.library.shelf(OTHER).begin(job().describe(), 1000, "theirs")
    recording.record(Progress("queued", standing=Standing(2, 3, 100.0, False)), None)
    assert "  queued, place 2 of 3  " in runs("list", "--all")
    assert "leaves the queue" in runs("stop", recording.run[:8])
    assert terminals.library.take_wish(recording.run) == "stop"
    recording.close(Progress("stopped"))


def test_show_tells_job_card_curve_and_snapshots(runs: Callable[..., str], terminals: Shelf) -> None:
    run = interrupted(terminals)
    terminals.annotate(run, "two\nlines")
    text = runs("show", run[:6])
    for told in (f"Run 1 ({run}), interrupted", "  two\n  lines", "step 7 of 12", "arch nin", "seed 1", "few 160"):
        assert told in text
    assert re.search(r"loss \d\.\d{4} at step 1, \d\.\d{4} at step 7", text)
    assert "7 snapshots, of steps 1 to 7" in text
    assert "go on after step 7" in text
    told = json.loads(runs("show", run, "--json"))
    assert told["snapshots"] == [1, 2, 3, 4, 5, 6, 7]
    assert len(told["history"]) == 7
    assert told["job"]["recipe"]["seed"] == 1


def test_what_comes_from_elsewhere_cannot_steer_the_terminal(runs: Callable[..., str], terminals: Shelf) -> None:
    model = build(default_config("bag_of_pixels"))
    model.card = {"data": "\x1b[31mred \x9b31m \u202e", "metrics": {"\x1b]0;title\x07": 1.0}}
    run = terminals.add(model, "name\x1b[0m", "note\x1b[0m").id
    assert runs("show", run).replace("\n", "").isprintable()
    assert runs("list").replace("\n", "").isprintable()
    told = runs("show", run, "--json")
    assert told.replace("\n", "").isprintable()
    assert json.loads(told)["card"] == model.card


def test_a_refusal_cannot_steer_the_terminal(refused: Callable[..., str], terminals: Shelf) -> None:
    assert refused("show", "\x1b]0;title\x07\u202e").rstrip("\n").isprintable()


@pytest.mark.parametrize("said", ["Run 1", "id", "short"])
def test_runs_are_found_by_name_and_by_the_beginning_of_their_ids(
    runs: Callable[..., str], terminals: Shelf, said: str
) -> None:
    run = train(terminals, job(epochs=1))
    assert "is called 'new' now" in runs("rename", {"id": run, "short": run[:4].upper()}.get(said, said), "new")
    assert terminals.run(run).name == "new"


def test_a_run_that_is_not_there_is_refused(refused: Callable[..., str], terminals: Shelf) -> None:
    run = train(terminals, job(epochs=1))
    for said in ("Run 9", run[:3], "0" * 16, ""):
        assert f"There is no run '{said}'" in refused("show", said)


def test_a_name_of_two_runs_is_refused(refused: Callable[..., str], terminals: Shelf) -> None:
    ids = [train(terminals, job(epochs=1), "same") for _ in range(2)]
    sentence = refused("pin", "same")
    assert "could be 2 runs" in sentence
    assert all(run in sentence for run in ids)


def test_a_visitors_run_is_not_found_by_its_name(refused: Callable[..., str], terminals: Shelf) -> None:
    train(terminals.library.shelf(OTHER), job(epochs=1), "theirs")
    assert "There is no run 'theirs'" in refused("delete", "theirs", "--yes")


def test_pin_unpin_and_note(runs: Callable[..., str], terminals: Shelf) -> None:
    run = train(terminals, job(epochs=1))
    assert "stays." in runs("pin", run)
    assert terminals.run(run).pinned
    assert "goes when there are too many." in runs("unpin", run)
    assert not terminals.run(run).pinned
    runs("note", run, "*so*")
    assert terminals.run(run).note == "*so*"
    assert "has no note any more" in runs("note", run, "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "gone"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_delete_asks_on_a_terminal(
    folder: Path,
    terminals: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    gone: bool,
) -> None:
    run = train(terminals, job(epochs=1))
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert main(["runs", "delete", run, "--json"]) == 0
    assert ("not deleted" in json.loads(capsys.readouterr().out)["done"]) is not gone
    assert terminals.run(run).deleted is gone


def test_delete_without_a_terminal_needs_yes(
    runs: Callable[..., str], refused: Callable[..., str], terminals: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train(terminals, job(epochs=1))
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert "Give --yes" in refused("delete", run)
    assert not terminals.run(run).deleted
    assert "for an hour the app can bring it back" in runs("delete", run, "--yes")
    assert terminals.runs() == []


def test_runs_go_out_and_come_in(runs: Callable[..., str], terminals: Shelf, tmp_path: Path) -> None:
    run = train(terminals)
    assert f"is in {tmp_path / 'run.zip'}" in runs("export", run, "--out", tmp_path / "run.zip")
    save_model(build(default_config("bag_of_pixels")), tmp_path / "bag.safetensors", {})
    came = json.loads(runs("import", tmp_path / "run.zip", tmp_path / "bag.safetensors", "--json"))["runs"]
    assert [(record["name"], record["kind"]) for record in came] == [("Run 1", "pictures"), ("bag", "loaded")]
    assert terminals.curves(came[0]["id"]) == terminals.curves(run)


def test_what_cannot_be_taken_in_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    assert "missing.zip cannot be read" in refused("import", tmp_path / "missing.zip")
    assert "x.zip is damaged" in refused("import", tmp_path / "x.zip")


def test_what_cannot_be_taken_in_does_not_keep_others_out(
    folder: Path, terminals: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    save_model(build(default_config("bag_of_pixels")), tmp_path / "bag.safetensors", {})
    assert main(["runs", "import", str(tmp_path / "x.zip"), str(tmp_path / "bag.safetensors")]) == 1
    out, err = capsys.readouterr()
    assert "'bag' is kept" in out
    assert "x.zip is damaged" in err
    assert [record.name for record in terminals.runs()] == ["bag"]


def test_export_refuses_where_nothing_can_be_written(
    refused: Callable[..., str], terminals: Shelf, folder: Path
) -> None:
    run = train(terminals, job(epochs=1))
    assert "cannot be written" in refused("export", run, "--out", folder / "library.sqlite" / "x.zip")


def test_nothing_is_kept_where_keeping_is_off(refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_KEEP", "off")
    assert "POINTWISE_KEEP is off" in refused("list")


def test_a_run_that_is_over_cannot_be_stopped(refused: Callable[..., str], terminals: Shelf) -> None:
    assert "does not go on: it is done" in refused("stop", train(terminals, job(epochs=1)))


def test_listing_needs_no_torch(folder: Path) -> None:
    code = "import sys; from pointwise.__main__ import main; main(['runs', 'list']); sys.exit('torch' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, timeout=60).returncode == 0


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
        terminals.ask(record.id, "pause")
        assert wait_for(is_in(terminals, "paused"), process) < 2.0
        at = terminals.run(record.id).step
        terminals.ask(record.id, "resume")
        assert wait_for(is_in(terminals, "training"), process) < 2.0
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


def test_the_library_is_the_one_below_home(folder: Path) -> None:
    library = open_library()
    assert library.folder == folder
    assert begin(library.shelf(""), job()).name
    library.close()
