"""Names say what is inside, and files stay short enough to be read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "adapters", "cards", "domain")
NO_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "base"}
MOST_LINES = 300


def _sources() -> list[Path]:
    found = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    assert len(found) > 100
    return found


def test_no_name_that_says_nothing() -> None:
    allowed = {Path("adapters/base.py")}
    names = {path.relative_to(ROOT) for path in _sources()} - allowed
    assert not [str(name) for name in names if NO_NAMES & set("_".join(name.with_suffix("").parts).split("_"))]


def test_no_file_is_too_long_to_be_read() -> None:
    """Migrations are exempt: they are written once and never edited."""
    files = [path for path in _sources() if path.parent.name != "versions"]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_file_is_named_like_a_library_we_use() -> None:
    """At top level a `dingtalk.py` would stand in for the SDK."""
    libraries = {"wechatpy", "dingtalk", "lark_oapi", "aiohttp", "typer", "sqlmodel", "alembic"}
    assert not {path.stem for path in ROOT.glob("*") if path.suffix in ("", ".py")} & libraries


def test_every_test_file_has_a_name_of_its_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
