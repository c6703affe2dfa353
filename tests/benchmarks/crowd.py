"""How long people wait for their answers when many draw at once, on a server beside them on the same machine.

    python tests/benchmarks/crowd.py [--people 1 25 100 300] [--training 0 1] [--replicas 1] [--seconds 60] [--json]

Visitors (tests/visitor.py) arrive one after the other, ``--arrivals`` a second, and each draws a stroke every 1 to 5
seconds, at random from a seed. Timed are the answers that are asked for once all are there, from the stroke's message
to the server's bars, and the openings, from asking for the page to its first answer. A failure is an answer that takes
longer than 60 seconds, a page that does not open, or a lost connection. With ``--training`` one more visitor retrains
Network in Network on the bundled digits meanwhile. With several ``--replicas`` the visitors are dealt out over their
ports. The server is one for strangers (POINTWISE_PUBLIC=1), as for a class.

    python tests/benchmarks/crowd.py --gone 20 180

measures memory instead: so many visitors come, open every page, draw, give the page a picture, and leave, ten at a
time; then so many more. Each time it waits 150 seconds, and says how much the server has in memory.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.harness import Server, serve
from tests.crowd import memory, run
from tests.visitor import Visitor

PAUSE = 1.0, 5.0  # seconds between two strokes of one person


class Crowd:
    """People who come and draw, and what they waited."""

    def __init__(self, urls: Sequence[str], people: int, arrivals: float, seed: int) -> None:
        self.urls, self.people, self.arrivals, self.random = urls, people, arrivals, random.Random(seed)
        self.openings: list[float] = []
        self.answers: list[float] = []
        self.failures: list[str] = []
        self.timed = False

    async def draw(self, seconds: float) -> None:
        """Let all arrive and draw, and time their answers for so long."""
        self.over = asyncio.Event()
        seeds = [self.random.random() for _ in range(self.people)]
        tasks = []
        for number, seed in enumerate(seeds):
            tasks.append(asyncio.create_task(self._person(self.urls[number % len(self.urls)], random.Random(seed))))
            await asyncio.sleep(1 / self.arrivals)
        await asyncio.sleep(5)
        self.timed = True
        await asyncio.sleep(seconds)
        self.over.set()
        await asyncio.gather(*tasks)

    async def _person(self, url: str, choice: random.Random) -> None:
        try:
            async with Visitor(url) as visitor:
                self.openings.append(visitor.opened)
                while not self.over.is_set():
                    try:
                        await asyncio.wait_for(self.over.wait(), choice.uniform(*PAUSE))
                    except TimeoutError:
                        timed, seconds = self.timed, await visitor.draw()
                        if timed:
                            self.answers.append(seconds)
        except (OSError, TimeoutError, EOFError) as error:
            self.failures.append(repr(error))


async def trained(url: str, stack: AsyncExitStack) -> None:
    """Somebody who retrains, for longer than anybody measures."""
    visitor = await stack.enter_async_context(Visitor(url))
    await visitor.expand("Advanced")
    await visitor.set("Epochs", 500)
    await visitor.press("Retrain")


async def measured(
    servers: Sequence[Server], people: int, training: int, options: argparse.Namespace
) -> dict[str, Any]:
    """A row of the table."""
    crowd = Crowd([server.url for server in servers], people, options.arrivals, options.seed)
    async with AsyncExitStack() as stack:
        for server in servers:
            async with Visitor(server.url) as first:  # who waits for torch's import
                await first.draw()
        for number in range(training):
            await trained(servers[number % len(servers)].url, stack)
        before = sum(server.cpu_seconds() for server in servers)
        began = asyncio.get_running_loop().time()
        await crowd.draw(options.seconds)
        took = asyncio.get_running_loop().time() - began
        spent = sum(server.cpu_seconds() for server in servers) - before
        resident = sum(memory(server.process.pid) for server in servers)
    return {
        "people": people,
        "training": training,
        "replicas": len(servers),
        "answers": len(crowd.answers),
        "answer_median_ms": round(1000 * statistics.median(crowd.answers)),
        "answer_p95_ms": round(1000 * percentile(crowd.answers, 0.95)),
        "worst_ms": round(1000 * max(crowd.answers)),
        "opening_median_ms": round(1000 * statistics.median(crowd.openings)),
        "opening_p95_ms": round(1000 * percentile(crowd.openings, 0.95)),
        "failures": len(crowd.failures),
        "cores": round(spent / took, 2),
        "memory_mb": round(resident / 1e6),
    }


async def gone(server: Server, waves: Sequence[int]) -> list[dict[str, Any]]:
    """Memory 150 seconds after the last of each wave of visitors has gone."""
    few, picture = asyncio.Semaphore(10), noise()

    async def visit() -> None:
        async with few, Visitor(server.url) as visitor:
            for _ in range(3):
                await visitor.draw()
            await visitor.upload("board.upload", "noise.png", picture)
            for page in [*visitor.pages, ""]:
                await visitor.open(page)

    rows = []
    for people in waves:
        async with asyncio.TaskGroup() as group:
            for _ in range(people):
                group.create_task(visit())
        at_once = memory(server.process.pid)
        await asyncio.sleep(150)
        row = {"visitors": people, "memory_mb": at_once, "memory_after_150_s_mb": memory(server.process.pid)}
        rows.append({name: round(value / 1e6) if name != "visitors" else value for name, value in row.items()})
    return rows


def noise() -> bytes:
    """A PNG that no compression makes small."""
    content = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(content, "PNG")
    return content.getvalue()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[round(share * (len(values) - 1))]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of a Markdown table."""
    head = list(rows[0])
    lines = [head, ["---:"] * len(head), *([str(row[name]) for name in head] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 25, 100, 300])
    parser.add_argument("--training", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--replicas", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--arrivals", type=float, default=5, help="people a second")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[2], help="of the app")
    parser.add_argument("--gone", type=int, nargs="+", help="measure memory after so many have come and gone")
    options = parser.parse_args()
    environment = {"POINTWISE_PUBLIC": "1", "OMP_NUM_THREADS": "1"}
    if options.gone:
        with tempfile.TemporaryDirectory() as name, serve(Path(name), folder=options.folder, **environment) as server:
            rows = run(gone(server, options.gone), 3600)
        print(json.dumps(rows, indent=2) if options.json else table(rows))
        return
    rows = []
    for replicas in options.replicas:
        for training in options.training:
            for people in options.people:
                with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
                    servers = [
                        stack.enter_context(serve(Path(name), folder=options.folder, **environment))
                        for _ in range(replicas)
                    ]
                    rows.append(run(measured(servers, people, training, options), 3600))
                    print(rows[-1], file=sys.stderr)
    print(json.dumps({"cores": os.cpu_count(), "rows": rows}, indent=2) if options.json else table(rows))


if __name__ == "__main__":
    main()
