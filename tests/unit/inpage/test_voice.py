"""What is said of an answer to those who do not see it."""

from __future__ import annotations

import pytest

from pointwise.ui.canvas.reading import TITLES
from tests.unit.inpage.conftest import Answers


def spread(**shares: float) -> list[float]:
    return [shares.get(f"d{digit}", 0.0) for digit in range(10)]


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        (spread(d7=0.9999, d1=0.0001), "7, 99 percent; then 1"),  # never a certainty that is not there
        (spread(d7=0.876, d1=0.1, d9=0.024), "7, 88 percent; then 1"),
        (spread(d4=0.41, d9=0.4, d0=0.19), "Perhaps 4, 41 percent; then 9"),
        (spread(), TITLES["blank"]),
    ],
)
def test_an_answer_in_words(node: Answers, probabilities: list[float], said: str) -> None:
    assert node("inpage/bars.js", "inWords", [[{"titles": TITLES, "sure": 0.6}, probabilities]]) == [said]


def test_classes_are_called_by_their_names(node: Answers) -> None:
    words = {"titles": TITLES, "sure": 0.6, "names": ["sun", "{percent} $&", "moon"]}
    assert node("inpage/bars.js", "inWords", [[words, [0.1, 0.7, 0.2]]]) == ["{percent} $&, 70 percent; then moon"]
