"""The ledger proves itself, names what is wrong, and stops (R-LED-03, R-LED-06, R-LED-08; A52)."""

from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from domain.errors import PostingsStopped
from domain.points import model, service, verification
from domain.points.messages import Verdict
from domain.points.verification import is_stopped, resume, stop
from tests.domain.ledger_book import BY_SYSTEM, Book


@pytest.fixture
def story(book: Book) -> Book:
    """Eight entries in which a bit of everything happened."""
    book.fund()
    book.allow({"ann": 100})
    book.do(service.give, "k1", "ann", {"bob": 40, "cai": 5}, BY_SYSTEM)
    book.do(service.clear, "k1", "bob", 40, BY_SYSTEM)
    book.do(service.hold, "o1", "bob", 30, BY_SYSTEM)
    book.do(service.consume, "o1", 1, 10, "s1", BY_SYSTEM)
    book.do(service.reverse, "k1", "bob", 20, BY_SYSTEM)
    book.do(service.reward, "rule:1", "allowance", "bob", 4, BY_SYSTEM)
    assert book.verify() == Verdict(ok=True, entries=8, broken_seq=None, reason="")
    return book


EDITS = {
    "kind": ("UPDATE journal_entry SET kind = 'boosted' WHERE workspace_id = :ws AND seq = 2", 2),
    "cause": ("UPDATE journal_entry SET cause = 'else' WHERE workspace_id = :ws AND seq = 3", 3),
    "actor": ("UPDATE journal_entry SET actor_id = 'eve' WHERE workspace_id = :ws AND seq = 8", 8),
    "subject": ("UPDATE journal_entry SET subject_id = 'eve' WHERE workspace_id = :ws AND seq = 4", 4),
    "period": ("UPDATE journal_entry SET period = '2026-02' WHERE workspace_id = :ws AND seq = 2", 2),
    "key": ("UPDATE journal_entry SET idem = 'kudos:k9' WHERE workspace_id = :ws AND seq = 3", 3),
    "version": ("UPDATE journal_entry SET config_version = 2 WHERE workspace_id = :ws AND seq = 1", 1),
    "amount of an entry": ("UPDATE journal_entry SET amount = 1 WHERE workspace_id = :ws AND seq = 5", 5),
    "hash": ("UPDATE journal_entry SET hash = prev_hash WHERE workspace_id = :ws AND seq = 5", 5),
    "a link": ("UPDATE journal_entry SET prev_hash = hash WHERE workspace_id = :ws AND seq = 6", 6),
    "time": (
        "UPDATE journal_entry SET at = (SELECT max(expires_at) FROM lot) WHERE workspace_id = :ws AND seq = 7", 7
    ),
    "amount of a posting": (
        "UPDATE posting SET amount = amount + 1 WHERE workspace_id = :ws AND entry_id ="
        " (SELECT id FROM journal_entry WHERE workspace_id = :ws AND seq = 6)", 6,
    ),
    "receiver": (
        "UPDATE posting SET to_account = 'PEND:bob' WHERE workspace_id = :ws AND to_account = 'PEND:cai'", 3
    ),
    "a posting taken out": ("DELETE FROM posting WHERE workspace_id = :ws AND to_account = 'PEND:cai'", 3),
    "an entry moved": ("UPDATE journal_entry SET seq = 99 WHERE workspace_id = :ws AND seq = 5", 5),
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_a52_an_entry_edited_by_hand_is_named_and_postings_stop(story: Book, what: str) -> None:
    """A52, R-LED-06: the first broken entry; then nothing is posted any more, in this company."""
    sql, seq = EDITS[what]
    story.tamper(sql)
    verdict = story.verify()
    assert (verdict.ok, verdict.broken_seq) == (False, seq)
    assert verdict.reason.startswith(f"entry {seq}: ")
    story.do(stop, verdict)
    assert story.do(is_stopped)
    with pytest.raises(PostingsStopped):
        story.do(service.fund, "manual", 1, request_id="after", cause=BY_SYSTEM)


def test_an_entry_cut_off_the_end_is_noticed(story: Book) -> None:
    """R-LED-08: no link breaks, but the head of the chain knows better."""
    story.tamper(
        "DELETE FROM lot WHERE workspace_id = :ws AND amount = 2",
        "DELETE FROM posting WHERE workspace_id = :ws AND entry_id ="
        " (SELECT id FROM journal_entry WHERE workspace_id = :ws AND seq = 8)",
        "DELETE FROM journal_entry WHERE workspace_id = :ws AND seq = 8",
    )
    assert story.verify() == Verdict(
        ok=False, entries=7, broken_seq=8, reason="entry 8: the journal ends with 7, the chain with 8"
    )


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_next(story: Book) -> None:
    """R-LED-08: whoever rewrites one has to rewrite all, and the head."""
    story.tamper(
        "UPDATE ledger_head SET hash = (SELECT prev_hash FROM journal_entry WHERE workspace_id = :ws AND seq = 8)"
        " WHERE workspace_id = :ws"
    )
    verdict = story.verify()
    assert (verdict.ok, verdict.broken_seq) == (False, 8)


KEPT = {
    "a balance": (
        "UPDATE point_account SET balance = balance + 1 WHERE workspace_id = :ws AND id = 'PEND:cai'",
        "PEND:cai: balance 6 stored, 5 in the journal",
    ),
    "an account": (
        "INSERT INTO point_account (workspace_id, id, kind, holder_id, balance)"
        " VALUES (:ws, 'WALLET:eve', 'WALLET', 'eve', 5)", "WALLET:eve: balance 5 stored, 0 in the journal",
    ),
    "a lot": (
        "UPDATE lot SET remaining = remaining - 1 WHERE workspace_id = :ws AND amount = 2",
        "WALLET:bob: lots 1 stored, 2 in the journal",
    ),
    "a hold": (
        "UPDATE allocation SET settled = settled + 1 WHERE workspace_id = :ws AND kind = 'held'",
        "HOLD:o1: allocations 19 stored, 20 in the journal",
    ),
    "a spend": (
        "UPDATE allocation SET amount = amount + 1 WHERE workspace_id = :ws AND kind = 'gone'",
        ": allocations of the lot 41 stored, 40 in the journal",
    ),
    "the size of a lot": (
        "UPDATE lot SET amount = amount + 1 WHERE workspace_id = :ws AND amount = 2",
        ": allocations of the lot 0 stored, 1 in the journal",
    ),
    "a lot too many": (
        "INSERT INTO lot (workspace_id, id, person_id, amount, remaining, earned_at, renewed, entry_id) SELECT"
        " workspace_id, 'x', 'eve', 7, 0, earned_at, 0, entry_id FROM lot WHERE workspace_id = :ws AND amount = 2",
        "x: allocations of the lot 0 stored, 7 in the journal",
    ),
    "a waiting credit": (
        "UPDATE pending_credit SET amount = 6 WHERE workspace_id = :ws AND recipient_id = 'cai'",
        "PEND:cai: waiting credits 6 stored, 5 in the journal",
    ),
    "a debt": (
        "UPDATE clawback_due SET netted = 0 WHERE workspace_id = :ws", "debts netted: 0 stored, 2 in the journal"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", KEPT)
def test_what_is_kept_beside_the_journal_is_compared(story: Book, what: str) -> None:
    """R-LED-05, R-LED-06: balances, lots, allocations, waiting credits and debts; the journal itself is sound."""
    sql, reason = KEPT[what]
    story.tamper(sql)
    verdict = story.verify()
    assert (verdict.ok, verdict.entries, verdict.broken_seq) == (False, 8, None)
    assert verdict.reason.endswith(reason)


def test_after_a_stop_nothing_moves_and_nothing_is_left_behind(story: Book) -> None:
    """R-LED-06: every posting refuses, the accounts are as before; what was done before is still answered."""
    story.do(stop, Verdict(ok=False, entries=8, broken_seq=3, reason="entry 3: it is not what was written"))
    before = story.accounts(), story.entries()
    calls: list[Any] = [
        (service.fund, ("manual", 1), {"request_id": "x", "cause": BY_SYSTEM}),
        (service.grant_allowance, ({"ann": 5}, "2026-02", BY_SYSTEM), {}),
        (service.boost, ("b", "ann", 1, "allowance", BY_SYSTEM), {}),
        (service.expire_allowance, (["ann"], "2026-01", BY_SYSTEM), {}),
        (service.give, ("k2", "ann", {"bob": 1}, BY_SYSTEM), {}),
        (service.clear, ("k1", "cai", 5, BY_SYSTEM), {}),
        (service.return_parked, ("k1", "cai", "ann", 5), {"period_open": True, "cause": BY_SYSTEM}),
        (service.reward, ("rule:2", "allowance", "bob", 1, BY_SYSTEM), {}),
        (service.hold, ("o2", "bob", 1, BY_SYSTEM), {}),
        (service.release, ("o1", BY_SYSTEM), {}),
        (service.consume, ("o1", 2, 1, None, BY_SYSTEM), {}),
        (service.refund, ("o1", 1, 1, BY_SYSTEM), {}),
        (service.adjust, ("a", "bob", -1, "why", "what", "eve", "fay"), {}),
        (service.leave, ("bob",), {"wallet": True, "cause": BY_SYSTEM}),
        (service.merge, ("bob", "bo", BY_SYSTEM), {}),
    ]
    for command, args, more in calls:
        with story.unit() as uow:
            with pytest.raises(PostingsStopped):
                command(uow, *args, **more)
            uow.commit()
        assert (story.accounts(), story.entries()) == before, command
    assert story.do(service.hold, "o1", "bob", 30, BY_SYSTEM).replayed
    assert story.verify().ok, "only stopped, not broken"


def test_resuming_needs_a_sound_ledger(story: Book) -> None:
    """R-LED-06."""
    broken = Verdict(ok=False, entries=0, broken_seq=1, reason="first")
    story.do(stop, broken)
    story.do(stop, Verdict(ok=False, entries=0, broken_seq=2, reason="second"))
    assert story.rows("SELECT stopped_reason FROM ledger_head WHERE workspace_id = :ws")[0][0] == "first"
    story.tamper("UPDATE point_account SET balance = balance + 1 WHERE workspace_id = :ws AND id = 'PEND:cai'")
    assert not story.do(resume).ok
    assert story.do(is_stopped)
    story.tamper("UPDATE point_account SET balance = balance - 1 WHERE workspace_id = :ws AND id = 'PEND:cai'")
    assert story.do(resume).ok
    assert not story.do(is_stopped)
    story.do(service.fund, "manual", 1, request_id="after", cause=BY_SYSTEM)


def test_a_company_without_points_is_sound(book: Book) -> None:
    assert book.verify() == Verdict(ok=True, entries=0, broken_seq=None, reason="")
    assert not book.do(is_stopped)


def test_a_long_journal_is_read_in_pages(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "PAGE", 3)
    for count in range(1, 8):
        book.fund("manual", 1)
        assert book.verify() == Verdict(ok=True, entries=count, broken_seq=None, reason="")


@pytest.mark.parametrize("table", ["journal_entry", "posting"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET amount = 1 WHERE workspace_id = :ws", "DELETE FROM {} WHERE workspace_id = :ws"]
)
def test_the_database_itself_refuses_to_change_the_journal(story: Book, table: str, change: str) -> None:
    """R-LED-03: triggers reject updates and deletes, whoever asks."""
    with story.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(change.format(table)), {"ws": story.workspace_id})
    assert story.verify().ok


@pytest.mark.parametrize("table", ["journal_entry", "posting"])
def test_the_journal_cannot_be_emptied(migrated_engine: Engine, table: str) -> None:
    """R-LED-03."""
    sql = f"TRUNCATE {table} CASCADE" if migrated_engine.dialect.name == "postgresql" else f"DELETE FROM {table}"
    Book(migrated_engine).fund()
    with migrated_engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(sql))


def test_the_triggers_are_there_after_the_migration(migrated_engine: Engine) -> None:
    """R-LED-03: on both databases."""
    postgres = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(:tables)"
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('journal_entry', 'posting')"
    with migrated_engine.connect() as connection:
        if migrated_engine.dialect.name == "postgresql":
            names = connection.execute(text(postgres), {"tables": ["journal_entry", "posting"]}).scalars().all()
            expected = {
                f"{table}_{what}" for table in ("journal_entry", "posting") for what in ("append_only", "no_truncate")
            }
        else:
            names = connection.execute(text(sqlite)).scalars().all()
            expected = {f"{table}_no_{what}" for table in ("journal_entry", "posting") for what in ("update", "delete")}
    assert set(names) == expected


POSTING = (
    "INSERT INTO posting (workspace_id, id, position, entry_id, from_account, to_account, amount)"
    " SELECT workspace_id, 'x', 9, {}, {}, {}, {} FROM posting WHERE workspace_id = :ws LIMIT 1"
)
BAD_ROWS = [
    "UPDATE point_account SET balance = -1 WHERE workspace_id = :ws AND id = 'GIVE:ann'",
    "UPDATE point_account SET kind = 'OTHER' WHERE workspace_id = :ws AND id = 'GIVE:ann'",
    "UPDATE lot SET remaining = -1 WHERE workspace_id = :ws",
    "UPDATE lot SET remaining = amount + 1 WHERE workspace_id = :ws",
    "UPDATE lot SET amount = 0, remaining = 0 WHERE workspace_id = :ws",
    "UPDATE allocation SET settled = amount + 1 WHERE workspace_id = :ws",
    "UPDATE allocation SET settled = -1 WHERE workspace_id = :ws",
    "UPDATE allocation SET order_id = '' WHERE workspace_id = :ws AND kind = 'held'",
    "UPDATE pending_credit SET settled_as = 'cleared' WHERE workspace_id = :ws AND settled_by IS NULL",
    POSTING.format("entry_id", "from_account", "to_account", 0),
    POSTING.format("entry_id", "from_account", "from_account", 1),
    POSTING.format("entry_id", "from_account", "'WALLET:nobody'", 1),
    POSTING.format("'none'", "from_account", "to_account", 1),
]  # fmt: skip


@pytest.mark.parametrize("sql", BAD_ROWS)
def test_the_database_itself_refuses_what_cannot_be(story: Book, sql: str) -> None:
    """R-LED-01, R-LED-02, R-LOT-04: constraints, for the day the code is wrong."""
    with story.engine.connect() as connection, pytest.raises(DBAPIError, match=r"(?i)constraint"):
        connection.execute(text(sql), {"ws": story.workspace_id})


def test_every_table_of_the_ledger_is_kept_apart_by_company(migrated_engine: Engine) -> None:
    """Row-level security on PostgreSQL, as everywhere (design (h))."""
    tables = {row.__tablename__ for row in vars(model).values() if getattr(row, "__module__", "") == model.__name__}
    assert {"point_account", "journal_entry", "posting", "lot", "ledger_head"} <= tables
    assert tables <= set(inspect(migrated_engine).get_table_names())
    if migrated_engine.dialect.name == "postgresql":
        sql = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        with migrated_engine.connect() as connection:
            assert tables <= set(connection.execute(text(sql)).scalars())
