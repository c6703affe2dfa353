"""A run outlives its page and its server: after a reload, in a second tab, after a kill; nobody else sees it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pointwise.data.catalogue import config_for
from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, RunRecord
from pointwise.models import Network
from pointwise.training import recipe_named
from tests.browser.harness import (
    STROKES,
    Server,
    answered,
    arrive,
    clear,
    draw,
    long_run,
    metric,
    nothing_red,
    serve,
    set_number,
    value,
)

EPOCHS = 16
PATIENCE = 60.0  # seconds until a test that hangs fails


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def undisturbed() -> Network:
    """The network of the very run that the tests below disturb."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    job = PictureJob(config_for("nin", "digits"), recipe_named("fast", epochs=EPOCHS), Pictures("digits"))
    *_, last = job.steps()
    torch.set_num_threads(before)
    return job.network(last.epoch)


def train(page: Page) -> None:
    """Retrain the default reader on the bundled digits."""
    page.get_by_test_id("stSidebar").get_by_text("Advanced").click()
    set_number(page, "Epochs", str(EPOCHS))
    page.get_by_role("button", name="Retrain").click()
    expect(page.get_by_text("examples a second")).to_be_visible()


@contextmanager
def library(home: Path) -> Iterator[Library]:
    """The library of a server, looked into from outside."""
    opened = Library(home)
    yield opened
    opened.close()


def the_run(opened: Library) -> RunRecord:
    """The only run of all visitors."""
    (row,) = opened.rows("SELECT id, owner FROM runs")
    return opened.shelf(row["owner"]).run(row["id"])


def written(opened: Library) -> None:
    """Wait until all is kept of the run, which the page may say is finished a moment before."""
    deadline = time.monotonic() + PATIENCE
    while the_run(opened).state != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def network_of(opened: Library) -> Network:
    run = the_run(opened)
    return opened.shelf(run.owner).network(run.id)


def same(one: Network, other: Network) -> bool:
    weights = other.state_dict()
    return all(torch.equal(tensor, weights[name]) for name, tensor in one.state_dict().items())


def test_a_reload_in_mid_training_finds_drawing_and_run_and_changes_nothing(
    context: BrowserContext, undisturbed: Network, tmp_path: Path
) -> None:
    home, page = tmp_path / "home", context.new_page()
    with serve(tmp_path, home=home) as server:
        arrive(page, server.url)
        clear(page)
        draw(page, STROKES[3])
        answered(page)
        train(page)
        page.reload()
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        expect(page.get_by_text("Paused at step")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Resume")).to_be_visible()
        expect(page.get_by_text("in the queue")).to_have_count(0)
        other = context.new_page()  # a second tab
        other.goto(server.url)
        other.get_by_role("button", name="Resume").click()
        expect(other.get_by_role("button", name="Pause")).to_be_visible()
        expect(page.get_by_text("Finished at step")).to_be_visible(timeout=1000 * PATIENCE)
        expect(other.get_by_text("Finished at step")).to_be_visible()
        expect(metric(page, "Prediction").locator("xpath=../..")).to_contain_text(f"By Run 1, epoch {EPOCHS}")
        nothing_red(page)
        with library(home) as opened:
            written(opened)
            assert same(network_of(opened), undisturbed)


def test_a_killed_server_leaves_a_run_that_goes_on_to_the_same_weights(
    context: BrowserContext, undisturbed: Network, tmp_path: Path
) -> None:
    home, page = tmp_path / "home", context.new_page()
    with serve(tmp_path, home=home) as server:
        arrive(page, server.url)
        train(page)
        kept, deadline = None, time.monotonic() + PATIENCE
        while kept is None and time.monotonic() < deadline:
            with library(home) as opened:
                kept = the_run(opened).checkpoint
            page.wait_for_timeout(50)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(timeout=20)
    with library(home) as opened:
        assert the_run(opened).state == "interrupted"
    with serve(tmp_path, home=home) as server:
        page.goto(server.url)
        expect(page.get_by_text("Interrupted at step")).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        expect(page.get_by_text("Finished at step")).to_be_visible(timeout=1000 * PATIENCE)
        with library(home) as opened:
            written(opened)
            assert same(network_of(opened), undisturbed)


def test_two_browsers_see_nothing_of_each_other(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path, POINTWISE_RUNS="2") as server:
        first, second = (browser.new_context().new_page() for _ in range(2))
        arrive(first, server.url)
        long_run(first)
        arrive(second, server.url)
        expect(value(second)).to_have_text("7")
        second.goto(f"{server.url}/runs")
        expect(second.get_by_role("heading", name="Your runs")).to_be_visible()
        expect(second.get_by_text("Run 1")).to_have_count(0)
        expect(second.get_by_role("button", name="Pause")).to_have_count(0)
        expect(first.get_by_role("button", name="Pause")).to_be_visible()
        for page in (first, second):
            page.context.close()


def test_a_stopped_run_goes_on_from_any_page(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    arrive(page, server.url)
    long_run(page)
    page.goto(f"{server.url}/runs")
    expect(page.get_by_role("button", name="Stop").first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped at step").first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Go on").click()
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped at step").first).to_be_visible()
