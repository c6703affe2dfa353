"""What people wrote, as Markdown that shows it and does nothing else."""

import re
import string

import pytest

from pointwise.ui.frame.labels import JOINER, plain, roughly


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


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (4.4, "4 s"), (33, "35 s"), (100, "2 min"), (610, "10 min"), (6000, "1.5 hours")],
)
def test_a_rough_time_has_no_more_digits_than_it_is_sure_of(seconds: float, said: str) -> None:
    assert roughly(seconds) == said
