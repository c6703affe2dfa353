"""Scenes with several visitors, for plain tests: one does something hostile while another draws once a second.

His worst answer, and the server's memory:

    with serve(tmp_path) as server:  # of tests/browser/harness.py

        async def scene() -> float:
            async with Visitor(server.url) as hostile, Visitor(server.url) as other:
                longest = await bearable(other)
                async with drawing(other) as answers:  # seconds, one a stroke
                    await hostile.expand("Advanced")
                    await hostile.set("Width", 512)
                    await hostile.press("Retrain")
                return max(answers) / longest

        before = memory(server.process.pid)
        assert least(lambda: run(scene()), 1) < 1  # of tests/tries.py
        assert memory(server.process.pid) - before < 200e6

What is hostile need not be a visitor: ``answers_during(server.url, does_it)`` calls a plain function in a thread while
somebody draws.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import psutil

from tests.visitor import Visitor

T = TypeVar("T")


def run(scene: Coroutine[Any, Any, T], patience: float = 600.0) -> T:
    """The result of a scene with visitors, for plain tests; in a thread, as Playwright has a loop of its own."""

    async def timed() -> T:
        async with asyncio.timeout(patience):
            return await scene

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, timed()).result()


@asynccontextmanager
async def drawing(visitor: Visitor, every: float = 1.0) -> AsyncIterator[list[float]]:
    """Somebody draws once in so many seconds; how long each answer took, one at least when the block is over."""
    answers: list[float] = []

    async def go_on() -> None:
        while True:
            answers.append(await visitor.draw())
            await asyncio.sleep(every)

    task = asyncio.create_task(go_on())
    try:
        yield answers
        answers.append(await visitor.draw())  # also the one that nobody answers is waited for
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def bearable(visitor: Visitor) -> float:
    """Seconds that he may wait for an answer while others are hostile: one, on a slow machine as many as it needs."""
    return max(1.0, *[10 * await visitor.draw() for _ in range(3)])


def answers_during(url: str, hostile: Callable[[], object], every: float = 1.0) -> list[float]:
    """Seconds that somebody who draws waits for his answers while ``hostile`` is called, in a thread."""

    async def scene() -> list[float]:
        async with Visitor(url) as other:
            await other.draw()
            async with drawing(other, every) as answers:
                await asyncio.to_thread(hostile)
            return answers

    return run(scene())


def memory(pid: int) -> int:
    """Bytes of a process that are in memory."""
    return psutil.Process(pid).memory_info().rss
