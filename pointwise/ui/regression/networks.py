"""The price networks that the page asks: the one in use, and one to compare it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pointwise.ui.frame import shipped
from pointwise.ui.training import session_run, weights_in_use

if TYPE_CHECKING:
    from pointwise.models import Network

ARCH = "price_1x1"


@dataclass(frozen=True)
class Networks:
    """What is asked for a price, and what before and after are told by."""

    current: Network
    name: str  # as in a chart's key
    other: Network | None = None
    other_name: str = ""


def ask() -> Networks:
    """The network in use; beside it a run's latest epoch, or the shipped one when the run's is in use.

    Raises ModelFileError when the shipped weights cannot be loaded.
    """
    current = weights_in_use.current_model(ARCH)
    own = ARCH in weights_in_use.own_models()
    run = session_run.current()
    if run is not None and run.job.stands_in_for == ARCH:
        latest = weights_in_use.epoch_model(run)
        if latest is not None and latest is not current:
            return Networks(current, "your network" if own else "shipped network", latest, "your latest run")
    if own:
        return Networks(current, "your network", shipped.shipped_model(ARCH), "shipped network")
    return Networks(current, "network")
