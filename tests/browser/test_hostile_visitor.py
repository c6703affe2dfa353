"""Somebody who asks for too much, or sends what no page sends, while another visitor draws once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.browser.harness import Server, serve
from tests.crowd import bearable, drawing, memory, run
from tests.tries import least
from tests.visitor import Visitor

GARBAGE = ["x" * 1_000_000, -1, 10**30, [0.5] * 10_000, [[[]]], {"a": 1}, True, None]
COMPONENTS = (("features-inputs", "chosen"), ("features.mosaic", "chosen"), ("features.strip", "chosen"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("hostile"), POINTWISE_MEMORY_GB="2") as server:
        yield server


def test_a_training_that_would_take_all_memory_is_refused_and_the_others_notice_nothing(server: Server) -> None:
    async def scene() -> float:
        async with Visitor(server.url) as hostile, Visitor(server.url) as other:
            await hostile.expand("Advanced")
            await hostile.set("Width", 512)
            await hostile.set("Batch size", 4096)
            await other.draw()
            before = memory(server.process.pid)
            longest = await bearable(other)
            async with drawing(other) as answers:
                await hostile.press("Retrain")
                await asyncio.sleep(2)
            said = hostile.text("alert")
            assert "This training needs about " in said  # 3.3 GB, or 6.2 where the processor has no bfloat16
            assert "Lower the batch size from 4,096 to" in said
            assert memory(server.process.pid) - before < 200e6  # what a first training imports, and no training
            return max(answers) / longest

    assert least(lambda: run(scene()), 1) < 1


def test_what_no_component_sends_is_ignored_with_a_line(server: Server) -> None:
    async def scene() -> float:
        async with Visitor(server.url) as other:
            async with Visitor(server.url, "feature_maps") as hostile:
                for key, event in COMPONENTS:
                    for value in GARBAGE:
                        await hostile.tell(key, event, value)
                await hostile.press("Copy link")
            return await other.draw()

    logged = len(server.log.read_text())
    assert least(lambda: run(scene()), 5) < 5
    lines = server.log.read_text()[logged:].splitlines()
    assert lines
    assert all(" was ignored: " in line and len(line) < 400 for line in lines), lines
