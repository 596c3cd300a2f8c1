"""What we install: nobody else owns our package names, and the wheel holds exactly our four packages."""

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "adapters", "cards", "domain")
DATA = (
    "bot/playground/page/",
    "bot/playground/company/",
    "adapters/dingtalk/templates/",
    "domain/data/",
    "domain/migrations/script.py.mako",
    "domain/migrations/versions/",
)


def test_no_other_distribution_claims_our_names() -> None:
    """AdapterHub's `adapters` on PyPI does; two owners of one folder would overwrite each other silently."""
    owners = packages_distributions()
    assert {name: set(owners.get(name, ())) - {"bida"} for name in PACKAGES} == {name: set() for name in PACKAGES}


def test_uploading_is_refused_by_the_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "Private :: Do Not Upload" in project["classifiers"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("bida-*.whl")
    return zipfile.ZipFile(found)


def test_the_wheel_holds_exactly_our_packages(wheel: zipfile.ZipFile) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == ours


@pytest.mark.parametrize("place", DATA)
def test_the_wheel_holds_what_is_read_at_run_time(wheel: zipfile.ZipFile, place: str) -> None:
    assert [name for name in wheel.namelist() if name.startswith(place) and not name.endswith("__init__.py")]


def test_the_wheel_brings_the_script_and_the_licence(wheel: zipfile.ZipFile) -> None:
    (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "bida = bot.__main__:main" in wheel.read(entry).decode()
    (licence,) = (name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
    assert b"Apache License" in wheel.read(licence)
