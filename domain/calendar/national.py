"""The national table: which days the State Council made holidays and which weekend days it made workdays (R-CAL-02)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any


class BadCalendar(ValueError):
    """A calendar file does not have the shape {version, source, years: {"2026": [{date, name, off}]}}."""


@dataclass(frozen=True, slots=True, eq=False)
class NationalTable:
    """Every listed day of the notices we know, holidays and make-up workdays both.

    `working` maps a listed day to whether people work on it, `names` to its festival. `years` are the years whose
    notice is out; a notice may also list days of the December before or the January after (R-CAL-02).
    """

    version: str
    source: str
    years: frozenset[int]
    working: Mapping[date, bool]
    names: Mapping[date, str]

    def is_provisional(self, year: int) -> bool:
        """Whether dates of this year rest on the weekday rule only, because its notice is not out (R-CAL-03)."""
        return year not in self.years

    def needs_next_year_warning(self, today: date) -> bool:
        """Whether admins must be told that next year's notice is missing: from 1 December on (R-CAL-03)."""
        return today.month == 12 and self.is_provisional(today.year + 1)


def bundled_table() -> NationalTable:
    """The table that ships with us: last year's, this year's and next year's notice as far as known. Reads a file."""
    return read_table(files("domain").joinpath("data/national_calendar.json").read_text(encoding="utf-8"))


def load_table(path: Path) -> NationalTable:
    """The table of a file that replaces the bundled one. Raises BadCalendar, OSError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadCalendar("not UTF-8 text") from error
    return read_table(text)


def read_table(text: str) -> NationalTable:
    """The table in a JSON text (shape: see BadCalendar). Where two notices name one day, the later year's wins."""
    try:
        document: Any = json.loads(text)
        version, source, years = str(document["version"]), str(document["source"]), document["years"]
        listed = sorted((int(year), rows) for year, rows in years.items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCalendar("needs version, source and years") from error
    working: dict[date, bool] = {}
    names: dict[date, str] = {}
    for year, rows in listed:
        for day, name, off in _notice(year, rows):
            working[day] = not off
            names[day] = name
    known = frozenset(year for year, rows in listed if rows)
    return NationalTable(version, source, known, MappingProxyType(working), MappingProxyType(names))


def _notice(year: int, rows: Any) -> list[tuple[date, str, bool]]:
    if not isinstance(rows, list):
        raise BadCalendar(f"{year}: needs a list of days")
    days: dict[date, tuple[date, str, bool]] = {}
    for row in rows:
        try:
            day, name, off = date.fromisoformat(row["date"]), row["name"], row["off"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadCalendar(f"{year}: a day needs date, name and off") from error
        if not isinstance(name, str) or not isinstance(off, bool):
            raise BadCalendar(f"{year}: name is text, off is true or false")
        if not date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31):
            raise BadCalendar(f"{year}: {day} is not of this notice")
        if day in days:
            raise BadCalendar(f"{year}: {day} is listed twice")
        days[day] = (day, name, off)
    return list(days.values())
