"""Files as they really come: from Excel in China, from an editor, damaged, or too large."""

import pytest

from domain import csvfile
from domain.csvfile import Problem, read
from domain.lineage import elders_first, loops

HEADER = ("no", "name")
TEXT = "no,name\r\n1,张伟\r\n2,李娜\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_encodings_of_excel_and_editors(encoding: str) -> None:
    file = read(TEXT.encode(encoding), HEADER)
    assert [line.cells["name"] for line in file.lines] == ["张伟", "李娜"]
    assert (file.problems, [line.number for line in file.lines]) == ((), [2, 3])


@pytest.mark.parametrize("data", [TEXT.encode("utf-16"), b"\xff\xff\xff", b"\x80abc"])
def test_other_encodings_are_refused(data: bytes) -> None:
    assert "neither UTF-8 nor GB18030" in read(data, HEADER).problems[0].reason


@pytest.mark.parametrize("text", ["", "\ufeff", "\n", "name,no\n", "no\n", "no,name,more\n", "no;name\n", '"no,name\n'])
def test_a_wrong_header_says_the_right_one(text: str) -> None:
    file = read(text, HEADER)
    assert file.lines == ()
    assert [problem.line for problem in file.problems] == [1]
    assert "header" in file.problems[0].reason


def test_a_file_with_only_the_header_is_fine() -> None:
    assert read("no,name", HEADER) == csvfile.CsvFile()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_numbers_count_blank_lines_and_lines_within_cells(newline: str) -> None:
    text = newline.join(("no,name", "", '1,"a', 'b"', ",", " 2 ,　c　", "3"))
    file = read(text, HEADER)
    assert [(line.number, line.cells["no"]) for line in file.lines] == [(3, "1"), (6, "2")]
    assert file.lines[1].cells["name"] == "c"
    assert file.problems == (Problem(7, "the line has 1 columns instead of 2"),)
    assert file.misshapen == (("3", 7),)


def test_reading_goes_on_after_a_line_with_stray_quotes() -> None:
    file = read('no,name\n1,"a"b\n2,c\n3,"d\n', HEADER)
    assert [line.cells["no"] for line in file.lines] == ["2"]
    assert [problem.line for problem in file.problems] == [2, 4]
    assert not file.is_readable


def test_a_cell_without_end_is_a_bad_line() -> None:
    assert [problem.line for problem in read(f"no,name\n1,{'x' * 200_000}\n", HEADER).problems] == [2]


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "MAX_LINES", 2)
    monkeypatch.setattr(csvfile, "MAX_BYTES", 30)
    assert read("no,name\n1,a\n2,b\n3,c\n", HEADER).problems == (
        Problem(4, "the file has more than 2 lines: split it"),
    )
    assert read(b"no,name\n" + b"1,a\n" * 9, HEADER).problems[0].reason.startswith("the file is larger")


def test_loops_are_found_once_and_tails_are_not_loops() -> None:
    assert loops({"d": "a", "a": "b", "b": "c", "c": "a", "x": "x", "y": None}, "dabcxy") == (("a", "b", "c"), ("x",))


def test_elders_come_first() -> None:
    order = elders_first({"c": "b", "b": "a", "a": "z", "d": None}, "cdba")
    assert set(order) == set("abcd")
    assert order.index("a") < order.index("b") < order.index("c")
