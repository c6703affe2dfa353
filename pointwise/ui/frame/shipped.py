"""What is shared by all sessions and never changed: shipped networks, their costs, and the tutorial's houses.

torch is imported inside these functions, on first use, so that a page can show something before it is there. They are
asked a dozen times for each stroke: Streamlit's own cache takes 0.3 ms to find a network's description again.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from pointwise.errors import ModelFileError
from pointwise.models import SHIPPED as MODELS
from pointwise.ui.frame import labels

if TYPE_CHECKING:
    from pointwise.costs import Cost
    from pointwise.data.housing import Houses
    from pointwise.export.page_weights import Packed
    from pointwise.models import ModelConfig, Network

FOR_THE_OWNER = "Whoever runs it can restore it in the folder models; the server's log says what is wrong with it."
P = ParamSpec("P")
T = TypeVar("T")
PACKED: WeakKeyDictionary[Network, dict[int | None, Packed | None]] = WeakKeyDictionary()
MOST_PARAMETERS = 300_000  # what a page is given and computes many times a second


def once(function: Callable[P, T]) -> Callable[P, T]:
    """``function``, called once for each of its last 32 arguments, by one thread at a time."""
    known, lock = functools.lru_cache(32)(function), threading.Lock()

    @functools.wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        with lock:
            return known(*args, **kwargs)  # type: ignore[arg-type]

    return asked


def shipped_model(arch: str) -> Network:
    """The shipped network in eval mode. Raises ModelFileError, without the server's folders where strangers read it."""
    from pointwise.library import is_public

    path = MODELS / f"{arch}.safetensors"
    try:
        return _loaded(path)
    except ModelFileError as error:
        if not is_public():
            raise
        labels.log_once(f"{path}: {error}")
        raise ModelFileError(path, "is missing or damaged on this server", FOR_THE_OWNER) from None


def packed_file(arch: str) -> Packed | None:
    """The shipped network for the page to evaluate, without torch; None where it is too large or cannot be used."""
    return _packed(MODELS / f"{arch}.safetensors")


def packed(model: Network, stages: int | None) -> Packed | None:
    """Any network as the page evaluates it, once for all who use it; where it is too large its ``stages``, or None."""
    from pointwise.export.page_weights import pack

    known = PACKED.setdefault(model, {})
    if stages not in known:
        known[stages] = pack(model, MOST_PARAMETERS) or (pack(model, MOST_PARAMETERS, stages) if stages else None)
    return known[stages]


@once
def cost_of(config: ModelConfig) -> Cost:
    """Parameters and multiply-adds of a network."""
    from pointwise.costs import cost

    return cost(config)


@once
def houses() -> tuple[Houses, Houses]:
    """The tutorial's 1,000 training and 200 test houses."""
    from pointwise.data.housing import make_houses

    return make_houses()


@once
def _loaded(path: Path) -> Network:
    from pointwise.weights import load_model

    return load_model(path)


@once
def _packed(path: Path) -> Packed | None:
    from pointwise.export.page_weights import pack_file

    return pack_file(path, MOST_PARAMETERS)
