"""Which weights a page reads with: the shipped ones, this session's own, or those of a run that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import shipped
from pointwise.ui.frame.sections import Kept, Latest
from pointwise.ui.training import session_run

if TYPE_CHECKING:
    from pointwise.export.page_weights import Packed
    from pointwise.jobs import Job
    from pointwise.models import Network
    from pointwise.runs import Run, Snapshot

OWN: Kept[Mapping[str, Network]] = Kept("weights_in_use.own_models", {})
EPOCH_MODEL: Latest[Network] = Latest("weights_in_use.epoch_model")
SNAPSHOT_MODEL: Latest[Network] = Latest("weights_in_use.snapshot_model")
PACKED: Kept[tuple[Network | None, int | None, Packed | None]] = Kept("weights_in_use.packed", (None, None, None))
KEY = "following"
PACE = 1.0  # seconds between two looks at a run's weights


def toggle(arch: str) -> None:
    """Follow this session's run of ``arch`` or not; at first as long as it goes on. Nothing where there is none."""
    run = _offered(arch)
    if run is not None:
        st.toggle("Follow your run", value=run.progress().active, key=_key(run), persist_state="session")


def pace(arch: str) -> float | None:
    """Seconds between two looks while a run is followed that goes on, else None."""
    run = _followed(arch)
    return PACE if run is not None and run.progress().active else None


def network(arch: str, between_epochs: bool = False) -> tuple[Network, str]:
    """The network and whose weights it has: a followed run's latest epoch, or also what it has since then, else those
    in use. Raises ModelFileError.
    """
    run = _followed(arch)
    if run is not None:
        progress = run.progress()
        snapshot, model = progress.snapshot, epoch_model(run)
        if between_epochs and snapshot is not None and progress.active:
            return snapshot_model(run, snapshot), f"your run, step {snapshot.step:,}"
        if model is not None:
            return model, f"your run, epoch {model.card['epochs']}"
    return current_model(arch), "your weights" if arch in own_models() else "the shipped weights"


def _followed(arch: str) -> Run[Job] | None:
    run = _offered(arch)
    return run if run is not None and st.session_state.get(_key(run), run.progress().active) else None


def _offered(arch: str) -> Run[Job] | None:
    """A run whose network can stand in for that of ``arch``, unless its weights are in use anyway."""
    run = session_run.current()
    if run is None or run.job.stands_in_for != arch:
        return None
    model = epoch_model(run)
    if not run.progress().active and (model is None or model is own_models().get(arch)):
        return None
    return run


def _key(run: Run[Job]) -> str:
    return f"{KEY}.{run.name}.{run.progress().active}"


def own_models() -> Mapping[str, Network]:
    """The retrained networks that this session uses instead of the shipped ones, by architecture."""
    return OWN.get()


def use_own_model(arch: str, model: Network) -> None:
    """Let the pages use ``model`` instead of the shipped network of ``arch``."""
    OWN.set({**own_models(), arch: model})


def use_shipped_model(arch: str) -> None:
    """Let the pages use the shipped network of ``arch`` again."""
    OWN.set({name: model for name, model in own_models().items() if name != arch})


def packed(model: Network, stages: int | None = None) -> Packed | None:
    """A network for the page to evaluate; where it is too large its first ``stages``, or None."""
    from pointwise.export.page_weights import pack

    known, asked, content = PACKED.get()
    if known is not model or asked != stages:
        most = shipped.MOST_PARAMETERS
        content = pack(model, most) or (pack(model, most, stages) if stages else None)
        PACKED.set((model, stages, content))
    return content


def current_model(arch: str) -> Network:
    """The network that this session uses: its own retrained one, else the shipped one. Raises ModelFileError."""
    return own_models().get(arch) or shipped.shipped_model(arch)


def epoch_model(run: Run[Job]) -> Network | None:
    """The network of a run's latest epoch, the same object as long as it is the latest; None before the first."""
    epoch = run.progress().latest
    return None if epoch is None else EPOCH_MODEL.of(epoch, lambda: run.job.network(epoch))


def snapshot_model(run: Run[Job], snapshot: Snapshot) -> Network:
    """The network between two epochs of a run, without a card."""
    from pointwise.weights import model_from

    return SNAPSHOT_MODEL.of(snapshot, lambda: model_from(run.job.config, snapshot.weights))
