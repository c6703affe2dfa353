"""Several processes that use one library at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pointwise.library import Library, Limits, store
from tests.unit.library.conftest import ME, interrupted, train

REPOSITORY = Path(__file__).parents[3]
BEGIN = """
import json, sys, time
from pathlib import Path
from pointwise.errors import LibraryError
from pointwise.library import Library

folder, number, at = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
time.sleep(max(0.0, at - time.time()))  # all begin at once
"""
HAMMER = f"""{BEGIN}
ids = []
for count in range(12):
    library = Library(folder)
    shelf = library.shelf("{ME}")
    recording = shelf.begin({{"kind": "loaded", "config": {{}}}}, None, f"{{number}}.{{count}}")
    for step in range(5):
        library.write_run(recording.run, {{"step": step + 1, "state": "training"}}, (), [(step, 1)])
        library.files.write(f"runs/{{recording.run}}/snapshots/{{step:09d}}.safetensors", b"x")
        shelf.put({{f"{{number}}": count, "both": [number, count]}})
        shelf.ask(recording.run, "pause")
        assert library.take_wish(recording.run) == "pause"
        assert recording.run in [record.id for record in shelf.runs()]
    library.write_run(recording.run, {{"state": "done"}})
    recording._release()
    ids.append(recording.run)
    library.close()
print(json.dumps(ids))
"""
GO_ON = f"""{BEGIN}
library = Library(folder)
(record,) = library.shelf("{ME}").runs()
try:
    recording, since, before = library.shelf("{ME}").go_on(record.id, 1000)
    print(json.dumps(since.step))
    sys.stdout.flush()
    sys.stdin.readline()
except LibraryError as error:
    print(json.dumps(str(error)))
"""
OPEN = f"""{BEGIN}
library = Library(folder)
library.shelf("{ME}").put({{str(number): number}})
print(json.dumps(library.notice))
"""


SERVER = f"""{BEGIN}
import threading
from dataclasses import replace
from pointwise.library import Limits
from pointwise.runs import Point, Progress

library = Library(folder, Limits(runs=16))  # eight that are pinned at last, and eight that are at work at a time
errors, kept, gone = [], [], []

def visits(visitor):
    shelf, own = library.shelf("class"), library.shelf(f"{{number}}.{{visitor}}")
    try:
        for count in range(8):
            recording = shelf.begin({{"kind": "loaded", "config": {{}}}}, None)
            for step in range(1, 4):
                points = tuple(Point(n, 1.0, 1.0) for n in range(step))
                recording._written = 0.0
                recording.record(Progress("training", step, 3, points), None)
                library.files.write(f"runs/{{recording.run}}/snapshots/{{step:09d}}.safetensors", b"x")
            if count == visitor:  # while it is at work nobody's limits touch it
                shelf.pin(recording.run)
                kept.append(recording.run)
            recording.close(Progress("done", 3, 3, points))
            assert not recording.broken, recording.broken
            for act in (lambda run: shelf.rename(run, "other"), shelf.delete, shelf.restore):
                try:
                    act(recording.run)
                except LibraryError as error:  # the limits of another process, but never of a pinned run
                    assert "There is no run" in str(error) or "It is not in" in str(error), error
                    assert count != visitor
            mine = own.begin({{"kind": "loaded", "config": {{}}}}, None)
            mine.close(Progress("done", 3, 3))
            own.put({{"count": count}})
            shelf.put({{"count": count}})
            shelf.runs(), shelf.room(), own.runs()
        for record in own.runs()[4:]:
            library.remove([record.id])
        kept.extend(record.id for record in own.runs())
    except BaseException as error:
        errors.append(repr(error))

threads = [threading.Thread(target=visits, args=(visitor,)) for visitor in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
library.close()
print(json.dumps([errors, kept]))
"""


def together(script: str, folder: Path, count: int) -> list[subprocess.Popen[str]]:
    """So many processes that begin at one time; the time is two seconds away, when all have imported what they need."""
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    at = str(time.time() + 2.0)
    return [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder), str(number), at],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]


def answers(processes: list[subprocess.Popen[str]]) -> list[object]:
    """The JSON that each prints."""
    done = [process.communicate("\n", timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), [err for _, err in done]
    return [json.loads(out) for out, _ in done]


def test_two_servers_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    ids = answers(together(HAMMER, tmp_path, 2))
    library = Library(tmp_path)
    shelf = library.shelf(ME)
    assert {record.id for record in shelf.runs()} == {run for one in ids for run in one}  # type: ignore[attr-defined]
    assert {record.name for record in shelf.runs()} == {f"{n}.{count}" for n in range(2) for count in range(12)}
    for record in shelf.runs():
        assert (record.state, record.step, len(shelf.snapshots(record.id))) == ("done", 5, 5)
        assert library.files.size(f"runs/{record.id}") == 5
    desk = shelf.values()
    assert (desk["0"], desk["1"]) == (11, 11)
    assert desk["both"] in ([0, 11], [1, 11])
    assert library.notice == ""


def test_four_servers_with_two_visitors_each_lose_nothing_and_wait_for_nobody(tmp_path: Path) -> None:
    """They begin, record, pin, rename, delete, bring back and make room, all in one library, which has room for few."""
    said = answers(together(SERVER, tmp_path, 4))
    assert [errors for errors, _ in said] == [[]] * 4  # type: ignore[misc]
    library = Library(tmp_path, Limits(runs=16))
    library.make_room("class")
    ids = {row["id"] for row in library.rows("SELECT id FROM runs")}
    assert ids >= {run for _, kept in said for run in kept}  # type: ignore[misc]
    assert len(library.shelf("class").runs()) == 16
    for server in range(4):
        for visitor in range(2):
            own = library.shelf(f"{server}.{visitor}")
            assert [record.name for record in own.runs()] == [f"Run {number}" for number in (8, 7, 6, 5)]
            assert own.values() == {"count": 7}
    assert set(library.files.names("runs")) <= ids
    for record in library.shelf("class").runs():
        assert (record.state, record.step, library.files.size(f"runs/{record.id}")) == ("done", 3, 3)
    assert library.rows("PRAGMA integrity_check")[0][0] == "ok"
    library.close()


def test_many_servers_may_start_in_an_empty_folder(tmp_path: Path) -> None:
    assert answers(together(OPEN, tmp_path / "home", 5)) == [""] * 5
    assert Library(tmp_path / "home").shelf(ME).values() == {str(number): number for number in range(5)}


def test_of_servers_that_find_a_damaged_library_one_begins_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"garbage" * 1000)
    notices = answers(together(OPEN, tmp_path, 4))
    (aside,) = tmp_path.glob("damaged-*")
    assert sum(str(aside) in str(notice) for notice in notices) == 1
    assert (aside / "library.sqlite").read_bytes() == b"garbage" * 1000
    assert Library(tmp_path).shelf(ME).values() == {str(number): number for number in range(4)}


def test_one_of_two_processes_goes_on_with_a_run(tmp_path: Path) -> None:
    library = Library(tmp_path)
    run = interrupted(library.shelf(ME))
    library.change("UPDATE runs SET state = 'training'")  # as a killed process leaves it
    processes = together(GO_ON, tmp_path, 2)
    first = [json.loads(process.stdout.readline()) for process in processes if process.stdout]
    assert sorted(map(str, first)) == ["'Run 1' goes on already. Look at it on the page of runs.", "7"]
    assert library.shelf(ME).run(run).state == "waiting"
    for process in processes:
        process.communicate("\n", timeout=60)
    assert library.shelf(ME).run(run).state == "interrupted"


def test_a_run_of_another_process_is_not_thrown_away_by_limits(tmp_path: Path) -> None:
    library = Library(tmp_path)
    run = train(library.shelf(ME))
    library.close()
    with Library(tmp_path).holding(run):
        other = Library(tmp_path, Limits(runs=1, days=1e-9))
        other.make_room(ME, 0)
        assert [record.id for record in other.shelf(ME).runs()] == [run]
    other.make_room(ME, 0)
    assert other.shelf(ME).runs() == []


def test_a_run_that_is_pinned_while_room_is_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(tmp_path, Limits(days=1e-9))
    run = train(library.shelf(ME))

    def meanwhile(*seen: Any) -> set[str]:
        Library(tmp_path).shelf(ME).pin(run)
        return surplus(*seen)

    surplus = store.surplus
    monkeypatch.setattr(store, "surplus", meanwhile)
    library.make_room(ME)
    assert library.shelf(ME).network(run)


def test_a_run_that_is_kept_while_room_is_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(tmp_path)
    run = train(library.shelf(ME))
    rows = library.rows
    monkeypatch.setattr(library, "rows", lambda query, *values: [] if "ORDER BY" in query else rows(query, *values))
    library.make_room(ME)  # it saw the folder, and not yet the row
    monkeypatch.undo()
    assert library.shelf(ME).network(run)
