"""The page of runs as AppTest runs it, on runs that were really trained."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from pointwise.card import painted_card
from pointwise.costs import cost
from pointwise.data.catalogue import config_for
from pointwise.data.housing import HouseOptions
from pointwise.data.synthetic_digits import made_digits
from pointwise.data.table import prepare, read_table
from pointwise.jobs import Comparison, HouseJob, Job, PictureJob, Pictures, TableJob, compare_scalings, table_config
from pointwise.library import Library, Limits, Shelf
from pointwise.library.archive import pack_run
from pointwise.library.kept_paintings import SCORE, KeptPainting, begin_painting, keep_painting
from pointwise.models import PAINTER, ModelConfig, Network, build, default_config
from pointwise.runs import Run
from pointwise.segmentation.strokes import Painting, Stroke
from pointwise.training.recipes import recipe_named, table_recipe
from pointwise.ui.frame import labels, navigation, visitor
from pointwise.ui.runs import run_comparison, run_curves, run_facts, runs_table
from pointwise.ui.training.weights_in_use import CHOICES, Choice
from pointwise.weights import to_bytes
from tests import tutorial

FEW = HouseOptions(rows=40)
PAGE = Path(__file__).parents[2] / "pages" / "runs.py"
MARKUP = "<img src=x onerror=alert(1)> ![m](http://evil.example/x) $x$ :red[x] **b**"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    library = Library(None, Limits())
    yield library.shelf("me", "")
    library.close()


def houses(seed: int = 0, epochs: int = 3) -> HouseJob:
    recipe = recipe_named("standardised", "price_1x1", epochs=epochs, seed=seed)
    return HouseJob(default_config("price_1x1"), recipe, FEW)


def digits(epochs: int = 1) -> PictureJob:
    recipe = recipe_named("fast", epochs=epochs)
    return PictureJob(config_for("bag_of_pixels", "digits"), recipe, Pictures("digits", few=128))


def train(shelf: Shelf, job: Job | Comparison, name: str = "", end: int | None = None, how: str = "stop") -> str:
    """A kept run's id; it is told to stop or park after the step ``end``."""
    parameters = None if isinstance(job, Comparison) else cost(job.config).parameters
    recording = shelf.begin(job.describe(), parameters, name)
    recording.resumable = parameters is not None
    run = Run(job, recording.run, recorder=recording)
    for event in run.events():
        if getattr(event, "number", 0) == end:
            getattr(run, how)()
    return recording.run


def opened(shelf: Shelf, *chosen: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.session_state["navigation.frame"] = True
    app.session_state["navigation.arrived"] = False
    app.session_state[visitor.VISIT.key] = visitor.Visit(shelf)
    if chosen:
        app.session_state[runs_table.CHOSEN.key] = chosen
    return app.run()


def button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def words(app: AppTest) -> str:
    """All text on the page, with its markup."""
    every = [*app.markdown, *app.caption, *app.info, *app.error, *app.success, *app.warning]
    return "\n".join([text.value for text in every] + [element.proto.body for element in app.get("html")])


def table(app: AppTest) -> Any:
    return app.dataframe[0].value


def test_an_empty_library_says_how_the_first_run_comes_about(shelf: Shelf) -> None:
    app = opened(shelf)
    assert not app.exception
    assert "Open **Retrain a network** in the sidebar" in app.info[0].value
    assert "python -m pointwise train nin --data-set digits" in words(app)
    assert not app.dataframe


def test_where_the_command_lines_runs_are_not_seen_nothing_is_said_of_a_terminal(shelf: Shelf) -> None:
    assert "python -m" not in words(opened(shelf.library.shelf("me")))


def test_the_table_has_a_row_for_each_run_and_the_latest_is_chosen(shelf: Shelf) -> None:
    train(shelf.library.shelf(""), digits(), "Terminal")
    train(shelf, compare_scalings(recipe_named("tutorial", "price_1x1", epochs=1), FEW), "Both")
    train(shelf, houses(seed=7), "Prices", end=2)
    app = opened(shelf)
    assert not app.exception
    rows = table(app)
    assert list(rows["Name"]) == ["Prices", "Both", "Terminal"]
    assert list(rows["State"]) == ["stopped at epoch 1 of 3", "finished", "finished"]
    assert list(rows["Model"])[1:] == ["Prices as written and standardised", "Bag of pixels"]
    assert list(rows["Data"]) == ["Houses, changed", "Houses, changed", "Bundled digits, 128 pictures"]
    assert rows["Seed"][0] == 7
    assert list(rows["Made in"]) == ["the app", "the app", "the terminal"]
    assert rows["Accuracy"][2] == pytest.approx(100 * shelf.runs()[2].metrics["accuracy"])
    assert rows["R²"][0] == pytest.approx(shelf.runs()[0].metrics["r2"])
    assert app.text_input[0].value == "Prices"


@pytest.mark.parametrize(
    ("state", "step", "said"),
    [
        ("interrupted", 250, "interrupted at epoch 3 of 10"),
        ("parked", 100, "parked at epoch 1 of 10"),
        ("interrupted", 0, "interrupted before the first step"),
        ("training", 999, "going on, 99 %"),
        ("done", 1000, "finished"),
    ],
)
def test_a_state_says_where_it_ended(shelf: Shelf, state: str, step: int, said: str) -> None:
    record = shelf.run(train(shelf, houses(epochs=10), end=1))
    assert run_facts.state(replace(record, state=state, step=step, total=1000)) == said


def test_a_name_a_note_and_a_pin_are_kept_at_once(shelf: Shelf) -> None:
    run = train(shelf, houses())
    app = opened(shelf)
    app.text_input[0].set_value("Better").run()
    app.text_input[1].set_value("with seed 0").run()
    app.toggle[0].set_value(True).run()
    record = shelf.run(run)
    assert (record.name, record.note, record.pinned) == ("Better", "with seed 0", True)
    assert list(table(app)["Name"]) == ["Better"]
    assert not app.exception


def test_a_run_without_a_name_is_refused_and_the_old_name_comes_back(shelf: Shelf) -> None:
    train(shelf, houses(), "Prices")
    app = opened(shelf)
    app.text_input[0].set_value("  ").run()
    assert [error.value for error in app.error] == [labels.plain("A run cannot be without a name. Give it one.")]
    assert app.text_input[0].value == "Prices"


def test_a_name_that_was_changed_elsewhere_is_shown(shelf: Shelf) -> None:
    run = train(shelf, houses(), "Prices")
    app = opened(shelf)
    shelf.rename(run, "From the terminal")
    app.run()
    assert app.text_input[0].value == "From the terminal"


def test_a_deleted_run_can_be_brought_back_at_once_and_later(shelf: Shelf) -> None:
    first, second = train(shelf, houses(), "First"), train(shelf, houses(seed=1), "Second")
    app = opened(shelf)
    button(app, "Delete").click().run()
    assert "Second was deleted" in words(app).replace("'", "")
    assert [record.id for record in shelf.runs()] == [first]
    button(app, "Undo").click().run()
    assert [record.id for record in shelf.runs()] == [second, first]
    assert app.text_input[0].value == "Second"
    shelf.delete(first)
    app.run()
    assert [element.label for element in app.expander if "Deleted" in element.label] == ["Deleted runs (1)"]
    button(app, "Bring back").click().run()
    assert app.text_input[0].value == "First"


def test_several_runs_are_deleted_and_brought_back_together(shelf: Shelf) -> None:
    runs = [train(shelf, houses(seed=seed)) for seed in range(3)]
    app = opened(shelf, *runs[:2])
    button(app, "Delete these 2 runs").click().run()
    assert [record.id for record in shelf.runs()] == runs[2:]
    assert "2 runs were deleted." in words(app)
    button(app, "Undo").click().run()
    assert len(shelf.runs()) == 3


def test_the_same_seed_twice_gives_the_same_curve_and_weights(shelf: Shelf) -> None:
    app = opened(shelf, train(shelf, houses()), train(shelf, houses()))
    said = words(app)
    assert "Nothing: the same network, recipe, seed and data." in said
    assert "The same seed twice: exactly the same curve, step by step, over 9 points." in said
    assert "The weights at the end are the same, bit for bit." in said


def test_another_seed_is_the_only_line_that_differs(shelf: Shelf) -> None:
    one, other = (shelf.run(train(shelf, houses(seed))) for seed in (3, 4))
    assert run_comparison.differences(one, other) == [("seed", "3", "4")]
    assert not run_facts.same_job(one, other)
    said = words(opened(shelf, one.id, other.id))
    assert "The same seed twice" not in said
    assert "<td>seed</td><td>3</td><td>4</td>" in said


def test_equal_jobs_whose_curves_differ_are_told_by_how_much_and_why(shelf: Shelf) -> None:
    one, other = (shelf.run(train(shelf, houses())) for _ in range(2))
    history = shelf.curves(other.id).history
    points = [(p.step, p.loss + (0.25 if p.step == 5 else 0.125), p.seconds) for p in history]
    shelf.library.change("UPDATE runs SET history = ? WHERE id = ?", str([list(p) for p in points]), other.id)
    assert run_comparison.loss_gap(shelf, one, other) == (pytest.approx(0.25), len(history))
    other = replace(other, card={**other.card, "threads": 64})
    sentences = run_comparison.same_seed_twice(shelf, one, other)
    assert "differ by at most **0.2500** at the same step" in sentences[0]
    assert "64 threads" in sentences[-1]


def test_curves_are_drawn_by_step_or_second_with_a_line_for_each_network(shelf: Shelf) -> None:
    both = train(shelf, compare_scalings(recipe_named("tutorial", "price_1x1", epochs=2), FEW), "Both")
    lines = run_curves._lines(shelf, shelf.run(both), "step")
    assert [line.name for line in lines] == ["Both: as written", "Both: standardised"]
    assert [list(line.loss[0]) for line in lines] == [[5, 11], [6, 12]]
    (line,) = run_curves._lines(shelf, shelf.run(train(shelf, houses())), "second")
    curves = shelf.curves(shelf.runs()[0].id)
    assert list(line.loss[0]) == [point.seconds for point in curves.history]
    assert list(line.scores["r2"][0]) == pytest.approx([curves.history[step - 1].seconds for step in (3, 6, 9)])


def test_a_name_with_markup_is_text_in_the_chart_and_on_the_page(shelf: Shelf) -> None:
    run = train(shelf, houses(), MARKUP)
    shelf.annotate(run, MARKUP)
    lines = run_curves._lines(shelf, shelf.run(run), "step")
    names = {trace.name for trace in run_curves.figure(lines, "step").data}
    assert all(name.startswith("&lt;img src=x onerror=alert(1)&gt;") for name in names)
    app = opened(shelf)
    button(app, "Delete").click().run()
    assert f"'{labels.plain(MARKUP)}' was deleted." in words(app)


def test_a_tables_network_is_asked_with_its_sliders(shelf: Shelf) -> None:
    rows = "\n".join(f"{n % 13},{'north' if n % 2 else 'south'},{3 * (n % 13) + n % 5}" for n in range(60))
    prepared = prepare(read_table(f"size,side,price\n{rows}".encode(), "mine.csv"), "price", ["size", "side"])
    job = TableJob(table_config(prepared), table_recipe(len(prepared.training), epochs=2), prepared)
    train(shelf, job, "Mine")
    app = opened(shelf)
    assert table(app)["Data"][0] == "mine.csv"
    assert not [button for button in app.button if button.label == "Use in the pages"]
    (metric,) = (metric for metric in app.metric if metric.label == "Predicted price")
    slider = next(slider for slider in app.slider if slider.label == "size")
    slider.set_value(slider.max).run()
    assert next(m for m in app.metric if m.label == "Predicted price").value != metric.value
    assert not app.exception


def test_a_run_that_was_parked_goes_on_from_here(shelf: Shelf, tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    kept = library.shelf("me")
    run = train(kept, houses(epochs=4), end=4, how="park")
    app = opened(kept)
    assert "Parked at epoch 2 of 4" in words(app)
    button(app, "Go on").click().run()
    going = app.session_state["session_run.run"]
    assert going.join(60)
    undisturbed = kept.run(train(kept, houses(epochs=4)))
    assert kept.run(run).metrics == undisturbed.metrics
    app.run()
    assert table(app)["State"][1] == "finished"
    library.close()


def load(app: AppTest, name: str, content: bytes) -> AppTest:
    return app.file_uploader[0].upload(name, content, "application/octet-stream").run()


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


def test_all_is_deleted_only_once_it_was_confirmed(shelf: Shelf) -> None:
    train(shelf, houses())
    app = opened(shelf)
    button(app, "Delete all my things").click().run()
    assert "Gone for good: one run, with" in words(app)
    assert len(shelf.runs()) == 1
    assert button(app, "Delete all")
    button(app, "Keep everything").click().run()
    assert len(shelf.runs()) == 1


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, str]]]:
    """The links that were shown: AppTest runs the page alone, where there are no others to lead to."""
    shown: list[tuple[str, str, dict[str, str]]] = []
    monkeypatch.setattr(navigation, "link", lambda name, label="", **query: shown.append((name, label, query)))
    return shown


def pixel_network(score: float) -> Network:
    network = build(ModelConfig(PAINTER, 3, num_classes=2, channel_sets=("colour",)), 0)
    network.card = painted_card(120, 0, {SCORE: score}, 0.125)
    return network


def painted(shelf: Shelf, title: str, scores: dict[int, float]) -> str:
    """A kept painting's id."""
    strokes = tuple(Stroke(f"a-{n}", ((1.0, 2.0),), 8.0, 1 + n % 2) for n in range(max(scores)))
    kept = KeptPainting("f" * 64, title, 80, 100, ("Sky", MARKUP), Painting(strokes), 0.0, 3, ("colour",))
    run = begin_painting(shelf, kept)
    keep_painting(shelf, run, kept, pixel_network(scores[max(scores)]), scores)
    return run


def test_a_painting_has_its_strokes_and_score_and_nothing_of_a_training(
    shelf: Shelf, links: list[tuple[str, str, dict[str, str]]]
) -> None:
    run = painted(shelf, "Cat", {2: 0.5, 4: 0.75})
    app = opened(shelf)
    assert not app.exception
    rows = table(app)
    assert not {"Recipe", "Seed", "Accuracy"} & set(rows.columns)
    assert [rows[name][0] for name in ("Name", "State", "Model", "Data", "Score of strokes")] == [
        *("Cat", "painted, 4 strokes", "Pixel network", "Cat"),
        0.75,
    ]
    assert links == [("paint", "Paint on", {"run": run})]
    assert not [one for one in app.button if one.label in ("Use in the pages", "Go on")]
    said = words(app)
    assert labels.plain("Painted, 4 strokes: Pixel network on Cat; held out: score of strokes 0.7500.") in said
    assert not [
        word
        for word in ("poch", "Steps", "examples", "digit", "Dropout", "Height")
        if word in said.partition("What is kept")[0]
    ]
    (line,) = run_curves._lines(shelf, shelf.run(run), "stroke")
    assert line.scores == {SCORE: ([2, 4], [0.5, 0.75])}
    (trace,) = run_curves.figure([line], "stroke").data
    assert trace.showlegend


def test_paintings_are_compared_with_one_another_and_with_trainings(
    shelf: Shelf, links: list[tuple[str, str, dict[str, str]]]
) -> None:
    cat, other, dog = (painted(shelf, title, {2: score}) for title, score in (("cat", 0.5), ("cat", 0.75), ("dog", 1)))
    prices = train(shelf, houses(), "Prices")
    assert "+0.2500" in words(opened(shelf, cat, other))
    assert "The same seed twice" not in words(opened(shelf, cat, other))
    assert "+0.5000" not in words(opened(shelf, cat, dog))
    app = opened(shelf, cat, prices)
    assert not app.exception
    assert "The curves of paintings go by strokes" in words(app)
    assert "<td>picture</td><td>cat</td>" in words(app)


def test_a_network_that_was_painted_is_loaded_and_sent_to_its_page(
    shelf: Shelf, links: list[tuple[str, str, dict[str, str]]]
) -> None:
    network = pixel_network(0.5)
    app = load(opened(shelf), "cells.safetensors", to_bytes(network, network.card))
    assert not app.exception
    (record,) = shelf.runs()
    assert "It labels pixels" in words(app)
    assert table(app)["Data"][0] == "Brush strokes"
    assert links[-1] == ("paint", "Label a picture with it", {"run": record.id})
