"""A network as files to keep: weights, a PyTorch script, ONNX, a web page; each made when somebody asks for it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import address, labels
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.training import weights_in_use

if TYPE_CHECKING:
    from pointwise.models import Network

CHOICE = "takehome.arch"


def section() -> None:
    """Which of the networks in use, and its files."""
    if address.hides("code"):
        return
    with st.expander("Take a network home", icon=":material/download:", key="takehome", on_change="rerun") as opened:
        if not opened.open:
            return
        arch = st.selectbox(
            "Network",
            list(labels.MODELS),
            format_func=labels.MODELS.__getitem__,
            key=CHOICE,
            persist_state="session",
        )
        with shown_errors():
            buttons(weights_in_use.current_model(arch), arch)


def buttons(model: Network, name: str) -> None:
    """Download buttons; ``name`` is that of the files, and tells these buttons from others."""
    from pointwise.export.programs import INSTALL, onnx_is_there, to_onnx, to_torch
    from pointwise.export.web_page import MOST_EXACT, has_web_page, to_web_page, weights_bytes
    from pointwise.models.building import count_parameters
    from pointwise.weights import to_bytes

    weights = f"{name}.safetensors"
    files: list[tuple[str, str, Callable[[], bytes | str], str]] = [
        ("Weights", weights, functools.partial(to_bytes, model, model.card), "application/octet-stream"),
        ("PyTorch script", f"{name}.py", functools.partial(to_torch, model, weights), "text/x-python"),
    ]
    if onnx_is_there():
        files.append(("ONNX", f"{name}.onnx", functools.partial(to_onnx, model), "application/octet-stream"))
    if has_web_page(model):
        files.append(("Web page", f"{name}.html", functools.partial(to_web_page, model), "text/html"))
    row({f"takehome.{name}.{label}": (label, file, made, mime) for label, file, made, mime in files})
    st.caption(f"The script needs torch and safetensors alone, and {weights} beside it.")
    if has_web_page(model):
        large = count_parameters(model) > MOST_EXACT
        size = f"; it has {weights_bytes(model) / 1e6:,.0f} MB, its weights rounded to half precision" if large else ""
        what = "reads drawings" if model.config.architecture.classifies else "prices houses"
        st.caption(
            f"The web page is one file that {what} by itself in any browser, without a server or a network{size}."
        )
    else:
        st.caption("There is no web page of it: those read drawings, or price houses by square feet and rooms.")
    if not onnx_is_there():
        st.caption(f"For an ONNX file, install its packages where this app runs: {INSTALL}")


def row(files: Mapping[str, tuple[str, str, Callable[[], bytes | str], str]]) -> None:
    """Download buttons side by side, by their keys: label, the file's name, what makes its content when asked, type."""
    with st.container(horizontal=True):
        for key, (label, file, made, mime) in files.items():
            st.download_button(
                label, made, file_name=file, mime=mime, icon=":material/download:", on_click="ignore", key=key
            )
