"""The bytes of an uploaded file as lines of values: checked, counted, and bounded before anything is made of them."""

from __future__ import annotations

import codecs
import contextlib
import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pointwise.errors import DataError

MAX_BYTES = 10 * 2**20  # 10 MB
MAX_COLUMNS = 200
MAX_ROWS = 100_000
MAX_VALUES = 5_000_000  # rows × columns
MAX_LINES = 500_000  # of a file: blank ones, and those within quotation marks, too
MAX_RECORD = csv.field_size_limit()  # characters of a row, 131,072 unless somebody changed it
SAMPLE = 50  # rows looked at to find the delimiter
CHUNK = 2**18  # bytes decoded at once, or looked at for the delimiter
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
WORKBOOK = b"PK\x03\x04"  # the first bytes of .xlsx and .ods
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # never part of a text


@dataclass(frozen=True)
class Lines:
    """A file's text, with one kind of line end and nothing before its names."""

    content: bytes = field(repr=False)  # UTF-8
    names: tuple[str, ...]  # the first line's values, "" where there is none
    rows: int  # below it, without blank lines
    delimiter: str
    encoding: str  # that it had: utf-8, utf-16 or cp1252

    @property
    def description(self) -> str:
        """One sentence for the person who uploaded it."""
        encoding = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252, since it is not UTF-8"}
        return f"Read as values separated by {DELIMITERS[self.delimiter]}, encoded in {encoding[self.encoding]}."


def split_lines(content: bytes, name: str, least: int = 2) -> Lines:
    """The text of a CSV or TSV file, with its delimiter found: comma, semicolon, tab or bar.

    The work and the memory are bounded whatever it holds. Raises DataError when it is empty, larger than 10 MB, no
    text, has fewer than ``least`` columns or more than 200, more than 100,000 rows or 5,000,000
    values, a row of more than 131,072 characters or with a value beyond the last column, or a quotation mark that is
    never closed.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} has {len(content) / 2**20:.1f} MB, more than 10 MB. Keep a part of its rows.")
    if content.startswith(WORKBOOK):
        raise DataError(f"{name} is a workbook, not a text table. Save it as CSV in your spreadsheet program.")
    text, encoding = _utf8(content, name)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not text or text.isspace():
        raise DataError(f"{name} is empty. Choose a file with a line of column names and rows of values below it.")
    lines = text.count(b"\n")
    if lines > MAX_LINES:
        raise DataError(f"{name} has {lines:,} lines, blank ones included, more than {MAX_LINES:,}. Keep a part.")
    told = re.match(rb"sep=([,;\t|])\n", text)  # a line that spreadsheet programs write
    if told:
        text = text[told.end() - 1 :]
    delimiter = told[1].decode() if told else _delimiter(text)
    header = _header(text, delimiter, name, least)
    return Lines(text, header, _count(text, delimiter, len(header), name), delimiter, encoding)


def _utf8(content: bytes, name: str) -> tuple[bytes, str]:
    """A text as UTF-8, and the encoding that it had."""
    for encoding in ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8", "cp1252"]:
        with contextlib.suppress(UnicodeDecodeError):
            return _decoded(
                content.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else content, encoding
            ), encoding
    raise DataError(f"{name} is no text in a known encoding. Save it as CSV in UTF-8.")


def _decoded(content: bytes, encoding: str) -> bytes:
    """A text as UTF-8, made in pieces. Raises UnicodeDecodeError, also for characters that no text has."""
    decoder, text = codecs.getincrementaldecoder(encoding)(), bytearray()
    for start in range(0, len(content), CHUNK):
        piece = decoder.decode(content[start : start + CHUNK], final=start + CHUNK >= len(content))
        if CONTROL.search(piece):
            raise UnicodeDecodeError(encoding, b"", 0, 0, "a control character")
        if encoding != "utf-8":
            text += piece.encode()
    return content if encoding == "utf-8" else bytes(text)


def _delimiter(text: bytes) -> str:
    """The candidate that splits most lines into as many values as the first line has; of equals, into the most."""
    lines = text[:CHUNK].decode(errors="ignore").split("\n")
    if len(text) > CHUNK and len(lines) > 1:
        lines.pop()  # which is cut
    scores = {candidate: _consistency(lines, candidate) for candidate in DELIMITERS}
    return max(scores, key=lambda candidate: scores[candidate])


def _consistency(lines: list[str], delimiter: str) -> tuple[float, int]:
    widths: list[int] = []
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    with contextlib.suppress(csv.Error):  # an open quotation mark, to be found later
        widths.extend(len(record) for record in itertools.islice(filter(_is_row, reader), SAMPLE))
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _header(text: bytes, delimiter: str, name: str, least: int) -> tuple[str, ...]:
    """The first line's values, once it is known that there are not too many."""
    line = text[len(text) - len(text.lstrip(b"\n ")) :].split(b"\n", 1)[0]
    columns = line.count(delimiter.encode()) + 1
    if len(line) <= MAX_RECORD:
        header = next((record for _, record in _records(text, delimiter, name)), [])
        columns = len(header)
    elif columns <= MAX_COLUMNS:
        raise _too_long(1, len(line), name)
    if columns > MAX_COLUMNS:
        raise DataError(f"{name} has {columns:,} columns, more than {MAX_COLUMNS}. Keep those that may matter.")
    if columns < least:
        raise DataError(
            f"{name} has a single column: no comma, semicolon, tab or bar separates its values. "
            "Save it as CSV with commas."
        )
    return tuple(value.strip() for value in header)


def _count(text: bytes, delimiter: str, width: int, name: str) -> int:
    """The number of rows below the first, none of which may have values beyond the last column."""
    rows = -1
    for line, record in _records(text, delimiter, name, width):
        if any(record[width:]):
            raise DataError(f"Line {line:,} of {name} has {len(record)} values for {width} columns. Correct that line.")
        rows += 1
        if rows > MAX_ROWS:
            raise DataError(f"{name} has more than {MAX_ROWS:,} rows. Keep a part of them.")
    if rows * width > MAX_VALUES:
        raise DataError(
            f"{name} has {rows:,} rows of {width} columns, {rows * width:,} values, more than {MAX_VALUES:,}. "
            "Keep a part of its rows, or of its columns."
        )
    return rows


def _records(text: bytes, delimiter: str, name: str, width: int = -1) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and values of the rows, the first one's included; none for rows of at most ``width`` values.

    Raises DataError for a row that is too long.
    """
    if width >= 0 and b'"' not in text:  # then a line is a row, and its delimiters say how many values it has
        separator, space = delimiter.encode(), b" \n"
        for number, line in enumerate(_lines(text), 1):
            if len(line) > MAX_RECORD:
                raise _too_long(number, len(line), name)
            if line.count(separator) >= width:
                yield number, next(csv.reader([line.decode()], delimiter=delimiter, skipinitialspace=True))
            elif line.strip(space):
                yield number, []
        return
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for number, line in enumerate(_lines(text), 1):
            taken += len(line)
            if taken > MAX_RECORD:
                raise _too_long(number, len(line), name) if taken == len(line) else unclosed(name)
            yield line.decode()

    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=True)
    try:
        for record in reader:
            taken = 0
            if _is_row(record):
                yield reader.line_num, record
    except csv.Error:
        raise unclosed(name) from None


def _lines(text: bytes) -> Iterator[bytes]:
    begin = 0
    while begin < len(text):
        end = text.find(b"\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


def _is_row(record: list[str]) -> bool:
    return record not in ([], [""])


def _too_long(line: int, characters: int, name: str) -> DataError:
    return DataError(f"Line {line:,} of {name} has {characters:,} characters, more than {MAX_RECORD:,}. Shorten it.")


def unclosed(name: str) -> DataError:
    """The error about a file that a parser reads to its end in search of a quotation mark."""
    return DataError(f"{name} cannot be read: a quotation mark is never closed. Correct it.")
