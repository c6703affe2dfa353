"""What people wrote, as Markdown that shows it and does nothing else."""

import logging
import re
import string
from pathlib import Path

import pytest

from pointwise.ui.frame import labels
from pointwise.ui.frame.labels import JOINER, in_cell, in_chart, plain, roughly, said, told_apart


def shown(markdown: str) -> str:
    """What CommonMark shows of text in which all markup is escaped, without what takes no width."""
    return re.sub(rf"\\([{re.escape(string.punctuation)}])", r"\1", markdown).replace(JOINER, "")


def text_of(markdown: str) -> str:
    """The text that Streamlit's own replacements look at, after Markdown has been read."""
    return re.sub(rf"\\([{re.escape(string.punctuation)}])", r"\1", markdown)


@pytest.mark.parametrize(
    "text", ["size", "Größe in m²", "50 % of it, really; yes?", "town 'Ulm'", "a-b + c = 1.5.", "snake_case_1"]
)
def test_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("mark", "\\`*_{}[]()<>#!|~$&:@")
def test_every_mark_of_markdown_is_escaped_and_shown(mark: str) -> None:
    assert plain(f"a{mark} b") == f"a\\{mark} b"
    assert shown(plain(f"{mark}x{mark}")) == f"{mark}x{mark}"


@pytest.mark.parametrize("text", ["- a", "+ a", "=", "---", "1. a", "12. a", "1) a", ". a"])
def test_what_begins_a_list_or_underlines_a_heading_is_escaped_at_the_beginning(text: str) -> None:
    assert not re.match(r"([-+*=]|\d+[.)])", plain(text))
    assert shown(plain(text)) == text


# The patterns of Streamlit 1.67 (StreamlitMarkdown) and of mdast-util-gfm-autolink-literal, which read text, not marks.
PATTERNS = (
    r":material/",
    r":material_(\w+):",
    r":streamlit:",
    r":(?!material/|streamlit:)[\w+-][\w_+-]*:",
    r"(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)",
    r"([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)",
    *(rf"(^|\s){arrow}(\s|$)" for arrow in ("<->", "->", "<-", "--", ">=", "<=", "~=")),
)


@pytest.mark.parametrize(
    "text",
    [
        ":material/delete: :material_delete: :streamlit: :smile: :red[x]",
        "http://a.example https://a.example HTTP://A.EXAMPLE www.a.example WWW.a.example",
        "me@a.example mailto:me@a.example",
        "a -> b <-> c <- d -- e >= f <= g ~= h",
        "->",
    ],
)
def test_what_streamlit_replaces_after_a_backslash_too_is_broken_up(text: str) -> None:
    assert any(re.search(pattern, text, re.IGNORECASE) for pattern in PATTERNS)
    assert [pattern for pattern in PATTERNS if re.search(pattern, text_of(plain(text)), re.IGNORECASE)] == []
    assert shown(plain(text)) == text


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\n b", "  a \t b ", "a\u2028b"])
def test_lines_and_indents_become_single_spaces(text: str) -> None:
    assert plain(text) == "a b"


def test_half_a_character_can_be_sent() -> None:
    assert plain("a\ud800").encode() == b"a?"


def test_what_takes_no_part_in_a_line_is_not_in_it() -> None:
    assert plain("a\u202e\u200bb\x1b") == "ab"
    assert plain("x" * 2_000) == "x" * 999 + "…"
    assert plain("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r\n=", "＝", "－"])
def test_no_cell_is_a_formula_in_a_spreadsheet(begin: str) -> None:
    cell = in_cell(f"{begin}HYPERLINK(1)")
    assert cell.startswith(JOINER)
    assert cell.removeprefix(JOINER) == f"{begin.strip()}HYPERLINK(1)"


def test_a_cell_that_is_no_formula_stays_as_it_is() -> None:
    assert in_cell("a-b = 1") == "a-b = 1"


def test_a_name_in_a_chart_is_neither_markup_nor_formula_nor_template() -> None:
    shown = in_chart('<a href="http://a.example">b</a>', 100)
    assert shown == '&lt;a href="http://a.example"&gt;b&lt;/a&gt;'
    assert in_chart("&lt;b&gt;") == "&amp;lt;b&amp;gt;"
    assert not re.fullmatch(r"\$.*\$", in_chart("$x^2$"))
    assert "%{" not in in_chart("%{fullData.name}")
    assert in_chart("x" * 100) == "x" * (labels.MOST_IN_CHART - 1) + "…"


def test_options_that_would_look_alike_are_told_apart() -> None:
    called = told_apart(["a", "a\u200b", "b", "a (2)", "\u202ea"])
    assert [called(name) for name in ("a", "a\u200b", "b", "a (2)", "\u202ea")] == [
        "a",
        "a (2)",
        "b",
        "a (2) (2)",
        "a (3)",
    ]


def test_strangers_do_not_read_where_things_lie_but_the_log_tells(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setenv("POINTWISE_HOME", str(tmp_path / "a home"))
    sentence = f"Nothing can be kept in {tmp_path}/a home/runs (no space)."
    monkeypatch.delenv("POINTWISE_PUBLIC", raising=False)
    assert "a home/runs" in said(sentence)
    monkeypatch.setenv("POINTWISE_PUBLIC", "1")
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert shown(said(sentence)) == "Nothing can be kept in a folder of this server (no space)."
    assert [record.getMessage().endswith(sentence) for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (4.4, "4 s"), (33, "35 s"), (100, "2 min"), (610, "10 min"), (6000, "1.5 hours")],
)
def test_a_rough_time_has_no_more_digits_than_it_is_sure_of(seconds: float, said: str) -> None:
    assert roughly(seconds) == said
