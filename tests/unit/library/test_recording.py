"""What is kept of a run as it goes, and what becomes of the run where that fails."""

from __future__ import annotations

import errno
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch

from pointwise.errors import LibraryError
from pointwise.library import Library, Recording, Shelf, recording
from pointwise.library.recording import MOST_BYTES, SMALL, snapshot_steps
from pointwise.models import ModelConfig
from pointwise.run_queue import RunQueue
from pointwise.runs import Run
from tests.unit.library.conftest import ME, begin, job, train

NIN, TUTORIAL = 90_602, 12_848_010  # parameters


@pytest.mark.parametrize("total", [1, 2, 10, 39, 40, 48, 49, 60, 100, 938, 5_000, 200_000])
@pytest.mark.parametrize("parameters", [10, NIN, SMALL])
def test_snapshots_are_enough_and_dense_at_first(total: int, parameters: int) -> None:
    steps = sorted(snapshot_steps(total, parameters))
    assert len(steps) >= min(40, total)
    assert len(steps) <= 48
    assert (steps[0], steps[-1]) == (1, total)
    if total >= 100:
        gaps = [after - before for before, after in pairwise([0, *steps])]
        assert gaps[:3] == [1, 1, 1]
        assert sum(step <= total / 10 for step in steps) >= 10  # of even ones there were five
        assert max(gaps) <= total / 20


@pytest.mark.parametrize("parameters", [SMALL + 1, 1_000_000, 5_000_000, TUTORIAL, 29_000_000, 31_000_000, 50_000_000])
def test_snapshots_of_large_networks_stay_small(parameters: int) -> None:
    steps = snapshot_steps(9_380, parameters)
    assert len(steps) * parameters * 2 <= MOST_BYTES
    assert (9_380 in steps) == (2 * parameters <= MOST_BYTES)


def test_no_steps_no_snapshots() -> None:
    assert snapshot_steps(0, NIN) == frozenset()


def test_a_long_run_has_its_snapshots(shelf: Shelf) -> None:
    run = train(shelf, job(epochs=20))
    steps = [snapshot.step for snapshot in shelf.snapshots(run)]
    assert steps == sorted(snapshot_steps(80, 1000))
    assert len(steps) == 48
    assert all(snapshot.bytes > 3000 for snapshot in shelf.snapshots(run))
    first, last = shelf.weights(run, 1), shelf.weights(run, 80)
    assert all(t.dtype in (torch.float32, torch.int64) for t in first.values())
    assert not all(torch.equal(first[name], t) for name, t in last.items())


def test_large_networks_are_kept_as_float16(shelf: Shelf) -> None:
    config = ModelConfig("conv_mlp", widths=(8, 60))
    run = begin(shelf, job(epochs=1, config=config))
    for _ in run.events():
        pass
    snapshots = shelf.snapshots(run.name)
    assert [snapshot.step for snapshot in snapshots] == [1, 2, 3, 4]
    weights, live = shelf.weights(run.name, 4), run.progress().latest
    assert live is not None
    assert all(torch.equal(weights[name], t.half()) for name, t in live.weights.items())
    assert all(snapshot.bytes < 2.1 * 380_000 for snapshot in snapshots)
    assert all(t.dtype == torch.float32 for t in shelf.network(run.name, 4).state_dict().values())
    assert all(torch.equal(shelf.network(run.name).state_dict()[name], t) for name, t in live.weights.items())


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_up_ends_the_keeping_and_not_the_run(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = library.shelf(ME)
    run = begin(shelf, job())
    events = run.events()
    for _ in range(6):
        next(events)
    monkeypatch.setattr(library.files, "write", full)
    for _ in events:
        pass
    progress = run.progress()
    assert (progress.state, progress.step) == ("done", 12)
    assert run._recorder is not None
    assert run._recorder.broken == "This run is not kept any more: No space left on device."
    record = shelf.run(run.name)
    assert (record.state, record.error) == ("interrupted", run._recorder.broken)
    monkeypatch.undo()
    assert shelf.weights(run.name, 6)
    whole = shelf.network(train(shelf)).state_dict()
    assert progress.latest is not None
    assert all(torch.equal(whole[name], t) for name, t in progress.latest.weights.items())


def test_a_database_that_fails_ends_the_keeping_and_not_the_run(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin(shelf, job())

    def locked(*_: object, **__: object) -> None:
        raise LibraryError("What you make cannot be kept at the moment (database or disk is full). Try again later.")

    monkeypatch.setattr(shelf.library, "write_run", locked)
    monkeypatch.setattr(shelf.library, "take_wish", locked)
    for _ in run.events():
        pass
    assert run.progress().state == "done"
    assert run._recorder is not None
    assert "database or disk is full" in run._recorder.broken


def test_an_unexpected_error_of_the_keeping_ends_no_run(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recording, "_write_snapshot", lambda *_: 1 / 0)
    run = begin(shelf, job())
    for _ in run.events():
        pass
    assert run.progress().state == "done"
    assert run._recorder is not None
    assert "division by zero" in run._recorder.broken


def test_a_full_disk_begins_no_run(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = library.shelf(ME)
    monkeypatch.setattr(library.files, "write", full)
    with pytest.raises(LibraryError, match="No space left on device"):
        shelf.keep_file("t.csv", b"x")
    assert shelf.runs() == []


def test_a_run_is_kept_before_its_checkpoint_goes(on_disk: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at any time while its end is kept, it can go on, or is whole."""
    monkeypatch.setattr(recording, "APART", 0.0)
    shelf = on_disk.shelf(ME)

    class Killed(BaseException):
        pass

    calls = 0

    def counted(function: Any, die: int) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == die:
                raise Killed
            return function(*arguments, **more)

        return call

    ends = []
    for die in range(1, 6):
        run = begin(shelf, job())
        recorder: Any = run._recorder
        close, calls = recorder.close, 0

        def closing(progress: Any, close: Any = close, die: int = die) -> None:
            with monkeypatch.context() as patch:
                patch.setattr(on_disk, "write_run", counted(on_disk.write_run, die))
                patch.setattr(on_disk.files, "write", counted(on_disk.files.write, die))
                patch.setattr(on_disk.files, "delete", counted(on_disk.files.delete, die))
                close(progress)

        recorder.close = closing
        try:
            for _ in run.events():
                pass
        except Killed:
            recorder._release()
        record = shelf.run(run.name)
        ends.append(record.state)
        if record.state == "interrupted":
            assert record.resumable
            again, since, before = shelf.go_on(run.name, 1000)
            for _ in Run(job(), run.name, recorder=again, since=since, before=before).events():
                pass
        latest = run.progress().latest
        assert latest is not None
        assert shelf.run(run.name).state == "done"
        assert all(torch.equal(shelf.network(run.name).state_dict()[name], t) for name, t in latest.weights.items())
        assert shelf.network(run.name).card["metrics"] == latest.card["metrics"]
    assert ends[0] == "interrupted"
    assert ends[-1] == "done"


def test_checkpoints_take_a_small_share_of_the_time(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: clock)
    kept = shelf.begin(job().describe(), 1000)
    assert (kept.wants_checkpoint(True), kept.wants_checkpoint(False)) == (False, False)
    clock += 2.5
    assert (kept.wants_checkpoint(True), kept.wants_checkpoint(False)) == (True, True)  # the first, after any step
    kept.checkpointed = 1
    assert (kept.wants_checkpoint(True), kept.wants_checkpoint(False)) == (True, False)
    kept._cost = 0.3
    assert not kept.wants_checkpoint(True)
    clock += 8
    assert kept.wants_checkpoint(True)
    kept._cost = 60.0
    clock += 10
    assert kept.wants_checkpoint(False)
    kept._release()


def test_a_run_that_is_parked_before_its_first_step_is_not_begun(shelf: Shelf) -> None:
    from pointwise.data.download import Download

    class Fetching:
        def steps(self, **_: object) -> Any:
            yield Download(1, 10)
            yield Download(2, 10)

    described = shelf.begin(job().describe(), 1000)
    described.resumable = True
    run = Run(Fetching(), described.run, recorder=described, lease=-1.0)
    for _ in run.events():
        pass
    record = shelf.run(run.name)
    assert (record.state, record.checkpoint) == ("stopped", None)
    assert record.error == "Nobody was watching this run any more, so it was never begun."


def test_a_run_that_never_began_can_be_begun(shelf: Shelf) -> None:
    run = begin(shelf, job())
    run.stop()
    run._turn = RunQueue(1).turn(ME)  # where it ended as it waited
    for _ in run.events():
        pass
    record = shelf.run(run.name)
    assert (record.state, record.unbegun, record.resumable) == ("stopped", True, True)
    again, since, before = shelf.go_on(run.name, 1000)
    assert since is None
    for _ in Run(job(), run.name, recorder=again, since=since, before=before).events():
        pass
    record = shelf.run(run.name)
    assert (record.state, record.step, record.resumable) == ("done", 12, False)


def test_a_comparison_keeps_curves_alone(shelf: Shelf) -> None:
    from pointwise.data.housing import HouseOptions
    from pointwise.jobs import compare_scalings
    from pointwise.training import recipe_named

    what = compare_scalings(replace(recipe_named("standardised", "price_1x1"), epochs=2), HouseOptions())
    kept = shelf.begin(what.describe())
    for _ in Run(what, kept.run, recorder=kept).events():
        pass
    record = shelf.run(kept.run)
    assert (record.state, record.kind, record.config, record.resumable) == ("done", "comparison", {}, False)
    assert shelf.snapshots(kept.run) == ()
    assert {epoch.of for epoch in shelf.curves(kept.run).epochs} == {"as written", "standardised"}
    assert shelf.library.files.names(f"runs/{kept.run}") == []
