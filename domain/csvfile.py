"""Reading a CSV file an operator made by hand or with Excel, and what an import of it says afterwards.

Everything wrong becomes a `Problem` with the line it stands on, so that one run tells all there is to repair.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MAX_BYTES = 32 * 1024 * 1024
MAX_LINES = 200_000
_BOM = "\ufeff"
# Also the marks that turn the direction of writing: they make a text look like another.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Progress = Callable[[int, int], None]
"""Told (done, total) lines while a long import is written."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Why a line cannot be imported. `line` is the number an editor shows; names no more than employee numbers."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How many lines made, changed or merely confirmed something; with problems and without `partial`, all are 0."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One record: where it starts, and its cells by column, without surrounding blanks."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """What could be read, and what could not.

    `misshapen`: the first cell and the line of records with too few or too many columns. `is_readable` is False when
    there are records of which not even that is known.
    """

    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    misshapen: tuple[tuple[str, int], ...] = ()
    is_readable: bool = True


class Refused(ValueError):
    """A cell, or the whole file, cannot be taken; the text says why."""


def read(source: str | bytes, header: Sequence[str], optional: Sequence[str] = ()) -> CsvFile:
    """Records under exactly this header, with or without the `optional` columns at its end: cells of a column that is
    not there are missing. Blank lines are skipped; a file with only the header has no records.

    Bytes are UTF-8 with or without BOM, or GB18030 as Excel writes it in China.
    """
    try:
        text = decode(source) if isinstance(source, bytes) else source
        records = _Records(text.removeprefix(_BOM))
        header = _header(records, header, optional)
    except Refused as error:
        return CsvFile(problems=(Problem(1, str(error)),), is_readable=False)
    return _read(records, header)


def _read(records: "_Records", header: Sequence[str]) -> CsvFile:
    lines: list[Line] = []
    problems: list[Problem] = []
    misshapen: list[tuple[str, int]] = []
    for number, cells, refusal in records:
        if len(lines) + len(problems) >= MAX_LINES:
            too_long = Problem(number, f"the file has more than {MAX_LINES} lines: split it")
            return CsvFile(problems=(too_long,), is_readable=False)
        if refusal:
            problems.append(Problem(number, refusal))
        elif not any(cells):
            continue
        elif len(cells) != len(header):
            problems.append(Problem(number, f"the line has {len(cells)} columns instead of {len(header)}"))
            misshapen.append((cells[0], number))
        else:
            lines.append(Line(number, dict(zip(header, cells, strict=True))))
    return CsvFile(tuple(lines), tuple(problems), tuple(misshapen), is_readable=len(problems) == len(misshapen))


def decode(data: bytes) -> str:
    """The text of a file's bytes. Raises `Refused` for what is neither UTF-8 nor GB18030, or too large."""
    if len(data) > MAX_BYTES:
        raise Refused(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB: split it")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # UTF-16, or no text at all
            break
        return text
    raise Refused("the file is neither UTF-8 nor GB18030 text: save it as “CSV UTF-8”")


def single_line(value: str, limit: int) -> str:
    """A cell as text of one line. Raises `Refused` beyond `limit` characters, with the count (R-GEN-08)."""
    if len(value) > limit:
        raise Refused(f"is {len(value)} characters long, at most {limit} are allowed")
    if _CONTROL.search(value):
        raise Refused("contains a line break or another control character")
    return value


def identifier(value: str, limit: int) -> str:
    """A cell as a number or key: like `single_line`, and nothing in it that two readers might see differently."""
    single_line(value, limit)
    if not value.isprintable():
        raise Refused("contains a blank or another character that cannot be seen")
    return value


def _header(records: "_Records", header: Sequence[str], optional: Sequence[str]) -> Sequence[str]:
    number, found, refusal = next(records, (0, [], ""))
    if not number:
        raise Refused("the file is empty: its first line must be the header")
    if refusal or found not in (list(header), [*header, *optional]):
        raise Refused(f"the header must be exactly: {','.join(header)}")
    return found


class _Records:
    """Records with the number of the line each starts on; a malformed one comes with a refusal."""

    def __init__(self, text: str) -> None:
        self._reader = csv.reader(io.StringIO(text, newline=""), strict=True)

    def __iter__(self) -> "_Records":
        return self

    def __next__(self) -> tuple[int, list[str], str]:
        number = self._reader.line_num + 1
        try:
            return number, [cell.strip() for cell in next(self._reader)], ""
        except csv.Error:
            return number, [], "the quotation marks of this line do not match, or a cell is too long"
