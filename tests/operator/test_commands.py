"""The command line, exactly as other programs rely on it: output, one readable line per error, exit code 2."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.database import open_engine
from domain.migrations import HEAD
from tests.company import GOALS, PEOPLE
from tests.operator.commands import Done, bida
from tests.operator.test_settings import connection, environ_of

COMMANDS = (
    (), ("run",), ("demo",), ("migrate",), ("doctor",), ("people",), ("people", "import"), ("goals",),
    ("goals", "import"), ("gallery",), ("replay",), ("version",),
    ("ledger",), ("ledger", "verify"), ("ledger", "resume"), ("ledger", "export"), ("ledger", "fund"),
    ("rewards",), ("rewards", "import"),
)  # fmt: skip


def count(database: str, table: str) -> int:
    with sqlite3.connect(str(make_url(database).database)) as connected:
        return int(connected.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def csv(directory: Path, text: str, name: str = "people.csv") -> str:
    (directory / name).write_text(text, "utf-8")
    return str(directory / name)


def failed(done: Done, *parts: str) -> None:
    """Exit code 2, nothing on standard output, and one line on standard error with these parts."""
    assert (done.code, done.out) == (2, "")
    assert len(done.error_lines) == 1, done.err
    assert all(part in done.err for part in parts), done.err


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(command) or "bida" for command in COMMANDS])
def test_help_everywhere(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = bida(*command, "--help", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "Usage" in done.out
    assert list(tmp_path.iterdir()) == [], "help leaves nothing behind"


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = bida("--help", cwd=tmp_path).out
    for name in (
        "run",
        "demo",
        "migrate",
        "doctor",
        "people",
        "goals",
        "ledger",
        "rewards",
        "gallery",
        "replay",
        "version",
    ):
        assert re.search(rf"\b{name}\b", shown)


def test_version(tmp_path: Path) -> None:
    assert re.fullmatch(r"bida (\d+\.\d+\.\d+\S*|\(not installed\))\n", bida("version", cwd=tmp_path).out)


@pytest.mark.parametrize("args", [("walk",), ("run", "--fast"), ("people", "import"), ("demo", "--port", "x")])
def test_a_usage_error_is_one_line(tmp_path: Path, args: tuple[str, ...]) -> None:
    failed(bida(*args, cwd=tmp_path), "bida:")


def test_migrate_is_idempotent(empty_database: str, tmp_path: Path) -> None:
    for _ in range(2):
        done = bida("migrate", environ={"BIDA_DATABASE_URL": empty_database}, cwd=tmp_path)
        assert (done.code, done.out) == (0, f"the database is at revision {HEAD}\n"), done.err


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "refused"),
        ("mysql://x/y", "mysql is not supported"),
        ("nonsense", "not a database URL"),
        ("sqlite:////proc/nowhere/bida.db", ""),
    ],
)
@pytest.mark.parametrize(
    "command", [("migrate",), ("replay", "--dead"), ("people", "import", "people.csv"), ("ledger", "verify")]
)
def test_a_database_that_is_not_there(tmp_path: Path, url: str, part: str, command: tuple[str, ...]) -> None:
    csv(tmp_path, PEOPLE)
    failed(bida(*command, environ={"BIDA_DATABASE_URL": url}, cwd=tmp_path), "the database", part)


def test_half_a_section_stops_every_command_and_names_all_fields(tmp_path: Path) -> None:
    environ = {"BIDA_WECOM__CORP_ID": "ww1", "BIDA_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    for command in (("run",), ("migrate",)):
        done = bida(*command, environ=environ, cwd=tmp_path)
        assert done.code == 2
        missing = {line.split()[0] for line in done.error_lines}
        assert missing == {f"BIDA_WECOM__{name}" for name in ("AGENT_ID", "SECRET", "TOKEN", "ENCODING_AES_KEY")}


def test_no_messenger_no_start(tmp_path: Path) -> None:
    failed(bida("run", cwd=tmp_path), "no messenger is configured")


def test_imports_are_good_and_idempotent(tmp_path: Path, database: str) -> None:
    environ = {"BIDA_DATABASE_URL": database}
    for expected in ("3 created", "3 unchanged"):
        done = bida("people", "import", csv(tmp_path, PEOPLE), environ=environ, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        assert expected in done.out
    before = None
    for _ in range(2):
        done = bida("goals", "import", csv(tmp_path, GOALS, "goals.csv"), environ=environ, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        now = {table: count(database, table) for table in ("objective", "key_result", "check_in", "cycle")}
        assert before in (None, now)
        before = now
    assert before is not None
    assert before["key_result"] == 7


BAD_PEOPLE = PEOPLE + "E4,丁,,,运营部,E9,,,zh-CN,,dan,,\nE2,白博,,,运营部,,,,zh-CN,,bob2,,\nE5,,,,,,,,,,,,\n"


def test_bad_lines_come_with_number_and_reason_and_nothing_is_imported(tmp_path: Path, database: str) -> None:
    done = bida("people", "import", csv(tmp_path, BAD_PEOPLE), environ={"BIDA_DATABASE_URL": database}, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    for line in (5, 6, 7):
        assert [one for one in done.error_lines if one.startswith(f"people.csv, line {line}: ")], done.err
    assert "nothing was imported" in done.error_lines[-1]
    assert (count(database, "person"), count(database, "identity")) == (0, 0)


def test_partial_imports_the_good_lines(tmp_path: Path, database: str) -> None:
    bad = PEOPLE + "E5,,,,,,,,,,,,\n"
    environ = {"BIDA_DATABASE_URL": database}
    done = bida("people", "import", csv(tmp_path, bad), "--partial", environ=environ, cwd=tmp_path)
    assert done.code == 2
    assert "people.csv, line 5: " in done.err
    assert "3 created" in done.out
    assert count(database, "person") == 3


def test_a_manager_loop_is_refused(tmp_path: Path, database: str) -> None:
    loop = PEOPLE.replace("E1,安然,,,运营部,,", "E1,安然,,,运营部,E3,").replace("运营部,E1,,,en", "运营部,E2,,,en")
    done = bida("people", "import", csv(tmp_path, loop), environ={"BIDA_DATABASE_URL": database}, cwd=tmp_path)
    assert done.code == 2
    assert "line" in done.err
    assert count(database, "person") == 0


@pytest.mark.parametrize(("what", "good"), [("people", PEOPLE), ("goals", GOALS)])
@pytest.mark.parametrize("spoil", ["header", "empty", "binary", "columns"])
def test_a_file_of_another_shape(tmp_path: Path, database: str, what: str, good: str, spoil: str) -> None:
    path = tmp_path / "wrong.csv"
    first, _, rest = good.partition("\n")
    spoilt = {"header": first[1:] + "\n" + rest, "empty": "", "columns": first.rpartition(",")[0] + "\n" + rest}
    path.write_bytes(b"\x00\xff\xfe\x81\n\x00" if spoil == "binary" else spoilt[spoil].encode())
    done = bida(what, "import", str(path), environ={"BIDA_DATABASE_URL": database}, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.error_lines
    assert count(database, "person") == count(database, "objective") == 0


@pytest.mark.parametrize("what", ["people", "goals"])
def test_a_file_that_is_not_there(tmp_path: Path, what: str) -> None:
    failed(bida(what, "import", "nowhere.csv", cwd=tmp_path), "nowhere.csv")


@pytest.mark.parametrize(
    "command",
    [("people", "import", "people.csv"), ("replay", "--dead"), ("ledger", "verify"), ("ledger", "export", "x.csv")],
)
def test_a_database_that_is_not_migrated(tmp_path: Path, command: tuple[str, ...]) -> None:
    csv(tmp_path, PEOPLE)
    environ = {"BIDA_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    failed(bida(*command, environ=environ, cwd=tmp_path), "not migrated", "bida migrate")


def test_the_workspace_of_an_import(tmp_path: Path, database: str) -> None:
    toml = '[[workspace]]\nkey = "one"\n' + connection("a", "wecom") + '[[workspace]]\nkey = "two"\n'
    (tmp_path / "bida.toml").write_text(toml, "utf-8")
    environ, file = {"BIDA_DATABASE_URL": database}, csv(tmp_path, PEOPLE)
    for args in ((), ("--workspace", "three")):
        failed(bida("people", "import", file, *args, environ=environ, cwd=tmp_path), "--workspace", "one, two")
    assert bida("people", "import", file, "--workspace", "two", environ=environ, cwd=tmp_path).code == 0
    assert count(database, "person") == 3


def test_replay_brings_dead_letters_back(tmp_path: Path, database: str) -> None:
    environ = {"BIDA_DATABASE_URL": database}
    engine = open_engine(database)
    with engine.begin() as connected:
        connected.exec_driver_sql(
            "INSERT INTO outbox (workspace_id, id, connection, dedupe, lane, kind, conversation, card_kind, payload,"
            " plain, state, attempts, not_before, last_error, message_id, command_id, created_at) VALUES"
            " ('w', '1', 'wecom', 'd', 'l', 'SEND', 'c', '', '{}', 'p', 'DEAD', 7, 0, 'x', '', 'k', 0)"
        )
    engine.dispose()
    failed(bida("replay", environ=environ, cwd=tmp_path), "bida replay --dead")
    assert bida("replay", "--dead", environ=environ, cwd=tmp_path).out == "1 messages are pending again\n"
    assert bida("replay", "--dead", environ=environ, cwd=tmp_path).out == "0 messages are pending again\n"


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_gallery_shows_every_card(tmp_path: Path, locale: str) -> None:
    done = bida("gallery", "--locale", locale, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.count("── ") > 10


def test_the_gallery_in_a_language_we_do_not_have(tmp_path: Path) -> None:
    failed(bida("gallery", "--locale", "fr", cwd=tmp_path), "fr")


def test_doctor_names_every_fault_at_once(tmp_path: Path) -> None:
    """Database not migrated, no public URL, and three messengers that do not answer."""
    environ = {
        **environ_of("wecom", "dingtalk", "feishu"), "BIDA_DATABASE_URL": f"sqlite:///{tmp_path}/new.db",
        "BIDA_WECOM__API_BASE_URL": "http://127.0.0.1:1", "BIDA_DINGTALK__API_BASE_URL": "http://127.0.0.1:1",
        "BIDA_DINGTALK__LEGACY_API_BASE_URL": "http://127.0.0.1:1", "BIDA_FEISHU__API_BASE_URL": "http://127.0.0.1:1",
    }  # fmt: skip
    done = bida("doctor", environ=environ, cwd=tmp_path)
    assert done.code == 2
    for part in ("bida migrate", "BIDA_PUBLIC_URL", "wecom", "dingtalk", "feishu"):
        assert [line for line in done.error_lines if part in line], done.err
    assert len(done.error_lines) == 5


def test_doctor_without_messengers(tmp_path: Path, database: str) -> None:
    environ = {"BIDA_DATABASE_URL": database, "BIDA_PUBLIC_URL": "https://bot.example"}
    done = bida("doctor", environ=environ, cwd=tmp_path)
    assert (done.code, done.error_lines) == (2, ["no messenger is configured"])
    assert f"at revision {HEAD}" in done.out
