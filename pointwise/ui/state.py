"""Typed access to st.session_state; every key is named here, or beside the one widget that owns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.ui import words
from pointwise.ui.boards import Board, sample_board, strip_board

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.models import ModelConfig, Network
    from pointwise.runs import Run
    from pointwise.training import Epoch, Recipe

BOARD = "state.board"
PEN_UP = "state.pen_up"
STRIP = "state.strip"
OWN = "state.own_models"
RETRAINING = "state.retraining"
CLAIM, ENTERED = "state.claim", "state.entered"
FIRST_SAMPLE = 7
FIRST_STRIP = (4, 7, 2)


@dataclass(frozen=True)
class PenUp:
    """A picture that the page sent at the end of a stroke, and what the canvas had sent before."""

    number: int  # of the stroke, rising
    image: NDArray[np.uint8] | None = None  # (28, 28)
    normalise: bool = True
    turn: int = -1
    received: bytes | None = None

    def newer_than(self, board: Board, normalise: bool) -> bool:
        """Whether the canvas has not sent this stroke yet."""
        same = (self.turn, self.received, self.normalise) == (board.turn, board.received, normalise)
        return self.image is not None and same


@dataclass(frozen=True)
class Retraining:
    """This session's run, and what it is about."""

    run: Run
    config: ModelConfig
    recipe: Recipe
    source: str  # a name of DATA_SETS; for prices "houses" or "table"
    data: Any = None  # for prices: the HouseOptions, or the Prepared table

    @property
    def arch(self) -> str:
        return self.config.arch

    def network(self, epoch: Epoch) -> Network:
        """A network of its own with this epoch's weights, and a card that says how it was made."""
        from pointwise.training.houses import priced_model
        from pointwise.training.tables import table_model
        from pointwise.weights import model_from

        if self.source == "houses":
            return priced_model(self.config, self.recipe, epoch.weights, self.data)
        if self.source == "table":
            return table_model(self.config, self.recipe, epoch.weights, self.data)
        return model_from(self.config, epoch.weights, self._card(epoch))

    def _card(self, epoch: Epoch) -> dict[str, Any]:
        names = {**words.SOURCES, "mnist": "MNIST, 60,000 training digits"}
        names["digits"] = "scikit-learn's load_digits, 1,500 digits"
        metrics = {name: value for name, value in epoch.metrics.items() if not name.startswith("train_")}
        return {
            "recipe": asdict(self.recipe),
            "data": names.get(self.source, self.source),
            "metrics": metrics,
            "epochs": epoch.number,
        }


def board() -> Board:
    """The drawing; a sample on the first visit."""
    if BOARD not in st.session_state:
        st.session_state[BOARD] = sample_board(FIRST_SAMPLE)
    return st.session_state[BOARD]


def set_board(value: Board) -> None:
    st.session_state[BOARD] = value


def pen_up() -> PenUp:
    """The last picture that the page sent itself; number 0 before the first."""
    return st.session_state.get(PEN_UP, PenUp(0))


def set_pen_up(number: int, image: NDArray[np.uint8], normalise: bool) -> None:
    """Keep a picture until the canvas sends the drawing."""
    now = board()
    st.session_state[PEN_UP] = PenUp(number, image, normalise, now.turn, now.received)


def strip() -> Board:
    """The drawing of several digits; three samples on the first visit."""
    if STRIP not in st.session_state:
        st.session_state[STRIP] = strip_board(FIRST_STRIP)
    return st.session_state[STRIP]


def set_strip(value: Board) -> None:
    st.session_state[STRIP] = value


def forget_claim() -> None:
    """No claim is on the page, which has just been opened."""
    st.session_state.pop(CLAIM, None)


def enter_claim(claim: str) -> None:
    """Say which claim is drawn now."""
    st.session_state[ENTERED] = st.session_state.get(CLAIM) != claim
    st.session_state[CLAIM] = claim


def entered_claim() -> bool:
    """Whether this is the first run to draw this claim since another one, or another page, was there."""
    return bool(st.session_state.get(ENTERED, True))


def retraining() -> Retraining | None:
    return st.session_state.get(RETRAINING)


def set_retraining(value: Retraining) -> None:
    st.session_state[RETRAINING] = value


def own_models() -> Mapping[str, Network]:
    """The retrained networks that this session uses instead of the shipped ones, by architecture."""
    return st.session_state.get(OWN, {})


def use_own_model(arch: str, model: Network) -> None:
    st.session_state[OWN] = {**own_models(), arch: model}


def use_shipped_model(arch: str) -> None:
    st.session_state[OWN] = {name: model for name, model in own_models().items() if name != arch}
