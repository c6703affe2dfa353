"""What is left of visitors who have gone."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from pointwise.models import build, default_config
from pointwise.ui.canvas.drawing import SQUARE, Drawing, Stroke
from pointwise.ui.frame import departed, shipped


class Session:
    id = "gone"


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_session_that_was_left_too_long_ago_is_let_go(loop: asyncio.AbstractEventLoop) -> None:
    storage, now = MemorySessionStorage(), [0.0]
    storage._cache = type(storage._cache)(128, 120, timer=lambda: now[0])  # type: ignore[call-arg]
    manager = SimpleNamespace(_session_storage=storage, list_sessions=storage.list)
    server = SimpleNamespace(_session_mgr=manager, _get_async_objs=lambda: SimpleNamespace(eventloop=loop))
    session = Session()
    left = weakref.ref(session)
    storage.save(SimpleNamespace(session=session))  # type: ignore[arg-type]
    del session
    assert departed.sessions(server) == {"gone"}
    now[0] = 121.0
    assert departed.sessions(server) == set()
    gc.collect()
    assert left() is None


def test_a_drawing_does_not_keep_the_pictures_of_the_one_beneath_it() -> None:
    shown = Drawing(SQUARE, 1).with_digits(3)
    assert shown.prepared is not None
    after = shown.drawn_on(3, (Stroke(((0.1, 0.1),), 0.1, True),), b"")
    assert after.shown.number == shown.number
    assert not {"_seen", "prepared", "whole"} & set(vars(after.shown))


def test_a_network_is_packed_once_for_all_and_not_kept_for_that() -> None:
    model = build(default_config("bag_of_pixels"))
    gone = weakref.ref(model)
    assert shipped.packed(model, None) is shipped.packed(model, None) is not None
    del model
    gc.collect()
    assert gone() is None
