"""A visitor without a browser, who speaks Streamlit's protocol as a browser does and times what he waits for.

    async with Visitor("http://localhost:8501") as visitor:
        visitor.opened  # seconds until the first answer
        await visitor.draw()  # seconds
        await visitor.set("Width", 512)
        await visitor.press("Retrain")

Pictures, fonts and code are not fetched, as a browser has them after a first visit. Only servers on this computer are
visited.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import ipaddress
import json
import re
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, NamedTuple, Self, TypeVar

from google.protobuf import json_format
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.recorded_strokes import recorded, strokes

T = TypeVar("T")
PATIENCE = 60.0  # seconds until a visitor gives up
MOST = 400  # visitors at once
COOKIE = "pointwise_visitor"
ANSWER = re.compile(r'class="pw-answer" data-number="(\d+)" data-image="([^"]*)"')


class Shown(NamedTuple):
    """An element or a block on the page."""

    what: Any  # its protobuf: a Button, a Slider, an Expandable …
    kind: str
    fragment: str
    run: str  # which put it there


class Visitor:
    """Somebody on the app, from ``async with`` on; raises TimeoutError where the server keeps him waiting too long.

    ``jar`` holds his cookies: given to another Visitor, it is a second tab, or a reload.
    """

    here = 0  # visitors of this program that are on a page

    def __init__(self, url: str, path: str = "", jar: http.cookiejar.CookieJar | None = None) -> None:
        address = urllib.parse.urlsplit(url)
        name = address.hostname or ""
        if name != "localhost" and not ipaddress.ip_address(name).is_loopback:
            raise ValueError(f"{name} is not this computer. Visit servers at localhost only.")
        self.url, self.path = url.rstrip("/"), path
        self.jar = jar if jar is not None else http.cookiejar.CookieJar()
        self.shown: dict[tuple[int, ...], Shown] = {}
        self.opened = self.settled = float(
            "nan"
        )  # seconds from asking for the page to its first answer, and to its end
        self.lost = False  # whether the server has ended the connection
        self.pages: dict[str, str] = {}  # the hash of each page's script, by its address
        self.page = self.session = self._run = ""
        self.received = 0  # bytes
        self.number = 0  # of the latest drawing
        self._base = 0
        self._cached: dict[str, Any] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._answers: list[tuple[int, asyncio.Future[float]]] = []
        self._waiting: list[_Waiting] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._urls: asyncio.Future[Any] | None = None
        self._early: asyncio.Task[None] | None = None
        self._first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        if Visitor.here >= MOST:
            raise RuntimeError(f"{MOST} visitors are here already.")
        Visitor.here += 1
        try:
            await self._arrive()
        except BaseException:
            await self.leave()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Close the tab."""
        Visitor.here -= 1
        for timer in self._timers.values():
            timer.cancel()
        if socket := getattr(self, "_socket", None):
            self._reader.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await self._reader
            await socket.close()

    async def draw(self, number: int | None = None) -> float:
        """Seconds from sending a recorded stroke, the next one or the ``number``-th, to the server's answer to it."""
        self.number += 1
        sent = strokes()[(self.number if number is None else number) % len(strokes())]
        answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._answers.append((self.number, answer))
        began = time.perf_counter()
        await self.tell("pen-board", "drawing", {**sent, "number": self.number, "base": self._base})
        return await _patiently(answer) - began

    async def tell(self, component: str, event: str, value: Any) -> None:
        """Send what a component of ours on the page, by its key, sends; nothing is waited for."""
        one = next(one for one in self.shown.values() if _is(one, component))
        state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{one.what.id}__events")
        state.json_trigger_value = json.dumps([{"event": event, "value": value}])
        await self._send(one.fragment, state)

    async def press(self, name: str) -> float:
        """Seconds until the run is over that a button, by label or key, asks for."""
        button = self.find(name, "button")
        return await self._rerun(button.fragment, WidgetState(id=button.what.id, trigger_value=True))

    async def set(self, name: str, value: Any) -> float:
        """Give a widget, by label or key, a value, of a list as it is written; seconds until the run is over."""
        widget = self.find(name)
        state = _state(widget, value)
        self._widgets[state.id] = state
        return await self._rerun(widget.fragment)

    async def expand(self, name: str) -> float:
        """Open an expander or popover that tells the server of it."""
        return await self.set(name, True)

    async def upload(self, name: str, file: str, content: bytes) -> float:
        """Give a file to an uploader; seconds from sending it to the end of the run after it."""
        uploader, began = self.find(name, "file_uploader"), time.perf_counter()
        message = BackMsg()
        message.file_urls_request.request_id, message.file_urls_request.session_id = str(uuid.uuid4()), self.session
        message.file_urls_request.file_names.append(file)
        self._urls = asyncio.get_running_loop().create_future()
        await self._socket.send(message.SerializeToString())
        urls = await _patiently(self._urls)
        await asyncio.to_thread(self._put, urls.upload_url, file, content)
        state = WidgetState(id=uploader.what.id)
        info = state.file_uploader_state_value.uploaded_file_info.add(name=file, size=len(content))
        info.file_id = urls.file_id
        info.file_urls.CopyFrom(urls)
        self._widgets[state.id] = state
        await self._rerun(uploader.fragment)
        return time.perf_counter() - began

    async def open(self, path: str) -> float:
        """Go to another page of the menu, by its address ("" is the first); seconds until its run is over."""
        self.path, self.page = path, self.pages[path]
        return await self._rerun("")

    def find(self, name: str, kind: str = "") -> Shown:
        """A widget on the page by its label or key. Raises LookupError where there is none."""
        for one in self.shown.values():
            key = getattr(one.what, "id", "")
            if kind in ("", one.kind) and key and (getattr(one.what, "label", "") == name or key.endswith(f"-{name}")):
                return one
        raise LookupError(f"There is no {kind or 'widget'} {name!r} on the page, but {self.text()[:300]!r}.")

    def text(self, kind: str = "") -> str:
        """What stands on the page, or in its elements of one kind: markdown, html, metric, alert, heading …"""
        parts = []
        for one in self.shown.values():
            if kind in ("", one.kind):
                parts += [
                    getattr(one.what, name, "") for name in ("label", "tag", "body", "delta") if one.kind != "tab"
                ]
        return " ".join(str(part) for part in parts if part)

    async def _arrive(self) -> None:
        began, origin = time.perf_counter(), self.url
        await asyncio.to_thread(self._get)
        cookies = {cookie.name: cookie.value or "" for cookie in self.jar}
        xsrf = cookies.get("_streamlit_xsrf", "")
        self._socket: ClientConnection = await connect(
            "ws" + self.url.removeprefix("http") + "/_stcore/stream",
            subprotocols=[Subprotocol("streamlit"), *([Subprotocol(xsrf)] if xsrf else [])],
            origin=Origin(origin),
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
            compression=None,
            proxy=None,
            max_size=None,
            max_queue=None,
            ping_interval=None,
            open_timeout=PATIENCE,
        )
        self._reader = asyncio.create_task(self._read())
        await self._rerun("")
        self.settled = time.perf_counter() - began
        if self.path == "":
            self.opened = await _patiently(asyncio.shield(self._first)) - began

    def _get(self) -> None:
        for path in (self.path, "_stcore/health", "_stcore/host-config"):
            with self._opener().open(f"{self.url}/{path}", timeout=PATIENCE) as response:
                response.read()

    def _put(self, path: str, file: str, content: bytes) -> None:
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{file}"; filename="{file}"\r\n\r\n'.encode()
        xsrf = next((cookie.value for cookie in self.jar if cookie.name == "_streamlit_xsrf"), "") or ""
        request = urllib.request.Request(
            self.url + path,
            head + content + f"\r\n--{edge}--\r\n".encode(),
            {"Content-Type": f"multipart/form-data; boundary={edge}", "X-Xsrftoken": xsrf, "Origin": self.url},
            method="PUT",
        )
        self._opener().open(request, timeout=PATIENCE).close()

    def _opener(self) -> urllib.request.OpenerDirector:
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    async def _rerun(self, fragment: str, *triggers: WidgetState) -> float:
        """Ask for a run; seconds until it is over."""
        waiting = _Waiting(fragment)
        self._waiting.append(waiting)
        began = time.perf_counter()
        await self._send(fragment, *triggers)
        return await _patiently(waiting.over) - began

    async def _send(self, fragment: str, *triggers: WidgetState, by_itself: bool = False) -> None:
        message = BackMsg()
        json_format.ParseDict(recorded()["first"], message)
        state = message.rerun_script
        state.context_info.url = f"{self.url}/{self.path}"
        state.page_script_hash, state.fragment_id, state.is_auto_rerun = self.page, fragment, by_itself
        if not self.session and self.path:
            state.page_name = self.path
        state.widget_states.widgets.extend([*self._widgets.values(), *triggers])
        state.cached_message_hashes.extend(self._cached)
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            async for content in self._socket:
                assert isinstance(content, bytes)
                self.received += len(content)
                self._take(ForwardMsg.FromString(content))
        except ConnectionClosed:
            pass
        self.lost = True
        for future in [answer for _, answer in self._answers] + [one.over for one in self._waiting]:
            if not future.done():
                future.set_exception(ConnectionError("The server has closed the connection."))

    def _take(self, message: ForwardMsg) -> None:
        kind, now = message.WhichOneof("type"), time.perf_counter()
        if kind == "ref_hash":
            delta = self._cached[message.ref_hash]
            self._put_up(message.metadata, delta, now)
        elif kind == "delta":
            if message.metadata.cacheable:
                self._cached[message.hash] = message.delta
            self._put_up(message.metadata, message.delta, now)
        elif kind == "new_session":
            self._begun(message)
        elif kind == "script_finished":
            self._finished(message, now)
        elif kind == "navigation":
            pages = message.navigation.app_pages
            self.pages = {"" if page.is_default else page.url_pathname: page.page_script_hash for page in pages}
            self.page = message.navigation.page_script_hash or self.page
        elif kind == "auto_rerun":
            self._tick(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "file_urls_response" and self._urls:
            self._urls.set_result(message.file_urls_response.file_urls[0])

    def _put_up(self, metadata: Any, delta: Any, now: float) -> None:
        path = tuple(metadata.delta_path)
        if delta.WhichOneof("type") == "add_block":
            block = delta.add_block
            kind = block.WhichOneof("type") or ""
            self.shown[path] = Shown(getattr(block, kind, None), kind, delta.fragment_id, self._run)
            return
        kind = delta.new_element.WhichOneof("type") or ""
        element = getattr(delta.new_element, kind, None)
        self.shown[path] = Shown(element, kind, delta.fragment_id, self._run)
        if kind == "html" and (found := ANSWER.search(element.body)) and found[2]:
            self._answered(int(found[1]), now)
        elif _is(self.shown[path], "pen-board"):
            data = json.loads(element.json)
            self.number, self._base = max(self.number, data["number"]), data["base"]
            if not self._first.done() and not self._early:
                self._early = asyncio.create_task(self.tell("pen-board", "shown", True))
        elif _is(self.shown[path], "visitor"):
            self._keep_cookie(json.loads(element.json)["token"])
        elif (key := getattr(element, "id", "")) and key not in self._widgets:
            with suppress(KeyError, IndexError):
                self._widgets[key] = _state(self.shown[path])

    def _answered(self, number: int, now: float) -> None:
        if not self._first.done():
            self._first.set_result(now)
        for asked, answer in [one for one in self._answers if one[0] <= number]:  # older ones are overtaken
            self._answers.remove((asked, answer))
            if not answer.done():
                answer.set_result(now)

    def _begun(self, message: ForwardMsg) -> None:
        fragments = message.metadata.run.fragment_ids
        self._run, self.session = message.metadata.run.script_run_id, message.new_session.initialize.session_id
        for waiting in self._waiting:
            if not waiting.run and (waiting.again or waiting.fragment in fragments or not fragments):
                waiting.run = self._run
        if not fragments:
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()

    def _finished(self, message: ForwardMsg, now: float) -> None:
        run, early = message.metadata.run, message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        for waiting in [one for one in self._waiting if one.run == run.script_run_id]:
            if early:  # as st.rerun() does, for whatever fragment
                waiting.run, waiting.again = "", True
                continue
            self._waiting.remove(waiting)
            if not waiting.over.done():
                waiting.over.set_result(now)
        if not early:
            fragments = set(run.fragment_ids)
            self.shown = {
                path: one
                for path, one in self.shown.items()
                if one.run == run.script_run_id or (fragments and one.fragment not in fragments)
            }

    def _tick(self, fragment: str, interval: float) -> None:
        """What a fragment with ``run_every`` asks of the browser."""
        if fragment in self._timers:
            self._timers[fragment].cancel()

        def again() -> None:
            self._tick(fragment, interval)
            task = asyncio.ensure_future(self._send(fragment, by_itself=True))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

        self._timers[fragment] = asyncio.get_running_loop().call_later(interval, again)

    def _keep_cookie(self, token: str) -> None:
        """What inpage/visitor.js does."""
        if any(cookie.name == COOKIE for cookie in self.jar):
            return
        host = urllib.parse.urlsplit(self.url).hostname or ""
        domain = host if host != "localhost" else "localhost.local"
        version = (0, COOKIE, token, None, False, domain, False, False, "/", True, False, None, True, None, None, {})
        self.jar.set_cookie(http.cookiejar.Cookie(*version))  # type: ignore[arg-type]


class _Waiting:
    """Somebody who waits for the end of a run."""

    def __init__(self, fragment: str) -> None:
        self.fragment, self.run, self.again = fragment, "", False
        self.over: asyncio.Future[float] = asyncio.get_running_loop().create_future()


async def _patiently(coming: Awaitable[T]) -> T:
    """What is awaited. Unlike asyncio.wait_for of Python 3.11, this is not left running where it is cancelled."""
    async with asyncio.timeout(PATIENCE):
        return await coming


def _is(one: Shown, component: str) -> bool:
    """Whether it is the component with that key."""
    return one.kind == "bidi_component" and one.what.id.endswith(f"-{component}")


def _state(one: Shown, value: Any = None) -> WidgetState:
    """A widget's value as a browser says it, without one the widget's default. Raises KeyError for another kind."""
    what, state = one.what, WidgetState(id=one.what.id)
    if one.kind == "slider" and what.options:
        state.string_array_value.data.extend([what.options[int(n)] for n in what.default] if value is None else [value])
    elif one.kind == "slider":
        state.double_array_value.data.extend(what.default if value is None else [value])
    elif one.kind == "number_input":
        state.double_value = what.default if value is None else value
    elif one.kind in ("checkbox", "expandable", "popover"):
        state.bool_value = bool(getattr(what, "default", False) if value is None else value)
    elif one.kind in ("selectbox", "radio"):
        state.string_value = what.options[what.default] if value is None else value
    elif one.kind == "button_group":
        state.string_array_value.data.extend(
            [what.options[n].content for n in what.default] if value is None else [value]
        )
    elif one.kind == "text_input":
        state.string_value = what.default if value is None else value
    elif one.kind == "file_uploader":
        state.file_uploader_state_value.SetInParent()
    else:
        raise KeyError(one.kind)
    return state
