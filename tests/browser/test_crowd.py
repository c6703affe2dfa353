"""Many visitors on one server, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.harness import Server, serve
from tests.crowd import answers_during, run
from tests.tries import least
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("crowd")) as server:
        yield server


def test_only_servers_on_this_computer_are_visited() -> None:
    async def elsewhere() -> None:
        Visitor("http://192.0.2.1:8501")

    with pytest.raises(ValueError, match="is not this computer"):
        run(elsewhere())


def test_strokes_in_quick_succession_are_all_followed_by_what_stands_below(server: Server) -> None:
    """Those that are overtaken are left out below, and the last one is not."""

    async def scene() -> tuple[str, str]:
        async with Visitor(server.url) as visitor:
            await asyncio.gather(*(visitor.draw(stroke) for stroke in (0, 1, 2, 3)))  # a 3 is the last
            await visitor.press("Copy link")  # whose run comes after theirs
            return visitor.text("html"), visitor.text("exception")

    shown, broken = run(scene())
    assert shown.count('pw-card-digit">3<') >= 3  # Bag of pixels cannot read
    assert broken == ""


def test_undo_follows_the_first_stroke_after_clear(server: Server) -> None:
    async def scene() -> tuple[bool, bool]:
        async with Visitor(server.url) as visitor:
            await visitor.press("Clear")
            before = visitor.find("Undo").what.disabled
            await visitor.draw(0)  # of one stroke
            async with asyncio.timeout(30):
                while visitor.find("Undo").what.disabled:  # it comes after the answer
                    await asyncio.sleep(0.05)
            await visitor.press("board.undo")
            return before, visitor.find("Undo").what.disabled

    assert run(scene()) == (True, True)


def test_a_press_in_the_moment_of_a_stroke_counts(server: Server) -> None:
    async def scene() -> str:
        async with Visitor(server.url) as visitor:
            await visitor.press("Clear")
            stroke = asyncio.create_task(visitor.draw(0))
            await visitor.press("Copy link")
            stroke.cancel()
            return visitor.text()

    assert "For a lesson" in run(scene())  # the dialog is open


def test_others_arrive_and_leave_while_somebody_draws(server: Server) -> None:
    async def come_and_go() -> None:
        async with asyncio.TaskGroup() as people:
            for _ in range(10):
                people.create_task(visit())

    async def visit() -> None:
        async with Visitor(server.url) as visitor:
            await visitor.draw()

    def longest() -> float:
        return max(answers_during(server.url, lambda: asyncio.run(come_and_go()), every=0.2))

    assert least(longest, 5) < 5  # seconds, also on a slow machine


def test_a_visitor_who_comes_back_is_the_same(server: Server, tmp_path: Path) -> None:
    async def scene() -> tuple[str, str]:
        async with Visitor(server.url) as visitor:
            await visitor.press("board.sample.4")
            before = visitor.text("metric")
        async with Visitor(server.url, jar=visitor.jar) as again:
            return before, again.text("metric")

    before, after = run(scene())
    assert before == after
    assert "Prediction 4" in after
