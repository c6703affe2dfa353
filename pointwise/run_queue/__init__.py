"""The places at work of one server, and the fair queue for them.

    queue = RunQueue(slots=1, budget=900.0)
    turn = queue.turn(owner)
    turn.join()  # into the queue
    turn.wait()  # until it is at work
    turn.done()

First come, first served, turn by turn over the owners: the second run of one waits behind the first of every other. Who
had the budget's time at work lets others go first, and joins the queue again at its end. A short work, of some seconds,
waits for no run's end: a run lends its place between two of its steps. Nothing here knows what is carried out, and
nothing watches the clock in a thread of its own: who is at work asks, between two steps, whether somebody else is due.
"""

from pointwise.run_queue.limits import budget_from_environment, slots_from_environment
from pointwise.run_queue.queue import IDLE, REST, RunQueue, close_all
from pointwise.run_queue.turn import LEND, YIELD, Standing, Turn

__all__ = [
    "IDLE",
    "LEND",
    "REST",
    "YIELD",
    "RunQueue",
    "Standing",
    "Turn",
    "budget_from_environment",
    "close_all",
    "slots_from_environment",
]
