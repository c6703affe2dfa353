"""Names that strangers give to columns, levels, files, runs and networks, on all pages: text, and nothing but text."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import urlencode

import pytest
import torch
from playwright.sync_api import Locator, Page, Request, expect

from pointwise.costs import cost
from pointwise.data.catalogue import config_for
from pointwise.data.table import prepare, read_table
from pointwise.jobs import Job, PictureJob, Pictures, TableJob, table_config
from pointwise.library import Library, Limits, Shelf
from pointwise.library.archive import pack_run
from pointwise.models import build, default_config
from pointwise.runs import Run
from pointwise.training.recipes import recipe_named, table_recipe
from pointwise.ui.frame.labels import JOINER
from pointwise.visible_text import one_line, visible
from pointwise.weights import model_from
from tests.attacks import ATTACKS, HOST
from tests.browser.harness import Server, arrive, nothing_red, tick

PICTURE, TAG, LINK, FORMULA = ATTACKS[0], ATTACKS[4], ATTACKS[10], ATTACKS[14]
HALF = len(ATTACKS) // 2
# Elements that would ask another host, go to one, run something, or that Markdown and Plotly make of markup.
MADE = f"""() => [...document.querySelectorAll("*")].filter((one) => one.localName === "iframe"
  || one.matches(".katex") && one.textContent.includes("x^2")
  || [...one.attributes].some(({{ name, value }}) => value.includes("{HOST}")
    && !["alt", "data-unformatted", "aria-label", "aria-valuetext", "title", "value", "placeholder"].includes(name)
    || name.startsWith("on"))).map((one) => one.outerHTML.slice(0, 200))"""
LINKED = (
    "a[href^=javascript], [data-testid=stCaptionContainer] :is(h1, ul, ol, hr, table, pre, blockquote, strong, em, del)"
)


def table(columns: tuple[str, ...]) -> bytes:
    """The first half of the columns varies, every third with levels; the others hold a single value each."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*columns, PICTURE + " "])
    for row in range(40):
        cells = [
            "1" if n >= HALF else ATTACKS[row % 5] if n % 3 == 0 else (row * (n + 3)) % 17
            for n, _ in enumerate(columns)
        ]
        writer.writerow([*cells, row % 7])
    return text.getvalue().encode()


def trained(shelf: Shelf, job: Job, name: str) -> str:
    recording = shelf.begin(job.describe(), cost(job.config).parameters, name)
    for _ in Run(job, recording.run, recorder=recording).events():
        pass
    shelf.annotate(recording.run, "\n".join(ATTACKS)[:2_000])
    return recording.run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of runs with hostile names: of digits, of a table with such columns, one loaded with such a card."""
    folder = tmp_path_factory.mktemp("home")
    library = Library(folder, Limits())
    shelf = library.shelf("")
    digits = PictureJob(
        config_for("bag_of_pixels", "digits"), recipe_named("fast", epochs=1), Pictures("digits", few=200)
    )
    trained(shelf, digits, PICTURE)
    own = read_table(table(ATTACKS[1:]), TAG)
    ready = prepare(own, own.targets[-1], list(own.features[:12]))
    run = trained(shelf, TableJob(table_config(ready), table_recipe(len(ready.training), epochs=2), ready), LINK)
    (folder / "given.zip").write_bytes(pack_run(shelf, run))
    network = build(default_config("mlp_1x1"), 0)
    card = dict(zip(("data", "imported", "threads"), ATTACKS, strict=False))
    card |= {"unknown": list(ATTACKS), "versions": dict.fromkeys(ATTACKS, TAG), "recipe": {"name": TAG, LINK: PICTURE}}
    shelf.add(model_from(network.config, network.state_dict(), card), f"{TAG} {FORMULA}")
    library.close()
    return folder


@pytest.fixture
def elsewhere(page: Page, kept: Server) -> list[str]:
    """The requests to other hosts and the dialogs that a page has brought."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((kept.url, kept.url.replace("http", "ws"), "data:", "blob:")):
            seen.append(request.url)

    page.on("request", note)
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    return seen


def harmless(page: Page) -> None:
    """Nothing red, and nothing on the page that a name has made."""
    nothing_red(page)
    assert page.evaluate(MADE) == []
    assert page.locator(LINKED).evaluate_all("every => every.map((one) => one.outerHTML)") == []


def give(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def read(texts: Locator) -> list[str]:
    return [text.replace(JOINER, "") for text in texts.all_inner_texts()]


def test_runs_and_networks(page: Page, kept: Server, home: Path, elsewhere: list[str]) -> None:
    arrive(page, f"{kept.url}/runs")
    main = page.get_by_test_id("stMain")
    name = main.get_by_role("textbox", name="Name")
    expect(name).to_have_value(f"{TAG} {FORMULA}"[:80])
    main.get_by_text("How it was made", exact=True).click()
    expect(main.get_by_role("cell", name=PICTURE, exact=True).first).to_be_visible()
    harmless(page)
    main.get_by_role("button", name="Use in the pages").click()
    expect(main.get_by_role("button", name="Used in the pages")).to_be_visible()
    tick(page, 1)
    expect(main.get_by_role("heading", name="What differs")).to_be_visible()
    harmless(page)
    tick(page, 0)
    expect(name).to_have_value(LINK)
    main.get_by_text("Ask it", exact=True).click()
    expect(main.get_by_test_id("stMetric").first).to_be_visible()
    assert read(main.get_by_test_id("stMetricLabel"))[0].startswith(f"Predicted {visible(PICTURE)}")
    harmless(page)
    tick(page, 2)  # the curves of two
    expect(main.locator(".legendtext").first).to_be_visible()
    harmless(page)
    main.get_by_text("Load a network or a run").click()
    give(page, f"{TAG}.zip", (home / "given.zip").read_bytes())
    expect(main.get_by_text("loaded.")).to_be_visible()
    weights = io.BytesIO()
    torch.save(build(default_config("mlp_1x1"), 0).state_dict(), weights)
    give(page, f"{PICTURE}.pth", weights.getvalue())
    expect(main.get_by_role("button", name="Load it")).to_be_visible()
    harmless(page)
    give(page, f"{TAG} {PICTURE} \u202egnp.pth", b"nothing")
    expect(main.get_by_test_id("stAlert").filter(has_text="is damaged")).to_be_visible()
    harmless(page)
    page.get_by_role("link", name="Draw a digit").click()
    expect(page.get_by_text("By ").first).to_be_attached()
    for address in ("feature_maps?network=MLP+of+1%C3%971+convs", "why_1x1?claim=any-size"):
        arrive(page, f"{kept.url}/{address}")
        harmless(page)
    assert elsewhere == []


def test_a_table(page: Page, kept: Server, elsewhere: list[str]) -> None:
    page.goto(f"{kept.url}/regression?data=Your+own+table")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("button", name="Use the sample table")).to_be_visible()
    give(page, f"{TAG} \u202evsc.csv", table(ATTACKS[1:]))
    expect(main.get_by_role("button", name="Train on this table")).to_be_visible()
    notes = read(main.get_by_test_id("stCaptionContainer"))
    left_out = [
        visible(f"'{one_line(attack)}' is left out: it holds a single value.") for attack in ATTACKS[1 + HALF :]
    ]
    assert [note for note in left_out if note not in notes] == []
    main.get_by_text("What each column holds").click()
    harmless(page)
    main.get_by_role("button", name="Train on this table").click()
    expect(main.get_by_role("heading", name="Ask the network")).to_be_visible(timeout=60_000)
    harmless(page)
    assert elsewhere == []


def test_a_link(page: Page, kept: Server, elsewhere: list[str]) -> None:
    parts = {"ask": f"{PICTURE} {TAG} {LINK} {FORMULA}", PICTURE: LINK, "hide": TAG, "v": LINK}
    arrive(page, f"{kept.url}/runs?{urlencode(parts)}")
    expect(page.get_by_test_id("stAlert")).to_have_count(2)
    assert read(page.get_by_test_id("stAlert"))[1].endswith(visible(parts["ask"]))
    harmless(page)
    assert elsewhere == []
