"""Importing the catalogue, stock and voucher codes: which of the three a file is, its header says.

The catalogue file holds for the items it lists, and leaves others alone; a price it changes is the price of orders made
from then on (R-CAT-04). The stock file says how many there are; the file of codes adds those it has not had before.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.csvfile import ImportReport, Problem, Refused, decode, read
from domain.rewards.importing.catalogue import Known, check_catalogue, read_catalogue, write_catalogue
from domain.rewards.importing.catalogue_rows import HEADER, ItemLine
from domain.rewards.importing.supplies import (
    CODES_HEADER,
    STOCK_HEADER,
    read_codes,
    read_stock,
    write_codes,
    write_stock,
)
from domain.rewards.pricing import Earning, earning
from domain.unit_of_work import UnitOfWork

__all__ = ["CODES_HEADER", "HEADER", "STOCK_HEADER", "RewardsReport", "import_rewards", "is_codes"]


@dataclass(frozen=True, slots=True)
class RewardsReport:
    """What an import did. `what` is "items", "stock" or "codes"; `notes` say how long people save for an item."""

    what: str
    report: ImportReport
    notes: tuple[str, ...] = ()


def import_rewards(uow: UnitOfWork, source: bytes, *, key: bytes, partial: bool = False) -> RewardsReport:
    """Make catalogue, stock or pools what the file says; the caller commits. `key` encrypts codes.

    With any problem nothing is written, unless `partial`: then the good lines are. The same file again changes nothing.
    """
    header = _header(source)
    known = Known(uow)
    if header == STOCK_HEADER:
        counts, problems = read_stock(read(source, STOCK_HEADER), known)
        report = write_stock(uow, counts) if partial or not problems else ImportReport()
        return RewardsReport("stock", _with(report, problems))
    if header == CODES_HEADER:
        codes, problems = read_codes(read(source, CODES_HEADER), known)
        report = write_codes(uow, codes, known, key) if partial or not problems else ImportReport()
        return RewardsReport("codes", _with(report, problems))
    return _catalogue(uow, source, known, partial=partial)


def is_codes(source: bytes) -> bool:
    """Whether a file holds voucher codes: those are encrypted, and need a key that lasts."""
    return _header(source) == CODES_HEADER


def _catalogue(uow: UnitOfWork, source: bytes, known: Known, *, partial: bool) -> RewardsReport:
    lines, problems = read_catalogue(read(source, HEADER))
    problems += check_catalogue(lines.values(), known)
    if problems and not partial:
        return RewardsReport("items", _with(ImportReport(), problems))
    bad = {problem.line for problem in problems}
    good = {key: line for key, line in lines.items() if line.line not in bad}
    report = write_catalogue(uow, good, known)
    return RewardsReport("items", _with(report, problems), tuple(_notes(good, earning(uow))))


def _notes(lines: dict[str, ItemLine], rate: Earning) -> Iterable[str]:
    """How long people save for each item at the present rate (R-CAT-03)."""
    for key, line in lines.items():
        price = int(str(line.fields["price"]))
        weeks = rate.weeks(price)
        reach = "nobody earns points yet" if not rate.most else f"earnable in {weeks} weeks at the current median"
        if rate.most and weeks is None:
            reach = "half of all people earn nothing"
        if rate.most and rate.is_out_of_reach(price):
            reach += "; nobody can reach it within 12 months"
        yield f"{key}: {price} points, {reach}"


def _header(source: bytes) -> tuple[str, ...]:
    try:
        first = next(iter(decode(source).splitlines()), "")
    except Refused:
        return ()
    return tuple(cell.strip().strip('"') for cell in first.split(","))


def _with(report: ImportReport, problems: Iterable[Problem]) -> ImportReport:
    return ImportReport(
        created=report.created, updated=report.updated, unchanged=report.unchanged,
        problems=tuple(sorted(set(problems))),
    )  # fmt: skip
