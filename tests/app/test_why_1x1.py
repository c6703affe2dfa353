"""The page /why_1x1 as AppTest runs it: guess, experiment, verdict."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.claims import dense_layer
from pointwise.claims.dense_layer import FormTimes
from pointwise.claims.quotations import NAMES, claim_named
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import shipped
from pointwise.ui.why_1x1 import (
    activations_claim,
    any_size_claim,
    claim_widgets,
    dense_layer_claims,
    guesses,
    parameter_claims,
    shape_claim,
    verdicts_table,
)
from tests.claim_page import CLAIMS, answer, guess, opened, shown, verdict


@pytest.mark.parametrize("claim", NAMES)
def test_the_claim_stands_before_the_guess_and_nothing_else_but_a_script_to_take_home(claim: str) -> None:
    app = opened(claim)
    assert not app.exception
    assert sorted(app.segmented_control(key="claim").options) == sorted(NAMES)
    script = (claim_widgets.CODE / f"{claim.lower().replace(' ', '_')}.py").read_text().rstrip()
    assert script in [code.value for code in app.code]
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


def test_the_switch_bends_what_was_one_convolution() -> None:
    app = guess(opened("Activations"), "Activations", activations_claim.NOTHING)
    assert "140 parameters do what 16 do" in verdict(app)
    assert "without ReLU" in shown(app)
    app.toggle(key=activations_claim.ON).set_value(True).run()
    assert "with ReLU" in shown(app)
    app.number_input(key="why.activations.After the second").set_value(2).run()
    assert any("pass through 2 channels, so the matrix has rank 2, not 3" in text.value for text in app.markdown)
    assert not app.exception


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
