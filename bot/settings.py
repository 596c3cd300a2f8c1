"""Settings from the environment (`BIDA_…`, nested with `__`, secrets also as `…_FILE`) and from `bida.toml`; the
environment wins. All faults are reported at once.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from adapters.registry import MESSENGERS, Messenger

PREFIX = "BIDA_"
FILE = "bida.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class BadSettings(ValueError):
    """Every fault found, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{value} is no time zone") from error
    return value


class WorkspaceSection(BaseModel):
    """One company in the long form."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str = ""
    locale: Literal["zh-CN", "en"] = "zh-CN"
    timezone: str = "Asia/Shanghai"
    connection: list[dict[str, Any]] = Field(default_factory=list)

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        return _time_zone(value)


class Settings(BaseSettings):
    """What an operator can set; the messengers' own sections are checked by their models."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="allow",
        nested_model_default_partial_update=True,
    )

    database_url: str = "sqlite:///var/bida.db"
    database_synchronous: Literal["FULL", "NORMAL"] = "FULL"
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    log: Literal["json", "text"] = "json"
    secret_key: SecretStr = SecretStr("")
    holidays_file: str = ""
    name: str = "Bida"
    locale: Literal["zh-CN", "en"] = "zh-CN"
    timezone: str = "Asia/Shanghai"
    workspace: list[WorkspaceSection] = Field(default_factory=list)

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        return _time_zone(value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)  # `load` has merged environment and file already


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One connection, checked: its name, its messenger, its messenger's own settings model."""

    name: str
    messenger: Messenger
    section: BaseModel

    @property
    def tenant(self) -> str:
        return str(getattr(self.section, self.messenger.tenant_field))

    @property
    def secrets(self) -> str:
        """All secrets of the section together: the root of the connection's keys when no `secret_key` is set."""
        values = (getattr(self.section, name) for name in sorted(type(self.section).model_fields))
        return "\0".join(value.get_secret_value() for value in values if isinstance(value, SecretStr))


@dataclass(frozen=True, slots=True)
class Company:
    """One workspace with its connections."""

    key: str
    name: str
    locale: str
    timezone: str
    connections: tuple[ConnectionSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything, checked."""

    settings: Settings
    companies: tuple[Company, ...] = field(default_factory=tuple)


def load(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> Configuration:
    """Read and check all settings. Raises `BadSettings` with every fault, named as the operator would set it."""
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    values = _merge(_from_file((directory or Path()) / FILE, faults), _from_environment(environ, faults))
    sections = {name: values.pop(name, {}) for name in MESSENGERS}
    faults += [f"{PREFIX}{name.upper()} is not a setting" for name in sorted(set(values) - set(Settings.model_fields))]
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [_describe(each["loc"], each["msg"]) for each in error.errors()]
        settings = Settings()
    companies = _long_form(settings, faults)
    short = _short_form(settings, sections, faults)
    if short.connections or not companies:
        companies = (short, *companies)
    _check_names(companies, faults)
    if faults:
        raise BadSettings(faults)
    return Configuration(settings, companies)


def _short_form(settings: Settings, sections: Mapping[str, Any], faults: list[str]) -> Company:
    found = []
    for name, section in sections.items():
        if not isinstance(section, dict):
            faults.append(f"{PREFIX}{name.upper()} is a section: set {PREFIX}{name.upper()}__…")
        elif section:
            made = _section(MESSENGERS[name], name, section, f"{PREFIX}{name.upper()}__", faults)
            if made is not None:
                found.append(made)
    return Company("main", settings.name, settings.locale, settings.timezone, tuple(found))


def _long_form(settings: Settings, faults: list[str]) -> tuple[Company, ...]:
    companies = []
    for company in settings.workspace:
        found = []
        for section in company.connection:
            rest = {key: value for key, value in section.items() if key not in ("name", "messenger")}
            name, messenger = str(section.get("name", "")), MESSENGERS.get(str(section.get("messenger")))
            where = f"workspace {company.key}, connection {name or '?'}: "
            if not name or messenger is None:
                faults.append(f"{where}needs a name and a messenger ({', '.join(MESSENGERS)})")
                continue
            if not _NAME.fullmatch(name):
                faults.append(f"{where}the name becomes a path: letters, digits, - and _ only, at most 64")
            made = _section(messenger, name, _read_files(rest, faults, where), where, faults)
            if made is not None:
                found.append(made)
        companies.append(
            Company(company.key, company.name or company.key, company.locale, company.timezone, tuple(found))
        )
    return tuple(companies)


def _section(
    messenger: Messenger, name: str, section: Mapping[str, Any], prefix: str, faults: list[str]
) -> ConnectionSettings | None:
    """A messenger's section; half a section names every missing field."""
    model = messenger.settings()
    unknown = sorted(set(section) - set(model.model_fields))
    faults += [f"{prefix}{_spell(prefix, field)} is not a setting" for field in unknown]
    try:
        return ConnectionSettings(name, messenger, model(**{k: v for k, v in section.items() if k not in unknown}))
    except ValidationError as error:
        for each in error.errors():
            at = ".".join(str(part) for part in each["loc"])
            missing = each["type"] == "missing"
            what = "is missing" if missing else f"is wrong: {each['msg'].removeprefix('Value error, ')}"
            faults.append(f"{prefix}{_spell(prefix, at)} {what}" if at else f"{prefix.rstrip('_')} {what}")
        return None


def _spell(prefix: str, field: str) -> str:
    return field.upper() if prefix.startswith(PREFIX) else field


def _check_names(companies: tuple[Company, ...], faults: list[str]) -> None:
    keys = [company.key for company in companies]
    names = [connection.name for company in companies for connection in company.connections]
    faults += [f"workspace {key} is declared twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    faults += [f"connection {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]


def _describe(where: tuple[int | str, ...], what: str) -> str:
    name = PREFIX + "__".join(str(part).upper() for part in where)
    return f"{name} is wrong: {what.removeprefix('Value error, ')}"


def _from_file(path: Path, faults: list[str]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        faults.append(f"{path.name} cannot be read: {error}")
        return {}


def _from_environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """`BIDA_A__B=c` as {"a": {"b": "c"}}; empty values count as unset."""
    values: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or not value or name.startswith(f"{PREFIX}TEST_"):
            continue
        *path, last = name.removeprefix(PREFIX).lower().split("__")
        place = values
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                faults.append(f"{name} clashes with another setting")
                break
        else:
            if isinstance(place.get(last), dict):
                faults.append(f"{name} clashes with another setting")
            place[last] = value
    return _read_files(values, faults, PREFIX)


def _read_files(values: dict[str, Any], faults: list[str], where: str) -> dict[str, Any]:
    """Replace `x_file` by `x` with the file's content, for secrets that are mounted."""
    read: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            read[name] = _read_files(value, faults, f"{where}{name.upper()}__")
        elif name.endswith("_file") and name != "holidays_file":
            try:
                read.setdefault(name.removesuffix("_file"), Path(str(value)).read_text("utf-8").strip())
            except OSError as error:
                faults.append(f"{where}{name.upper()} cannot be read: {error.strerror}")
            except ValueError:
                faults.append(f"{where}{name.upper()} cannot be read: it is no UTF-8 text")
        else:
            read[name] = value
    return read


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = _merge(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged
