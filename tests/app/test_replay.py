"""A replay on a page: computed once for the same snapshots, drawing and layer, and refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.models import ModelConfig, build
from pointwise.ui.runs import replay

CONFIGS = {"nin": ModelConfig("nin", widths=(4, 6, 8)), "mlp_1x1": ModelConfig("mlp_1x1", widths=(5,))}
SNAPSHOTS = {arch: [(n + 1, build(config, n).state_dict()) for n in range(3)] for arch, config in CONFIGS.items()}


def page() -> None:
    import numpy as np
    import streamlit as st

    from pointwise.ui.frame.sections import section
    from pointwise.ui.runs import replay
    from tests.app.test_replay import CONFIGS, SNAPSHOTS

    arch = st.radio("Network", (*CONFIGS, "none"))
    ink = st.number_input("Ink", value=200)

    @section("replay-section")
    def body() -> None:
        snapshots = SNAPSHOTS.get(arch, [])
        image = np.full((28, 28), ink, np.uint8)
        replay.show_drawing(replay.Player("replay"), CONFIGS.get(arch, CONFIGS["nin"]), {}, snapshots, image)

    body()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The layers that were asked for, one for each time that a replay was computed."""
    layers: list[str] = []
    compute = replay.replay_drawing

    def noted(*given: Any) -> replay.DrawingReplay:
        layers.append(given[-1])
        return compute(*given)

    monkeypatch.setattr(replay, "replay_drawing", noted)
    return layers


def test_a_replay_is_computed_once_for_what_it_shows(computed: list[str]) -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    app.run()
    assert computed == ["mix1"]
    assert app.selectbox[0].options[1] == "mix1: 1×1 convolution, 4 → 4"
    app.selectbox[0].set_value("conv3").run()
    app.number_input[0].set_value(100).run()
    app.run()
    assert computed == ["mix1", "conv3", "conv3"]
    assert not app.exception


def test_another_run_has_layers_of_its_own_and_one_without_snapshots_a_sentence(computed: list[str]) -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    app.selectbox[0].set_value("conv3").run()
    app.radio[0].set_value("mlp_1x1").run()
    assert (computed[-1], app.selectbox[0].value) == ("conv1", "conv1")
    app.radio[0].set_value("nin").run()
    assert (computed[-1], app.selectbox[0].value) == ("conv3", "conv3")
    app.radio[0].set_value("none").run()
    assert [error.value for error in app.error] == [
        "This run has no snapshots. Wait for its first one, or train again."
    ]
    assert not app.exception
