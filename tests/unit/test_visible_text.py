"""What strangers wrote, as one line that can only be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pointwise.visible_text import BLANK, END, ISOLATED, MOST_MARKS, one_line, printable, visible, without_folders

READABLE = (
    "size",
    "Größe in m²",
    "naïve cafe\u0301",
    "температура",
    "日本語の列",
    "नमस्ते क्\u200dष",  # joined by a joiner
    "خانه\u200cها",  # kept apart by one
    "👩\u200d🔬 1️⃣ 👍🏽",
)


@pytest.mark.parametrize("text", READABLE)
def test_what_people_write_in_any_language_stays_as_it_is(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\nb\r\n\tc\u2028d\u2029e\x0bf\x85g", "a b c d e f g"),
        ("a\x1b[31mb\x07\x00\x7f\x9bc", "a [31mb c"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),  # the last letters would be read as exe.png
        ("a\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069\u200e\u200f\u061cb", "ab"),
        ("a\u200b\u200c\u200d\u2060\ufeff\u00adb\u180eb", "abb"),
        ("a\u3164\u115f\uffa0b\u2800c", "ab c"),
        ("\U000e0041\U000e0042tags", "tags"),
        ("\u0301accent without a letter", "accent without a letter"),
        ("half a \ud800 character", "half a ? character"),
        ("no\ufdd0 \uffffcharacter", "no character"),
        ("\u200b\u202e", BLANK),
        ("", ""),
        (" \n ", ""),
        (None, "None"),
        (12, "12"),
    ],
)
def test_what_cannot_be_seen_is_left_out(text: object, seen: str) -> None:
    assert one_line(text) == seen


def test_marks_do_not_pile_up_on_a_letter() -> None:
    assert one_line("a" + "\u0301" * 500 + "b" + "\u0489" * 50) == (
        "a" + "\u0301" * MOST_MARKS + "b" + "\u0489" * MOST_MARKS
    )


@pytest.mark.parametrize("length", [100, 101, 10_000_000])
def test_a_long_text_is_cut_with_an_ellipsis(length: int) -> None:
    line = one_line("x" * length, 100)
    assert line == ("x" * 100 if length == 100 else "x" * 99 + "…")


def test_nothing_but_marks_in_front_does_not_hide_that_there_is_more() -> None:
    assert one_line("a" + "\u0301" * 100_000 + "b", 20).endswith("…")


def test_what_runs_from_right_to_left_does_not_turn_what_stands_beside_it() -> None:
    assert visible("'שלום (1) עולם' is left out") == f"'{ISOLATED}שלום (1) עולם{END}' is left out"
    assert visible("שלום\u2069, עולם") == f"{ISOLATED}שלום, עולם{END}"  # it cannot end its isolation
    assert visible("a שָׁ 12 b ע") == f"a {ISOLATED}שָׁ{END} 12 b {ISOLATED}ע{END}"
    assert visible("hello 12") == "hello 12"


def test_a_line_for_a_terminal_is_as_long_as_before() -> None:
    assert printable("a\x1b]0;title\x07\u202e\x9bb\tc") == "a ]0;title   b c"


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        (
            "Nothing can be kept in /srv/app/home (disk full).",
            "Nothing can be kept in a folder of this server (disk full).",
        ),
        ("/srv/data/MNIST/raw/t10k.gz is incomplete.", "t10k.gz is incomplete."),
        (
            "Check the path /opt/my app/models/nin.safetensors, or restore it.",
            "Check the path nin.safetensors, or restore it.",
        ),
        ("It is in C:\\Users\\me\\data.", "It is in a folder of this server."),
        ("It is in /srv/data/.", "It is in a folder of this server."),
        ("1/2 of km/h, and/or see /regression.", "1/2 of km/h, and/or see /regression."),
        ("Look at https://a.example/b/c.", "Look at https://a.example/b/c."),
    ],
)
def test_a_sentence_for_strangers_does_not_say_where_things_lie(sentence: str, read: str) -> None:
    assert without_folders(sentence, [Path("/opt/my app")]) == read
