"""Whose turn it is to compute what stands below an answer."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from pointwise.ui.frame import turns


def test_one_at_a_time_and_in_the_order_of_asking() -> None:
    order, first_has_it, go_on = [], threading.Event(), threading.Event()

    def first() -> None:
        with turns.turn():
            first_has_it.set()
            go_on.wait(10)
            order.append("first")

    def other(name: str) -> None:
        with turns.turn():
            order.append(name)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert first_has_it.wait(10)
    for number, name in enumerate(("second", "third"), start=2):
        threads.append(threading.Thread(target=other, args=(name,)))
        threads[-1].start()
        while len(turns._below.waiting) < number:
            assert not order
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second", "third"]


def test_what_is_done_in_the_background_lets_answers_go_first() -> None:
    has_it, go_on = threading.Event(), threading.Event()

    def answer() -> None:
        with turns.answer():
            has_it.set()
            go_on.wait(10)

    answering, behind = threading.Thread(target=answer), threading.Thread(target=turns.let_answer, args=(60,))
    answering.start()
    assert has_it.wait(10)
    turns.let_answer(0.0)  # no longer than it is told to
    behind.start()
    behind.join(0.1)
    assert behind.is_alive()
    go_on.set()
    for thread in (answering, behind):
        thread.join(10)
    assert not behind.is_alive()


@pytest.mark.parametrize(("kind", "patience"), [("turn", "PATIENCE"), ("answer", "PATIENCE_WITH_ANSWERS")])
def test_nobody_waits_for_ever_for_one_who_is_stuck(monkeypatch: pytest.MonkeyPatch, kind: str, patience: str) -> None:
    monkeypatch.setattr(turns, patience, 0.0)
    one = getattr(turns, kind)
    with one(), one():
        pass
    assert not turns._below.waiting
    assert not turns._answers.waiting


def test_what_stands_below_waits_for_a_gap_between_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "GAP", 60.0)
    order: list[str] = []

    def below() -> None:
        with turns.turn():
            order.append("below")

    thread = threading.Thread(target=below)
    with turns.answer():
        thread.start()
        while not turns._below.waiting:
            assert not order
        order.append("answer")
    thread.join(10)
    assert order == ["answer", "below"]


def test_what_stands_below_is_not_put_off_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "GAP", 0.0)
    with turns.answer(), turns.turn():
        pass


@pytest.mark.parametrize(
    ("state", "by_itself", "asked_for", "gives_way"),
    [
        ("RERUN", False, "answers", True),
        ("CONTINUE", False, "answers", False),
        ("RERUN", True, "answers", False),
        ("RERUN", False, "sidebar", False),
    ],
)
def test_what_is_out_of_date_is_left_out(
    monkeypatch: pytest.MonkeyPatch, state: str, by_itself: bool, asked_for: str, gives_way: bool
) -> None:
    data = SimpleNamespace(is_auto_rerun=by_itself, fragment_id_queue=[asked_for])
    requests = SimpleNamespace(_state=SimpleNamespace(name=state), _rerun_data=data)
    context = SimpleNamespace(script_requests=requests, fragment_ids_this_run=["answers"])
    begun: list[str] = []
    monkeypatch.setattr(turns, "get_script_run_ctx", lambda: context)
    monkeypatch.setattr(turns.ThreadState, "get", lambda: SimpleNamespace(fragment_id="answers"))
    monkeypatch.setattr(turns.st, "rerun", lambda scope: begun.append(scope))
    turns.pause(0.001)
    assert bool(begun) is gives_way
