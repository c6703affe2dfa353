"""The queue of runs, without threads and by a clock that stands still until somebody moves it."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from pointwise import run_queue
from pointwise.errors import BusyError
from pointwise.run_queue import IDLE, LEND, REST, YIELD, RunQueue, Turn

BUDGET = 900.0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def joined(queue: RunQueue, owner: str, seconds: float = math.nan, present: bool = True) -> Turn:
    turn = queue.turn(owner)
    turn.belongs_to(lambda: present, lambda: seconds, lambda: None)
    turn.join()
    return turn


def owners(turns: list[Turn]) -> str:
    return "".join(turn.owner for turn in turns)


def test_first_come_first_served(clock: Clock) -> None:
    queue = RunQueue(2, BUDGET, clock)
    turns = [joined(queue, owner) for owner in "abcd"]
    assert [turn.at_work for turn in turns] == [True, True, False, False]
    turns[1].done()
    assert turns[2].at_work
    assert not turns[3].at_work


def test_a_second_run_waits_behind_everybodys_first(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    first = joined(queue, "a")
    for owner in "abba":
        joined(queue, owner)
    joined(queue, "c")
    assert owners(queue.waiting) == "bcaba"  # turn by turn: b and c, the second of a and of b, the third of a
    first.done()
    assert (owners(queue.working), owners(queue.waiting)) == ("b", "caba")
    joined(queue, "d")
    assert owners(queue.waiting) == "cadba"  # a's second is a's first by now, and came before d


def test_places_and_waits_are_those_of_the_runs_before(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    joined(queue, "a", 200.0)
    waiting = [joined(queue, owner, 100.0) for owner in "bc"]
    assert [turn.standing for turn in waiting] == [(1, 2, 200.0, False), (2, 2, 300.0, False)]


def test_nobody_waits_longer_than_the_budgets_before_however_long_runs_are(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    joined(queue, "a", 1e6)
    clock.now = 300.0
    waiting = [joined(queue, owner, 1e6) for owner in "bc"]
    assert [turn.standing[2:] for turn in waiting] == [(600.0, False), (1500.0, False)]


def test_where_nobody_can_tell_the_wait_is_an_upper_bound_until_runs_have_shown_how_long_they_take(
    clock: Clock,
) -> None:
    queue = RunQueue(1, BUDGET, clock)
    first, second = joined(queue, "a"), joined(queue, "b")
    assert second.standing == (1, 1, BUDGET, True)
    clock.now = 60.0
    first.done()
    third = joined(queue, "c")
    assert third.standing == (1, 1, 60.0, False)
    clock.now = 100.0
    assert third.standing == (1, 1, 20.0, False)


def test_with_two_places_the_wait_is_until_the_first_is_free(clock: Clock) -> None:
    queue = RunQueue(2, BUDGET, clock)
    for owner, seconds in (("a", 50.0), ("b", 80.0)):
        joined(queue, owner, seconds)
    waiting = [joined(queue, owner, 100.0) for owner in "cde"]
    assert [turn.standing.seconds for turn in waiting] == [50.0, 80.0, 150.0]


def test_a_run_goes_on_for_as_long_as_nobody_waits_and_makes_room_after_its_budget(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run = joined(queue, "a")
    clock.now = 10 * BUDGET
    assert run.asked() == ""
    other = joined(queue, "b")
    assert run.asked() == YIELD
    run.leave()
    run.join()
    assert other.at_work
    assert (other.asked(), run.standing.place) == ("", 1)
    clock.now += BUDGET
    assert other.asked() == YIELD


def test_only_as_many_make_room_as_wait_the_longest_at_work_first(clock: Clock) -> None:
    queue = RunQueue(2, BUDGET, clock)
    first = joined(queue, "a")
    clock.now = 1.0
    second = joined(queue, "b")
    clock.now = 2 * BUDGET
    joined(queue, "c")
    assert (first.asked(), second.asked()) == (YIELD, "")
    joined(queue, "d")
    assert second.asked() == YIELD


def test_nobody_has_two_places_while_another_has_none(clock: Clock) -> None:
    queue = RunQueue(2, BUDGET, clock)
    first, second = joined(queue, "a"), joined(queue, "a")
    assert (first.at_work, second.at_work) == (True, True)
    joined(queue, "b")
    clock.now = 1.0
    assert (first.asked(), second.asked()) == ("", YIELD)  # the later one, and at once


def test_a_run_makes_no_room_for_the_second_of_another(clock: Clock) -> None:
    queue = RunQueue(2, BUDGET, clock)
    runs = [joined(queue, "a"), joined(queue, "b")]
    joined(queue, "b")
    clock.now = 2 * BUDGET
    assert [run.asked() for run in runs] == ["", ""]


def test_a_paused_run_makes_room_at_once_where_somebody_waits(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run = joined(queue, "a", 1e6)
    run.rest(True)
    assert run.asked() == ""
    waiting = joined(queue, "b")
    assert run.asked() == YIELD
    assert waiting.standing.seconds == 0.0


def test_a_paused_run_gives_its_place_back_after_a_while(clock: Clock) -> None:
    run = joined(RunQueue(1, BUDGET, clock), "a")
    run.rest(True)
    clock.now = IDLE - 1
    assert run.asked() == ""
    clock.now = IDLE
    assert run.asked() == YIELD
    run.rest(False)
    assert run.asked() == ""


def test_who_is_away_keeps_the_place_in_the_queue_but_nobody_makes_room_for_them(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run = joined(queue, "a", 1e6)
    joined(queue, "b", present=False)
    third = joined(queue, "c")
    clock.now = 2 * BUDGET
    assert (third.standing.place, third.standing.seconds) == (2, 0.0)  # b would let c go first
    third.done()
    assert run.asked() == ""


def test_a_short_work_borrows_a_place_between_two_steps(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run, waiting = joined(queue, "a"), joined(queue, "b")
    with queue.short("c") as short:
        assert run.asked() == LEND
        run.lend()
        assert (short.at_work, run.at_work, waiting.at_work) == (True, False, False)
        clock.now = 20.0
    assert (run.at_work, waiting.at_work) == (True, False)


def test_short_works_have_at_most_half_of_a_place(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run = joined(queue, "a")
    for seconds in (20.0, 1.0):
        with queue.short("b"):
            run.lend()
            clock.now += seconds
        with queue.short("b"):
            clock.now += max(seconds, REST) - 0.1
            assert run.asked() == ""
            clock.now += 0.1
            assert run.asked() == LEND


def test_short_works_in_a_row_do_not_keep_a_run_from_a_free_place(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    first, waiting = joined(queue, "a"), joined(queue, "b")
    shorts = [queue.turn("c", short=True) for _ in range(3)]
    for turn in shorts:
        turn.join()
    first.done()
    assert shorts[0].at_work
    shorts[0].done()
    assert waiting.at_work


def test_a_run_that_only_ends_is_short(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run, stopped = joined(queue, "a"), joined(queue, "b")
    stopped.hurry()
    assert run.asked() == LEND


def test_a_turn_that_is_over_has_no_place_and_does_not_come_back(clock: Clock) -> None:
    queue = RunQueue(1, BUDGET, clock)
    run, waiting = joined(queue, "a"), joined(queue, "b")
    waiting.done()
    assert queue.waiting == []
    run.done()
    run.done()
    run.join()
    assert queue.working == []


def test_there_is_an_end_to_how_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointwise.run_queue.queue.MOST_OF_ONE", 2)
    monkeypatch.setattr("pointwise.run_queue.queue.MOST_WAITING", 3)
    queue = RunQueue(1)
    turns = [queue.turn("a"), queue.turn("a")]
    with pytest.raises(BusyError, match="You have 2 runs"):
        queue.turn("a")
    queue.turn("b")
    with pytest.raises(BusyError, match="3 runs wait on this server"):
        queue.turn("c")
    turns[0].done()
    queue.turn("c")


def test_at_the_servers_end_all_are_ended_and_nobody_is_taken_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointwise.run_queue.queue._QUEUES", {queue := RunQueue(1)})
    runs = [queue.turn(owner) for owner in "ab"]
    for run in runs:
        run.belongs_to(lambda: True, lambda: 1.0, run.done)
        run.join()
    stuck = queue.turn("c")
    assert not queue.close(timeout=0.01)
    stuck.done()
    assert run_queue.close_all(timeout=0.01)
    with pytest.raises(BusyError, match="is ending"):
        queue.turn("a")


@pytest.mark.parametrize(("said", "seconds"), [("0.5", 30.0), ("soon", 900.0), ("-1", 900.0), ("inf", 900.0)])
def test_the_budget_is_a_variable_in_minutes(monkeypatch: pytest.MonkeyPatch, said: str, seconds: float) -> None:
    monkeypatch.setenv("POINTWISE_MINUTES", said)
    assert run_queue.budget_from_environment() == seconds


@pytest.mark.parametrize("seed", range(20))
def test_no_schedule_starves_anybody_or_loses_a_place(clock: Clock, seed: int) -> None:
    chance = random.Random(seed)
    slots, budget = chance.randint(1, 3), 20.0
    queue = RunQueue(slots, budget, clock)
    left: dict[Turn, float] = {}
    waits: dict[Turn, float] = {}
    longest = Counter[str]()

    def look() -> None:
        """What holds at any time."""
        assert len(queue.working) <= slots
        assert not queue.waiting or len(queue.working) == slots
        places = [turn.standing.place for turn in queue.waiting if not turn.front]
        assert places == list(range(1, len(places) + 1))
        assert all(turn.standing.seconds >= 0 for turn in queue.waiting)

    for moment in range(300):
        clock.now += 1.0
        if moment < 150 and chance.random() < 0.3 and len(left) < 12:
            owner, short = chance.choice("abcd"), chance.random() < 0.3
            try:
                turn = queue.turn(owner, short)
            except BusyError:
                continue
            left[turn] = waits[turn] = 0.0
            left[turn] = chance.uniform(1, 3) if short else chance.uniform(1, 60)
            if not short:
                turn.belongs_to(lambda: True, lambda turn=turn: left[turn], lambda: None)
            turn.join()
        look()
        for turn in list(left):
            waits[turn] = 0.0 if turn.at_work else waits[turn] + 1.0
            longest[turn.owner] = max(longest[turn.owner], waits[turn])
            if turn.at_work:
                left[turn] -= 1.0
            crash, cancel = chance.random() < 0.01, not turn.at_work and chance.random() < 0.01
            if left[turn] <= 0 or crash or cancel:
                turn.done()
                del left[turn]
                continue
            asked = turn.asked()
            if asked == LEND:
                turn.lend()
            elif asked == YIELD:
                turn.leave()
                turn.join()
            look()
        if moment > 150 and not left:
            break
    remaining = sum(left.values())
    assert remaining < 12 * 60  # it went on all the time
    while left:
        clock.now += 1.0
        for turn in list(left):
            if turn.at_work:
                left[turn] -= 1.0
            if left[turn] <= 0:
                turn.done()
                del left[turn]
            elif turn.asked() == YIELD:
                turn.leave()
                turn.join()
            elif turn.asked() == LEND:
                turn.lend()
        remaining -= 1.0
        assert remaining > -100, [(turn.owner, turn.state) for turn in left]
    assert max(longest.values()) < 12 * (budget + 10)
    assert queue.working == queue.waiting == []
