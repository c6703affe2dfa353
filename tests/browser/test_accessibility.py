"""Everybody's way in: axe-core finds nothing serious on any page, and what has the keyboard's focus is seen.

axe-core is a pinned package (.ci/package.json); where POINTWISE_AXE does not name its file these tests are skipped, or
fail where POINTWISE_REQUIRE_AXE is set.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pointwise.costs import cost
from pointwise.data.catalogue import config_for
from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, Limits
from pointwise.runs import Run
from pointwise.training.recipes import recipe_named
from pointwise.ui.frame.navigation import FIRST_PAGE, PAGES
from tests import lacking
from tests.browser.harness import Server, arrive, serve

# The control of each page that shows another part of it.
VIEWS = {
    "path": ".st-key-path-progress button",
    "feature_maps": ".st-key-maps [role=radio]",
    "regression": ".st-key-view [role=radio]",
    "why_1x1": ".st-key-claim button",
    "paint": "[class*=st-key-paint-view] [role=radio]",
    "runs": "[class*=st-key-runs-view] [role=radio]",
}
# Streamlit's own, which no option and no rule of style can change.
ALLOWED: dict[tuple[str, str], str] = {}
IMPACTS = ["serious", "critical"]
AT_REST = """(quiet) => new Promise((done) => {
  const busy = "[data-testid=stSkeleton], [data-stale=true], [data-test-script-state=running]"
  let since = performance.now()
  const look = () => {
    const now = performance.now(), app = document.querySelector("[data-testid=stApp]")
    if (!app || document.querySelector(busy)) since = now
    if (now - since > quiet) done()
    else setTimeout(look, 30)
  }
  look()
})"""
SERIOUS = """async ([allowed, impacts]) => {
  const { violations } = await axe.run({
    elementRef: true, resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
  const found = []
  for (const { id, impact, nodes } of violations) {
    if (!impacts.includes(impact)) continue
    for (const { element, target, any, all, none } of nodes) {
      if (allowed.some(([rule, selector]) => rule === id && element.closest(selector))) continue
      const why = [...any, ...all, ...none].map(({ message }) => message).join("; ")
      found.push(`${impact} ${id}: ${target.flat().join(" >> ")}: ${why} ${element.outerHTML.slice(0, 150)}`)
    }
  }
  return found
}"""
# What looks the same with the keyboard's focus as without it; null: nothing has it. Tab goes on from there afterwards.
UNSEEN = """() => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (!element || element === document.body) return null
  const around = [element, element.parentElement, element.parentElement?.parentElement].filter(Boolean)
  const seen = around.filter((one) => one.offsetWidth > 1 && one.offsetHeight > 1 && !one.matches("label input"))
  const looks = () => seen.map((one) => {
    const { outline, boxShadow } = getComputedStyle(one)
    return outline + boxShadow
  }).join()
  const focused = looks()
  element.blur()
  return focused === looks() ? element.outerHTML.slice(0, 150) : ""
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    path = Path(os.environ.get("POINTWISE_AXE", "nowhere"))
    if not path.is_file():
        lacking("no axe-core: POINTWISE_AXE does not name its axe.min.js", "POINTWISE_REQUIRE_AXE")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["light", "dark"])
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """One page for all of a colour scheme's visits; nothing moves on it that would be half-way when it is looked at."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=request.param, reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two runs."""
    home = tmp_path_factory.mktemp("home")
    library = Library(home, Limits())
    for name in ("First", "Second"):
        job = PictureJob(
            config_for("bag_of_pixels", "digits"), recipe_named("fast", epochs=1), Pictures("digits", few=300)
        )
        recording = library.shelf("").begin(job.describe(), cost(job.config).parameters, name)
        for _ in Run(job, recording.run, recorder=recording).events():
            pass
    library.close()
    with serve(tmp_path_factory.mktemp("cache"), home=home) as running:
        yield running


def rest(page: Page) -> None:
    """Until the page's run is over, and nothing has moved for a moment."""
    page.evaluate(AT_REST, 400)


def found(page: Page, axe: str, where: str) -> list[str]:
    """What is wrong, each with the place where it was, once questions are answered and what is folded is open."""
    rest(page)
    asked = page.locator(".stRadio [role=radiogroup]:not(:has(:checked)) label")
    for _ in range(4):
        if asked.count():
            asked.first.click()
            rest(page)
    closed = page.locator(".stExpander details:not([open]) > summary")
    for _ in range(closed.count()):
        closed.first.click()
        rest(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    wrong = page.evaluate(SERIOUS, [[list(one) for one in ALLOWED], IMPACTS])
    if wrong:  # what was half-way there at the first look is not so at the second
        rest(page)
        again = page.evaluate(SERIOUS, [[list(one) for one in ALLOWED], IMPACTS])
        wrong = [one for one in again if one in wrong]
    return [f"{where}: {one}" for one in wrong]


def on_every_view(page: Page, axe: str, address: str, name: str) -> list[str]:
    """What is wrong on a page and on each of its views."""
    arrive(page, address)
    wrong = found(page, axe, f"/{name}")
    if name not in VIEWS:
        return wrong
    views = page.locator(VIEWS[name])
    assert views.count() > 1 or page.get_by_text("Nothing is here yet.").is_visible()
    for number in range(1, views.count()):
        views.nth(number).click(force=True)
        wrong += found(page, axe, f"/{name} {number + 1}")
    return wrong


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_a_page_has_no_serious_violation(screen: Page, server: Server, axe: str, entry) -> None:
    address = FIRST_PAGE if entry is PAGES[0] else entry.name
    wrong = on_every_view(screen, axe, f"{server.url}/{address}", entry.name)
    assert not wrong, "\n".join(wrong)


def test_the_page_of_runs_has_none_with_runs(screen: Page, kept: Server, axe: str) -> None:
    wrong = on_every_view(screen, axe, f"{kept.url}/runs", "runs")
    assert not wrong, "\n".join(wrong)


def test_what_has_the_focus_is_seen(page: Page, server: Server) -> None:
    for address in (FIRST_PAGE, "regression"):
        arrive(page, f"{server.url}/{address}")
        rest(page)
        seen = []
        while len(seen) < 60 and (looks := walk(page)) is not None:
            seen.append(looks)
        assert len(seen) > 15
        assert not [one for one in seen if one]


def walk(page: Page) -> str | None:
    page.keyboard.press("Tab")
    return page.evaluate(UNSEEN)
