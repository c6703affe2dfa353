"""The page at / as AppTest runs it: what is on it without a canvas drawing, and what it does without its models."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pointwise import inference
from pointwise.jobs import PictureJob, Pictures
from pointwise.models import ModelConfig
from pointwise.reliability import read
from pointwise.runs import Run
from pointwise.study import outcomes
from pointwise.study.table import said
from pointwise.training import recipe_named
from pointwise.ui.canvas.drawing import SAMPLES, SQUARE, Drawing, Stroke, first
from pointwise.ui.draw import sureness
from pointwise.ui.draw.hard_cases import CASES
from pointwise.ui.frame import labels, shipped, visitor
from tests.tiny_study import write_study

APP = str(Path(__file__).parents[2] / "app.py")
STUDY = "Which part is the network, which the training?"


def opened(**session: object) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in session.items():
        app.session_state[name] = value
    return app.run()


def reading(app: AppTest, label: str = "Prediction") -> str:
    """The digit of a metric, or on a network's card."""
    digits = {metric.label: metric.value for metric in app.metric}
    for element in app.main:
        if element.type == "html":
            digits.update(
                re.findall(r'pw-card" role="group" aria-label="(.*?)".*?pw-card-digit">(.*?)<', element.proto.body)
            )
    return digits[label]


def way(app: AppTest, which: str) -> str:
    """The digit that is read at the end of one of the two ways to 28×28."""
    bodies = [element.proto.body for element in app.main if element.type == "html"]
    (found,) = [found[1] for body in bodies for found in [re.search(f'"{which}">.*?<b>(.)</b>', body)] if found]
    return found


def test_a_sample_is_read_at_once() -> None:
    app = opened()
    assert reading(app) == "7"
    assert not app.exception
    assert not app.error
    assert (STUDY in [one.label for one in app.expander]) == (shipped.MODELS / "study.json").exists()


@pytest.mark.parametrize("digit", [0, 4, 9])
def test_a_sample_button_draws_its_digit(digit: int) -> None:
    app = opened()
    app.button(key=f"board.sample.{digit}").click().run()
    assert reading(app) == str(digit)


def test_each_networks_error_carries_the_interval_of_its_sample() -> None:
    shown = " ".join(element.proto.body for element in opened().main if element.type == "html")
    errors = re.findall(r"([\d.]+) % \(([\d.]+)–([\d.]+)\) error on MNIST test", shown)
    assert len(errors) == 4
    assert all(float(low) < float(error) < float(high) for error, low, high in errors)


def test_an_empty_canvas_asks_for_a_digit() -> None:
    app = opened()
    app.button(key="board.clear").click().run()
    assert reading(app) == "–"
    assert next(metric.delta for metric in app.metric if metric.label == "Prediction") == "Draw a digit"


def test_an_empty_canvas_shows_no_figures() -> None:
    app = opened()
    app.button(key="board.clear").click().run()
    shown = " ".join(element.proto.body for element in app.main if element.type == "html")
    assert not re.search(
        r"\d ?%(?! \([\d.–]+\) error)", re.sub(r"<style>.*?</style>|style=\"[^\"]*\"|left: \d+%", "", shown, flags=re.S)
    )
    assert "Nothing is drawn yet." in [text.value for text in app.markdown]


def drawn(name: str) -> Drawing:
    """A hard case on the canvas."""
    (case,) = [case for case in CASES if case.name == name]
    return case.drawn_after(Drawing(SQUARE, 1))


READ_BY = ("Network in Network", "1×1 conv + MLP", "MLP of 1×1 convs")


@pytest.mark.parametrize(
    ("name", "digits"),
    [("A crossed 7", "797"), ("4 or 9?", "499"), ("1 or 7?", "171"), ("10", "080"), ("A letter", "585")],
)
def test_a_hard_case_divides_the_networks_and_says_what_to_look_for(name: str, digits: str) -> None:
    app = opened(**{"drawing.board": drawn(name)})
    assert "".join(reading(app, model) for model in READ_BY) == digits
    (case,) = [case for case in CASES if case.name == name]
    assert f"**What to look for:** {case.look_for}" in [text.value for text in app.markdown]


def test_only_bag_of_pixels_reads_shuffled_pixels_as_before() -> None:
    app = opened()
    models = ("Bag of pixels", *READ_BY)
    before = [reading(app, model) for model in models]
    app.button(key="board.case.Shuffled").click().run()
    assert [reading(app, model) == digit for model, digit in zip(models, before, strict=True)] == [True] + [False] * 3


@pytest.mark.parametrize(("drawing", "hinted"), [(drawn("10"), True), (first().with_digits(5), False)])
def test_two_digits_are_sent_to_the_page_that_reads_them(drawing: Drawing, hinted: bool) -> None:
    app = opened(**{"drawing.board": drawing})
    links = [element.proto.label for element in app.main if element.type == "page_link"]
    assert any("Two digits?" in label for label in links) is hinted


def small_three() -> Drawing:
    """A three in a corner, which is read only once it is cropped and centred."""
    strokes = [tuple((0.05 + 0.16 * x, 0.7 + 0.16 * y) for x, y in points) for points in SAMPLES[3]]
    return Drawing(SQUARE, 1, tuple(Stroke(points, 0.03) for points in strokes), (None,) * len(strokes))


def test_another_reader_gives_the_prediction() -> None:
    app = opened(**{"drawing.board": small_three()})
    before = reading(app)
    app.selectbox(key="answer.reader").select("bag_of_pixels").run()
    assert reading(app) == reading(app, "Bag of pixels") != before


def test_without_the_steps_the_answer_is_the_one_shown_beside() -> None:
    app = opened(**{"drawing.board": small_three()})
    assert reading(app) == way(app, "With these steps") == "3"
    app.toggle(key="drawing.normalised").set_value(False).run()
    assert reading(app) == way(app, "Without them") != "3"


def test_a_drawing_takes_five_forward_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader with and without the steps, and three other models; nothing is read twice."""
    app, read, plain = opened(), [], inference.classify_image
    monkeypatch.setattr(inference, "classify_image", lambda *given: read.append(given) or plain(*given))
    app.button(key="board.sample.3").click().run()
    assert len(read) == 5
    app.run()
    assert len(read) == 5


def test_a_missing_model_is_a_sentence_and_the_others_still_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nin.safetensors").symlink_to(shipped.MODELS / "nin.safetensors")
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = opened()
    assert reading(app) == "7"
    assert any("conv_mlp.safetensors does not exist" in error.value for error in app.error)
    assert not app.exception


def test_a_missing_models_place_is_not_told_to_strangers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "nin.safetensors").symlink_to(shipped.MODELS / "nin.safetensors")
    (tmp_path / "mlp_1x1.safetensors").write_bytes(b"half of it")
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    monkeypatch.setenv("POINTWISE_PUBLIC", "1")
    said = {error.value for error in opened().error}
    lacking = ("conv_mlp", "mlp_1x1", "bag_of_pixels")
    words = f"is missing or damaged on this server. {shipped.FOR_THE_OWNER}"
    assert said == {labels.plain(f"{name}.safetensors {words}") for name in lacking}
    assert f"{tmp_path}/conv_mlp.safetensors" in caplog.text


def test_without_the_default_reader_the_drawing_stays_and_another_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mlp_1x1.safetensors").symlink_to(shipped.MODELS / "mlp_1x1.safetensors")
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = opened()
    assert any("nin.safetensors does not exist" in error.value for error in app.error)
    assert app.button(key="board.clear")
    assert not app.exception
    app.selectbox(key="answer.reader").select("mlp_1x1").run()
    assert reading(app) == "7"


def test_each_recipe_brings_its_own_settings() -> None:
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["settings.advanced"] = True
    app.session_state["sidebar.recipe"] = "tutorial"  # a second run would leave out app.py, and so the sidebar
    app.run()
    assert app.number_input(key="sidebar.nin.digits.tutorial.epochs").value == 10
    assert app.number_input(key="sidebar.nin.digits.tutorial.batch").value == 64
    assert app.number_input(key="sidebar.nin.digits.tutorial.rate").value == 1e-3


@pytest.mark.parametrize(
    ("source", "title"), [("fashion_mnist", "Fashion-MNIST"), ("kmnist", "KMNIST"), ("cifar10", "CIFAR-10")]
)
def test_other_data_sets_are_offered_with_what_they_need(source: str, title: str) -> None:
    app = opened(**{"sidebar.source": source})
    assert not app.exception
    assert any(f"{title} is not in the data folder" in info.value for info in app.info)


@pytest.mark.parametrize(("data_set", "offered"), [("kmnist", False), ("mnist", True)])
def test_only_a_network_that_reads_drawings_is_offered_to_the_page(
    write_mnist: Callable[..., Path], data_set: str, offered: bool
) -> None:
    pictures = Pictures(data_set, write_mnist(folder="KMNIST" if data_set == "kmnist" else "MNIST"))
    job = PictureJob(ModelConfig("nin", widths=(4, 4, 4)), recipe_named("fast", epochs=1), pictures)
    app = opened()
    recording = app.session_state[visitor.VISIT.key].shelf.begin(job.describe(), 1000)
    run = Run(job, recording.run, recorder=recording)
    run.start()
    assert run.join(60)
    app.run()
    assert not app.exception
    assert any(box.label == "Weights" for box in app.selectbox) is offered


def study_table(app: AppTest) -> str:
    """The text of the study's table, or "" where there is none."""
    bodies = [element.proto.body for element in app.main if element.type == "html"]
    return next(
        (re.sub(r"<style>.*?</style>|<[^>]+>", " ", one) for one in bodies if "by network and recipe" in one), ""
    )


def test_a_shipped_study_says_what_is_network_and_what_is_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in shipped.MODELS.glob("*.safetensors"):
        (tmp_path / path.name).symlink_to(path)
    trainings = write_study(tmp_path / "study.json")
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = opened(study=True)  # unfolded
    (cell,) = outcomes.cells_of([one for one in trainings if (one.network, one.recipe) == ("nin", "augmented")])
    assert said(cell.values["drawings"]["read"]).partition(" (")[0] in study_table(app)
    assert "203,530" in study_table(app)
    sentences = [text.value for text in app.markdown if "by the recipe augmented reads" in text.value]
    assert len(sentences) == 1
    assert sentences[0].startswith("Network in Network by the recipe augmented reads ")
    choices = {one.key: one for one in app.segmented_control}
    choices["study.sample"].set_value("MNIST test digits").run()
    assert said(cell.values["test"]["read"], 2).partition(" (")[0] in study_table(app)
    (tmp_path / "study.json").write_text("{}")
    assert "holds no results of a study" in opened(study=True).error[0].value


def test_sureness_is_drawn_beside_accuracy_when_it_is_opened() -> None:
    app = opened(sureness=True)
    assert not app.exception
    (text,) = [one.value for one in app.markdown if "A probability is honest if" in one.value]
    measured = read(shipped.MODELS / sureness.RELIABILITY, {"nin": shipped.MODELS / "nin.safetensors"})["nin"]
    tables = [one.proto.body for one in app.get("html") if ": sure" in one.proto.body]
    for (sample, found), table in zip(measured.items(), tables, strict=True):
        assert f"**{100 * found.calibration_error:.2f} %** on {found.count:,} {sureness.CALLED[sample]}" in text
        assert str(found.bins[-1].share) in table
