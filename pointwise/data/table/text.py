"""The bytes of an uploaded file as lines of text, and what separates their values."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pointwise.errors import DataError

MAX_BYTES = 10 * 2**20  # 10 MB
SAMPLE = 50  # lines looked at to find the delimiter
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
WORKBOOK = b"PK\x03\x04"  # the first bytes of .xlsx and .ods
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # never part of a text


@dataclass(frozen=True)
class Lines:
    """A file's text, with one kind of line end and nothing before its names."""

    text: str
    names: tuple[str, ...]  # the first line's values
    delimiter: str
    encoding: str  # utf-8, utf-16 or cp1252

    @property
    def description(self) -> str:
        """One sentence for the person who uploaded it."""
        encoding = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252, since it is not UTF-8"}
        return f"Read as values separated by {DELIMITERS[self.delimiter]}, encoded in {encoding[self.encoding]}."


def split_lines(content: bytes, name: str, least: int = 2) -> Lines:
    """The text of a CSV or TSV file, with its delimiter found: comma, semicolon, tab or bar.

    Raises DataError when it is empty, larger than 10 MB, no text, or has fewer than ``least`` columns.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} has {len(content) / 2**20:.1f} MB, more than 10 MB. Keep a part of its rows.")
    if content.startswith(WORKBOOK):
        raise DataError(f"{name} is a workbook, not a text table. Save it as CSV in your spreadsheet program.")
    text, encoding = _decode(content, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError(f"{name} is empty. Choose a file with a line of column names and rows of values below it.")
    told = re.match(r"sep=([,;\t|])\n", text)  # a line that spreadsheet programs write
    if told:
        text = text[told.end() - 1 :]
    delimiter = told[1] if told else _delimiter(text)
    header = _check_widths(text, delimiter, name)
    if len(header) < least:
        raise DataError(
            f"{name} has a single column: no comma, semicolon, tab or bar separates its values. "
            "Save it as CSV with commas."
        )
    return Lines(text, tuple(value.strip() for value in header), delimiter, encoding)


def _decode(content: bytes, name: str) -> tuple[str, str]:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROL.search(text):
            return text, encoding.removesuffix("-sig")
    raise DataError(f"{name} is no text in a known encoding. Save it as CSV in UTF-8.")


def _delimiter(text: str) -> str:
    """The candidate that splits most lines into as many values as the first line has; of equals, into the most."""
    scores = {candidate: _consistency(text, candidate) for candidate in DELIMITERS}
    return max(scores, key=lambda candidate: scores[candidate])


def _consistency(text: str, delimiter: str) -> tuple[float, int]:
    widths: list[int] = []
    with contextlib.suppress(csv.Error):  # an open quotation mark, for _check_widths to find
        widths.extend(len(record) for _, record in itertools.islice(_records(text, delimiter), SAMPLE))
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _check_widths(text: str, delimiter: str, name: str) -> list[str]:
    """The first line's values, after a look at all the others: none may have values beyond the last column."""
    header: list[str] = []
    try:
        for line, record in _records(text, delimiter):
            header = header or record
            if any(record[len(header) :]):
                raise DataError(
                    f"Line {line:,} of {name} has {len(record)} values for {len(header)} columns. Correct that line."
                )
    except csv.Error:
        raise unclosed(name) from None
    return header


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and values of the lines that are not blank."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    return ((reader.line_num, record) for record in reader if record not in ([], [""]))


def unclosed(name: str) -> DataError:
    """The error about a file that a parser reads to its end in search of a quotation mark."""
    return DataError(f"{name} cannot be read: a quotation mark is never closed. Correct it.")
