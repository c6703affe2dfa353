"""A page of its own for test_callbacks.py: a button whose callback takes its time."""

from __future__ import annotations

import time

import streamlit as st

from pointwise.ui.frame import callbacks
from pointwise.ui.frame.sections import Kept

COUNTED = Kept("counted", 0)
callbacks.finish()


def count() -> None:
    time.sleep(0.5)
    COUNTED.set(COUNTED.get() + 1)


st.button("Count", on_click=count)
st.write(f"Counted: {COUNTED.get()}")
