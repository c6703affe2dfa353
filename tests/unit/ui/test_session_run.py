"""Runs of a visitor that are found again, and gone on with, by a session that knows nothing but the library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
import torch

from pointwise.claims.experiments import Experiment, Trial
from pointwise.data.housing import HouseOptions
from pointwise.data.picture_folder import open_zip
from pointwise.data.table import load_sample, prepare
from pointwise.jobs import HouseJob, Job, PictureJob, Pictures, TableJob, compare_scalings, table_config
from pointwise.library import Library, Shelf, StoredRun
from pointwise.models import ModelConfig, default_config
from pointwise.run_queue import Turn
from pointwise.runs import Run
from pointwise.training import PRICE_RECIPES, pictures_recipe, recipe_named, table_recipe
from pointwise.ui.frame import visitor
from pointwise.ui.training import picture_zips, server_queue, session_run
from tests.own_pictures import days, zipped

PATIENCE = 30.0
TABLE = prepare(load_sample(), "disease progression", ["age", "body mass index"])
JOBS: dict[str, Job] = {
    "pictures": PictureJob(
        ModelConfig("bag_of_pixels", widths=(2, 2)), replace(recipe_named("fast"), epochs=10), Pictures("digits")
    ),
    "houses": HouseJob(default_config("price_1x1"), replace(PRICE_RECIPES["standardised"], epochs=12), HouseOptions()),
    "table": TableJob(table_config(TABLE), table_recipe(353, epochs=40), TABLE),
}


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shelf]:
    library = Library(tmp_path)
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(visitor, "shelf", lambda: library.shelf("me"))
    st.cache_resource.clear()
    yield library.shelf("me")
    library.close()


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What a restarted server has forgotten: its sessions, and the runs that it carried out."""

    def forget() -> None:
        monkeypatch.setattr(st, "session_state", {})
        st.cache_resource.clear()

    return forget


def gone_on(run: str) -> Run[Job]:
    """The run that goes on, once it is done."""
    session_run.go_on(run)
    again = session_run.current()
    assert isinstance(again, Run)
    assert again.join(PATIENCE)
    assert again.progress().state == "done"
    return again


def started(job: Job) -> Run[Job]:
    session_run.start(job, more={"table": {"sample": True}})
    run = st.session_state[session_run.RUN.key]
    assert isinstance(run, Run)
    return run


@pytest.mark.parametrize("kind", JOBS)
def test_a_run_that_was_parked_goes_on_to_the_same_weights_on_another_server(
    shelf: Shelf, forget: Callable[[], None], kind: str
) -> None:
    torch.set_num_threads(1)
    *_, last = JOBS[kind].steps()
    run = started(JOBS[kind])
    run.park()
    assert run.join(PATIENCE)
    assert run.progress().state == "parked"
    assert 0 < run.progress().step < last.number
    forget()
    again = gone_on(run.name)
    weights = shelf.network(run.name).state_dict()
    assert all(torch.equal(tensor, last.epoch.weights[name]) for name, tensor in weights.items())
    assert [point.step for point in again.progress().history] == list(range(1, last.number + 1))


def test_a_run_on_pictures_of_ones_own_goes_on_as_long_as_they_are_kept(
    shelf: Shelf, forget: Callable[[], None]
) -> None:
    torch.set_num_threads(1)
    content, file = zipped(days()), {"key": "sky", "name": "sky.zip"}
    shelf.keep_file("sky", content)
    own = picture_zips.elsewhere(open_zip(content, "sky.zip").describe(), file)
    job = PictureJob(own.config("mlp_1x1", widths=(4,)), pictures_recipe(16, epochs=30), own)
    *_, last = job.steps()
    assert session_run.start(job, more={picture_zips.SOURCE: file}) is not None
    run = st.session_state[session_run.RUN.key]
    run.park()
    assert run.join(PATIENCE)
    assert 0 < run.progress().step < last.number
    forget()
    shelf.forget_file("sky")
    session_run.go_on(run.name)
    assert session_run._refusal(session_run.RUN.key).get() == (
        "The file sky.zip is not kept any more. Choose it again, and train anew."
    )
    shelf.keep_file("sky", content)
    gone_on(run.name)
    weights = shelf.network(run.name).state_dict()
    assert all(torch.equal(tensor, last.epoch.weights[name]) for name, tensor in weights.items())


def test_another_session_of_the_visitor_is_given_the_very_run(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(JOBS["houses"])
    run.pause()
    monkeypatch.setattr(st, "session_state", {})
    assert session_run.current() is run
    run.stop()
    assert run.join(PATIENCE)


def test_a_run_of_another_process_is_looked_at_and_steered(shelf: Shelf, forget: Callable[[], None]) -> None:
    run = started(JOBS["houses"])
    forget()
    stored = session_run.current()
    assert isinstance(stored, StoredRun)
    stored.stop()
    assert run.join(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while stored.progress().active and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stored.progress().state == run.progress().state
    live, kept = run.progress().history, stored.progress().history
    assert [point.step for point in kept] == [point.step for point in live]
    assert [point.loss for point in kept] == pytest.approx([point.loss for point in live], abs=1e-6)
    latest = stored.progress().latest
    assert latest is not None
    assert all(torch.equal(latest.weights[name], t) for name, t in run.progress().latest.weights.items())


def test_a_run_of_the_command_line_is_watched_and_leaves_room_for_another(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "shelf", lambda: shelf.library.shelf("me", ""))
    job = JOBS["houses"]
    recording = shelf.library.shelf("").begin(job.describe(), 100)
    stored = session_run.current()
    assert isinstance(stored, StoredRun)
    assert stored.progress().active
    assert session_run.in_terminal(stored)
    assert not session_run.busy()
    run = started(job)
    assert session_run.current() is run
    assert not session_run.in_terminal(run)
    assert run.join(PATIENCE)
    recording.close(stored.progress())


def test_a_finished_run_stands_in_the_sidebar_again(shelf: Shelf, forget: Callable[[], None]) -> None:
    run = started(JOBS["houses"])
    assert run.join(PATIENCE)
    pointer = st.session_state[f"{session_run.RUN.key}.id"]
    forget()
    assert session_run.current() is None
    forget()
    st.session_state[f"{session_run.RUN.key}.id"] = pointer  # as the visitor's desk gives it back
    again = session_run.current()
    assert isinstance(again, StoredRun)
    assert again.progress().state == "done"
    assert again.job == run.job


def test_a_comparison_is_found_again_under_its_key(shelf: Shelf, forget: Callable[[], None]) -> None:
    comparison = compare_scalings(replace(PRICE_RECIPES["tutorial"], epochs=1), HouseOptions())
    session_run.start(comparison, "contest")
    run = session_run.at("contest")
    assert run.join(PATIENCE)
    ends = [(epoch.of, epoch.metrics) for epoch in run.progress().epochs]
    pointer = st.session_state["contest.id"]
    forget()
    assert session_run.at("contest") is None
    forget()
    st.session_state["contest.id"] = pointer
    assert [(epoch.of, epoch.metrics) for epoch in session_run.at("contest").progress().epochs] == ends
    assert session_run.current() is None


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> Turn:
    """Somebody else's turn, which has the server's only place at work."""
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    turn = server_queue.run_queue().turn("somebody else")
    turn.join()
    return turn


def until(wanted: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_waits_for_its_turn_and_begins_by_itself(shelf: Shelf, busy: Turn) -> None:
    run = started(JOBS["houses"])
    assert (run.progress().state, run.progress().standing.place) == ("queued", 1)
    until(lambda: shelf.run(run.name).state == "queued")
    assert shelf.run(run.name).standing.place == 1  # for other processes
    assert session_run.busy()
    busy.done()
    assert run.join(PATIENCE)
    assert (run.progress().state, shelf.run(run.name).standing) == ("done", None)
    assert server_queue.run_queue().working == []


def test_a_run_that_waits_is_stopped_from_elsewhere_and_can_be_started_later(shelf: Shelf, busy: Turn) -> None:
    run = started(JOBS["houses"])
    until(lambda: shelf.run(run.name).state == "queued")
    shelf.ask(run.name, "stop")
    assert run.join(PATIENCE)
    record = shelf.run(run.name)
    assert (record.state, record.unbegun, server_queue.run_queue().waiting) == ("stopped", True, [])
    busy.done()
    session_run.go_on(run.name)
    again = session_run.current()
    assert again.join(PATIENCE)
    assert shelf.run(run.name).state == "done"


def test_a_run_that_waited_on_a_server_that_was_killed_can_be_started(
    shelf: Shelf, forget: Callable[[], None], busy: Turn
) -> None:
    run = started(JOBS["pictures"])
    until(lambda: shelf.run(run.name).state == "queued")
    run._recorder._release()  # as the operating system does for a process that dies
    assert (shelf.run(run.name).state, shelf.run(run.name).unbegun) == ("interrupted", True)
    forget()
    gone_on(run.name)
    run.stop()


@pytest.mark.parametrize("kind", JOBS)
def test_runs_that_take_turns_have_the_same_weights_in_the_end(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    torch.set_num_threads(1)
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    monkeypatch.setenv("POINTWISE_MINUTES", "0.000001")
    *_, last = JOBS[kind].steps()
    run = started(JOBS[kind])
    for _ in range(2):  # others come, have a turn, and go
        turn = server_queue.run_queue().turn("somebody else")
        turn.join()
        until(lambda turn=turn: turn.at_work)
        until(lambda: run.progress().state == "queued")
        assert "made room for them" in run.progress().error
        turn.done()
    assert run.join(PATIENCE)
    assert (run.progress().state, run.progress().error) == ("done", None)
    weights = shelf.network(run.name).state_dict()
    assert all(torch.equal(tensor, last.epoch.weights[name]) for name, tensor in weights.items())
    assert [point.step for point in run.progress().history] == list(range(1, last.number + 1))


def test_a_paused_run_gives_its_place_away_and_is_on_disk(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    run = started(JOBS["pictures"])
    run.pause()
    turn = server_queue.run_queue().turn("somebody else")
    turn.join()
    until(lambda: turn.at_work)
    until(lambda: run.progress().state == "paused")
    assert "Resume puts it into the queue again" in run.progress().error
    step = run.progress().step
    if step:
        assert shelf.run(run.name).checkpoint == step
    run.resume()
    until(lambda: run.progress().state == "queued")
    turn.done()
    assert run.join(PATIENCE)
    assert (run.progress().state, run.progress().error) == ("done", None)


def test_stop_measures_the_weights_of_a_run_that_was_put_aside(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    run = started(JOBS["pictures"])
    until(lambda: run.progress().step)
    run.pause()
    turn = server_queue.run_queue().turn("somebody else")
    turn.join()
    until(lambda: turn.at_work and run.progress().state == "paused")
    run.stop()
    until(lambda: turn.asked() == "lend")  # it needs a moment at work, and no run's end
    turn.lend()
    assert run.join(PATIENCE)
    assert turn.at_work
    assert run.progress().state == "stopped"
    assert shelf.run(run.name).metrics
    assert shelf.run(run.name).checkpoint == run.progress().step


def test_a_comparison_is_held_in_memory_while_others_have_their_turn(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    monkeypatch.setenv("POINTWISE_MINUTES", "0.000001")
    comparison = compare_scalings(replace(PRICE_RECIPES["tutorial"], epochs=2), HouseOptions())
    *_, last = comparison.steps()
    session_run.start(comparison, "contest")
    run = session_run.at("contest")
    until(lambda: run.progress().step)
    turn = server_queue.run_queue().turn("somebody else")
    turn.join()
    until(lambda: turn.at_work)
    until(lambda: run.progress().state == "queued")
    turn.done()
    assert run.join(PATIENCE)
    assert (run.progress().state, run.progress().step) == ("done", last.number)


def test_at_the_servers_end_runs_park_and_go_on_later(
    shelf: Shelf, forget: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    run = started(JOBS["pictures"])
    session_run.start(compare_scalings(PRICE_RECIPES["tutorial"], HouseOptions()), "contest")
    waiting = session_run.at("contest")
    until(lambda: run.progress().step)
    assert server_queue.run_queue().close(PATIENCE)
    assert run.join(PATIENCE)
    assert waiting.join(PATIENCE)
    record = shelf.run(run.name)
    assert (record.state, record.resumable, record.error) == (
        "parked",
        True,
        "The server ended, so this run is parked.",
    )
    assert shelf.run(waiting.name).error == "The server ended before this run was begun."
    forget()
    session_run.go_on(run.name)
    assert session_run.current().join(PATIENCE)
    assert shelf.run(run.name).state == "done"


def test_a_visitors_other_runs_are_watched_over_on_every_page(shelf: Shelf, busy: Turn) -> None:
    session_run.start(compare_scalings(PRICE_RECIPES["tutorial"], HouseOptions()), "contest")
    run = session_run.at("contest")
    run._last_read = -1e6
    assert session_run.side_by_side() == [run]
    assert busy._queue.waiting[0].present()
    run.stop()
    assert run.join(PATIENCE)


def test_an_experiment_is_found_again_here_and_kept_nowhere(
    shelf: Shelf, busy: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_run.measure(Experiment("Counting", {"one": Trial(1, lambda: iter(()))}), "trials")  # type: ignore[arg-type,return-value]
    run = session_run.at("trials")
    assert session_run.side_by_side() == [run]
    pointer = st.session_state["trials.id"]
    monkeypatch.setattr(st, "session_state", {"trials.id": pointer})  # a reload: the desk has the pointer
    assert session_run.at("trials") is run
    monkeypatch.setattr(st, "session_state", {"trials.id": pointer})
    monkeypatch.setattr(visitor, "shelf", lambda: shelf.library.shelf("somebody else"))
    assert session_run.at("trials") is None
    assert shelf.runs() == []
    run.stop()
    assert run.join(PATIENCE)


def test_a_refusal_leaves_nothing_in_the_library(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointwise.run_queue.queue.MOST_OF_ONE", 0)
    assert session_run.start(JOBS["houses"]) is None
    assert shelf.runs() == []
    assert session_run.current() is None
    assert "Stop one of them first" in st.session_state[f"{session_run.RUN.key}.refused"]


def test_only_ones_own_runs_go_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(JOBS["houses"])
    run.park()
    assert run.join(PATIENCE)
    other = shelf.library.shelf("somebody else")
    monkeypatch.setattr(visitor, "shelf", lambda: other)
    monkeypatch.setattr(st, "session_state", {})
    session_run.go_on(run.name)
    assert session_run.current() is None
    assert "There is no run" in st.session_state[f"{session_run.RUN.key}.refused"]
    assert session_run.attached(run.name) is None
