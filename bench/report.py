"""The tables."""

from collections.abc import Mapping, Sequence

from bench.cells import Cell
from bench.load import Outcome
from bench.points import Movement
from bench.reminders import Sent

HEAD = (
    f"{'messenger':<9} {'database':<13} {'1: /s':>6} {'p50':>5} {'p99':>5} {'16: /s':>7} {'p50':>5} {'p99':>5} "
    f"{'64: /s':>7} {'p50':>5} {'p99':>5} {'CPU ms':>6} {'server':>6} {'driver':>6} {'raw /s':>7} "
    f"{'300/s p50':>9} {'p99':>5} {'/ci /s':>6} {'p99':>5} {'answered=rows':>14}"
)

MOVED = (
    f"{'what':<11} {'messenger':<9} {'database':<13} {'64: /s':>7} {'p50':>5} {'p99':>5} {'CPU ms':>6} {'server':>6} "
    f"{'driver':>6} {'raw /s':>7}  answered=rows, ledger"
)


def print_cells(cells: Sequence[Cell]) -> None:
    """Check-ins. Times in milliseconds; at 64 in flight `CPU ms` is the server's processor time for one check-in,
    `server` and `driver` are in cores."""
    print("\nfull check-ins by card: encrypted click in, changed card out; times in ms\n" + HEAD)
    for cell in cells:
        parts = [f"{cell.messenger:<9} {cell.database:<13}"]
        for in_flight, width in ((1, 6), (16, 7), (64, 7)):
            run = cell.clicks[in_flight]
            parts.append(f"{run.rate:>{width}.0f} {run.quantile(0.5):>5.1f} {run.quantile(0.99):>5.0f}")
        raw = f"{cell.replay.rate:.0f}" if cell.replay else "-"
        proof = f"{cell.answered}={cell.rows}" if cell.answered == cell.rows == cell.changed else (
            f"{cell.answered}≠{cell.rows}/{cell.changed}"
        )  # fmt: skip
        busiest = cell.clicks[64]
        parts.append(f"{busiest.server_ms:>6.2f} {busiest.server_share:>6.2f} {busiest.driver_share:>6.2f} {raw:>7}")
        parts.append(f"{cell.offered.quantile(0.5):>9.1f} {cell.offered.quantile(0.99):>5.0f}")
        lines = cell.lines
        parts.append(f"{lines.rate:>6.0f} {lines.quantile(0.99):>5.0f} {proof:>14}")
        print(" ".join(parts))
        if lines.statuses.get(200, 0) != cell.line_rows:
            print(f"  /ci lines: {lines.statuses.get(200, 0)} answered but {cell.line_rows} rows")
        bad = {code: many for run in (*cell.clicks.values(), cell.offered, lines)
               for code, many in run.statuses.items() if code != 200}  # fmt: skip
        if bad:
            print(f"  other answers: {bad}")
    for cell in cells:
        if cell.replay and cell.database == cells[0].database:
            new = " ".join(f"{name} {share:.1f}" for name, share in cell.replay.inserts.items())
            changed = " ".join(f"{name} {share:.1f}" for name, share in cell.replay.updates.items())
            print(f"rows per check-in, {cell.messenger}: new {new} · changed {changed}")


def print_movements(all_moved: Sequence[Movement]) -> None:
    """Kudos and redemptions at 64 in flight."""
    print("\npoints: each durable with its ledger entry and its cards in the outbox; times in ms\n" + MOVED)
    for moved in all_moved:
        run, raw = moved.outcome, f"{moved.replay.rate:.0f}" if moved.replay else "-"
        counted = " ".join(f"{number} {name}" for name, number in moved.rows.items())
        proof = f"{moved.answered}={'='.join(moved.rows)}"
        if {*moved.rows.values()} != {moved.answered}:
            proof = f"{moved.answered}≠{counted}"
        print(
            f"{moved.what:<11} {moved.messenger:<9} {moved.database:<13} {run.rate:>7.0f} {run.quantile(0.5):>5.0f} "
            f"{run.quantile(0.99):>5.0f} {run.server_ms:>6.2f} {run.server_share:>6.2f} {run.driver_share:>6.2f} "
            f"{raw:>7}  {proof}, {moved.verdict}"
        )
        if bad := {code: many for code, many in run.statuses.items() if code != 200}:
            print(f"  other answers: {bad}")
    for moved in all_moved:
        if moved.replay and moved.database == all_moved[0].database:
            new = " ".join(f"{name} {share:.1f}" for name, share in moved.replay.inserts.items())
            changed = " ".join(f"{name} {share:.1f}" for name, share in moved.replay.updates.items())
            print(f"rows each of {moved.what}, {moved.messenger}: new {new} · changed {changed}")


def print_start(cells: Sequence[Cell], help_seconds: float) -> None:
    """Start-up and memory, from all servers the cells have started."""
    print(
        f"\nstart to /healthz {_range([cell.healthy_after for cell in cells])} s, "
        f"to /readyz {_range([cell.ready_after for cell in cells])} s · bida --help {help_seconds:.2f} s\n"
        f"resident MB: idle {_range([cell.idle for cell in cells], 0)}, "
        f"most under load {_range([cell.loaded for cell in cells], 0)}"
    )


def print_nothing(outcomes: Mapping[str, Outcome]) -> None:
    """The do-nothing handler."""
    print("\nonly verify, decrypt and parse, at 64 in flight: " + " · ".join(
        f"{name} {run.rate:.0f}/s (p99 {run.quantile(0.99):.0f} ms, CPU {run.server_ms:.3f} ms, "
        f"driver {run.driver_share:.2f})"
        for name, run in outcomes.items()
    ))  # fmt: skip


def print_sent(all_sent: Sequence[Sent]) -> None:
    """Reminder cards."""
    print("\nreminder cards through the sender, 50 ms a call")
    for sent in all_sent:
        pace = "paced" if sent.paced else "unpaced"
        line = f"{sent.messenger:<9} {pace:<8} {sent.sent:>6} in {sent.seconds:>5.1f} s = {sent.rate:>5.1f}/s"
        if sent.sent < sent.all_of:
            line += f", so {sent.all_of} take {sent.seconds_for_all:.0f} s"
        print(f"{line} (simulator {sent.driver_share:.2f} cores)")


def _range(values: Sequence[float], digits: int = 2) -> str:
    return f"{min(values):.{digits}f}–{max(values):.{digits}f}" if values else "-"
