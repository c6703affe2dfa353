"""Which network a page reads with, in every state of a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
import streamlit as st

from pointwise.jobs import PictureJob, Pictures
from pointwise.models import ModelConfig, Network, build
from pointwise.runs import Progress, Snapshot
from pointwise.training import Epoch, recipe_named
from pointwise.ui.frame import shipped
from pointwise.ui.training import session_run, weights_in_use

ARCH = "bag_of_pixels"
CONFIG = ModelConfig(ARCH, widths=(2, 2))
JOB = PictureJob(CONFIG, recipe_named("fast"), Pictures("digits"))


def epoch(number: int) -> Epoch:
    return Epoch(number, {}, build(CONFIG, seed=number).state_dict(), card={"epochs": number})


@dataclass
class Run:
    """A run whose Progress is what the test says."""

    now: Progress
    job: PictureJob = JOB
    name: str = "1"

    def progress(self) -> Progress:
        return self.now


STATES = {
    "waiting": Progress("waiting"),
    "before its first epoch": Progress("training", step=1),
    "between epochs": Progress("training", epochs=(epoch(1),), snapshot=Snapshot(9, build(CONFIG, 9).state_dict())),
    "paused": Progress("paused", epochs=(epoch(1),)),
    "done": Progress("done", epochs=(epoch(1), epoch(2))),
    "stopped": Progress("stopped", epochs=(epoch(1),)),
    "failed": Progress("failed", error="The loss became nan."),
}


@dataclass
class Session:
    """A session's state, in which a run may stand."""

    state: dict[str, object] = field(default_factory=dict)

    def run(self, state: str, job: PictureJob = JOB) -> Run:
        run = Run(STATES[state], job)
        self.state[session_run.RUN.key] = run
        return run

    def follow(self, on: bool) -> None:
        run = self.state[session_run.RUN.key]
        assert isinstance(run, Run)
        self.state[f"{weights_in_use.KEY}.{run.name}.{run.progress().active}"] = on


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    session = Session()
    monkeypatch.setattr(st, "session_state", session.state)
    model = build(CONFIG, seed=99)
    monkeypatch.setattr(shipped, "shipped_model", lambda arch: model)
    return session


def used(between_epochs: bool = False) -> str:
    return weights_in_use.network(ARCH, between_epochs)[1]


def seed_of(model: Network) -> int:
    """The seed that a network was built with, so that it is known by its weights."""
    weight = model.get_parameter("conv1.weight")
    return next(n for n in range(100) if (build(CONFIG, n).get_parameter("conv1.weight") == weight).all())


def test_without_a_run_the_shipped_weights_are_used(session: Session) -> None:
    model, whose = weights_in_use.network(ARCH)
    assert (seed_of(model), whose) == (99, "the shipped weights")
    assert weights_in_use.pace(ARCH) is None


@pytest.mark.parametrize(
    ("state", "weights", "between", "looked_at"),
    [
        ("waiting", "the shipped weights", "the shipped weights", True),
        ("before its first epoch", "the shipped weights", "the shipped weights", True),
        ("between epochs", "your run, epoch 1", "your run, step 9", True),
        ("paused", "your run, epoch 1", "your run, epoch 1", True),
        ("done", "the shipped weights", "the shipped weights", False),
        ("stopped", "the shipped weights", "the shipped weights", False),
        ("failed", "the shipped weights", "the shipped weights", False),
    ],
)
def test_a_run_is_followed_as_long_as_it_goes_on(
    session: Session, state: str, weights: str, between: str, looked_at: bool
) -> None:
    session.run(state)
    assert (used(), used(between_epochs=True)) == (weights, between)
    assert weights_in_use.pace(ARCH) == (weights_in_use.PACE if looked_at else None)


@pytest.mark.parametrize(
    ("state", "on", "weights"),
    [
        ("between epochs", False, "the shipped weights"),
        ("done", True, "your run, epoch 2"),
        ("stopped", True, "your run, epoch 1"),
        ("failed", True, "the shipped weights"),
    ],
)
def test_the_visitor_may_choose_otherwise(session: Session, state: str, on: bool, weights: str) -> None:
    session.run(state)
    session.follow(on)
    assert used() == weights


def test_the_networks_are_those_of_the_epoch_and_of_the_snapshot(session: Session) -> None:
    session.run("between epochs")
    assert seed_of(weights_in_use.network(ARCH)[0]) == 1
    assert seed_of(weights_in_use.network(ARCH, between_epochs=True)[0]) == 9


def test_a_network_is_made_once_for_each_epoch(session: Session) -> None:
    run = session.run("paused")
    first = weights_in_use.epoch_model(run)
    assert weights_in_use.epoch_model(run) is first
    run.now = replace(run.now, epochs=(epoch(1), epoch(2)))
    assert seed_of(weights_in_use.epoch_model(run)) == 2


def test_weights_that_are_used_are_not_offered_again(session: Session) -> None:
    run = session.run("done")
    session.follow(True)
    weights_in_use.use_own_model(ARCH, weights_in_use.epoch_model(run))
    model, whose = weights_in_use.network(ARCH)
    assert (seed_of(model), whose) == (2, "your weights")
    weights_in_use.use_shipped_model(ARCH)
    assert used() == "your run, epoch 2"


def test_a_new_run_is_followed_although_the_weights_of_an_old_one_are_used(session: Session) -> None:
    weights_in_use.use_own_model(ARCH, weights_in_use.epoch_model(session.run("done")))
    session.run("waiting")
    assert used() == "your weights"
    session.run("between epochs")
    assert used() == "your run, epoch 1"


@pytest.mark.parametrize(
    "job",
    [
        replace(JOB, data=Pictures("kmnist")),
        replace(JOB, data=Pictures("digits", shuffled=0)),
        replace(JOB, config=ModelConfig("mlp_1x1")),
    ],
    ids=["kmnist", "shuffled", "another network"],
)
def test_a_run_of_something_else_is_not_followed(session: Session, job: PictureJob) -> None:
    session.run("waiting", job)
    assert used() == "the shipped weights"
    assert weights_in_use.pace(ARCH) is None


def test_networks_of_one_session_are_not_those_of_another(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    weights_in_use.use_own_model(ARCH, build(CONFIG, 5))
    monkeypatch.setattr(st, "session_state", {})
    assert used() == "the shipped weights"
