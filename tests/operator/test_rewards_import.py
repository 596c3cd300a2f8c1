"""`bida rewards import` as an operator runs it: three kinds of files, one command (R-CAT-01, R-CAT-03, R-PRV-06)."""

from pathlib import Path

from domain.rewards.importing import CODES_HEADER, HEADER, STOCK_HEADER
from tests.company import PEOPLE
from tests.operator.commands import bida
from tests.operator.test_commands import count, csv, failed

SHOPKEEPERS = PEOPLE.replace("E3,Cai Green,,,运营部,E1,,,en", "E3,Cai Green,,,运营部,E1,clerk,人民广场店,en")
ITEMS = (
    "coffee,physical,咖啡券,Coffee voucher,coffee,120,,人民广场店,,1/week,,,,,,,,,25.50,",
    "cinema,voucher,影城券,Cinema,cinema,150,,,,,,,,,,,,,,",
)
SECRET = {"BIDA_SECRET_KEY": "a-secret-of-this-test-only-0123456789"}


def file(folder: Path, name: str, header: tuple[str, ...], *lines: str) -> str:
    return csv(folder, "\n".join((",".join(header), *lines)) + "\n", name)


def test_catalogue_stock_and_codes(tmp_path: Path, database: str) -> None:
    environ = {"BIDA_DATABASE_URL": database, **SECRET}
    assert bida("people", "import", csv(tmp_path, SHOPKEEPERS), environ=environ, cwd=tmp_path).code == 0
    catalogue = file(tmp_path, "rewards.csv", HEADER, *ITEMS)
    done = bida("rewards", "import", catalogue, environ=environ, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "items: 2 created, 0 updated, 0 unchanged",
        "coffee: 120 points, nobody earns points yet",
        "cinema: 150 points, nobody earns points yet",
    ]
    stock = file(tmp_path, "stock.csv", STOCK_HEADER, "coffee,人民广场店,30")
    assert bida("rewards", "import", stock, environ=environ, cwd=tmp_path).out == (
        "stock: 0 created, 1 updated, 0 unchanged\n"
    )
    codes = file(tmp_path, "codes.csv", CODES_HEADER, "cinema,SECRET-1", "cinema,SECRET-2")
    for said in ("2 created, 0 updated, 0 unchanged", "0 created, 0 updated, 2 unchanged"):
        done = bida("rewards", "import", codes, environ=environ, cwd=tmp_path)
        assert done.out == f"codes: {said}\n"
        assert "SECRET" not in done.out + done.err
    assert b"SECRET-1" not in Path(tmp_path / "bida.db").read_bytes()


def test_every_bad_line_is_reported_and_nothing_imported(tmp_path: Path, database: str) -> None:
    environ = {"BIDA_DATABASE_URL": database, **SECRET}
    catalogue = file(tmp_path, "rewards.csv", HEADER, *ITEMS, ITEMS[1].replace("150", "free"))
    done = bida("rewards", "import", catalogue, environ=environ, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.error_lines == [
        "rewards.csv, line 2: there is no store “人民广场店”",
        "rewards.csv, line 4: item_key cinema is already on line 3",
        "rewards.csv, line 4: price must be a whole number from 1 to 10000000",
        "nothing was imported: 3 bad lines (--partial imports the good ones)",
    ]
    assert count(database, "item") == 0
    done = bida("rewards", "import", catalogue, "--partial", environ=environ, cwd=tmp_path)
    assert (done.code, len(done.error_lines)) == (2, 3)
    assert count(database, "item") == 1


def test_codes_need_a_key_that_lasts(tmp_path: Path, database: str) -> None:
    codes = file(tmp_path, "codes.csv", CODES_HEADER, "cinema,SECRET-1")
    done = bida("rewards", "import", codes, environ={"BIDA_DATABASE_URL": database}, cwd=tmp_path)
    failed(done, "BIDA_SECRET_KEY")
    assert count(database, "voucher_code") == 0
