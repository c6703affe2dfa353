"""Tables of visitors' own: trained on, refused, and what they do to another visitor, who draws, and to the memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import crowd
from tests.browser.harness import Server, nothing_red, serve, upload, value
from tests.tries import least
from tests.visitor import Visitor

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


async def until(visitor: Visitor, words: str) -> None:
    """Wait for what the page shows by itself, as long as a run takes."""
    while words not in visitor.text():
        await asyncio.sleep(0.1)


def test_tables_of_one_visitor_make_no_other_one_wait_and_take_little_memory(tmp_path: Path) -> None:
    async def scene() -> float:
        async with Visitor(server.url, "regression") as hostile, Visitor(server.url) as other:
            await hostile.set("Data", "Your own table")
            await hostile.upload(UPLOADER, "small.csv", SMALL)
            await hostile.press("Train on this table")
            await until(hostile, "On 8 held-out rows")  # then all that is needed once is in memory
            await other.draw()
            before = crowd.memory(server.process.pid)
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
            assert crowd.memory(server.process.pid) - before < 200e6
            return max(answers) / longest

    with serve(tmp_path) as server:
        assert least(lambda: crowd.run(scene(), 240), 1) < 1


FLATS = "size,side,price\n" + "\n".join(f"{i % 37},{'north' if i % 3 else 'south'},{3 * (i % 37)}" for i in range(120))


@pytest.fixture
def table(page: Page, server: Server) -> Page:
    page.goto(f"{server.url}/regression?data=Your+own+table")
    expect(page.get_by_role("button", name="Use the sample table")).to_be_visible()
    return page


def test_a_table_is_uploaded_trained_on_and_asked(table: Page) -> None:
    upload(table, "flats.csv", FLATS.encode())
    expect(table.get_by_role("heading", name="flats.csv: 120 rows, 3 columns")).to_be_visible()
    table.get_by_role("button", name="Train on this table").click()
    expect(table.get_by_role("heading", name="Ask the network")).to_be_visible(timeout=120_000)
    expect(table.get_by_text("Linear regression")).not_to_have_count(0)
    before = value(table, "Predicted price").inner_text()
    table.get_by_role("slider", name="size").press("End")
    expect(value(table, "Predicted price")).not_to_have_text(before)
    expect(table.get_by_role("heading", name="Run 1: your table")).to_be_visible()


def test_a_bad_table_is_one_sentence_and_the_one_before_it_stays(table: Page) -> None:
    table.get_by_role("button", name="Use the sample table").click()
    expect(table.get_by_role("heading", name="Diabetes: 442 rows, 11 columns")).to_be_visible()
    upload(table, "empty.csv", b"a,b\n1,2\n")
    expect(table.get_by_text("empty.csv has a single row of values")).to_be_visible()
    expect(table.get_by_text("Diabetes is still there.")).to_be_visible()
    expect(table.get_by_role("heading", name="Diabetes: 442 rows, 11 columns")).to_be_visible()
    nothing_red(table)
