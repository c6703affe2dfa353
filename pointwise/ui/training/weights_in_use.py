"""Which weights a page reads with: the shipped ones, this session's own, or those of a run that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import labels, shipped
from pointwise.ui.training import session_run

if TYPE_CHECKING:
    from pointwise.export.page_weights import Packed
    from pointwise.models import Network
    from pointwise.runs import Snapshot

OWN = "weights_in_use.own_models"
EPOCH_MODEL = "weights_in_use.epoch_model"
SNAPSHOT_MODEL = "weights_in_use.snapshot_model"
PACKED = "weights_in_use.packed"
KEY = "following"
PACE = 1.0  # seconds between two looks at a run's weights


def toggle(arch: str) -> None:
    """Follow this session's run of ``arch`` or not; at first as long as it goes on. Nothing where there is none."""
    retraining = _offered(arch)
    if retraining is not None:
        active = retraining.run.progress().active
        st.toggle("Follow your run", value=active, key=_key(retraining), persist_state="session")


def pace(arch: str) -> float | None:
    """Seconds between two looks while a run is followed that goes on, else None."""
    retraining = _followed(arch)
    return PACE if retraining is not None and retraining.run.progress().active else None


def network(arch: str, between_epochs: bool = False) -> tuple[Network, str]:
    """The network and whose weights it has: a followed run's latest epoch, or also what it has since then, else those
    in use. Raises ModelFileError.
    """
    retraining = _followed(arch)
    if retraining is not None:
        progress = retraining.run.progress()
        snapshot, model = progress.snapshot, epoch_model(retraining)
        if between_epochs and snapshot is not None and progress.active:
            return snapshot_model(retraining, snapshot), f"your run, step {snapshot.step:,}"
        if model is not None:
            return model, f"your run, epoch {model.card['epochs']}"
    return current_model(arch), "your weights" if arch in own_models() else "the shipped weights"


def _followed(arch: str) -> session_run.Retraining | None:
    retraining = _offered(arch)
    if retraining is None:
        return None
    return retraining if st.session_state.get(_key(retraining), retraining.run.progress().active) else None


def _offered(arch: str) -> session_run.Retraining | None:
    """A run of this network on digits, unless its weights are in use anyway."""
    retraining = session_run.retraining()
    if retraining is None or retraining.arch != arch or retraining.source not in labels.DIGITS:
        return None
    model = epoch_model(retraining)
    if not retraining.run.progress().active and (model is None or model is own_models().get(arch)):
        return None
    return retraining


def _key(retraining: session_run.Retraining) -> str:
    return f"{KEY}.{retraining.run.name}.{retraining.run.progress().active}"


def own_models() -> Mapping[str, Network]:
    """The retrained networks that this session uses instead of the shipped ones, by architecture."""
    return st.session_state.get(OWN, {})


def use_own_model(arch: str, model: Network) -> None:
    st.session_state[OWN] = {**own_models(), arch: model}


def use_shipped_model(arch: str) -> None:
    st.session_state[OWN] = {name: model for name, model in own_models().items() if name != arch}


def packed(model: Network, stages: int | None = None) -> Packed | None:
    """A network for the page to evaluate; where it is too large its first ``stages``, or None."""
    from pointwise.export.page_weights import pack

    known, asked, content = st.session_state.get(PACKED, (None, None, None))
    if known is not model or asked != stages:
        content = pack(model) or (stages and pack(model, stages)) or None
        st.session_state[PACKED] = (model, stages, content)
    return content


def current_model(arch: str) -> Network:
    """The network that this session uses: its own retrained one, else the shipped one. Raises ModelFileError."""
    return own_models().get(arch) or shipped.shipped_model(arch)


def epoch_model(retraining: session_run.Retraining) -> Network | None:
    """The network of a run's latest epoch as a copy of its own; None before the first, or once it is in use."""
    epoch = retraining.run.progress().latest
    if epoch is None:
        return None
    number, model = st.session_state.get(EPOCH_MODEL, (None, None))
    if number != (retraining.run.name, epoch.number, epoch.complete):
        number = (retraining.run.name, epoch.number, epoch.complete)
        model = retraining.network(epoch)
        st.session_state[EPOCH_MODEL] = (number, model)
    return model


def snapshot_model(retraining: session_run.Retraining, snapshot: Snapshot) -> Network:
    """The network in the middle of a run, as a copy of its own."""
    from pointwise.weights import model_from

    known, model = st.session_state.get(SNAPSHOT_MODEL, (None, None))
    if known is not snapshot:
        model = model_from(retraining.config, snapshot.weights)
        st.session_state[SNAPSHOT_MODEL] = (snapshot, model)
    return model
