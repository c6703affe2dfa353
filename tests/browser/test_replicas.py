"""Several servers behind nginx as .deploy has them: visitors stick to theirs, and lose nothing when it dies.

Without nginx these tests are skipped, or fail where POINTWISE_REQUIRE_NGINX is set.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import http.cookiejar
import secrets
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pointwise.library import Library
from pointwise.models import ModelConfig, build
from tests.browser.harness import STROKES, Server, answered, clear, draw, long_run, value
from tests.crowd import answers_during, run
from tests.replicas import DEPLOY, LISTEN, Front, free_port, image, nginx, nginx_with, replicas
from tests.visitor import COOKIE, Visitor

STICKY = "pointwise_replica"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def servers(folder: Path) -> Iterator[list[Server]]:
    with replicas(folder, 4) as running:
        yield running


@pytest.fixture(scope="module")
def two(folder: Path, servers: list[Server]) -> Iterator[Front]:
    with nginx(folder, servers[:2]) as front:
        yield front


@pytest.fixture(scope="module")
def four(folder: Path, servers: list[Server]) -> Iterator[Front]:
    with nginx(folder, servers) as front:
        yield front


def jar(front: Front, **cookies: str) -> http.cookiejar.CookieJar:
    """What a browser keeps that comes with these cookies."""
    made, host = http.cookiejar.CookieJar(), urllib.parse.urlsplit(front.url).hostname or ""
    for name, text in cookies.items():
        rest = (None, False, host, False, False, "/", True, False, None, True, None, None, {})
        made.set_cookie(http.cookiejar.Cookie(0, name, text, *rest))  # type: ignore[arg-type]
    return made


def cookie(kept: http.cookiejar.CookieJar, name: str = STICKY) -> str:
    return next((one.value or "" for one in kept if one.name == name), "")


def get(front: Front, path: str = "/", cookies: http.cookiejar.CookieJar | None = None, **headers: str) -> str:
    """The replica's number that an answer sets as a cookie; "" where it sets none."""
    kept = http.cookiejar.CookieJar() if cookies is None else cookies
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(kept))
    with opener.open(urllib.request.Request(front.url + path, headers=headers), timeout=60) as response:
        response.read()
        lines = response.headers.get_all("Set-Cookie", [])
    return next((line.split(";")[0].partition("=")[2] for line in lines if line.startswith(STICKY)), "")


def to_go_on_from(home: Path) -> bool:
    """Whether a run has a checkpoint."""
    library = Library(home)
    try:
        rows = library.rows("SELECT id, owner FROM runs")
        return any(library.shelf(row["owner"]).run(row["id"]).checkpoint is not None for row in rows)
    finally:
        library.close()


@pytest.mark.parametrize("number", [2, 4])
def test_first_visits_are_spread_in_turn(number: int, request: pytest.FixtureRequest) -> None:
    front = request.getfixturevalue({2: "two", 4: "four"}[number])
    went = [get(front) for _ in range(5 * number)]
    assert set(went[:number]) == {str(one + 1) for one in range(number)}
    assert went == 5 * went[:number]


def test_a_hundred_visitors_keep_their_run_through_a_reload(folder: Path, two: Front) -> None:
    tokens = [secrets.token_hex(16) for _ in range(100)]
    library, network = Library(folder / "home"), build(ModelConfig("bag_of_pixels"))
    for number, token in enumerate(tokens):
        owner = hashlib.sha256(token.encode()).hexdigest()
        library.shelf(owner).add(network, f"run of visitor {number}")
    library.close()
    kept = [jar(two, **{COOKIE: token}) for token in tokens]
    before = len(two.seen())

    async def everybody() -> list[tuple[str, str]]:
        """The run that each visitor's page shows, and the replica that shows it."""
        calm = asyncio.Semaphore(8)

        async def look(cookies: http.cookiejar.CookieJar) -> tuple[str, str]:
            async with calm, Visitor(two.url, "runs", cookies) as visitor:
                return visitor.find("Name").what.default, cookie(cookies)

        return await asyncio.gather(*map(look, kept))

    first, again = run(everybody()), run(everybody())
    assert [name for name, _ in first] == [f"run of visitor {number}" for number in range(100)]
    assert again == first
    assert Counter(replica for _, replica in first) == {"1": 50, "2": 50}
    asked = [seen for seen in two.seen()[before:] if seen.cookie != "-"]
    assert {seen.path for seen in asked} >= {"/runs", "/_stcore/host-config", "/_stcore/stream"}
    assert all(seen.upstream.rpartition(":")[0].endswith(f".{seen.cookie}") for seen in asked)


def test_what_asks_without_cookies_finds_the_session_again(two: Front) -> None:
    for replica in (get(two, "/_stcore/health"), get(two, "/_stcore/host-config"), get(two, "/_stcore/health")):
        assert replica == get(two, "/_stcore/host-config")
    agents = {get(two, "/_stcore/health", **{"User-Agent": f"browser {number}"}) for number in range(20)}
    assert agents == {"1", "2"}


@pytest.mark.parametrize("forged", ["77", "0", "1:22", "localhost", "1.2"])
def test_a_cookie_that_names_no_replica_gets_one(two: Front, forged: str) -> None:
    assert get(two, "/", jar(two, **{STICKY: forged})) in ("1", "2")


def test_behind_https_the_cookie_goes_by_https_only(two: Front) -> None:
    with_cookies = http.client.HTTPConnection(urllib.parse.urlsplit(two.url).netloc, timeout=60)
    with_cookies.request("GET", "/", headers={"X-Forwarded-Proto": "https"})
    assert with_cookies.getresponse().headers["Set-Cookie"].endswith("; Secure")
    with_cookies.close()


def test_an_upload_comes_to_the_session_that_asked_for_it(two: Front) -> None:
    """Its bytes are kept in one server's memory, and it is taken only with the page's cookie."""
    network = (Path(__file__).parents[2] / "models" / "price_1x1.safetensors").read_bytes()

    async def scene() -> None:
        async with Visitor(two.url, "runs", jar(two)) as visitor:
            await visitor.upload("runs.load", "taken home.safetensors", network)
            assert "taken home" in visitor.find("Name").what.default

    for _ in range(2):  # one on each replica
        run(scene())


def test_a_killed_server_costs_its_visitors_a_reconnect(
    browser: Browser, folder: Path, servers: list[Server], four: Front
) -> None:
    """One draws, and trains; another one, on another server, has his answers all the while."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": STICKY, "value": "4", "url": four.url}])
    page = context.new_page()
    page.goto(four.url)
    clear(page)
    draw(page, STROKES[3])
    answered(page)
    expect(value(page)).to_have_text("3")
    long_run(page)
    deadline = time.monotonic() + 60
    while not to_go_on_from(folder / "home"):
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
    image = page.locator(".pw-answer").get_attribute("data-image")
    number = page.locator(".pw-answer").get_attribute("data-number")
    before = len(four.seen())

    def die() -> None:
        servers[3].process.kill()
        servers[3].process.wait(timeout=20)

    with ThreadPoolExecutor() as aside:  # Playwright has this thread's event loop
        assert max(aside.submit(answers_during, servers[0].url, die, every=0.2).result()) < 5
    page.wait_for_function(f"() => document.querySelector('.pw-answer')?.dataset.number > {number}")
    expect(page.locator(f".pw-answer[data-image='{image}']")).to_be_visible()
    expect(page.get_by_text("Interrupted at step")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Stop").click()
    draw(page, STROKES[1])
    answered(page)
    now = next(one["value"] for one in context.cookies() if one["name"] == STICKY)
    assert now in ("1", "2", "3")
    page.reload()
    expect(page.locator(".pw-answer[data-image]:not([data-image=''])")).to_be_visible()
    context.close()
    later = [seen for seen in four.seen()[before:] if seen.cookie == now]
    assert later
    assert all(seen.upstream.rpartition(":")[0].endswith(f".{now}") for seen in later)
    assert "4" not in [get(four) for _ in range(8)]


def test_a_class_s_password_is_asked_for_once(folder: Path, servers: list[Server]) -> None:
    """Then it goes by a cookie, also with websockets, for which Safari sends no password."""
    lines = (DEPLOY / "password.conf").read_text(encoding="utf-8").replace("KEY", "0123")
    with nginx(folder, servers[:1], password_conf=lines, passwords="class:{PLAIN}word\n") as front:

        def answer(path: str, **headers: str) -> tuple[int, str]:
            """The status, and the cookies that are given."""
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(front.url).netloc, timeout=60)
            connection.request("GET", path, headers=headers)
            status, given = (got := connection.getresponse()).status, " ".join(got.headers.get_all("Set-Cookie", []))
            connection.close()
            return status, given

        socket = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        socket["Sec-WebSocket-Key"] = "AAAAAAAAAAAAAAAAAAAAAA=="
        for path, headers in (("/", {}), ("/_stcore/stream", socket), ("/", {"Cookie": "pointwise_class=KEY"})):
            status, given = answer(path, **headers)
            assert (status, "pointwise_class" in given) == (401, False)
        status, given = answer("/", Authorization=f"Basic {base64.b64encode(b'class:word').decode()}")
        assert (status, "pointwise_class=0123; " in given) == (200, True)
        assert answer("/_stcore/stream", Cookie="pointwise_class=0123", **socket)[0] == 101
        assert answer("/", Cookie="pointwise_class=wrong")[0] == 401


def test_several_machines_share_the_new_browsers_and_keep_the_old(tmp_path: Path) -> None:
    text = (DEPLOY / "machines.conf").read_text(encoding="utf-8").replace("listen 80;", f"listen {LISTEN};")
    with nginx_with(tmp_path / "machines", text) as front:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(front.url).netloc, timeout=60)

        def sent(**headers: str) -> tuple[str, str]:
            """Where a browser is sent, and the cookie that it is given."""
            connection.request("GET", "/regression?sqft=2000", headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.headers["Location"], answer.headers["Set-Cookie"].partition(";")[0]

        new = {sent() for _ in range(40)}
        assert len(new) == 2
        for address, given in new:
            assert address == f"http://{given.partition('=')[2]}/regression?sqft=2000"
            assert {sent(Cookie=given) for _ in range(5)} == {(address, given)}
        assert sent(Cookie="pointwise_machine=elsewhere.example.net") in new
        connection.close()


def test_the_container_s_health_check_knows_a_server_that_answers(tmp_path: Path, servers: list[Server]) -> None:
    check = " ".join(image(tmp_path).health[2:])
    address = servers[0].url.removeprefix("http://")
    assert subprocess.run([sys.executable, "-c", check.replace("127.0.0.1:8501", address)]).returncode == 0
    nobody = f"127.0.0.1:{free_port(['127.0.0.1'])}"
    gone = subprocess.run([sys.executable, "-c", check.replace("127.0.0.1:8501", nobody)], stderr=subprocess.DEVNULL)
    assert gone.returncode != 0


def test_a_server_that_is_told_to_end_does_so_in_order(servers: list[Server]) -> None:
    servers[2].process.terminate()
    assert servers[2].process.wait(timeout=20) == 0
