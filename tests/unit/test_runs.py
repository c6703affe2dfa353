"""A run in its thread: every wait is for an event or for a change of its Progress."""

import dataclasses
import logging
import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from pointwise.data import catalogue
from pointwise.data.download import Download
from pointwise.errors import DivergedError
from pointwise.jobs import PictureJob, Pictures
from pointwise.models import ModelConfig
from pointwise.run_queue import RunQueue
from pointwise.runs import MAX_POINTS, History, Progress, Run
from pointwise.training import Epoch, Step, recipe_named

Work = Generator[Step | Download, bool | None, None]
PATIENCE = 30.0  # seconds until a test that hangs fails
LAST = 6


@dataclasses.dataclass
class Toy:
    """A job whose steps are those of a function."""

    work: Callable[[], Work]

    def steps(self, **_: object) -> Work:
        return self.work()


class Watched(Run):
    """A run that wakes whoever waits for its Progress to change."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.changed = threading.Condition()

    def _publish(self, **changes: object) -> None:
        with self.changed:
            super()._publish(**changes)
            self.changed.notify_all()

    def wait_until(self, wanted: Callable[[Progress], bool]) -> Progress:
        with self.changed:
            assert self.changed.wait_for(lambda: wanted(self.progress()), PATIENCE), self.progress()
            return self.progress()

    def wait_for_end(self) -> Progress:
        assert self.join(PATIENCE)
        return self.progress()


def epoch(number: int, complete: bool = True) -> Epoch:
    return Epoch(number, {"loss": 1.0}, {"weight": object()}, complete)


def toy(last: int = LAST) -> Work:
    """Two epochs of ``last / 2`` steps, each of 4 examples; a stop is answered with a measured step."""
    for number in range(1, last + 1):
        step = Step(number, last, examples=4, loss=float(number))
        if number * 2 % last == 0:
            step = dataclasses.replace(step, epoch=epoch(number * 2 // last))
        if (yield step):
            if step.epoch is None:
                yield dataclasses.replace(step, epoch=epoch(1, complete=False))
            return


@pytest.fixture
def start() -> Iterator[Callable[..., Watched]]:
    """Start runs that are ended after the test, whatever happened in it."""
    started: list[Watched] = []

    def run(work: Callable[[], Work] | PictureJob = toy, paused: bool = False, **options: object) -> Watched:
        job = work if isinstance(work, PictureJob) else Toy(work)
        started.append(Watched(job, "test", **options))
        if paused:
            started[-1].pause()
        started[-1].start()
        return started[-1]

    yield run
    for each in started:
        each.stop()
        assert each.join(PATIENCE)


Start = Callable[..., Watched]


def test_whole_run(start: Start) -> None:
    progress = start().wait_for_end()
    assert (progress.state, progress.step, progress.total, progress.examples) == ("done", 6, 6, 24)
    assert not progress.active
    assert progress.error is None


def test_waiting_before_the_start() -> None:
    progress = Run(Toy(toy), "test").progress()
    assert (progress.state, progress.active, progress.latest) == ("waiting", True, None)
    assert progress.seconds_left != progress.seconds_left  # NaN


def test_history_holds_every_step_while_they_are_few(start: Start) -> None:
    history = start().wait_for_end().history
    assert [(step, loss) for step, loss, _ in history] == [(n, float(n)) for n in range(1, 7)]
    assert [seconds for _, _, seconds in history] == sorted(seconds for _, _, seconds in history)


def test_long_history_is_thinned_by_averaging(start: Start) -> None:
    progress = start(lambda: toy(5000)).wait_for_end()
    assert len(progress.history) <= MAX_POINTS
    spacing = progress.history[1][0] - progress.history[0][0]
    for step, loss, _ in progress.history:
        assert loss == step - (spacing - 1) / 2  # the mean of the losses step − spacing + 1 … step


@pytest.mark.parametrize("at", [10, 1003, 2501, 4999])
def test_a_curve_that_goes_on_is_the_one_that_nobody_disturbed(at: int) -> None:
    def curve(steps: range, history: History) -> History:
        for step in steps:
            history.add(step, math.sin(step), float(step))
        return history

    begun = curve(range(1, at + 1), History())
    gone_on = curve(range(at + 1, 5001), History(begun.points(), begun.rest()))
    assert gone_on.points() == curve(range(1, 5001), History()).points()


def test_only_the_latest_epoch_keeps_its_weights(start: Start) -> None:
    first, latest = start().wait_for_end().epochs
    assert (first.number, first.weights) == (1, {})
    assert (latest.number, list(latest.weights)) == (2, ["weight"])


def test_pause_holds_after_a_step(start: Start) -> None:
    run = start(paused=True)
    progress = run.wait_until(lambda progress: progress.state == "paused")
    assert progress.step == 1
    assert run.paused
    assert not run.join(timeout=0)


def test_resume_goes_on_to_the_end(start: Start) -> None:
    run = start(paused=True)
    run.wait_until(lambda progress: progress.state == "paused")
    run.resume()
    assert run.wait_for_end().state == "done"


def test_stop_from_a_pause_keeps_measured_weights(start: Start) -> None:
    run = start(paused=True)
    run.wait_until(lambda progress: progress.state == "paused")
    run.stop()
    progress = run.wait_for_end()
    assert (progress.state, progress.step, progress.examples) == ("stopped", 1, 4)
    assert not progress.latest.complete
    assert [point[:2] for point in progress.history] == [(1, 1.0)]


def test_stop_while_working_ends_after_the_step(start: Start) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow() -> Work:
        work = toy()
        yield next(work)
        reached.set()
        assert go_on.wait(PATIENCE)
        try:
            stop = yield next(work)
            while True:
                stop = yield work.send(stop)
        except StopIteration:
            return

    run = start(slow)
    assert reached.wait(PATIENCE)
    run.stop()
    assert run.stopping
    go_on.set()
    progress = run.wait_for_end()
    assert (progress.state, progress.step, progress.latest.complete) == ("stopped", 2, False)


def test_run_that_nobody_watches_stops_itself(start: Start) -> None:
    progress = start(lease=-1.0).wait_for_end()
    assert (progress.state, progress.step) == ("stopped", 1)
    assert progress.error.startswith("Nobody was watching")
    assert progress.latest is not None


def test_pause_that_nobody_watches_ends_too(start: Start) -> None:
    assert start(paused=True, lease=0.05).wait_for_end().state == "stopped"


def test_refusal_is_kept_as_its_sentence(start: Start) -> None:
    def diverging() -> Work:
        yield next(toy())
        raise DivergedError("The loss became nan.")

    progress = start(diverging).wait_for_end()
    assert (progress.state, progress.error, progress.step) == ("failed", "The loss became nan.", 1)


def test_unexpected_error_is_kept_and_logged(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Work:
        raise ZeroDivisionError("by accident")
        yield

    progress = start(broken).wait_for_end()
    assert progress.state == "failed"
    assert "by accident" in progress.error
    assert [(record.levelno, record.exc_info[0]) for record in caplog.records] == [(logging.ERROR, ZeroDivisionError)]


@pytest.mark.parametrize("ending", ["done", "stopped", "failed"])
def test_its_place_at_work_is_given_back(start: Start, ending: str) -> None:
    def work() -> Work:
        if ending == "failed":
            raise DivergedError("The loss became nan.")
        yield from toy()

    queue = RunQueue(1)
    run = start(work, turn=queue.turn("me"), paused=ending == "stopped")
    if ending == "stopped":
        run.wait_until(lambda progress: progress.state == "paused")
        run.stop()
    assert run.wait_for_end().state == ending
    assert not queue.working


@pytest.mark.parametrize("slots", [1, 2])
def test_however_many_runs_take_turns_no_more_are_at_work_than_have_places(start: Start, slots: int) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def counted() -> Work:
        nonlocal at_work, most
        for step in toy(12):
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0)
            with lock:
                at_work -= 1
            yield step

    queue = RunQueue(slots, budget=0.0)
    runs = [start(counted, turn=queue.turn(owner)) for owner in "aabcd"]
    assert all(run.wait_for_end().state == "done" for run in runs)
    assert most <= slots
    assert queue.working == queue.waiting == []


def test_a_run_whose_turn_comes_while_nobody_watches_lets_the_next_have_it(start: Start) -> None:
    queue = RunQueue(1)
    busy = queue.turn("somebody")
    busy.join()
    left, next_one = start(turn=queue.turn("left"), lease=-1.0), start(turn=queue.turn("here"))
    assert (left.progress().state, next_one.progress().standing.place) == ("queued", 2)
    busy.done()
    assert next_one.wait_for_end().state == "done"
    progress = left.wait_for_end()
    assert (progress.state, progress.error) == (
        "stopped",
        "Nobody was watching this run any more, so it was never begun.",
    )


def test_a_run_that_waits_and_is_paused_leaves_the_queue_until_it_is_resumed(start: Start) -> None:
    queue = RunQueue(1)
    busy = queue.turn("somebody")
    busy.join()
    run = start(turn=queue.turn("me"))
    run.pause()
    run.wait_until(lambda progress: progress.state == "paused")
    assert queue.waiting == []
    run.resume()
    run.wait_until(lambda progress: progress.state == "queued")
    busy.done()
    assert run.wait_for_end().state == "done"


def test_a_run_holds_for_a_short_work_and_goes_on_in_the_same_place(start: Start) -> None:
    queue, reached, go_on = RunQueue(1), threading.Event(), threading.Event()

    def slow() -> Work:
        for step in toy():
            yield step
            reached.set()
            assert go_on.wait(PATIENCE)

    run = start(slow, turn=queue.turn("me"))
    assert reached.wait(PATIENCE)
    with queue.short("somebody") as short:
        go_on.set()
        while not short.wait(PATIENCE):
            pass
        assert not run.join(timeout=0.05)
    assert run.wait_for_end().state == "done"


def test_thread_has_a_name_and_ends_with_the_process(start: Start) -> None:
    run = start(paused=True)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "pointwise-run-test")
    assert thread.daemon
    run.stop()


def test_progress_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Progress().state = "done"


def test_download_is_published_before_training(start: Start) -> None:
    def fetching() -> Work:
        yield Download(3, 10)
        yield from toy()

    run = start(fetching, paused=True)
    progress = run.wait_until(lambda progress: progress.state == "paused")
    assert (progress.download, progress.step) == (Download(3, 10), 0)
    run.resume()
    assert run.wait_for_end().state == "done"


def test_rate_and_time_left_come_from_the_work_done() -> None:
    progress = Progress(step=10, total=40, examples=640, seconds=2.0)
    assert (progress.rate, progress.seconds_left) == (320.0, 6.0)


def bag(data: Pictures) -> PictureJob:
    return PictureJob(ModelConfig("bag_of_pixels", widths=(2, 2)), recipe_named("fast", epochs=1), data)


def test_bundled_digits_are_trained_on_for_real(start: Start) -> None:
    progress = start(bag(Pictures("digits"))).wait_for_end()
    assert (progress.state, progress.examples, progress.snapshot) == ("done", 1500, None)
    assert 0 <= progress.latest.metrics["accuracy"] <= 1


def test_the_weights_are_there_between_epochs_where_they_are_asked_for(start: Start) -> None:
    progress = start(bag(Pictures("digits")), look=0.0).wait_for_end()
    assert progress.snapshot is not None
    assert progress.snapshot.step == progress.total
    assert set(progress.snapshot.weights) == set(progress.latest.weights)


def test_missing_mnist_fails_with_a_sentence(start: Start, tmp_path: Path) -> None:
    progress = start(bag(Pictures("mnist", tmp_path))).wait_for_end()
    assert progress.state == "failed"
    assert "There is no train-images" in progress.error


def test_stop_during_the_download_ends_it(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()

    def endless(*_: object) -> Iterator[Download]:
        try:
            while True:
                yield Download(1, 10)
        finally:
            closed.set()

    monkeypatch.setattr(catalogue, "fetch", endless)
    run = start(bag(Pictures("mnist", tmp_path)))
    run.wait_until(lambda progress: progress.state == "fetching")
    run.stop()
    assert run.wait_for_end().state == "stopped"
    assert closed.wait(PATIENCE)
