"""What an owner keeps: runs and how they went, the desk, limits, deletion; on disk and in memory alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise.data.housing import HouseOptions
from pointwise.errors import LibraryError, NoRoomError
from pointwise.jobs import HouseJob, job_from
from pointwise.library import Library, Limits, Shelf, StoredRun
from pointwise.library.store import BIN
from pointwise.models import ModelConfig, build, default_config
from pointwise.runs import Progress, Run
from pointwise.training import recipe_named
from tests.unit.library.conftest import ME, OTHER, begin, interrupted, job, train

DAY = 86_400.0
HOUSES = HouseJob(default_config("price_1x1"), recipe_named("standardised", "price_1x1", epochs=3), HouseOptions())


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds have passed since 1970."""
    return lambda seconds: monkeypatch.setattr(time, "time", lambda: seconds)


def roughly(progress: Progress) -> tuple[Any, ...]:
    """A Progress without its weights, its curve as exact as it is kept."""
    history = [(p.step, round(p.loss, 7), round(p.seconds, 3)) for p in progress.history]
    epochs = [(e.number, dict(e.metrics), e.complete, e.of, dict(e.card)) for e in progress.epochs]
    facts = (progress.state, progress.step, progress.total, progress.examples, progress.seconds, progress.error)
    return *facts, history, epochs


@pytest.mark.parametrize("what", [job(), HOUSES], ids=["pictures", "houses"])
def test_a_kept_run_is_the_live_one(shelf: Shelf, what: Any) -> None:
    run = begin(shelf, what)
    for _ in run.events():
        pass
    stored = StoredRun(shelf, run.name, what).progress()
    live = run.progress()
    assert roughly(stored) == roughly(live)
    assert stored.latest is not None
    assert live.latest is not None
    assert all(torch.equal(stored.latest.weights[name], t) for name, t in live.latest.weights.items())
    assert stored.snapshot is not None
    assert stored.snapshot.step == live.step
    assert all(torch.equal(stored.snapshot.weights[name], t) for name, t in live.latest.weights.items())
    assert job_from(shelf.run(run.name).job) == what


def test_a_kept_run_is_followed_while_it_goes_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointwise.library.recording.PACE", 0.0)
    run = begin(shelf, job())
    stored, events = StoredRun(shelf, run.name, run.job), run.events()
    assert stored.progress().state == "waiting"
    for step in range(1, 8):
        next(events)
        live = run.progress()
        assert roughly(stored.progress()) == roughly(live)
        seen = stored.progress()
        assert seen.snapshot is not None
        assert seen.snapshot.step == step
        assert stored.progress().snapshot is seen.snapshot
        assert stored.progress().epochs is seen.epochs
    events.close()
    assert stored.progress().state == "interrupted"


def test_a_stopped_run_keeps_its_early_end(shelf: Shelf) -> None:
    run = begin(shelf, job())
    events = run.events()
    for _ in range(5):
        next(events)
    run.stop()
    for _ in events:
        pass
    record = shelf.run(run.name)
    assert (record.state, record.step, record.resumable) == ("stopped", 5, not shelf.library.forgets)
    assert not shelf.curves(run.name).epochs[-1].complete
    live = run.progress().latest
    assert live is not None
    assert all(torch.equal(shelf.network(run.name).state_dict()[name], t) for name, t in live.weights.items())
    assert shelf.network(run.name).card == live.card


def test_a_loaded_network_is_a_run_of_one_row(shelf: Shelf) -> None:
    model = build(default_config("bag_of_pixels"), seed=7)
    model.card = {"data_set": "digits"}
    record = shelf.add(model, "mine", "from elsewhere")
    assert (record.name, record.note, record.kind, record.state) == ("mine", "from elsewhere", "loaded", "done")
    assert (record.arch, record.data_set, record.resumable) == ("bag_of_pixels", "digits", False)
    kept = shelf.network(record.id)
    assert kept.config == model.config
    assert all(torch.equal(kept.state_dict()[name], t) for name, t in model.state_dict().items())
    assert record.bytes == shelf.library.files.size(f"runs/{record.id}")


def test_two_owners_see_nothing_of_each_other(library: Library) -> None:
    mine, theirs = library.shelf(ME), library.shelf(OTHER)
    run = train(mine)
    mine.put({"tone": 1})
    mine.keep_file("table.csv", b"secret")
    assert (theirs.runs(), theirs.runs(deleted=True), theirs.going(), theirs.values()) == ([], [], [], {})
    assert (theirs.file("table.csv"), theirs.files()) == (None, [])
    for attempt in (
        lambda: theirs.run(run),
        lambda: theirs.curves(run),
        lambda: theirs.progress(run),
        lambda: theirs.snapshots(run),
        lambda: theirs.weights(run, 1),
        lambda: theirs.network(run),
        lambda: theirs.rename(run, "x"),
        lambda: theirs.annotate(run, "x"),
        lambda: theirs.pin(run),
        lambda: theirs.delete(run),
        lambda: theirs.restore(run),
        lambda: theirs.ask(run, "stop"),
        lambda: theirs.go_on(run),
    ):
        with pytest.raises(LibraryError, match="There is no run"):
            attempt()
    theirs.forget()
    assert mine.run(run).name == "Run 1"
    assert mine.file("table.csv") == b"secret"


def test_who_may_see_others_runs_handles_them_as_its_own(library: Library) -> None:
    run = train(library.shelf(""))
    shelf = library.shelf(ME, "")
    assert [record.id for record in shelf.runs()] == [run]
    shelf.rename(run, "new")
    assert library.shelf("").run(run).name == "new"
    shelf.forget()
    assert shelf.run(run).name == "new"
    assert shelf.room().runs == 0


@pytest.mark.parametrize("run", ["", "0" * 16, "../../x", "' OR 1=1 --", "x" * 10_000, "\x00", "ü"])
def test_forged_ids_find_nothing(shelf: Shelf, run: str) -> None:
    train(shelf)
    with pytest.raises(LibraryError, match="There is no run") as error:
        shelf.network(run)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("key", ["../x", "a/b", "/etc/x", ".x", "", "a\\b", "x" * 200, "a\nb"])
def test_files_have_plain_names(shelf: Shelf, key: str) -> None:
    with pytest.raises(LibraryError, match="plain name"):
        shelf.keep_file(key, b"x")


def test_names_and_notes_are_text_of_limited_length(shelf: Shelf) -> None:
    run = train(shelf, job(epochs=1))
    shelf.rename(run, "  <b>*bold*</b>\x00\u202e" + "x" * 100)
    shelf.annotate(run, "one\ntwo\x1b" + "x" * 3000)
    record = shelf.run(run)
    assert record.name == "<b>*bold*</b>" + "x" * 67
    assert record.note == ("one\ntwo" + "x" * 3000)[:2000]
    for nothing in ("", "  ", "\x00", "\n"):
        with pytest.raises(LibraryError, match="without a name"):
            shelf.rename(run, nothing)


def test_runs_are_named_by_number(shelf: Shelf) -> None:
    first = [train(shelf, job(epochs=1)) for _ in range(2)]
    shelf.library.remove(first[:1])
    assert shelf.run(train(shelf, job(epochs=1))).name == "Run 3"


def test_the_desk_holds_values_until_they_are_taken_away(shelf: Shelf) -> None:
    shelf.put({"a": [1, {"b": None}], "c": "ü\n"})
    shelf.put({"a": 2.5, "d": False})
    assert shelf.values() == {"a": 2.5, "c": "ü\n", "d": False}
    shelf.put({"a": None, "nothing": None})
    assert shelf.values() == {"c": "ü\n", "d": False}


def test_a_deleted_run_can_be_brought_back(shelf: Shelf) -> None:
    run = train(shelf)
    shelf.delete(run)
    assert shelf.runs() == []
    assert [record.id for record in shelf.runs(deleted=True)] == [run]
    shelf.restore(run)
    assert [record.id for record in shelf.runs()] == [run]
    assert shelf.network(run).config == job().config


def test_a_deleted_run_is_thrown_away_after_an_hour(shelf: Shelf, set_clock: Callable[[float], None]) -> None:
    run, now = train(shelf), time.time()
    shelf.pin(run)
    shelf.delete(run)
    set_clock(now + BIN - 60)
    shelf.library.make_room("")
    assert shelf.runs(deleted=True)
    set_clock(now + BIN + 60)
    shelf.library.make_room("")
    assert shelf.runs(deleted=True) == []
    assert shelf.library.files.names("runs") == []
    with pytest.raises(LibraryError, match="There is no run"):
        shelf.restore(run)


def test_deleting_a_run_that_goes_on_stops_it(shelf: Shelf) -> None:
    run = begin(shelf, job())
    events = run.events()
    next(events)
    shelf.delete(run.name)
    for _ in events:
        pass
    assert run.progress().state == "stopped"
    shelf.restore(run.name)
    assert shelf.run(run.name).state == "stopped"


def test_forgetting_ends_what_is_trained_and_leaves_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointwise.library.recording.PACE", 0.0)
    train(shelf)
    shelf.put({"a": 1})
    shelf.keep_file("t.csv", b"x")
    run = begin(shelf, job())
    events = run.events()
    for _ in range(6):
        next(events)
    shelf.forget()
    for _ in events:
        pass
    assert run.progress().state == "stopped"
    assert (shelf.runs(), shelf.values(), shelf.files()) == ([], {}, [])
    assert (shelf.library.files.size("runs"), shelf.library.files.size("visitors")) == (0, 0)
    assert shelf.library.notice == ""


def limited(library: Library, **limits: Any) -> Shelf:
    library.limits = replace(library.limits, **limits)
    return library.shelf(ME)


def names(shelf: Shelf) -> list[str]:
    return [record.name for record in shelf.runs()]


def test_the_fifty_first_run_takes_the_place_of_the_oldest_that_is_not_pinned(library: Library) -> None:
    shelf = library.shelf(ME)
    model = build(ModelConfig("bag_of_pixels", widths=(2, 2)))
    kept = [shelf.add(model, str(number)) for number in range(50)]
    other = library.shelf(OTHER).add(model, "another's")
    shelf.pin(kept[0].id)
    room = shelf.room()
    assert (room.runs, room.next and room.next.name) == (50, "1")
    assert room.warnings == ("50 of 50 runs are kept: the next one takes the place of '1'.",)
    shelf.add(model, "50")
    assert names(shelf) == [*(str(number) for number in range(50, 1, -1)), "0"]
    assert library.files.names("runs") == sorted(record.id for record in [*shelf.runs(), other])


def test_fullness_is_said_before_anything_goes(library: Library) -> None:
    shelf = limited(library, runs=5)
    model = build(ModelConfig("bag_of_pixels", widths=(2, 2)))
    for number in range(3):
        shelf.add(model, str(number))
    assert shelf.room().warnings == ()
    shelf.add(model, "3")
    assert shelf.room().warnings == ("4 of 5 runs are kept; then the oldest that are not pinned go first.",)


def test_when_all_are_pinned_there_is_a_sentence(library: Library) -> None:
    shelf = limited(library, runs=2)
    for _ in range(2):
        shelf.pin(train(shelf, job(epochs=1)))
    assert shelf.room().warnings == ("2 of 2 runs are kept: all are pinned or going on.",)
    with pytest.raises(
        NoRoomError, match=r"All of the 2 runs that are kept are pinned or going on\. Unpin or delete one"
    ):
        shelf.begin(job().describe(), 1000)
    assert names(shelf) == ["Run 2", "Run 1"]


def test_a_run_that_goes_on_is_not_thrown_away(library: Library) -> None:
    shelf = limited(library, runs=2)
    run = begin(shelf, job())
    events = run.events()
    next(events)
    for _ in range(3):
        train(shelf, job(epochs=1))
    assert run.name in [record.id for record in shelf.runs()]
    assert len(shelf.runs()) == 2
    events.close()


def test_deleted_runs_go_before_others(library: Library) -> None:
    shelf = limited(library, runs=3)
    first, _, third = (train(shelf, job(epochs=1)) for _ in range(3))
    shelf.delete(third)
    train(shelf, job(epochs=1))
    assert [record.id for record in shelf.runs(deleted=True)] == []
    assert first in [record.id for record in shelf.runs()]


def test_bytes_are_limited_too(library: Library) -> None:
    shelf = library.shelf(ME)
    runs = [train(shelf) for _ in range(3)]
    size = shelf.run(runs[0]).bytes
    shelf = limited(library, gigabytes=2.5 * size / 1e9)
    assert "GB are full" in shelf.room().warnings[0]
    train(shelf)
    assert [record.id for record in shelf.runs()][1:] == [runs[2], runs[1]]


def test_all_owners_together_are_limited(library: Library) -> None:
    runs = [train(library.shelf(owner)) for owner in (ME, OTHER, ME)]
    size = library.shelf(ME).run(runs[0]).bytes
    library.shelf(ME).pin(runs[0])
    library.limits = replace(library.limits, all_gigabytes=2.5 * size / 1e9)
    library.make_room("")
    assert [record.id for record in library.shelf(ME, OTHER).runs()] == [runs[2], runs[0]]


def test_old_runs_go_and_pinned_ones_stay(library: Library, set_clock: Callable[[float], None]) -> None:
    shelf, now = library.shelf(ME), time.time()
    old, pinned = train(shelf), train(shelf)
    shelf.pin(pinned)
    set_clock(now + 25 * DAY)
    assert shelf.room().warnings == ("Runs are kept for 30 days unless pinned; 'Run 1' is nearly as old.",)
    library.make_room("")
    assert len(shelf.runs()) == 2
    set_clock(now + 31 * DAY)
    library.make_room("")
    assert [record.id for record in shelf.runs()] == [pinned]
    assert old not in library.files.names("runs")


def test_a_clock_that_is_set_back_changes_nothing_for_good(
    library: Library, set_clock: Callable[[float], None]
) -> None:
    shelf, now = library.shelf(ME), time.time()
    first, second = train(shelf), train(shelf)
    shelf.delete(second)
    set_clock(now - 400 * DAY)
    third = train(shelf)
    assert [record.id for record in shelf.runs()] == [third, first]
    shelf.restore(second)
    shelf.delete(second)
    set_clock(now - 400 * DAY + BIN + 60)
    library.make_room("")
    assert [record.id for record in shelf.runs(deleted=True)] == []
    set_clock(now - 365 * DAY)
    library.make_room("")
    assert shelf.runs() == []


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("RUNS", "7"), ("GB", "0.5"), ("ALL_GB", "x"), ("DAYS", "-3")):
        monkeypatch.setenv(f"POINTWISE_KEEP_{name}", value)
    assert Limits.from_environment() == Limits(runs=7, gigabytes=0.5, all_gigabytes=10.0, days=30.0)


def test_what_forgets_keeps_little() -> None:
    assert Library(None, Limits(gigabytes=5.0)).limits.gigabytes == 0.1


def test_going_on_forgets_what_came_after_the_checkpoint(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run = interrupted(shelf, at=7)
    on_disk.change("UPDATE runs SET step = 9, history = json_insert(history, '$[#]', json('[9, 1.0, 0.5]'))")
    on_disk.change("INSERT INTO snapshots VALUES (?, 9, 10)", run)
    on_disk.files.write(f"runs/{run}/snapshots/000000009.safetensors", b"later")
    (on_disk.folder or Path()).joinpath("runs", run, "left.part").write_bytes(b"by a kill")
    recording, since, before = shelf.go_on(run, 1000)
    assert (since.step, before.step, before.total, before.examples) == (7, 7, 12, 280)
    assert [point.step for point in before.history] == list(range(1, 8))
    assert [snapshot.step for snapshot in shelf.snapshots(run)] == list(range(1, 8))
    assert sorted(path.name for path in (on_disk.folder or Path()).joinpath("runs", run).iterdir()) == [
        *("checkpoint.safetensors", "snapshots", "weights.safetensors")
    ]
    assert shelf.run(run).state == "waiting"
    recording._release()
    assert shelf.run(run).state == "interrupted"


def test_who_goes_on_is_alone(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run = interrupted(shelf)
    recording, _, _ = shelf.go_on(run, 1000)
    with pytest.raises(LibraryError, match="'Run 1' goes on already"):
        shelf.go_on(run, 1000)
    with Library(on_disk.folder).holding("another run"), pytest.raises(LibraryError, match="goes on already"):
        Library(on_disk.folder).shelf(ME).go_on(run, 1000)
    recording._release()


def test_what_is_over_cannot_go_on(shelf: Shelf) -> None:
    with pytest.raises(LibraryError, match="has no checkpoint to go on from"):
        shelf.go_on(train(shelf), 1000)


def test_a_damaged_checkpoint_is_a_sentence(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run = interrupted(shelf)
    on_disk.files.write(f"runs/{run}/checkpoint.safetensors", b"nothing")
    with pytest.raises(Exception, match="is no checkpoint") as error:
        shelf.go_on(run, 1000)
    assert type(error.value).__name__ == "ModelFileError"
    assert shelf.run(run).state == "interrupted"


def test_a_checkpoint_that_nobody_was_told_of_is_found(on_disk: Library) -> None:
    """The process was killed between the checkpoint's file and the table of runs."""
    shelf = on_disk.shelf(ME)
    run = interrupted(shelf)
    on_disk.change("UPDATE runs SET checkpoint = NULL, state = 'training' WHERE id = ?", run)
    assert (shelf.run(run).checkpoint, shelf.run(run).resumable) == (7, True)


def test_folders_that_are_of_no_run_are_thrown_away(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run = train(shelf)
    on_disk.files.write("runs/0123456789abcdef/weights.safetensors", b"x")
    with on_disk.holding("fedcba9876543210"):
        on_disk.files.write("runs/fedcba9876543210/weights.safetensors", b"of a run that begins")
        on_disk.make_room("")
        assert on_disk.files.names("runs") == sorted([run, "fedcba9876543210"])


def test_a_missing_snapshot_is_a_sentence(shelf: Shelf) -> None:
    run = train(shelf)
    shelf.library.files.write(f"runs/{run}/snapshots/000000002.safetensors", b"damaged")
    for step in (2, 99):
        with pytest.raises(LibraryError, match=f"after step {step} is missing"):
            shelf.weights(run, step)


def test_the_first_of_two_wishes_to_stop_is_not_lost(shelf: Shelf) -> None:
    run = begin(shelf, job())
    next(events := run.events())
    shelf.ask(run.name, "stop")
    shelf.ask(run.name, "resume")
    assert shelf.library.take_wish(run.name) == "stop"
    assert shelf.library.take_wish(run.name) == ""
    events.close()


def test_a_parked_run_goes_on_to_the_same_end(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run = begin(shelf, job(), lease=-1.0)
    for _ in run.events():
        pass
    assert (run.progress().state, shelf.run(run.name).state) == ("parked", "parked")
    assert run.progress().error == "Nobody was watching this run any more, so it is parked."
    recorder, since, before = shelf.go_on(run.name, 1000)
    rest = Run(job(), run.name, recorder=recorder, since=since, before=before)
    for _ in rest.events():
        pass
    whole = shelf.network(train(shelf)).state_dict()
    assert all(torch.equal(shelf.network(run.name).state_dict()[name], t) for name, t in whole.items())
    assert len(shelf.curves(run.name).history) == 12
