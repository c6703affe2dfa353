"""The page of runs in the browser: a table to tick and sort, runs that go on, markup, files from one to another."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from pointwise.costs import cost
from pointwise.data.catalogue import config_for
from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, Limits
from pointwise.runs import Run
from pointwise.training.recipes import recipe_named
from pointwise.ui.frame.labels import JOINER
from tests.browser.harness import (
    HEADER,
    REPOSITORY,
    Server,
    arrive,
    choose,
    click_table,
    fits,
    nothing_red,
    serve,
    set_number,
    tick,
)

MARKUP = "<img src=x onerror=alert(1)> ![m](http://evil.example/m.png) $x$ :red[x] **b**"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library in which the command line has three runs: the second reads worst, the last has markup in its name."""
    folder = tmp_path_factory.mktemp("home")
    library = Library(folder, Limits())
    shelf = library.shelf("")
    for name, arch, epochs in (("Good", "mlp_1x1", 3), ("Poor", "bag_of_pixels", 1), (MARKUP, "mlp_1x1", 1)):
        job = PictureJob(config_for(arch, "digits"), recipe_named("fast", epochs=epochs), Pictures("digits", few=500))
        recording = shelf.begin(job.describe(), cost(job.config).parameters, name)
        for _ in Run(job, recording.run, recorder=recording).events():
            pass
        shelf.annotate(recording.run, f"Note: {name}")
    library.close()
    return folder


def visit(page: Page, server: Server) -> Locator:
    """The page of runs once its first run is over; its main part."""
    arrive(page, f"{server.url}/runs")
    expect(page.get_by_role("heading", name="What is kept")).to_be_visible()
    return page.get_by_test_id("stMain")


def name(main: Locator) -> Locator:
    """The name of the one run that is chosen, once no other is left from the run of the page before."""
    field = main.get_by_role("textbox", name="Name")
    expect(field).to_have_count(1)
    return field


def test_markup_in_names_and_notes_is_text_and_asks_no_other_host(page: Page, kept: Server) -> None:
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((kept.url, kept.url.replace("http", "ws"), "data:", "blob:")):
            elsewhere.append(request.url)

    page.on("request", note)
    page.on("dialog", lambda dialog: elsewhere.append(dialog.message))
    main = visit(page, kept)
    expect(name(main)).to_have_value(MARKUP)
    expect(main.get_by_role("textbox", name="Note")).to_have_value(f"Note: {MARKUP}")
    tick(page, 1)
    expect(main.get_by_role("columnheader", name=MARKUP).first).to_be_visible()  # of what differs
    expect(main.locator(".legendtext").first).to_have_text(f"{MARKUP[:33]}…")
    tick(page, 1)
    main.get_by_role("button", name="Delete", exact=True).click()
    deleted, later = main.get_by_text("was deleted."), main.get_by_text("for another 60 min")
    expect(deleted).to_be_visible()
    assert deleted.inner_text().replace(JOINER, "") == f"'{MARKUP}' was deleted."
    main.get_by_text("Deleted runs (1)").click()
    expect(later).to_be_visible()
    assert later.inner_text().replace(JOINER, "").startswith(f"{MARKUP}, for another")
    main.get_by_role("button", name="Undo").click()
    expect(name(main)).to_have_value(MARKUP)
    assert elsewhere == []
    nothing_red(page)


def test_a_sorted_table_chooses_the_row_that_is_seen(page: Page, kept: Server) -> None:
    main = visit(page, kept)
    expect(name(main)).to_have_value(MARKUP)
    tick(page, 0)
    expect(main.get_by_text("Curves", exact=True)).to_have_count(0)
    click_table(page, 410, HEADER / 2)  # sorted by accuracy, the lowest first
    tick(page, 0)
    expect(name(main)).to_have_value("Poor")
    page.wait_for_timeout(3_500)  # the table has looked for new runs meanwhile
    tick(page, 2)
    expect(main.get_by_role("heading", name="What differs")).to_be_visible()
    expect(main.get_by_role("columnheader", name="Good").first).to_be_visible()


def test_a_phone_sees_all_of_it(phone: Page, kept: Server) -> None:
    main = visit(phone, kept)
    for view in ("How it was made", "Files", "Replay"):
        main.get_by_text(view, exact=True).click()
        fits(phone)
    tick(phone, 1)
    expect(main.get_by_role("heading", name="What differs")).to_be_visible()
    fits(phone)


def test_a_run_is_steered_here_while_a_note_is_written(page: Page, kept: Server) -> None:
    main = visit(page, kept)
    page.get_by_test_id("stSidebar").get_by_text("Retrain a network").click()
    choose(page, "Model", "MLP of 1×1 convs")
    page.get_by_test_id("stSidebar").get_by_text("Advanced").click()
    set_number(page, "Epochs", "500")
    expect(page.get_by_text("500 passes over the examples")).to_be_visible()
    page.get_by_role("button", name="Retrain").click()
    expect(main.get_by_text("Run 1: going on, step")).to_be_visible()
    words, note = (
        "a note that takes as long to write as the run takes for steps",
        main.get_by_role("textbox", name="Note"),
    )
    note.press_sequentially(words, delay=60)
    expect(note).to_be_focused()
    expect(note).to_have_value(words)
    note.press("Enter")
    main.get_by_role("button", name="Pause").click()
    expect(main.get_by_text("Run 1: paused, step")).to_be_visible()
    expect(note).to_have_value(words)
    main.get_by_role("button", name="Resume").click()
    expect(main.get_by_text("Run 1: going on, step")).to_be_visible()
    main.get_by_role("button", name="Stop").click()
    expect(main.get_by_text(re.compile("^Stopped at epoch .*: MLP"))).to_be_visible()
    expect(name(main)).to_have_value("Run 1")
    expect(main.get_by_role("button", name="Go on")).to_be_visible()
    nothing_red(page)


def test_a_training_in_a_terminal_appears_by_itself(page: Page, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serve(tmp_path, home=home) as server:
        main = visit(page, server)
        expect(main.get_by_text("Nothing is here yet.")).to_be_visible()
        command = ["-m", "pointwise", "train", "mlp_1x1", "--data-set", "digits", "--epochs", "1", "--out"]
        trained = subprocess.run(
            [sys.executable, *command, str(tmp_path / "out.safetensors")],
            cwd=REPOSITORY,
            env={"PATH": "", "POINTWISE_HOME": str(home), "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert trained.returncode == 0, trained.stderr
        expect(main.get_by_text("made in the terminal")).to_be_visible()
        expect(main.get_by_text("Finished: MLP of 1×1 convs on Bundled digits")).to_be_visible()


def test_all_runs_go_from_one_browser_to_another_and_are_deleted(
    page: Page, browser: Browser, kept: Server, tmp_path: Path
) -> None:
    main = visit(page, kept)
    with page.expect_download() as download:
        main.get_by_role("button", name="Take all with me").click()
    file = tmp_path / "all.zip"
    download.value.save_as(file)
    with serve(tmp_path, POINTWISE_PUBLIC="1") as elsewhere:
        other = browser.new_context().new_page()
        there = visit(other, elsewhere)
        expect(there.get_by_text("Nothing is here yet.")).to_be_visible()
        there.get_by_text("Load a network or a run").click()
        other.locator("input[type=file]").set_input_files(file)
        expect(there.get_by_text("runs were loaded.")).to_be_visible()
        expect(name(there)).to_be_visible()
        there.get_by_role("button", name="Delete all my things").click()
        other.get_by_role("button", name="Delete all", exact=True).click()
        expect(there.get_by_text("Nothing is here yet.")).to_be_visible()
        expect(there.get_by_text("0 of 50 runs")).to_be_visible()
        nothing_red(other)
        other.context.close()
