"""Claims of the page /why_1x1 whose verdict is measured by what is trained there, as AppTest runs them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.claims import depthwise, regularising, structured_data
from pointwise.claims.experiments import Experiment, Trial, Work
from pointwise.claims.regularising import ARMS, VARIANTS, Arm, Outcome
from pointwise.ui.training import server_queue
from pointwise.ui.why_1x1 import depthwise_claim, regularising_claim, shape_claim, structured_data_claim
from pointwise.ui.why_1x1.measured_trials import MeasuredTrials
from tests.claim_page import answer, guess, opened, verdict


def trained(app: AppTest, key: str) -> AppTest:
    """After the trainings of one contest."""
    app.button(key=f"{key}.start").click().run()
    assert app.session_state[key].join(timeout=120)
    return app.run()


def test_training_on_shuffled_digits_counts_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape_claim, "RECIPE", replace(shape_claim.RECIPE, epochs=1, batch_size=250))
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
    return {arm: Outcome((one,) * 3, (np.arange(1000) < 1000 * one) * 1.0) for arm, one in shares.items()}


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
