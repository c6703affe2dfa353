"""The page /path as AppTest runs it: its five steps, guesses and links."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.claims.quotations import claim_named
from pointwise.explain import colour, colour_mixer
from pointwise.explain.five_steps import STEPS, Step
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import glossary, navigation
from pointwise.ui.path import claims_step, shape_step, steps

PAGE = str(Path(__file__).parents[2] / "pages" / "path.py")
NAMES = [step.name for step in STEPS]


@pytest.fixture(autouse=True)
def links(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """The links that were shown: AppTest runs the page alone, where there are no others to lead to."""
    followed: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(navigation, "link", lambda name, _="", **query: followed.append((name, query)))
    return followed


def opened(step: str | None = None, **session: object) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True  # AppTest runs the page without app.py
    for name, value in session.items():
        app.session_state[name] = value
    if step is not None:
        app.query_params["step"] = step
    return app.run()


def heading(app: AppTest) -> str:
    return app.header[0].value


def shown(app: AppTest) -> str:
    """All Markdown and HTML on the page."""
    return "\n".join([*(text.value for text in app.markdown), *(text.proto.body for text in app.get("html"))])


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def address(app: AppTest) -> str:
    return "".join(app.query_params["step"])


@pytest.mark.parametrize("step", STEPS, ids=NAMES)
def test_every_step_can_be_joined_by_its_address(step: Step) -> None:
    app = opened(step.name)
    assert not app.exception
    assert not app.error
    assert heading(app) == step.heading


def test_next_and_back_lead_through_all_steps_and_the_address_says_where() -> None:
    app = opened()
    assert "path.back" not in app.session_state
    for step in STEPS[1:]:
        press(app, "path.next")
        assert (heading(app), address(app)) == (step.heading, step.name)
    assert [button.key for button in app.button if button.key == "path.next"] == []
    for step in STEPS[-2::-1]:
        press(app, "path.back")
        assert (heading(app), address(app)) == (step.heading, step.name)


def test_the_path_goes_on_where_it_was_left() -> None:
    app = opened(**{steps.STEP.key: "shape", steps.VISITED.key: ("pixel", "shape")})
    assert heading(app) == STEPS[3].heading
    assert app.session_state[steps.VISITED.key] == ("pixel", "shape")


def test_a_step_that_is_none_is_the_first() -> None:
    app = opened("mops")
    assert not app.exception
    assert (heading(app), address(app)) == (STEPS[0].heading, "pixel")


@pytest.mark.parametrize("step", ["pixel", "maps", "shape"])
def test_an_empty_canvas_offers_samples(step: str) -> None:
    app = opened(step, **{"drawing.board": drawing.first().cleared()})
    assert not app.exception
    assert "There is no drawing yet" in app.info[0].value
    press(app, "board.sample.3")
    assert not app.info
    assert heading(app) == STEPS[NAMES.index(step)].heading


def test_the_layers_say_how_far_they_see_and_what_is_read() -> None:
    app = opened("maps")
    (layers,) = [text.proto.body for text in app.get("html") if "pw-layers" in text.proto.body]
    seen = [int(part.split(" ")[0]) for part in layers.split("<figcaption>sees ")[1:]]
    assert seen == [5, 5, 9, 9, 17, 17, 17]
    assert "the network reads **7**" in shown(app)


def test_shuffled_pixels_are_answered_after_a_guess() -> None:
    app = opened("shape")
    assert "The same pixels, shuffled" in shown(app)
    assert "pw-shuffled" not in shown(app)
    app.radio(key="path.guess.shape").set_value(shape_step.OTHER).run()
    assert shown(app).count("the same</mark>") == 1
    assert shown(app).count("changes</mark>") == 2
    assert "**Exactly the same**" in shown(app)
    assert "23.0\u00a0%" in shown(app)
    app.radio(key="path.guess.shape").set_value(shape_step.SAME).run()
    assert "You guessed it" in shown(app)


def test_the_claims_are_answered_one_by_one_and_counted(links: list[tuple[str, dict[str, str]]]) -> None:
    app = opened("claims")
    for number, name in enumerate(claims_step.CLAIMS):
        key = f"path.guess.{name.lower().replace(' ', '_')}"
        app.radio(key=key).set_value(claims_step.VERDICTS[claim_named(name).verdict] if number else claims_step.FALSE)
        app.run()
        assert f"guessed {number} of {number + 1} right" in shown(app) or number == 3
    assert "You guessed 3 of 4 right." in app.success[0].value
    assert "12,848,010" in shown(app)
    assert [query["claim"] for name, query in links if name == "why_1x1"][-4:] == list(claims_step.CLAIMS)
    assert not app.exception


def test_a_lesson_without_verdicts_keeps_the_guess_to_itself() -> None:
    app = opened("claims")
    app.query_params["hide"] = "verdicts"
    app.radio(key="path.guess.dense_layer").set_value(claims_step.TRUE).run()
    assert "Your guess is kept." in shown(app)
    assert "always, at every pixel" not in shown(app)


def test_the_mix_of_the_page_is_taken_and_nothing_else_is() -> None:
    answer = np.array(colour_mixer.ANSWER)
    assert colour.contrast(colour.brightness(colour.tree(), answer), "leaves") > colour_mixer.ENOUGH
    for raw in ([0.5, "x", 1], [0, 0], None, [2, 0, 0], [float("nan"), 0, 0]):
        with pytest.raises((TypeError, ValueError)):
            steps.weights_of(raw)
    assert "Your weights: 0.3 red + 0.6 green + 0.1 blue" in shown(opened("colours"))
    own = opened("colours", **{steps.MIX.key: (-0.5, 1.0, 0.0)})
    assert "Your weights: −0.5 red + 1 green" in shown(own)


def test_every_part_of_the_scene_stands_out_in_the_mix_shown_for_it() -> None:
    scene = colour.tree()
    for part, weights in {"leaves": colour_mixer.ANSWER, **colour_mixer.OTHERS}.items():
        assert colour.contrast(colour.brightness(scene, np.array(weights)), part) > 0.4


def test_all_words_are_listed() -> None:
    assert all(term in glossary.listed() for term in ("batch norm", "softmax", "1×1 convolution"))
    assert "pw-words" in shown(opened())
