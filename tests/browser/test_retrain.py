"""Retraining from the sidebar: live, stoppable, choosable, one run a session and a few a server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from safetensors import safe_open

from tests import crowd
from tests.browser.harness import (
    STROKES,
    Server,
    answered,
    arrive,
    choose,
    choose_weights,
    clear,
    draw,
    long_run,
    metric,
    serve,
    value,
)
from tests.tries import least
from tests.visitor import Visitor


def short_run(page: Page) -> None:
    """Without MNIST the bundled digits are offered; the small MLP learns them in seconds."""
    choose(page, "Model", "MLP of 1×1 convs")
    page.get_by_role("button", name="Retrain").click()


def test_a_run_from_start_to_its_weights_and_back(page: Page, server: Server, tmp_path: Path) -> None:
    arrive(page, server.url)
    short_run(page)
    expect(page.get_by_text("Finished at step").last).to_be_visible()
    expect(metric(page, "Test accuracy")).to_be_visible()
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Weights", exact=True).click()
    page.keyboard.press("Escape")
    file = tmp_path / "own.safetensors"
    download.value.save_as(file)
    with safe_open(file, framework="numpy") as weights:
        assert '"arch": "mlp_1x1"' in weights.metadata()["config"]
    expect(page.locator(".pw-cards").get_by_text("By Run 1, epoch 20")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("combobox", name="Read by").click()
    page.get_by_role("option", name="MLP of 1×1 convs", exact=True).click()
    expect(page.get_by_text("By Run 1, epoch 20").first).to_be_visible()
    choose_weights(page, "Shipped")
    expect(page.get_by_text("By Run 1, epoch 20")).to_have_count(0)


def test_pause_and_stop_hold_and_end_a_run_on_another_page_too(page: Page, server: Server) -> None:
    arrive(page, server.url)
    draw(page, STROKES[1])
    answered(page)
    long_run(page)
    expect(page.locator(".pw-cards").get_by_text("By Run 1, ")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused at step")).to_be_visible()
    page.get_by_role("link", name="House prices").click()
    expect(page.get_by_role("heading", name="House prices", level=1)).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("examples a second")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(1)  # that of the page before has gone
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped at step")).to_be_visible()


def test_retraining_is_folded_away_beside_pages_that_need_none(page: Page, server: Server) -> None:
    arrive(page, f"{server.url}/why_1x1")
    sidebar, retrain = page.get_by_test_id("stSidebar"), page.get_by_role("button", name="Retrain", exact=True)
    expect(retrain).to_have_count(0)
    sidebar.get_by_text("Retrain a network").click()
    short_run(page)
    over = sidebar.get_by_text("Finished at step")
    expect(page.get_by_role("button", name="Stop", exact=True).or_(over).first).to_be_visible()
    expect(over).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def test_the_page_reads_drawings_while_a_run_goes_on(page: Page, server: Server) -> None:
    arrive(page, server.url)
    long_run(page)
    clear(page)
    draw(page, STROKES[3])
    expect(value(page)).to_have_text("3")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped at step")).to_be_visible()


def test_mnist_without_a_network_says_what_to_do(page: Page, server: Server) -> None:
    arrive(page, server.url)
    choose(page, "Data", "MNIST")
    expect(page.get_by_text("11.6 MB will be downloaded first")).to_be_visible()


def test_a_data_folder_without_mnist_is_a_plain_sentence(page: Page, tmp_path: Path) -> None:
    with serve(tmp_path, POINTWISE_DATA=str(tmp_path / "nothing")) as server:
        arrive(page, server.url)
        choose(page, "Data", "MNIST")
        page.get_by_role("button", name="Retrain").click()
        expect(page.get_by_text("the bundled digits need no download")).to_be_visible()
        expect(value(page)).to_have_text("7")


def test_a_second_visitor_waits_for_the_only_place_and_gets_it_when_the_first_ends(
    browser: Browser, tmp_path: Path
) -> None:
    with serve(tmp_path, POINTWISE_RUNS="1") as server:
        first, second = browser.new_page(), browser.new_page()
        arrive(first, server.url)
        long_run(first)
        arrive(second, server.url)
        choose(second, "Model", "MLP of 1×1 convs")
        second.get_by_role("button", name="Retrain").click()
        expect(second.get_by_text(re.compile(r"Place 1 of 1 in the queue, (about|up to) \d+"))).to_be_visible()
        expect(value(second)).to_have_text("7")
        second.reload()
        expect(second.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
        first.get_by_role("button", name="Stop").click()
        expect(first.get_by_text("Stopped at step")).to_be_visible()
        expect(second.get_by_text("Finished at step")).to_be_visible()
        first.close()
        second.close()


def test_a_run_of_500_epochs_keeps_nobody_from_training_or_drawing_paused_or_not(tmp_path: Path) -> None:
    async def until(wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(240):
            while not wanted():
                await asyncio.sleep(0.1)

    async def retrain(visitor: Visitor, name: str) -> None:
        """One epoch of a small network; it is over once its accuracy is said."""
        await visitor.press("Retrain")
        await until(lambda: f"{name}: " in visitor.text("heading") and "Test accuracy" in visitor.text())

    async def scene() -> float:
        async with Visitor(server.url) as hostile, Visitor(server.url) as other:
            for visitor, epochs in ((hostile, 500), (other, 1)):
                await visitor.set("Model", "MLP of 1×1 convs")
                await visitor.expand("Advanced")
                await visitor.set("Epochs", epochs)
            longest = await crowd.bearable(other)
            await hostile.press("Retrain")
            async with crowd.drawing(other) as answers:
                await retrain(other, "Run 1")  # after the budget of the other's run
                await until(lambda: "Pause" in hostile.text("button"))  # once it is his turn again
                await hostile.press("Pause")
                await retrain(other, "Run 2")
            await hostile.press("Resume")
            await hostile.press("Stop")
            await until(lambda: "Test accuracy" in hostile.text())  # nothing was lost
            return max(answers) / longest

    with serve(tmp_path, POINTWISE_RUNS="1", POINTWISE_MINUTES="0.05") as server:
        assert least(lambda: crowd.run(scene()), 1) < 1
