"""Training from the sidebar as AppTest runs it, and what is downloaded of it."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.__main__ import main
from pointwise.errors import PointwiseError
from pointwise.inference import classify_drawing
from pointwise.jobs import PictureJob, Pictures
from pointwise.models import ModelConfig
from pointwise.runs import Run
from pointwise.training import recipe_named
from pointwise.ui.frame import labels, visitor
from pointwise.ui.training import server_queue, session_run, weights_in_use
from pointwise.weights import load_model, to_bytes


def sidebar() -> None:
    from pointwise.ui.training import sidebar

    sidebar.digits()


def a_page_that_takes_time() -> None:
    """What app.py does: the page, and only then the sidebar; the run ends in between."""
    import streamlit as st

    from pointwise.ui.training import panel, session_run

    session_run.see()
    run = session_run.current()
    if run is not None:
        st.text(run.progress().state)
        run.job.go_on.set()
        run.join(60)
    panel.show()


@dataclasses.dataclass(frozen=True)
class Held(PictureJob):
    """A job whose first step waits until somebody lets it go on."""

    go_on: threading.Event = dataclasses.field(default_factory=threading.Event)

    def steps(self, **how: object):
        assert self.go_on.wait(60)
        yield from super().steps(**how)


def opened(**session: object) -> AppTest:
    app = AppTest.from_function(sidebar, default_timeout=60)
    app.session_state["settings.advanced"] = True
    for name, value in session.items():
        app.session_state[name] = value
    return app.run()


def button(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label)


def trained(source: str, arch: str = "bag_of_pixels") -> AppTest:
    app = opened(**{"sidebar.source": source, "sidebar.arch": arch})
    app.number_input(key=f"sidebar.{arch}.{source}.fast.epochs").set_value(1).run()
    button(app, "Retrain").click().run()
    assert app.session_state[session_run.RUN.key].join(60)
    return app.run()


def downloaded(app: AppTest, path: Path) -> Path:
    """What the button "Weights" of the finished run gives."""
    model = weights_in_use.epoch_model(app.session_state[session_run.RUN.key])
    path.write_bytes(to_bytes(model, model.card))
    return path


@pytest.mark.parametrize(("source", "name"), [("digits", "Bundled digits"), ("kmnist", "KMNIST"), ("mnist", "MNIST")])
def test_a_downloaded_network_is_as_good_as_the_app_said(
    source: str,
    name: str,
    write_mnist: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POINTWISE_DATA", str(write_mnist(folder="KMNIST" if source == "kmnist" else "MNIST")))
    app = trained(source)
    assert not app.exception
    file = downloaded(app, tmp_path / "own.safetensors")
    assert main(["evaluate", str(file), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    assert (row["data_set"], row["test_set"]) == (source, name)
    assert row["accuracy"] == app.session_state[session_run.RUN.key].progress().latest.metrics["accuracy"]
    assert row["accuracy"] == load_model(file).card["metrics"]["accuracy"]


def test_a_run_that_ends_while_the_page_is_drawn_has_it_drawn_once_more() -> None:
    app = AppTest.from_function(a_page_that_takes_time, default_timeout=60).run()
    recipe = dataclasses.replace(recipe_named("fast"), epochs=1)
    job = Held(ModelConfig("bag_of_pixels", widths=(2, 2)), recipe, Pictures("digits"))
    run = Run(job, app.session_state[visitor.VISIT.key].shelf.begin(job.describe()).run)
    app.session_state[session_run.RUN.key] = run
    run.start()
    app.run()
    assert [text.value for text in app.text] == ["done"]


def test_a_downloaded_network_of_other_pictures_reads_no_drawing(
    write_mnist: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POINTWISE_DATA", str(write_mnist(folder="KMNIST")))
    model = load_model(downloaded(trained("kmnist"), tmp_path / "own.safetensors"))
    with pytest.raises(PointwiseError, match="trained on kmnist, reads no digits"):
        classify_drawing(model, np.zeros((28, 28, 4), np.uint8))


def test_the_command_line_makes_the_card_that_the_app_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = trained("digits")
    out = tmp_path / "cli.safetensors"
    assert main(["train", "bag_of_pixels", "--data-set", "digits", "--epochs", "1", "--out", str(out)]) == 0
    ours, theirs = load_model(out).card, load_model(downloaded(app, tmp_path / "app.safetensors")).card
    assert {**ours, "seconds": 0} == {**theirs, "seconds": 0}


def test_a_run_on_digits_is_used_by_the_pages_and_held_against_the_shipped_network() -> None:
    app = trained("digits")
    (said,) = [caption.value for caption in app.caption if "the shipped weights reach" in caption.value]
    assert re.fullmatch(
        r"[\d.]+ % \([\d.–]+\) of 297 held-out bundled digits; the shipped weights reach [\d.]+ % \([\d.–]+\) there\. "
        r"In brackets: 95 % intervals\.",
        said,
    )
    assert "Test accuracy" in [metric.label for metric in app.metric]
    run = app.session_state[session_run.RUN.key].name
    assert app.session_state[weights_in_use.CHOICES.key] == {"bag_of_pixels": weights_in_use.Choice(run)}


def test_a_run_on_the_bundled_digits_says_why_drawings_may_be_read_worse() -> None:
    assert any("Your drawings may be read far worse" in text.value for text in trained("digits").markdown)


def test_how_long_a_training_takes_is_timed_when_somebody_asks() -> None:
    app = opened(**{"sidebar.source": "digits", "sidebar.arch": "bag_of_pixels"})
    assert not any("on this computer" in text.value for text in app.markdown)
    button(app, "How long would it take?").click().run()
    assert any(re.search(r"Takes about \d+ s on this computer\.", text.value) for text in app.markdown)


def test_a_run_tells_how_long_the_next_one_takes() -> None:
    app = trained("digits")
    assert any("on this computer" in text.value for text in app.markdown)
    app.selectbox(key="sidebar.recipe").set_value("tutorial").run()  # of another kind
    assert not any("on this computer" in text.value for text in app.markdown)


def test_a_training_that_needs_too_much_memory_is_refused_with_the_number_to_lower(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POINTWISE_MEMORY_GB", "0.3")
    app = opened(**{"sidebar.source": "digits", "sidebar.arch": "bag_of_pixels"})
    app.number_input(key="sidebar.bag_of_pixels.digits.fast.batch").set_value(1500).run()
    button(app, "Retrain").click().run()
    assert not app.exception
    assert session_run.RUN.key not in app.session_state or app.session_state[session_run.RUN.key] is None
    (sentence,) = (warning.value for warning in app.warning)
    assert "there are 300 MB for it, what this server gives to trainings" in sentence
    batch = int(re.findall(r"Lower the batch size from 1,500 to ([\d,]+)\.", sentence)[0].replace(",", ""))
    app.number_input(key="sidebar.bag_of_pixels.digits.fast.batch").set_value(batch).run()
    assert any("MB of memory on this computer" in text.value for text in app.markdown)  # it still is a lot
    app.number_input(key="sidebar.bag_of_pixels.digits.fast.epochs").set_value(1).run()
    button(app, "Retrain").click().run()
    assert not app.warning
    assert app.session_state[session_run.RUN.key].join(60)


def test_a_network_that_is_far_too_large_to_be_timed_is_a_sentence() -> None:
    app = opened(**{"sidebar.source": "digits", "sidebar.arch": "conv_mlp"})
    app.number_input(key="sidebar.conv_mlp.digits.fast.width").set_value(512).run()
    button(app, "How long would it take?").click().run()
    assert any("Choose smaller widths" in error.value for error in app.error)


def test_retrain_is_loud_once_something_was_changed() -> None:
    app = opened(**{"sidebar.source": "digits"})
    assert button(app, "Retrain").proto.type == "secondary"
    app.number_input(key="sidebar.nin.digits.fast.epochs").set_value(3).run()
    assert button(app, "Retrain").proto.type == "primary"
    app.number_input(key="sidebar.nin.digits.fast.epochs").set_value(20).run()
    assert button(app, "Retrain").proto.type == "secondary"


def test_the_run_after_the_last_that_has_room_says_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_KEEP_RUNS", "1")
    app = trained("digits")
    sentence = labels.plain("1 of 1 runs are kept: the next one takes the place of 'Run 1'.")
    assert any(caption.value == sentence for caption in app.caption)
    button(app, "Retrain").click().run()
    assert app.session_state[session_run.RUN.key].join(60)
    (record,) = app.session_state[visitor.VISIT.key].shelf.runs()
    assert (record.name, record.id) == ("Run 2", app.session_state[session_run.RUN.key].name)


def test_a_network_that_is_far_too_large_is_refused_with_a_sentence() -> None:
    app = opened(**{"sidebar.source": "digits", "sidebar.arch": "conv_mlp"})
    app.number_input(key="sidebar.conv_mlp.digits.fast.width").set_value(512).run()
    button(app, "Retrain").click().run()
    assert any("Choose smaller widths" in error.value for error in app.error)
    assert app.session_state[session_run.RUN.key] is None


def test_a_run_that_waits_says_its_place_and_can_be_stopped_and_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    app = opened(**{"sidebar.source": "digits", "sidebar.arch": "bag_of_pixels"})
    app.number_input(key="sidebar.bag_of_pixels.digits.fast.epochs").set_value(1).run()
    other = server_queue.run_queue().turn("somebody else")
    other.join()
    button(app, "Retrain").click().run()
    assert not app.exception
    assert any("Place 1 of 1 in the queue, up to 15 min" in bar.proto.text for bar in app.get("progress"))
    assert any("everybody gets a turn" in caption.value for caption in app.caption)
    assert button(app, "Retrain").disabled
    assert not any(button.label == "Pause" for button in app.button)
    button(app, "Stop").click().run()
    assert app.session_state[session_run.RUN.key].join(60)
    app.run()
    assert any("Stopped before its first step" in bar.proto.text for bar in app.get("progress"))
    other.done()
    button(app, "Start").click().run()
    assert app.session_state[session_run.RUN.key].join(60)
    assert any("Finished at step" in bar.proto.text for bar in app.run().get("progress"))
