"""`bida ledger`: what finance and whoever runs the bot rely on (R-LED-06, R-LED-10; A52)."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import workspace_id
from tests.domain.ledger_book import Book, migrated
from tests.operator.commands import Done, bida
from tests.operator.test_commands import failed
from tests.operator.test_settings import connection

JANUARY_ENDS = datetime(2026, 1, 31, 15, 59, 59, 999000, tzinfo=UTC)


def ledger(database: str, folder: Path, *args: str) -> Done:
    return bida("ledger", *args, environ={"BIDA_DATABASE_URL": database}, cwd=folder)


def book_of(database: str) -> Book:
    """The ledger of the company the commands work on."""
    book = Book(migrated(database))
    book.workspace_id = workspace_id("main")
    return book


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_funding_is_said_and_the_same_request_adds_nothing(tmp_path: Path, database: str) -> None:
    """R-LED-10, R-LED-04."""
    for _ in range(2):
        done = ledger(database, tmp_path, "fund", "starter", "500")
        assert (done.code, done.err) == (0, "")
    assert done.out == "500 points approved for starter; its budget has 1000\n"
    named = [ledger(database, tmp_path, "fund", "manual", "7", "--request", "July").out for _ in range(2)]
    assert named == [
        "7 points approved for manual; its budget has 7\n",
        "7 points were approved before for manual; its budget has 7\n",
    ]
    failed(ledger(database, tmp_path, "fund", "manual", "8", "--request", "July"), "differs")


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("party", "5"), "party"),
        (("starter", "0"), "whole numbers"),
        (("starter", "1000000001"), "1,000,000,000"),
        (("starter", "many"), "points"),
        (("starter",), "points"),
        ((), "programme"),
    ],
)
def test_what_cannot_be_funded(tmp_path: Path, database: str, args: tuple[str, ...], part: str) -> None:
    failed(ledger(database, tmp_path, "fund", *args), part)


def test_a_sound_ledger_is_one_line(tmp_path: Path, database: str) -> None:
    assert ledger(database, tmp_path, "verify").out == "the ledger is sound: 0 entries\n"
    ledger(database, tmp_path, "fund", "starter", "500")
    done = ledger(database, tmp_path, "verify")
    assert (done.code, done.out, done.err) == (0, "the ledger is sound: 1 entries\n", "")


def test_a52_a_broken_one_is_named_stopped_and_resumed_when_mended(tmp_path: Path, database: str) -> None:
    """A52, R-LED-06."""
    for _ in range(3):
        ledger(database, tmp_path, "fund", "starter", "500")
    book = book_of(database)
    book.tamper("UPDATE posting SET amount = 501 WHERE entry_id = (SELECT id FROM journal_entry WHERE seq = 2)")
    done = ledger(database, tmp_path, "verify")
    assert (done.code, done.out) == (1, "")
    assert done.error_lines == ["main: entry 2: it is not what was written; no points move until this is mended"]
    failed(ledger(database, tmp_path, "fund", "starter", "5"), "being checked")
    failed(ledger(database, tmp_path, "resume"), "entry 2")
    book.tamper("UPDATE posting SET amount = 500")
    done = ledger(database, tmp_path, "verify")
    assert (done.code, done.error_lines) == (
        1, ["main: the ledger is sound again but stopped: run bida ledger resume"]
    )  # fmt: skip
    assert ledger(database, tmp_path, "resume").out == "points move again: 3 entries are sound\n"
    assert ledger(database, tmp_path, "fund", "starter", "5").code == 0


def test_every_company_is_verified(tmp_path: Path, database: str) -> None:
    toml = '[[workspace]]\nkey = "one"\n' + connection("a", "wecom") + '[[workspace]]\nkey = "two"\n'
    (tmp_path / "bida.toml").write_text(toml, "utf-8")
    for key in ("one", "two", "two"):
        assert ledger(database, tmp_path, "fund", "starter", "5", "--workspace", key).code == 0
    for args in (("fund", "starter", "5"), ("export", "x.csv"), ("resume",)):
        failed(ledger(database, tmp_path, *args), "--workspace", "one, two")
    assert ledger(database, tmp_path, "verify").out == "the ledger is sound: 3 entries\n"
    book_of(database).tamper("UPDATE journal_entry SET cause = 'x' WHERE seq = 2")
    done = ledger(database, tmp_path, "verify")
    assert (done.code, [line.partition(":")[0] for line in done.error_lines]) == (1, ["two"])
    assert ledger(database, tmp_path, "fund", "starter", "5", "--workspace", "one").code == 0


def test_the_export_has_every_movement_in_order(tmp_path: Path, database: str) -> None:
    """One line per posting: seq, time, kind, actor, cause, from, to, amount, hash."""
    ledger(database, tmp_path, "fund", "allowance", "500", "--request", "r1")
    book = book_of(database)
    book.now = JANUARY_ENDS
    book.allow({"ann": 100, "bob": 50})
    done = ledger(database, tmp_path, "export", "out.csv")
    assert (done.code, done.out) == (0, "3 lines written to out.csv\n")
    lines = table(tmp_path / "out.csv")
    assert list(lines[0]) == ["seq", "time", "kind", "actor", "cause", "from", "to", "amount", "hash"]
    assert [(line["seq"], line["kind"], line["from"], line["to"], line["amount"]) for line in lines] == [
        ("1", "funded", "MINT", "BUDGET:allowance", "500"),
        ("2", "allowed", "BUDGET:allowance", "GIVE:ann", "100"),
        ("3", "allowed", "BUDGET:allowance", "GIVE:bob", "50"),
    ]
    assert (lines[0]["cause"], lines[1]["time"]) == ("r1", "2026-01-31T15:59:59.999+00:00")
    hashes = [row.hash for row in book.rows("SELECT hash FROM journal_entry WHERE workspace_id = :ws ORDER BY seq")]
    assert [line["hash"] for line in lines] == hashes


def test_the_export_is_cut_at_the_companys_midnights(tmp_path: Path, database: str) -> None:
    """Both days are included; the zone is the company's."""
    book = book_of(database)
    for seconds in (0, 1):
        book.now = JANUARY_ENDS
        book.later(seconds=seconds)
        book.fund("manual", 1 + seconds)
    for args, amounts in (
        ((), ["1", "2"]),
        (("--to", "2026-01-31"), ["1"]),
        (("--from", "2026-02-01"), ["2"]),
        (("--from", "2026-01-31", "--to", "2026-01-31"), ["1"]),
        (("--from", "2026-01-31", "--to", "2026-02-01"), ["1", "2"]),
        (("--to", "2026-01-30"), []),
    ):
        assert ledger(database, tmp_path, "export", *args, "out.csv").code == 0
        assert [line["amount"] for line in table(tmp_path / "out.csv")] == amounts, args


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("out.csv", "--from", "2026-13-01"), "--from"),
        (("out.csv", "--to", "tomorrow"), "--to"),
        (("out.csv", "--from", "2026-02-02", "--to", "2026-02-01"), "--from is after --to"),
        (("/proc/nowhere/out.csv",), "cannot be written"),
        (("folder",), "folder"),
        ((), "file"),
    ],
)
def test_an_export_that_cannot_be_made(tmp_path: Path, database: str, args: tuple[str, ...], part: str) -> None:
    (tmp_path / "folder").mkdir()
    failed(ledger(database, tmp_path, "export", *args), part)
    assert not (tmp_path / "out.csv").exists()
