"""The locks pin everything with hashes, name no registry, and agree with each other and with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("build", "run", "dev")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z,]+\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)


def _text(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")


def _pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(found["name"]): found["version"] for found in PIN.finditer(_text(lock))}


@pytest.mark.parametrize("lock", LOCKS)
def test_no_registry_is_named(lock: str) -> None:
    assert not re.search(r"://|index-url|find-links|trusted-host|@ ", _text(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_with_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", _text(lock)).strip())
    assert len(entries) == len(_pins(lock)) > 5
    for entry in entries:
        assert PIN.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_tests_run_with_what_is_shipped() -> None:
    run, dev = _pins("run"), _pins("dev")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_the_lock_satisfies_what_is_declared(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *(project["optional-dependencies"]["dev"] if lock == "dev" else ())]
    pins = _pins(lock)
    for requirement in map(Requirement, declared):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_building_needs_no_more_than_its_lock() -> None:
    system = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    assert {Requirement(each).name for each in system["requires"]} <= set(_pins("build"))
    build, dev = _pins("build"), _pins("dev")
    both = build.keys() & dev.keys()
    assert {name: build[name] for name in both} == {name: dev[name] for name in both}
