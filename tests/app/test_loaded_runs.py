"""Files that are given to the page of runs: networks, state dicts, runs of others, and what is none of them."""

from __future__ import annotations

import io

import pytest
import torch

from pointwise.data.synthetic_digits import made_digits
from pointwise.library import Shelf
from pointwise.library.archive import pack_run
from pointwise.models import build, default_config
from pointwise.ui.training.weights_in_use import CHOICES, Choice
from pointwise.weights import to_bytes
from tests import tutorial
from tests.runs_page import button, houses, load, opened, table, train


def state_dict(arch: str = "mlp_1x1") -> bytes:
    content = io.BytesIO()
    torch.save(build(default_config(arch), 0).state_dict(), content)
    return content.getvalue()


def test_a_network_of_pointwise_is_loaded_and_chosen(shelf: Shelf) -> None:
    train(shelf, houses(), "Prices")
    network = shelf.network(shelf.runs()[0].id)
    app = load(opened(shelf), "mine.safetensors", to_bytes(network, network.card))
    assert not app.exception
    assert list(table(app)["Name"]) == ["mine", "Prices"]
    assert list(table(app)["State"]) == ["loaded", "finished"]
    assert table(app)["R²"][0] == table(app)["R²"][1]
    assert app.text_input[0].value == "mine"
    assert any("mine' was loaded" in box.value for box in app.success)


def test_a_state_dict_is_asked_about_and_what_nobody_knows_is_called_unknown(shelf: Shelf) -> None:
    app = load(opened(shelf), "tutorial.pth", state_dict())
    assert not shelf.runs()
    asked = ["Trained on", "How were its pictures scaled?", "Activation"]
    assert [(box.label, box.value) for box in app.selectbox][:3] == [(question, None) for question in asked]
    app.selectbox(key="runs.said.data_set").set_value("mnist").run()
    app.selectbox(key="runs.said.activation").set_value("tanh").run()
    button(app, "Load it").click().run()
    (record,) = shelf.runs()
    assert (record.name, record.data_set, record.card["unknown"]) == (
        "tutorial",
        "mnist",
        ["picture_scaling"],
    )
    assert record.config["activation"] == "tanh"
    assert app.text_input[0].value == "tutorial"
    assert not [box for box in app.selectbox if box.label == "Trained on"]


def test_the_tutorials_own_file_reads_with_its_own_logits(shelf: Shelf) -> None:
    net = tutorial.trained()
    app = load(opened(shelf), "tutorial.pth", tutorial.saved(net))
    app.selectbox(key="runs.said.data_set").set_value("mnist").run()
    button(app, "Load it").click().run()
    button(app, "Use in the pages").click().run()
    (record,) = shelf.runs()
    assert app.session_state[CHOICES.key] == {"conv_mlp": Choice(record.id)}
    pictures, _ = made_digits(8).batch(slice(None))
    with torch.inference_mode():
        assert torch.equal(shelf.network(record.id)(pictures), net(pictures))
    assert not app.exception


def test_a_run_that_somebody_gave_comes_with_its_curve_and_snapshots(shelf: Shelf) -> None:
    run = train(shelf, houses(), "Theirs")
    mine = shelf.library.shelf("somebody else")
    app = load(opened(mine), "theirs.zip", pack_run(shelf, run))
    (record,) = mine.runs()
    assert (record.name, mine.curves(record.id)) == ("Theirs", shelf.curves(run))
    assert len(mine.snapshots(record.id)) == 9
    assert app.text_input[0].value == "Theirs"
    assert not app.exception


def test_a_card_that_holds_nonsense_breaks_nothing(shelf: Shelf) -> None:
    network = build(default_config("mlp_1x1"), 0)
    card = {"recipe": [1], "metrics": "good", "versions": 5, "unknown": 7, "threads": {}, "data_set": [], "data": {}}
    app = load(opened(shelf), "odd.safetensors", to_bytes(network, card))
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.safetensors", b"\x00" * 100), ("b.pth", b"PK\x03\x04 torn"), ("c.zip", b"PK\x05\x06" + b"\x00" * 18)],
)
def test_a_refused_file_is_one_sentence_and_nothing_is_lost(shelf: Shelf, name: str, content: bytes) -> None:
    train(shelf, houses(), "Prices")
    app = load(opened(shelf), name, content)
    assert not app.exception
    assert len(app.error) == 1
    assert "Nothing here has changed" in app.error[0].value
    assert list(table(app)["Name"]) == ["Prices"]
