"""The deploy files parse, and every path, command and variable they name exists."""

import configparser
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from bot import observe
from bot.settings import load
from tests.architecture import naming

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and path.name not in ("bida.env", ".env")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_variables_and_commands_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not naming.unknown_variables(text)
    for words in naming.commands_in(text):
        assert naming.is_command(words), words


def _dockerfile() -> list[tuple[str, str]]:
    text = re.sub(r"(?m)^#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8")).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    assert {line[0] for line in lines} <= INSTRUCTIONS
    return [(line[0], line[1]) for line in lines]


def _stages() -> list[list[tuple[str, str]]]:
    stages: list[list[tuple[str, str]]] = []
    for instruction, rest in _dockerfile():
        if instruction == "FROM":
            stages.append([])
        stages[-1].append((instruction, rest))
    return stages


def test_the_image_is_built_from_files_that_exist_and_reach_the_builder() -> None:
    let_in = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied = [shlex.split(rest)[:-1] for name, rest in _dockerfile() if name == "COPY" and "--from=" not in rest]
    sources = {source for line in copied for source in line}
    assert {"pyproject.toml", "bot", "adapters", "cards", "domain"} <= sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.split("/")[0] in let_in, source


def test_what_the_wheel_is_built_from_is_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    copied = " ".join(rest for name, rest in _stages()[0] if name == "COPY").split()
    needed = [project["project"]["readme"], *project["project"]["license-files"]]
    assert {*needed, *project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]} <= set(copied)


def test_the_image_installs_pinned_versions_and_the_wheel() -> None:
    runs = " ".join(rest for name, rest in _stages()[0] if name == "RUN")
    assert "--require-hashes -r requirements/run.lock" in runs
    assert re.search(r"pip wheel --no-deps .*--wheel-dir dist \.", runs)
    assert "--no-deps dist/bida-*.whl" in runs
    assert all("-e " not in rest for _, rest in _dockerfile())


def test_the_image_runs_as_nobody_special_and_safely() -> None:
    final = _stages()[-1]
    users = [rest for name, rest in final if name == "USER"]
    assert users == ["10001"]
    assert any(f"--uid {users[0]}" in rest for name, rest in final if name == "RUN")
    environment = dict(word.split("=", 1) for name, rest in final if name == "ENV" for word in shlex.split(rest))
    assert environment["PYTHONSAFEPATH"] == "1"
    load({name: value for name, value in environment.items() if name.startswith("BIDA_")}, DEPLOY)
    instructions = [name for name, _ in final]
    assert instructions.index("USER") < instructions.index("CMD")


def test_the_image_starts_the_bot_and_looks_after_it() -> None:
    final = dict(_stages()[-1])
    assert json.loads(final["CMD"]) == ["bida", "run"]
    check = json.loads(final["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "healthcheck", "exec")
    assert "/healthz" in check[2]
    assert final["EXPOSE"] == load({}, DEPLOY).settings.model_dump()["port"].__str__()


def _services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return services


def test_compose_migrates_before_it_starts() -> None:
    services = _services()
    assert services["bot"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert services["migrate"]["command"] == ["bida", "migrate"]
    assert services["bot"]["command"] == ["bida", "run"]
    assert services["migrate"]["restart"] == "no"


@pytest.mark.parametrize("service", ["migrate", "bot"])
def test_compose_builds_and_configures_what_exists(service: str) -> None:
    found = _services()[service]
    context = (DEPLOY / found["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / found["build"]["dockerfile"]).is_file()
    assert found["image"] == f"bida:{VERSION}"
    assert found["env_file"] == "bida.env"
    assert load(found["environment"], DEPLOY).settings.database_url.startswith("postgresql://bida:")


def test_compose_agrees_with_itself() -> None:
    services = _services()
    database = services["database"]["environment"]
    url = services["bot"]["environment"]["BIDA_DATABASE_URL"]
    assert (
        url
        == f"postgresql://{database['POSTGRES_USER']}:${{POSTGRES_PASSWORD}}@database:5432/{database['POSTGRES_DB']}"
    )
    assert services["bot"]["ports"] == ["127.0.0.1:8080:8080"]  # a proxy with TLS stands in front


class Unit(configparser.ConfigParser):
    """systemd's names know case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_unit_parses_and_starts_the_script() -> None:
    unit = Unit(strict=True, interpolation=None)
    unit.read(DEPLOY / "bida.service")
    service = unit["Service"]
    assert service["ExecStartPre"] == "/opt/bida/bin/bida migrate"
    assert service["ExecStart"] == "/opt/bida/bin/bida run"
    assert "PYTHONSAFEPATH=1" in service["Environment"].split()
    assert service["User"] not in ("", "root")
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    runbook = (DEPLOY / "runbook.md").read_text("utf-8")
    for path in (service["EnvironmentFile"], service["ExecStart"].split()[0], "/etc/systemd/system/bida.service"):
        assert path in runbook, path


def test_the_example_names_every_required_setting_and_loads_when_filled_in() -> None:
    lines = (DEPLOY / "env.example").read_text("utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert naming.required() <= set(values)
    load(values, DEPLOY)  # as it is: no messenger on
    digits = "1" * 43
    short = {"BIDA_WECOM__AGENT_ID": "1", "BIDA_WECOM__TOKEN": "token", "BIDA_DINGTALK__TOKEN": "token"}
    filled = {name: value or short.get(name, digits) for name, value in values.items()}
    (company,) = load(filled, DEPLOY).companies
    assert [connection.name for connection in company.connections] == ["wecom", "dingtalk", "feishu"]


def test_paths_in_the_runbook_exist() -> None:
    text = (DEPLOY / "runbook.md").read_text("utf-8")
    paths = set(re.findall(r"\b(?:deploy|requirements|domain)/[\w./-]*\w", text))
    copied_by_the_operator = {"deploy/bida.env", "deploy/.env"}
    assert paths - copied_by_the_operator
    assert not {path for path in paths - copied_by_the_operator if not (ROOT / path).exists()}


def test_metrics_to_alert_on_are_measured() -> None:
    assert observe.PENDING is not None  # importing it has registered all of them
    registered = list(REGISTRY.collect())
    measured = {metric.name + ("_total" if metric.type == "counter" else "") for metric in registered}
    for document in (DEPLOY / "runbook.md", ROOT / "README.md", ROOT / "README.zh-CN.md"):
        named = set(re.findall(r"\bbida_[a-z_]+\b", document.read_text("utf-8")))
        assert named
        assert named <= measured


def test_decisions_are_numbered_short_and_complete() -> None:
    notes = sorted(path for path in (DEPLOY / "decisions").glob("*.md") if path.name != "README.md")
    assert [path.name[:4] for path in notes] == [f"{number:04}" for number in range(1, len(notes) + 1)]
    for path in notes:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert len(text.splitlines()) <= 15, path.name
        assert all(word in text for word in ("**Decision.**", "**Cost.**", "**Not taken.**")), path.name
