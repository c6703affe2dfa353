"""Where a component of ours stands that has nothing to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def hidden(key: str) -> Iterator[None]:
    """A container that is not seen, so that nothing is, whatever keeps the component in it from running."""
    with st.container(key=key):
        st.html(f"<style>.st-key-{key} {{display: none}}</style>")
        yield
