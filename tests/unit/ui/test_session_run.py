"""Runs of a visitor that are found again, and gone on with, by a session that knows nothing but the library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
import torch

from pointwise.data.housing import HouseOptions
from pointwise.data.table import load_sample, prepare
from pointwise.jobs import HouseJob, Job, PictureJob, Pictures, TableJob, compare_scalings, table_config
from pointwise.library import Library, Shelf, StoredRun
from pointwise.models import ModelConfig, default_config
from pointwise.runs import Run
from pointwise.training import PRICE_RECIPES, recipe_named, table_recipe
from pointwise.ui.frame import visitor
from pointwise.ui.training import session_run

PATIENCE = 30.0
TABLE = prepare(load_sample(), "disease progression", ["age", "body mass index"])
JOBS: dict[str, Job] = {
    "pictures": PictureJob(ModelConfig("bag_of_pixels", widths=(2, 2)), recipe_named("fast"), Pictures("digits")),
    "houses": HouseJob(default_config("price_1x1"), replace(PRICE_RECIPES["standardised"], epochs=3), HouseOptions()),
    "table": TableJob(table_config(TABLE), table_recipe(353, epochs=3), TABLE),
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
    session_run.go_on(run.name)
    again = session_run.current()
    assert isinstance(again, Run)
    assert again.join(PATIENCE)
    assert again.progress().state == "done"
    weights = shelf.network(run.name).state_dict()
    assert all(torch.equal(tensor, last.epoch.weights[name]) for name, tensor in weights.items())
    assert [point.step for point in again.progress().history] == list(range(1, last.number + 1))


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


def test_a_full_server_leaves_nothing_in_the_library(shelf: Shelf) -> None:
    slots = session_run.run_slots()
    while slots.acquire(blocking=False):
        pass
    assert session_run.start(JOBS["houses"]) is None
    assert shelf.runs() == []
    assert session_run.current() is None


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
