"""The page /why_1x1 as AppTest runs it: guess, experiment, verdict."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.claims import dense_layer, depthwise, regularising, structured_data
from pointwise.claims.dense_layer import FormTimes
from pointwise.claims.experiments import Experiment, Trial, Work
from pointwise.claims.quotations import NAMES, claim_named
from pointwise.claims.regularising import ARMS, VARIANTS, Arm, Outcome
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import navigation, shipped
from pointwise.ui.training import server_queue
from pointwise.ui.why_1x1 import (
    activations_claim,
    any_size_claim,
    claim_widgets,
    dense_layer_claims,
    depthwise_claim,
    guesses,
    parameter_claims,
    regularising_claim,
    shape_claim,
    structured_data_claim,
    verdicts_table,
)
from pointwise.ui.why_1x1.measured_trials import MeasuredTrials

PAGE = str(Path(__file__).parents[2] / "pages" / "why_1x1.py")
CLAIMS = {
    "Dense layer": ("dense", dense_layer_claims.THE_SAME, dense_layer_claims.DIFFERENT),
    "Parameters": ("size", parameter_claims.MORE, parameter_claims.FEWER),
    "Shape": ("shape", shape_claim.ONE, shape_claim.ALL),
    "Network in Network": ("nin", dense_layer_claims.FIFTY_TIMES, dense_layer_claims.AS_MANY),
    "Any size": ("anysize", any_size_claim.SOME, any_size_claim.ALL),
    "Activations": ("activations", activations_claim.NOTHING, activations_claim.BENDS),
    "Bottlenecks": ("bottleneck", parameter_claims.NINE_TENTHS, parameter_claims.THIRD),
    "Depthwise": ("depthwise", depthwise_claim.NINE_TIMES, depthwise_claim.TWICE),
}


def opened(claim: str, **session: object) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True  # AppTest runs the page without app.py
    for name, value in session.items():
        app.session_state[name] = value
    app.query_params["claim"] = claim
    return app.run()


def verdict(app: AppTest) -> str:
    """The verdict on the page, or "" before there is one."""
    return next((text.value for text in app.markdown if "**Verdict**" in text.value), "")


def answer(app: AppTest) -> str:
    """What is said to the guess."""
    return "".join(box.value for box in [*app.success, *app.info])


def shown(app: AppTest) -> str:
    """All HTML on the page."""
    return "".join(text.proto.body for text in app.get("html"))


def guess(app: AppTest, claim: str, answer: str) -> AppTest:
    return app.radio(key=f"why.{CLAIMS[claim][0]}").set_value(answer).run()


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_claim_stands_before_the_guess_and_nothing_else(claim: str) -> None:
    app = opened(claim)
    assert not app.exception
    assert claim_named(claim).title in app.header[0].value
    assert escape(claim_named(claim).words) in shown(app)
    assert not answer(app)
    assert not verdict(app)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_guess_is_answered_before_the_verdict(claim: str) -> None:
    _, right, wrong = CLAIMS[claim]
    app = guess(opened(claim), claim, right)
    assert answer(app).startswith("Right")
    assert verdict(app)
    assert "Right" not in answer(guess(app, claim, wrong))
    assert not answer(guess(app, claim, guesses.SKIP))
    assert not app.exception
    assert not app.error


def test_the_first_guesses_make_the_score() -> None:
    app = guess(opened("Dense layer"), "Dense layer", dense_layer_claims.DIFFERENT)
    app = guess(app, "Dense layer", dense_layer_claims.THE_SAME)
    assert any("You guessed 0 of 1 right" in text.value for text in app.markdown)
    app.button(key="why.next").click().run()
    assert app.header[0].value.startswith("2. ")
    app = guess(app, "Parameters", parameter_claims.MORE)
    assert any("You guessed 1 of 2 right" in text.value for text in app.markdown)


def test_the_answer_in_sight_is_no_guess() -> None:
    app = guess(opened("Dense layer"), "Dense layer", guesses.SKIP)
    app = guess(app, "Dense layer", dense_layer_claims.THE_SAME)
    assert not any("You guessed" in text.value for text in app.markdown)
    assert "done, 1" in shown(app)


def test_a_lesson_hides_answer_verdict_score_table_and_code() -> None:
    app = opened("Dense layer")
    app.query_params["hide"] = "verdicts,code"
    app = guess(app.run(), "Dense layer", dense_layer_claims.DIFFERENT)
    assert "Its column of channels enters a dense layer" in shown(app)
    assert not answer(app)
    assert not verdict(app)
    assert not any("You guessed" in text.value for text in app.markdown)
    assert not app.expander
    assert "done, 1" not in shown(app)


def test_the_next_claim_is_the_first_that_is_not_done() -> None:
    done = {name: guesses.SKIP for name in NAMES if name != "Speed"}
    app = opened("Network in Network", **{guesses.FIRST.key: done, guesses.RIGHT.key: done})
    assert "Speed" in app.button(key="why.next").label


def test_a_measured_claim_counts_when_it_was_measured() -> None:
    app = app_of("Speed", dense_layer_claims.DEPENDS)
    assert "done, 3" not in shown(app)
    app.session_state[dense_layer_claims.TIMES.key] = [
        FormTimes((1, 28, 28, 64, 64), {dense_layer.USUAL: 1.0, dense_layer_claims.LINEAR: ratio}, 1.0)
        for ratio in (0.5, 2.0)
    ]
    app.run()
    assert answer(app) == "Right, as measured here."
    assert "done, 3" in shown(app)
    assert "Others measured the opposite" in verdict(app)


def test_the_sizes_of_the_comparison_are_the_visitors() -> None:
    app = guess(opened("Dense layer"), "Dense layer", dense_layer_claims.THE_SAME)
    app.number_input(key="why.dense.Channels in").set_value(3).run()
    app.number_input(key="why.dense.Channels out").set_value(2).run()
    assert "all have 8 parameters" in verdict(app)


def test_the_tutorials_network_has_63_times_as_many() -> None:
    app = guess(opened("Parameters"), "Parameters", parameter_claims.FEWER)
    assert "12,848,010 parameters against 203,530: 63 times as many" in verdict(app)


def test_on_a_1x1_picture_it_says_that_they_are_the_same() -> None:
    app = guess(opened("Parameters"), "Parameters", parameter_claims.MORE)
    app.number_input(key="why.size.Height").set_value(1).run()
    app.number_input(key="why.size.Width").set_value(1).run()
    assert any("On a 1×1 picture" in text.value for text in app.markdown)


def test_another_pixel_enters_both_layers() -> None:
    app = guess(opened("Dense layer"), "Dense layer", dense_layer_claims.THE_SAME)
    before = shown(app)
    assert "Its column of channels enters a dense layer" in before
    next(button for button in app.button if button.label == "Another pixel").click().run()
    assert shown(app) != before


def test_another_order_is_another_shuffle() -> None:
    app = guess(opened("Shape"), "Shape", shape_claim.ONE)
    before = [text.proto.body for text in app.get("html")]
    next(button for button in app.button if button.label == "Another order").click().run()
    assert [text.proto.body for text in app.get("html")] != before


def test_a_digit_that_is_the_same_by_luck_is_no_proof() -> None:
    app = guess(opened("Shape", **{shape_claim.ORDER.key: 1}), "Shape", shape_claim.ONE)
    assert shown(app).count("unchanged") == 1
    assert "by luck" in verdict(app)


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        ([1.3, 1.5], "it is faster"),
        ([0.5, 0.8], "it is slower"),
        ([0.95, 1.05], "no difference"),
        ([0.9, 1.5], "It depends"),
        ([0.7, 1.0], "It depends"),
    ],
)
def test_the_headline_says_what_was_measured(ratios: list[float], said: str) -> None:
    assert said in dense_layer_claims.speed_headline(ratios)


@pytest.mark.parametrize(
    ("ratios", "answer"),
    [
        ([1.3, 1.5], dense_layer_claims.FASTER),
        ([0.5, 0.8], dense_layer_claims.SLOWER),
        ([0.9, 1.5], dense_layer_claims.DEPENDS),
    ],
)
def test_the_guess_is_held_against_what_was_measured(ratios: list[float], answer: str) -> None:
    assert dense_layer_claims.right_speed(ratios) == answer


def test_the_table_of_verdicts_without_a_model_leaves_the_claims(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = guess(opened("Dense layer", **{verdicts_table.OPEN: True}), "Dense layer", dense_layer_claims.THE_SAME)
    assert len(app.error) == 1
    assert verdict(app)


def test_an_empty_canvas_asks_for_a_drawing() -> None:
    app = opened("Shape", **{"drawing.board": drawing.first().cleared()})
    assert any("Draw a digit on the first page" in info.value for info in guess(app, "Shape", shape_claim.ONE).info)


def test_blocks_are_timed_when_asked() -> None:
    app = guess(opened("Bottlenecks"), "Bottlenecks", parameter_claims.NINE_TENTHS)
    assert "milliseconds" not in shown(app)
    next(button for button in app.button if button.label == "Time them where this app runs").click().run()
    assert shown(app).count("milliseconds") == 5


def test_a_missing_model_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = guess(opened("Shape"), "Shape", shape_claim.ONE)
    assert any("nin.safetensors does not exist" in error.value for error in app.error)
    assert not app.exception


def test_forms_are_timed_when_asked() -> None:
    app = app_of("Speed", dense_layer_claims.DEPENDS)
    assert not verdict(app)
    app.button(key="why.speed.measure").click().run()
    assert "times as long as the convolution" in verdict(app)
    assert not app.exception


def app_of(claim: str, answer: str) -> AppTest:
    app = opened(claim)
    return app.radio(key="why.speed").set_value(answer).run()


def test_all_verdicts_are_measured_when_the_table_is_opened() -> None:
    app = opened("Dense layer", **{verdicts_table.OPEN: True})
    assert not app.exception
    (table,) = [text.proto.body for text in app.get("html") if "when it holds" in text.proto.body]
    assert "12,848,010 against 203,530" in table
    assert "9.7 times fewer multiply-adds in Inception, 16.9 in ResNet" in table


def trained(app: AppTest, key: str) -> AppTest:
    """After the trainings of one contest."""
    app.button(key=f"{key}.start").click().run()
    assert app.session_state[key].join(timeout=120)
    return app.run()


def test_training_on_shuffled_digits_counts_mistakes() -> None:
    app = trained(guess(opened("Shape"), "Shape", shape_claim.ONE), "why.shape.contest")
    assert not app.exception
    (table,) = [text.proto.body for text in app.get("html") if "mistakes on test digits" in text.proto.body]
    assert table.count("of 297") == 4
    assert any("permutation invariant" in info.value for info in app.info)


def test_trainings_on_few_digits_are_judged_when_they_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regularising, "RECIPE", replace(regularising.RECIPE, epochs=2, batch_size=250))
    app = opened("Regularising").radio(key="why.regularise").set_value(regularising_claim.DENSELY).run()
    assert "see whether you are right" in answer(app)
    app = trained(app, "why.regularise.digits")
    assert not app.exception
    tables = [text.proto.body for text in app.get("html") if "more than with neither" in text.proto.body]
    assert [all(name in table for name in VARIANTS) for table in tables] == [True, True]
    assert "Sometimes" in verdict(app)
    assert "s measured here" in answer(app)


def test_a_training_that_waits_for_its_turn_says_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    app = guess(opened("Shape"), "Shape", shape_claim.ONE)
    server_queue.run_queue().turn("somebody else").join()
    app.button(key="why.shape.contest.start").click().run()
    assert any("Place 1 of 1 in the queue" in bar.proto.text for bar in app.get("progress"))
    app.session_state["why.shape.contest"].stop()
    assert app.session_state["why.shape.contest"].join(60)


def outcomes(**read: float) -> dict[Arm, Outcome]:
    """What the networks read that were regularised by dropout, 0–1, by the kind of network; all others 80 %."""
    shares = {arm: read.get(arm.arch, 0.8) if arm.variant == "dropout" else 0.8 for arm in ARMS}
    return {arm: Outcome((one,) * 3, (0.1, 0.5), (np.arange(1000) < 1000 * one) * 1.0) for arm, one in shares.items()}


@pytest.mark.parametrize(
    ("read", "answer", "said"),
    [
        ({}, regularising_claim.ALIKE, "no way makes a difference here that could be told from chance"),
        ({"mlp_1x1": 0.802, "dense_mlp": 0.802}, regularising_claim.ALIKE, "told from chance: dropout, the best, 0.2"),
        ({"mlp_1x1": 0.9, "dense_mlp": 0.9}, regularising_claim.ALIKE, "It does help the accuracy"),
        ({"mlp_1x1": 0.9}, regularising_claim.CONVOLUTION, "do not gain the same"),
        ({"dense_mlp": 0.9}, regularising_claim.DENSELY, "do not gain the same"),
    ],
)
def test_what_regularising_does_is_what_was_measured(read: dict[str, float], answer: str, said: str) -> None:
    measured = outcomes(**read)
    assert regularising_claim.right(measured) == answer
    assert said in regularising_claim.verdict(measured, 1000)


@pytest.mark.parametrize(
    ("mlp", "nin_", "said"),
    [
        ((20, 21), (10, 22), ("as good as ever", "needs them to stay neighbours")),
        ((20, 60), (10, 22), ("not quite the same", "needs them to stay neighbours")),
        ((20, 20), (10, 9), ("as good as ever", "did not need its neighbours")),
    ],
)
def test_what_shuffled_training_does_is_what_was_measured(
    mlp: tuple[int, int], nin_: tuple[int, int], said: tuple[str, str]
) -> None:
    text = shape_claim.trained({"mlp_1x1": mlp, "nin": nin_})
    assert all(part in text for part in said)


def test_the_switch_bends_what_was_one_convolution() -> None:
    app = guess(opened("Activations"), "Activations", activations_claim.NOTHING)
    assert "140 parameters do what 16 do" in verdict(app)
    assert "without ReLU" in shown(app)
    app.toggle(key=activations_claim.ON).set_value(True).run()
    assert "with ReLU" in shown(app)
    app.number_input(key="why.activations.After the second").set_value(2).run()
    assert any("pass through 2 channels, so the matrix has rank 2, not 3" in text.value for text in app.markdown)
    assert not app.exception


def depthwise_numbers(**right: int) -> dict[str, dict[str, float]]:
    """Of 100 digits in each repetition: how many each arm reads."""
    return {
        depthwise.key_of(arm, repeat): {"right": right.get(arm, 90), "of": 100, "seconds": seconds}
        for arm, seconds in ((depthwise.FULL, 1.0), (depthwise.NARROW, 1.0), (depthwise.EQUAL, 2.0))
        for repeat in range(depthwise.REPEATS)
    }


def test_the_pair_is_counted_timed_and_judged_by_what_was_read() -> None:
    numbers = {"why.depthwise.digits.numbers": depthwise_numbers(narrow=80)}
    app = guess(opened("Depthwise", **numbers), "Depthwise", depthwise_claim.NINE_TIMES)
    assert "8.8 times fewer multiply-adds here" in verdict(app)
    assert "reads fewer digits: -10.0 points" in verdict(app)
    assert "no difference can be told from chance: +0.0 points" in verdict(app)
    assert "took 2.0 times as long" in verdict(app)
    app.number_input(key="why.depthwise.Side").set_value(2).run()
    assert "In time" not in verdict(app)
    next(button for button in app.button if button.label == "Time them where this app runs").click().run()
    assert "on this machine" in verdict(app)
    assert not app.exception


def table_numbers(**ahead: float) -> dict[str, dict[str, float]]:
    """Of every table: by how much the network is ahead, by the rule's name."""
    return {
        structured_data.key_of(truth, rows, repeat): {
            "network_r2": 0.8 + ahead.get(truth, 0.0),
            "trees_r2": 0.8,
            "network_seconds": 2.0,
            "trees_seconds": 1.0,
        }
        for truth in ("smooth", "thresholds")
        for rows in structured_data.ROWS
        for repeat in range(structured_data.REPEATS)
    }


@pytest.mark.parametrize(
    ("ahead", "answer", "said"),
    [
        ({"smooth": 0.1, "thresholds": -0.2}, structured_data_claim.DEPENDS, "by 0.200 to 0.200 of R²"),
        ({"smooth": 0.1, "thresholds": 0.1}, structured_data_claim.NETWORK, "thresholds the network is ahead"),
        ({"smooth": -0.1, "thresholds": -0.1}, structured_data_claim.TREES, "smooth rule gradient boosting is ahead"),
        ({}, structured_data_claim.DEPENDS, "neither, as far as one can tell, at 500 rows"),
    ],
)
def test_who_predicts_a_table_better_is_what_was_measured(ahead: dict[str, float], answer: str, said: str) -> None:
    cells = structured_data.cells(table_numbers(**ahead))
    assert structured_data_claim.right(cells) == answer
    assert structured_data_claim.right(cells[1:]) == ""
    assert said in structured_data_claim.verdict(cells, {})


def test_tables_are_measured_by_a_button_and_what_is_missing_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = table_numbers(smooth=0.1, thresholds=-0.1)

    def trial(name: str) -> Trial:
        def work() -> Work:
            yield
            return numbers[name]

        return Trial(2, work)

    tiny = Experiment("Tables", {name: trial(name) for name in numbers})
    monkeypatch.setattr(structured_data_claim, "CONTEST", MeasuredTrials("why.structured.contest", lambda: tiny))
    first, *_ = numbers
    app = opened("Structured data", **{"why.structured.contest.numbers": {first: numbers[first]}})
    app = app.radio(key="why.structured").set_value(structured_data_claim.DEPENDS).run()
    assert "see whether you are right" in answer(app)
    assert "is not measured yet" in verdict(app)
    assert app.button(key="why.structured.contest.start").label == "Measure the rest"
    app = trained(app, "why.structured.contest")
    assert not app.exception
    app.run()
    assert answer(app) == "Right, as measured here."
    assert "With a smooth rule the network is ahead at every size, by 0.100 to 0.100 of R²" in verdict(app)
    assert app.button(key="why.structured.contest.start").label == "Measure again"


def test_three_digits_are_read_before_anything_is_drawn() -> None:
    app = guess(opened("Any size"), "Any size", any_size_claim.SOME)
    assert [metric.value for metric in app.metric] == ["4 7 2", "4 7 2"]
    assert "the largest difference of a logit is" in verdict(app)


def test_an_empty_strip_keeps_the_three_sizes() -> None:
    app = guess(opened("Any size"), "Any size", any_size_claim.SOME)
    app.button(key="strip.clear").click().run()
    assert any("nothing written" in info.value for info in app.info)
    assert any("28 × 140" in text.proto.body for text in app.get("html"))
    assert not app.metric


def test_a_missing_file_of_widths_leaves_the_calculator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter_claims, "WIDTHS", "nowhere.json")
    app = guess(opened("Parameters"), "Parameters", parameter_claims.MORE)
    assert any("python -m pointwise sweep" in error.value for error in app.error)
    assert app.number_input(key="why.size.Height").value == 14


def test_every_claim_has_a_script_to_take_home() -> None:
    claims = [*CLAIMS, "Speed", "Structured data", "Regularising"]
    assert sorted(opened("Speed").segmented_control(key="claim").options) == sorted(claims)
    for claim in claims:
        script = (claim_widgets.CODE / f"{claim.lower().replace(' ', '_')}.py").read_text().rstrip()
        assert script in [code.value for code in opened(claim).code]
