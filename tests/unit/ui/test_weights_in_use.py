"""Which network a page reads with, and what is said of it, in every state of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
import streamlit as st

from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, Shelf
from pointwise.models import ModelConfig, Network, build
from pointwise.runs import Progress, Snapshot
from pointwise.training import Epoch, Step, recipe_named
from pointwise.ui.frame import shipped, visitor
from pointwise.ui.training import session_run, weights_in_use
from pointwise.ui.training.weights_in_use import CHOICES, Choice

ARCH = "bag_of_pixels"
CONFIG = ModelConfig(ARCH, widths=(2, 2))
JOB = PictureJob(CONFIG, recipe_named("fast", epochs=2), Pictures("digits"))
CARD = {"data_set": "digits", "metrics": {"accuracy": 0.5}, "temperature": 2.0}
PARAMETERS = sum(t.numel() for t in build(CONFIG).parameters())


def epoch(number: int) -> Epoch:
    return Epoch(number, {}, build(CONFIG, seed=number).state_dict(), card={**CARD, "epochs": number})


@dataclass
class Run:
    """A run whose Progress is what the test says."""

    now: Progress
    name: str
    job: PictureJob = JOB

    def progress(self) -> Progress:
        return self.now


SNAPSHOT = Snapshot(9, build(CONFIG, 9).state_dict())
STATES = {
    "waiting": Progress("waiting"),
    "before its first weights": Progress("training", step=1, total=16),
    "in its first epoch": Progress("training", 9, 16, snapshot=SNAPSHOT),
    "after an epoch": Progress("training", 12, 16, epochs=(epoch(1),), snapshot=replace(SNAPSHOT, step=7)),
    "between epochs": Progress("training", 10, 16, epochs=(epoch(1),), snapshot=SNAPSHOT),
    "done": Progress("done", 16, 16, epochs=(epoch(1), epoch(2)), snapshot=SNAPSHOT),
    "failed": Progress("failed", error="The loss became nan."),
}


@dataclass
class Session:
    """A session's state, in which a run may stand."""

    shelf: Shelf
    state: dict[str, object] = field(default_factory=dict)

    def run(self, state: str, job: PictureJob = JOB) -> Run:
        """A run of this server's in that state, chosen for the pages."""
        recording = self.shelf.begin(job.describe(), PARAMETERS, "Mine")
        run = Run(STATES[state], recording.run, job)
        if not run.now.active:
            recording.close(run.now)
        self.state[session_run.RUN.key] = run
        weights_in_use.use(ARCH, run.name)
        return run

    def kept(self, name: str = "Kept") -> str:
        """A run of four steps that has ended, with the seeds 1 … 4 as its weights after them."""
        recording = self.shelf.begin(JOB.describe(), PARAMETERS, name)
        progress = Progress("training", total=4)
        for number in range(1, 5):
            assert recording.wants_weights(number, 4)
            ended = epoch(number) if number == 4 else None
            step = Step(number, 4, 8, 1.0, ended, build(CONFIG, number).state_dict())
            epochs = () if ended is None else (ended,)
            recording.record(progress := replace(progress, step=number, epochs=epochs), step)
        recording.close(replace(progress, state="done"))
        return recording.run


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    library = Library(None)
    session = Session(library.shelf("me"))
    monkeypatch.setattr(st, "session_state", session.state)
    monkeypatch.setattr(visitor, "shelf", lambda: session.shelf)
    model = build(CONFIG, seed=99)
    monkeypatch.setattr(shipped, "shipped_model", lambda arch: model)
    st.cache_resource.clear()
    yield session
    library.close()


def seed_of(model: Network) -> int:
    """The seed that a network was built with, so that it is known by its weights."""
    weight = model.get_parameter("conv1.weight")
    return next(n for n in range(100) if (build(CONFIG, n).get_parameter("conv1.weight") == weight).all())


def used() -> tuple[int, str]:
    now = weights_in_use.used(ARCH)
    return seed_of(now.network), now.mark


def test_at_first_the_shipped_weights_are_used(session: Session) -> None:
    session.kept()
    assert used() == (99, "shipped weights")
    assert not weights_in_use.used(ARCH).own
    assert weights_in_use.pace(ARCH) is None


@pytest.mark.parametrize(
    ("state", "seed", "mark", "looked_at"),
    [
        ("waiting", 99, "shipped weights", True),
        ("before its first weights", 99, "shipped weights", True),
        ("in its first epoch", 9, "Mine, step 9", True),
        ("after an epoch", 1, "Mine, epoch 1", True),
        ("between epochs", 9, "Mine, step 9", True),
        ("done", 2, "Mine, epoch 2", False),
    ],
)
def test_a_run_is_used_as_soon_as_it_has_weights(
    session: Session, state: str, seed: int, mark: str, looked_at: bool
) -> None:
    session.run(state)
    assert used() == (seed, mark)
    assert weights_in_use.pace(ARCH) == (weights_in_use.PACE if looked_at else None)


def test_a_run_that_failed_before_its_first_weights_leaves_the_shipped_ones(session: Session) -> None:
    session.run("failed")
    assert used() == (99, "shipped weights")


@pytest.mark.parametrize("state", ["between epochs", "in its first epoch"])
def test_weights_between_two_epochs_say_what_they_learn_from_and_nothing_of_how_good_they_are(
    session: Session, state: str
) -> None:
    session.run(state)
    card = weights_in_use.current_model(ARCH).card
    assert card["data_set"] == "digits"
    assert not {"metrics", "temperature", "epochs"} & set(card)


def test_a_kept_run_is_used_after_its_end_or_after_any_step(session: Session) -> None:
    run = session.kept()
    weights_in_use.use(ARCH, run)
    assert used() == (4, "Kept, step 4")
    assert weights_in_use.current_model(ARCH).card["metrics"] == CARD["metrics"]
    weights_in_use.use(ARCH, run, 2)
    assert used() == (2, "Kept, step 2")
    assert weights_in_use.pace(ARCH) is None
    weights_in_use.use(ARCH, None)
    assert used() == (99, "shipped weights")


def test_a_network_is_made_once(session: Session) -> None:
    run = session.kept()
    weights_in_use.use(ARCH, run, 3)
    assert weights_in_use.current_model(ARCH) is weights_in_use.current_model(ARCH)
    live = session.run("between epochs")
    first = weights_in_use.current_model(ARCH)
    assert weights_in_use.current_model(ARCH) is first
    live.now = replace(live.now, snapshot=replace(SNAPSHOT, step=11))
    assert weights_in_use.current_model(ARCH) is not first


def test_a_run_that_was_thrown_away_is_used_no_more(session: Session) -> None:
    run = session.kept()
    weights_in_use.use(ARCH, run)
    session.shelf.library.remove([run])
    st.cache_resource.clear()
    assert used() == (99, "shipped weights")
    assert weights_in_use.choice(ARCH) == Choice()


def test_another_visitors_run_cannot_be_used(session: Session) -> None:
    run = session.kept()
    weights_in_use.use(ARCH, run)
    session.shelf = session.shelf.library.shelf("somebody else")
    assert used() == (99, "shipped weights")


def test_damaged_weights_leave_the_shipped_ones(session: Session) -> None:
    run = session.kept()
    session.shelf.library.files.write(f"runs/{run}/weights.safetensors", b"nonsense")
    weights_in_use.use(ARCH, run)
    assert used() == (99, "shipped weights")


def test_choices_of_one_session_are_not_those_of_another(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    weights_in_use.use(ARCH, session.kept())
    monkeypatch.setattr(st, "session_state", {})
    assert used() == (99, "shipped weights")


def test_runs_that_are_called_alike_are_told_apart(session: Session) -> None:
    runs = [session.kept("Same"), session.kept("Same"), session.kept("Another")]
    titles = weights_in_use._titles([session.shelf.run(run) for run in runs])
    assert [titles[run] for run in runs] == [f"Same, 50.0 % ({run[:6]})" for run in runs[:2]] + ["Another, 50.0 %"]


def test_choices_survive_as_json() -> None:
    choices = {ARCH: Choice("0123456789abcdef", 7), "nin": Choice()}
    assert CHOICES.load(CHOICES.dump(choices)) == choices


@pytest.mark.parametrize(
    ("job", "offered"),
    [
        (JOB, True),
        (replace(JOB, data=Pictures("kmnist")), False),
        (replace(JOB, data=Pictures("digits", shuffled=0)), False),
        (replace(JOB, config=ModelConfig("mlp_1x1")), False),
    ],
    ids=["digits", "kmnist", "shuffled", "another network"],
)
def test_only_runs_that_do_the_same_task_are_offered(session: Session, job: PictureJob, offered: bool) -> None:
    run = session.run("waiting", job)
    assert [record.id for record in weights_in_use._offered(ARCH)] == [run.name] * offered
