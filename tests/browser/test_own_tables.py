"""What one visitor's tables do to another visitor, who draws, and to the server's memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests import crowd
from tests.browser.harness import serve

MB = 2**20
UPLOADER = "tables.upload"
SMALL = b"a,b\n" + b"".join(b"%d,%d\n" % (row, row % 7) for row in range(40))


def legal() -> bytes:
    """A table of 6 MB that can be used: 15,000 rows of 199 columns of twelve texts, and one of numbers."""
    lines = [",".join("abcdefghijkl"[(i + shift) % 12] for i in range(199)) for shift in range(12)]
    rows = "".join(f"{lines[row % 12]},{row}\n" for row in range(15_000))
    return ",".join([*(f"c{i}" for i in range(199)), "y"]).encode() + f"\n{rows}".encode()


TABLES = {
    "legal.csv": (legal(), "The first 55 of 199 columns are chosen"),
    "commas.csv": (b"," * (10 * MB), "10,485,761 columns, more than 200"),
    "quote.csv": (b'a,b\n"' + b"x" * (10 * MB - 6), "characters, more than 131,072"),
    "spaces.csv": (b"a,b\n" + (b"x" + b" " * 100_000 + b"1,2\n") * 100, "no column of numbers that vary"),
}


async def until(visitor: crowd.Visitor, words: str) -> None:
    """Wait for what the page shows by itself, as long as a run takes."""
    while words not in visitor.text():
        await asyncio.sleep(0.1)


def test_tables_of_one_visitor_make_no_other_one_wait_and_take_little_memory(tmp_path: Path) -> None:
    async def scene(url: str, process: int) -> tuple[float, float]:
        async with crowd.Visitor(url, "regression") as hostile, crowd.Visitor(url) as other:
            await hostile.set("Data", "Your own table")
            await hostile.upload(UPLOADER, "small.csv", SMALL)
            await hostile.press("Train on this table")
            await until(hostile, "On 8 held-out rows")  # then all that is needed once is in memory
            await other.draw()
            before = crowd.memory(process)
            longest = await crowd.bearable(other)
            async with crowd.drawing(other) as answers:
                for name, (content, words) in TABLES.items():
                    await hostile.upload(UPLOADER, name, content)
                    assert words in hostile.text(), name
                    if name == "legal.csv":
                        await hostile.press("Train on this table")
                        await until(hostile, "of the 12,000 training rows")
                        await hostile.press("Stop")
                await hostile.upload(UPLOADER, "small.csv", SMALL)
            return max(answers) / longest, crowd.memory(process) - before

    with serve(tmp_path) as server:
        share, more = crowd.run(scene(server.url, server.process.pid), 240)
        assert share < 1
        assert more < 200e6
