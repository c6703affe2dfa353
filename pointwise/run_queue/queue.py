"""The places at work of one server: who has one, who is next, and how long the others wait."""

from __future__ import annotations

import heapq
import math
import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from pointwise.errors import BusyError
from pointwise.run_queue.limits import BUDGET
from pointwise.run_queue.turn import LEND, OUT, SHORT, WAITING, WORKING, YIELD, Standing, Turn

IDLE = 30.0  # seconds that a paused run keeps its place while nobody waits
REST = 5.0  # seconds between two times that a run lends its place, at least; and at least as long as it was lent
MOST_WAITING, MOST_OF_ONE = 200, 6  # turns

_QUEUES: weakref.WeakSet[RunQueue] = weakref.WeakSet()


class RunQueue:
    """The places at work of one server, never more than ``slots`` taken, and who waits for one."""

    def __init__(self, slots: int, budget: float = 60 * BUDGET, clock: Callable[[], float] = time.monotonic) -> None:
        """``budget`` is in seconds."""
        self.slots, self.budget = slots, budget
        self._clock = clock
        self._lock = threading.Condition(threading.RLock())
        self._turns: set[Turn] = set()  # all that are not done
        self._arrivals = 0
        self._long_due = False  # whether a short work has gone before a run that waited
        self._took: deque[float] = deque(maxlen=20)  # seconds at work of the latest runs
        self._closed = False
        _QUEUES.add(self)

    def turn(self, owner: str, short: bool = False) -> Turn:
        """A turn that is not in the queue yet. Raises BusyError where there are too many, of all or of one owner."""
        with self._lock:
            if self._closed:
                raise BusyError("This server is ending. Try again when it is back.")
            if len(self._turns) >= MOST_WAITING:
                raise BusyError(f"{len(self._turns)} runs wait on this server already. Try again later.")
            if sum(turn.owner == owner for turn in self._turns) >= MOST_OF_ONE:
                raise BusyError(f"You have {MOST_OF_ONE} runs that wait or go on already. Stop one of them first.")
            turn = Turn(self, owner, short)
            self._turns.add(turn)
            return turn

    @contextmanager
    def short(self, owner: str) -> Iterator[Turn]:
        """A context of a short work, in the queue from its beginning to its end. Raises BusyError."""
        turn = self.turn(owner, short=True)
        try:
            turn.join()
            yield turn
        finally:
            turn.done()

    @property
    def working(self) -> list[Turn]:
        """The turns at work."""
        with self._lock:
            return [turn for turn in self._turns if turn.state == WORKING]

    @property
    def waiting(self) -> list[Turn]:
        """The turns in the queue, the next first."""
        with self._lock:
            return [turn for turn, _ in self._in_order()]

    def close(self, timeout: float = 3.0) -> bool:
        """Take nobody any more, and end all: whether that came to pass within ``timeout`` seconds."""
        with self._lock:
            self._closed = True
            ending = [(turn, turn.end) for turn in self._turns]
        for turn, end in ending:
            end()
            turn.poke()
        with self._lock:
            return self._lock.wait_for(lambda: not any(not turn.short for turn in self._turns), timeout)

    # What a Turn asks for.

    def join(self, turn: Turn) -> None:
        with self._lock:
            if turn.state == OUT and turn in self._turns:
                self._arrivals += 1
                turn.state, turn.worked, turn.idle = WAITING, 0.0, False
                turn.arrival = turn.order = self._arrivals
                self._fill()

    def rest(self, turn: Turn, idle: bool) -> None:
        with self._lock:
            if turn.idle != idle:
                turn.idle, turn.idle_since = idle, self._clock()

    def held(self, turn: Turn) -> float:
        with self._lock:
            return self._held(turn)

    def lend(self, turn: Turn) -> None:
        with self._lock:
            if turn.state == WORKING:
                now = self._clock()
                turn.worked += now - turn.since
                turn.state, turn.front, turn.lent_at = WAITING, True, now
                for one, _ in self._in_order():
                    if one.short and not one.front:
                        self._give_place(one)
                        break
                self._fill()

    def hurry(self, turn: Turn) -> None:
        with self._lock:
            turn.short, turn.remaining = True, lambda: SHORT
            self._fill()

    def leave(self, turn: Turn) -> None:
        with self._lock:
            if turn.state == WORKING and not turn.short:
                self._took.append(self._held(turn))
                self._let_next_come(turn.owner)
            turn.state, turn.front = OUT, False
            self._fill()

    def done(self, turn: Turn) -> None:
        with self._lock:
            self.leave(turn)
            self._turns.discard(turn)
            self._lock.notify_all()

    def asked(self, turn: Turn) -> str:
        with self._lock:
            if turn.state != WORKING or turn.short or not (turn.idle or self._somebody_waits()):
                return ""
            now = self._clock()
            if turn.idle and now - turn.idle_since >= IDLE:
                return YIELD
            due = [(one, nth) for one, nth in self._in_order() if not one.front and one.present()]
            shorts = [one for one, _ in due if one.short]
            lenders = [one for one in self._longs() if one.idle or now >= one.rested][: len(shorts)]
            if turn in lenders:
                return YIELD if turn.idle else LEND
            return YIELD if turn in self._yielding([one for one in due if not one[0].short]) else ""

    def standing(self, turn: Turn) -> Standing | None:
        with self._lock:
            if turn.state != WAITING:
                return None
            order = [one for one, _ in self._in_order() if not one.front]
            if turn not in order:  # it lent its place, and has it again in a moment
                return Standing(1, len(order) + 1, SHORT, False)
            return Standing(order.index(turn) + 1, len(order), *self._expected(turn, order))

    # All that follows is called with the lock held.

    def _longs(self) -> list[Turn]:
        """The runs at work, the one that has been longest first."""
        at_work = [turn for turn in self._turns if turn.state == WORKING and not turn.short]
        return sorted(at_work, key=lambda turn: (-self._held(turn), turn.order))

    def _somebody_waits(self) -> bool:
        return any(turn.state == WAITING for turn in self._turns)

    def _held(self, turn: Turn) -> float:
        return turn.worked + (self._clock() - turn.since if turn.state == WORKING else 0.0)

    def _in_order(self) -> list[tuple[Turn, int]]:
        """Those that wait, the next first, and how many turns of its owner each has before it."""
        before = Counter((turn.owner, turn.short) for turn in self._turns if turn.state == WORKING or turn.front)
        every = []
        for turn in sorted((t for t in self._turns if t.state == WAITING), key=lambda turn: turn.arrival):
            nth = before[turn.owner, turn.short]
            if not turn.front:
                before[turn.owner, turn.short] += 1
            later = turn.short if self._long_due else not turn.short
            every.append(((not turn.front, later, nth, turn.order), turn, nth))
        return [(turn, nth) for _, turn, nth in sorted(every, key=lambda one: one[0])]

    def _let_next_come(self, owner: str) -> None:
        """Let the next run of an owner, one of whose runs has had its turn, wait behind all that wait by now."""
        mine = [turn for turn in self._turns if turn.owner == owner and turn.state == WAITING and not turn.short]
        if mine:
            self._arrivals += 1
            min(mine, key=lambda turn: turn.arrival).order = self._arrivals

    def _fill(self) -> None:
        """Give free places to those that are next."""
        while True:
            order = self._in_order()
            if not order or sum(turn.state == WORKING for turn in self._turns) >= self.slots:
                return
            turn = order[0][0]
            if turn.short:
                self._long_due = any(not one.short and not one.front for one, _ in order)
            elif not turn.front:
                self._long_due = False
            self._give_place(turn)

    def _give_place(self, turn: Turn) -> None:
        now = self._clock()
        if turn.front:
            turn.rested = now + max(REST, now - turn.lent_at)
        turn.state, turn.since, turn.front = WORKING, now, False
        turn.poke()

    def _yielding(self, due: list[tuple[Turn, int]]) -> set[Turn]:
        """The runs at work whose places are due to those that wait."""
        longs = self._longs()
        holds = Counter(turn.owner for turn in longs)
        yielding: set[Turn] = set()
        for one, nth in due:
            free = [turn for turn in longs if turn not in yielding]
            at_once = [turn for turn in free if turn.idle]
            others = [turn for turn in free if turn.owner != one.owner]
            at_once += [turn for turn in reversed(others) if nth < holds[turn.owner] - 1]
            late = [t for t in others if nth < holds[t.owner] and self._held(t) >= self.budget]
            if first := (at_once or late)[:1]:
                yielding.update(first)
                holds[first[0].owner] -= 1
        return yielding

    def _expected(self, turn: Turn, order: list[Turn]) -> tuple[float, bool]:
        """Seconds until a turn is at work, and whether that is only the longest it can be."""
        if turn.short:
            longs = self._longs()
            now = self._clock()
            lender = min((max(0.0, one.rested - now) for one in longs), default=0.0)
            return lender + SHORT * (1 + order.index(turn)) / self.slots, False
        free, at_most = [], False
        for one in [*self._longs(), *(t for t in self._turns if t.front)]:
            left, unknown = self._length(one)
            if one.owner != turn.owner:
                left = min(left, max(0.0, self.budget - self._held(one)))
            free.append(0.0 if one.idle else left)
            at_most |= unknown and not one.idle
        free = (free + [SHORT] * self.slots)[: self.slots]
        heapq.heapify(free)
        for one in order[: order.index(turn)]:
            if one.present():
                left, unknown = self._length(one)
                heapq.heappush(free, heapq.heappop(free) + min(left, self.budget))
                at_most |= unknown
        return free[0], at_most

    def _length(self, turn: Turn) -> tuple[float, bool]:
        """Seconds that a turn still takes, and whether nobody can tell: then it takes what the latest did."""
        left = turn.remaining()
        if not math.isnan(left):
            return max(0.0, left), False
        if self._took:
            return max(0.0, median(self._took) - self._held(turn)), False
        return self.budget, True


def close_all(timeout: float = 3.0) -> bool:
    """``RunQueue.close`` of every queue of this process, at once: whether all runs ended within ``timeout`` seconds."""
    until, queues = time.monotonic() + timeout, list(_QUEUES)
    for queue in queues:
        queue.close(0.0)
    return sum(queue.close(max(0.0, until - time.monotonic())) for queue in queues) == len(queues)
