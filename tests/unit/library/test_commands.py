"""The kept runs on the command line."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pointwise.__main__ import main
from pointwise.library import Shelf, open_library
from pointwise.models import build, default_config
from pointwise.run_queue import Standing
from pointwise.runs import Progress
from pointwise.weights import save_model
from tests.unit.library.conftest import OTHER, begin, interrupted, job, train

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def refused(refusal: Callable[..., str], folder: Path) -> Callable[..., str]:
    """The sentence of a command of runs that is refused."""
    return partial(refusal, "runs")


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


def test_the_library_is_the_one_below_home(folder: Path) -> None:
    library = open_library()
    assert library.folder == folder
    assert begin(library.shelf(""), job()).name
    library.close()
