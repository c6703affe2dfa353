"""Every test here starts with empty caches, which AppTest shares between tests, and without a data folder.

AppTest's context is a mock; here it is that of a browser without cookies, in an app that keeps nothing on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pointwise.library import Library, Limits, Shelf
from pointwise.models import Network
from pointwise.ui.frame import visitor
from pointwise.ui.training import server_queue
from pointwise.ui.training.weights_in_use import CHOICES, Choice


@pytest.fixture(autouse=True)
def fresh_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("POINTWISE_DATA", str(tmp_path))
    monkeypatch.setenv("POINTWISE_KEEP", "off")
    monkeypatch.setattr(type(st.context), "is_embedded", False)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """The shelf of a visitor whom nothing is kept of."""
    library = Library(None, Limits())
    yield library.shelf("me", "")
    library.close()


@pytest.fixture
def use_own() -> Callable[[AppTest, Network], str]:
    """Keeps a network in an app that has run once, and lets its pages use it; returns the id of its row."""

    def use(app: AppTest, network: Network) -> str:
        visit = app.session_state[visitor.VISIT.key]
        run = visit.shelf.add(network, "Mine").id
        app.session_state[CHOICES.key] = {network.config.arch: Choice(run)}
        return run

    return use


@pytest.fixture
def short_work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What short works were done, each of which has its turn at once."""
    done: list[str] = []

    @contextmanager
    def at_once(doing: str) -> Iterator[None]:
        done.append(doing)
        yield

    monkeypatch.setattr(server_queue, "short_work", at_once)
    return done
