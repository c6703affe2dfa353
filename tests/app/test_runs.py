"""The page of runs as AppTest runs it, on runs that were really trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pointwise.data.table import prepare, read_table
from pointwise.jobs import TableJob, compare_scalings, table_config
from pointwise.library import Library, Shelf
from pointwise.training.recipes import recipe_named, table_recipe
from pointwise.ui.frame import labels
from pointwise.ui.runs import run_comparison, run_curves, run_facts
from tests.runs_page import FEW, MARKUP, button, digits, houses, opened, table, train, words


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
    assert names
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


def test_all_is_deleted_only_once_it_was_confirmed(shelf: Shelf) -> None:
    train(shelf, houses())
    app = opened(shelf)
    button(app, "Delete all my things").click().run()
    assert "Gone for good: one run, with" in words(app)
    assert len(shelf.runs()) == 1
    assert button(app, "Delete all")
    button(app, "Keep everything").click().run()
    assert len(shelf.runs()) == 1
