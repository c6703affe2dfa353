"""Every test here starts with empty caches, which AppTest shares between tests, and without a data folder.

AppTest's context is a mock; here it is that of a browser without cookies, in an app that keeps nothing on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st


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
