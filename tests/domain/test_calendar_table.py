"""The national table as a file that can be replaced (R-CAL-02, R-CAL-03)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.calendar import BadCalendar, WorkCalendar, bundled_table, load_table


def write(path: Path, years: Any) -> Path:
    path.write_text(json.dumps({"version": "t", "source": "test", "years": years}), encoding="utf-8")
    return path


def test_R_CAL_02_bundled_table_carries_the_year_before_and_names_the_year_after() -> None:
    table = bundled_table()
    assert table.years == {2025, 2026}
    assert table.version
    assert table.source
    assert table.names[date(2026, 2, 14)] == "春节"
    assert table.working[date(2025, 9, 28)] is True
    calendar = WorkCalendar(table)
    assert calendar.workdays_between(date(2025, 1, 1), date(2025, 12, 31)) == 248


def test_R_CAL_02_later_notice_may_change_the_december_before(tmp_path: Path) -> None:
    day = {"date": "2026-12-31", "name": "元旦"}
    years = {"2027": [day | {"off": True}], "2026": [day | {"off": False}]}
    table = load_table(write(tmp_path / "table.json", years))
    assert not WorkCalendar(table).is_workday(date(2026, 12, 31))
    assert not table.is_provisional(2027)
    assert table.is_provisional(2028)


GOOD = {"date": "2026-01-01", "name": "元旦", "off": True}


@pytest.mark.parametrize(
    "years",
    [
        [],
        {"x": []},
        {"2026": {}},
        {"2026": ["2026-01-01"]},
        {"2026": [{"date": "2026-01-01", "off": True}]},
        {"2026": [GOOD | {"date": "1 January"}]},
        {"2026": [GOOD | {"off": "yes"}]},
        {"2026": [GOOD | {"name": 5}]},
        {"2026": [GOOD | {"date": "2024-01-01"}]},
        {"2026": [GOOD, GOOD]},
    ],
)
def test_malformed_tables_are_refused(tmp_path: Path, years: Any) -> None:
    with pytest.raises(BadCalendar):
        load_table(write(tmp_path / "table.json", years))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe"])
def test_files_that_are_no_table_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.json"
    path.write_bytes(content)
    with pytest.raises(BadCalendar):
        load_table(path)
