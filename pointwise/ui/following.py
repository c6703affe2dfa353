"""Which weights a page reads with: the shipped ones, this session's own, or those of a run that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui import resources, state, words

if TYPE_CHECKING:
    from pointwise.models import Network

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
        snapshot, model = progress.snapshot, resources.epoch_model(retraining)
        if between_epochs and snapshot is not None and progress.active:
            return resources.snapshot_model(retraining, snapshot), f"your run, step {snapshot.step:,}"
        if model is not None:
            return model, f"your run, epoch {model.card['epochs']}"
    return resources.current_model(arch), "your weights" if arch in state.own_models() else "the shipped weights"


def _followed(arch: str) -> state.Retraining | None:
    retraining = _offered(arch)
    if retraining is None:
        return None
    return retraining if st.session_state.get(_key(retraining), retraining.run.progress().active) else None


def _offered(arch: str) -> state.Retraining | None:
    """A run of this network on digits, unless its weights are in use anyway."""
    retraining = state.retraining()
    if retraining is None or retraining.arch != arch or retraining.source not in words.DIGITS:
        return None
    model = resources.epoch_model(retraining)
    if not retraining.run.progress().active and (model is None or model is state.own_models().get(arch)):
        return None
    return retraining


def _key(retraining: state.Retraining) -> str:
    return f"{KEY}.{retraining.run.name}.{retraining.run.progress().active}"
