"""Compact scripts are the same programs: in each place where a space or a line's end means something, and in all."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from pointwise.data.sample_digits import SAMPLES
from pointwise.drawing import draw_strokes
from pointwise.export.page_weights import pack_file
from pointwise.inpage import FOLDER
from pointwise.inpage.compact_code import compact_script, compact_styles
from pointwise.models import SHIPPED
from tests.unit.inpage.conftest import Answers

POINTWISE = Path(__file__).parents[3] / "pointwise"
SPACES = re.compile(r"\s+")
TRAPS = r"""
// a comment, "with" `quotes` and a 'half
export function everywhere(a, b) {
  let c = a, d = b /* in between */ // and after
  const said = [`one  two ${`in  ${c + +d} // it`} \` {`, "three  // four", 'it\'s  "so"']
  said.push(/[/ "]  \/x/g.source, c / d / 2)
  c++
  ++d
  said.push(c - -d, c - --d, a + +b, typeof c, 1 .toFixed(2), a ? .5 : 1)
  const nothing = () => {
    return
    [1, 2]
  }
  said.push(String(nothing()))
  const counted = { }
  counted.in = "in" in counted
  said
    .filter((value) => value)
    .forEach((value) => { counted[value] = 1 })
  for (const key in counted) if (key) said.push(key)
  else said.push("none")
  loop: for (;;) {
    for (;;) break loop
  }
  const more = {}
  more.why = a
    ?? b
  return [...said, more.why]
}
"""


def test_spaces_and_line_ends_that_mean_something_stay(node: Answers, tmp_path: Path) -> None:
    (tmp_path / "whole.js").write_text(TRAPS, encoding="utf-8")
    (tmp_path / "compact.js").write_text(compact_script(TRAPS), encoding="utf-8")
    whole, compact = (node(tmp_path / name, "everywhere", [[3, 5]]) for name in ("whole.js", "compact.js"))
    assert len(whole[0]) > 15
    assert compact == whole
    assert "comment" not in compact_script(TRAPS)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_a_module_loses_nothing_but_comments_spaces_and_line_ends(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    compact = compact_script(text)
    without_comments = "\n".join(re.sub(r"(?:^|\s)//(?: .*)?$", "", line) for line in text.split("\n"))
    assert SPACES.sub("", compact) == SPACES.sub("", without_comments)
    assert len(compact) < len(without_comments)


def test_compact_modules_compute_the_same(node: Answers, tmp_path: Path) -> None:
    drawings = [draw_strokes(SAMPLES[digit], 97) for digit in (2, 8)]
    packed = pack_file(SHIPPED / "nin.safetensors")
    assert packed is not None
    for name, function, cases in (
        ("drawing", "prepare", [[{"file": f"drawing{i}"}, 97, 97, bool(i)] for i in range(2)]),
        ("network", "classified", [[{"file": "network"}, list(range(28)) * 28]]),
        ("formats", "written", [[value] for value in (0.0, -1234.5, 1e-7, float(np.pi))]),
    ):
        compact = tmp_path / f"compact_{name}.js"
        compact.write_text(compact_script((FOLDER / f"{name}.js").read_text(encoding="utf-8")), encoding="utf-8")
        files = {"network": packed.content, **{f"drawing{i}": one.tobytes() for i, one in enumerate(drawings)}}
        whole = node(FOLDER / f"{name}.js", function, cases, **files)
        assert node(compact, function, cases, **files) == whole


def test_styles_lose_spaces_alone() -> None:
    rules = (
        "a, b > c {\n  color: red;\n  width: calc(1px + 2px);\n}\n@media (max-width: 9px) {d:hover {margin: 0 auto}}\n"
    )
    assert compact_styles(rules) == (
        "a,b > c{color:red;width:calc(1px + 2px)}@media (max-width:9px){d:hover{margin:0 auto}}"
    )
