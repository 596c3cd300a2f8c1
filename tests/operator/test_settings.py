"""Settings as operators write them: environment, `*_FILE`, `bida.toml`, and every fault named at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.registry import MESSENGERS
from bot.playground.rig import SECRETS
from bot.settings import BadSettings, Configuration, load


def environ_of(*messengers: str) -> dict[str, str]:
    """Complete short-form sections."""
    return {f"BIDA_{name.upper()}__{key.upper()}": value for name in messengers for key, value in SECRETS[name].items()}


def read(environ: Mapping[str, str], directory: Path, toml: str = "") -> Configuration:
    if toml:
        (directory / "bida.toml").write_text(toml, "utf-8")
    return load(environ, directory)


def faults(environ: Mapping[str, str], directory: Path, toml: str = "") -> list[str]:
    with pytest.raises(BadSettings) as caught:
        read(environ, directory, toml)
    return caught.value.faults


def test_without_any_setting_the_defaults_hold(tmp_path: Path) -> None:
    settings = read({}, tmp_path).settings
    assert settings.database_url == "sqlite:///var/bida.db"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, "")
    assert settings.log in ("json", "text")


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("BIDA_DATABASE_URL", "postgresql://db/x", "database_url", "postgresql://db/x"),
        ("BIDA_DATABASE_SYNCHRONOUS", "NORMAL", "database_synchronous", "NORMAL"),
        ("BIDA_PUBLIC_URL", "https://bot.example", "public_url", "https://bot.example"),
        ("BIDA_HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 (a value that is read, not a socket)
        ("BIDA_PORT", "9090", "port", 9090),
        ("BIDA_LOG", "text", "log", "text"),
        ("BIDA_NAME", "示例公司", "name", "示例公司"),
        ("BIDA_LOCALE", "en", "locale", "en"),
        ("BIDA_TIMEZONE", "Asia/Tokyo", "timezone", "Asia/Tokyo"),
        ("BIDA_HOLIDAYS_FILE", "days.json", "holidays_file", "days.json"),
    ],
)
def test_every_plain_variable(tmp_path: Path, name: str, value: str, field: str, expected: object) -> None:
    assert getattr(read({name: value}, tmp_path).settings, field) == expected


FIELDS = [(name, field) for name, each in MESSENGERS.items() for field in each.settings().model_fields]
OPERATORS = {
    "wecom": {"corp_id", "agent_id", "secret", "token", "encoding_aes_key", "api_base_url"},
    "dingtalk": {
        "client_id", "client_secret", "corp_id", "robot_code", "card_template_id", "api_base_url",
        "legacy_api_base_url", "token", "encoding_aes_key",
    },
    "feishu": {"app_id", "app_secret", "encrypt_key", "verification_token", "api_base_url"},
}  # fmt: skip
"""The operator contract: these names are relied on by other programs."""


@pytest.mark.parametrize("messenger", list(OPERATORS))
def test_the_contract_names_of_each_messenger_are_settings(messenger: str) -> None:
    assert OPERATORS[messenger] <= set(MESSENGERS[messenger].settings().model_fields)


@pytest.mark.parametrize("messenger", list(OPERATORS))
def test_a_complete_section_turns_a_messenger_on_under_its_own_name(tmp_path: Path, messenger: str) -> None:
    environ = {**environ_of(messenger), f"BIDA_{messenger.upper()}__API_BASE_URL": "http://127.0.0.1:1"}
    (company,) = read(environ, tmp_path).companies
    (connection,) = company.connections
    assert (connection.name, connection.messenger.name) == (messenger, messenger)
    for field, value in SECRETS[messenger].items():
        given = getattr(connection.section, field)
        assert str(getattr(given, "get_secret_value", lambda given=given: given)()) == value


@pytest.mark.parametrize("messenger", list(OPERATORS))
def test_half_a_section_names_every_missing_field_at_once(tmp_path: Path, messenger: str) -> None:
    section = MESSENGERS[messenger].settings()
    required = [name for name, field in section.model_fields.items() if field.is_required()]
    first, *others = required
    given = {f"BIDA_{messenger.upper()}__{first.upper()}": SECRETS[messenger][first]}
    assert faults(given, tmp_path) == [f"BIDA_{messenger.upper()}__{name.upper()} is missing" for name in others]


def test_faults_of_several_sections_come_together(tmp_path: Path) -> None:
    found = faults({"BIDA_WECOM__CORP_ID": "ww1", "BIDA_FEISHU__APP_ID": "cli_1", "BIDA_PORT": "many"}, tmp_path)
    assert {line.split("__")[0] for line in found if "is missing" in line} == {"BIDA_WECOM", "BIDA_FEISHU"}
    assert any(line.startswith("BIDA_PORT is wrong") for line in found)


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    empty = dict.fromkeys(environ_of("wecom", "dingtalk", "feishu"), "")
    configuration = read({**empty, "BIDA_PORT": "", "BIDA_LOG": ""}, tmp_path)
    assert configuration.settings.port == 8080
    assert [company.connections for company in configuration.companies] == [()]


def test_secrets_from_mounted_files(tmp_path: Path) -> None:
    environ = environ_of("feishu")
    secret = environ.pop("BIDA_FEISHU__APP_SECRET")
    (tmp_path / "app_secret").write_text(f"{secret}\n", "utf-8")
    environ["BIDA_FEISHU__APP_SECRET_FILE"] = str(tmp_path / "app_secret")
    (tmp_path / "key").write_text("installation\n", "utf-8")
    environ["BIDA_SECRET_KEY_FILE"] = str(tmp_path / "key")
    configuration = read(environ, tmp_path)
    assert configuration.companies[0].connections[0].section.app_secret.get_secret_value() == secret  # type: ignore[attr-defined]
    assert configuration.settings.secret_key.get_secret_value() == "installation"


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    environ = {**environ_of("feishu"), "BIDA_FEISHU__APP_SECRET_FILE": "/nowhere/secret"}
    assert [line for line in faults(environ, tmp_path) if "BIDA_FEISHU__APP_SECRET_FILE cannot be read" in line]


def test_a_secret_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    environ = {**environ_of("feishu"), "BIDA_FEISHU__APP_SECRET_FILE": str(tmp_path / "key")}
    assert [line for line in faults(environ, tmp_path) if "BIDA_FEISHU__APP_SECRET_FILE cannot be read" in line]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    toml = 'port = 1000\nhost = "10.0.0.1"\n[feishu]\n'
    toml += "".join(f'{key} = "{value}"\n' for key, value in SECRETS["feishu"].items())
    configuration = read({"BIDA_PORT": "2000", "BIDA_FEISHU__APP_ID": "cli_environment"}, tmp_path, toml)
    assert (configuration.settings.port, configuration.settings.host) == (2000, "10.0.0.1")
    assert configuration.companies[0].connections[0].tenant == "cli_environment"


def test_bad_values_are_named_as_the_operator_wrote_them(tmp_path: Path) -> None:
    environ = {"BIDA_PORT": "70000", "BIDA_LOG": "xml", "BIDA_LOCALE": "fr", "BIDA_TIMEZONE": "Mars/Olympus"}
    found = faults({**environ_of("wecom"), **environ, "BIDA_WECOM__AGENT_ID": "x"}, tmp_path)
    for name in (*environ, "BIDA_WECOM__AGENT_ID"):
        assert [line for line in found if line.startswith(f"{name} is wrong")], (name, found)


def test_a_bad_secret_is_not_repeated(tmp_path: Path) -> None:
    environ = {**environ_of("wecom"), "BIDA_WECOM__ENCODING_AES_KEY": "too-short-and-secret"}
    found = faults(environ, tmp_path)
    assert [line for line in found if line.startswith("BIDA_WECOM__ENCODING_AES_KEY is wrong")]
    assert "too-short-and-secret" not in "".join(found)


def test_unknown_names_are_named(tmp_path: Path) -> None:
    found = faults({**environ_of("wecom"), "BIDA_WECOM__SECRETT": "x", "BIDA_PROT": "1"}, tmp_path)
    assert "BIDA_WECOM__SECRETT is not a setting" in found
    assert "BIDA_PROT is not a setting" in found


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    assert faults({}, tmp_path, "port = = 1")[0].startswith("bida.toml cannot be read")


def test_a_setting_that_is_section_and_value(tmp_path: Path) -> None:
    assert faults({"BIDA_WECOM": "on", "BIDA_WECOM__TOKEN": "x"}, tmp_path)
    assert faults({"BIDA_WECOM__TOKEN": "x", "BIDA_WECOM": "on"}, tmp_path)
    assert faults({"BIDA_WECOM": "on"}, tmp_path)


def connection(name: str, messenger: str, **changes: str) -> str:
    lines = {"name": name, "messenger": messenger, **SECRETS.get(messenger, {}), **changes}
    return "[[workspace.connection]]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())


def test_the_long_form_declares_companies_and_several_connections(tmp_path: Path) -> None:
    toml = (
        '[[workspace]]\nkey = "one"\nname = "One"\nlocale = "en"\ntimezone = "Asia/Singapore"\n'
        + connection("one-wecom", "wecom")
        + connection("one-wecom-2", "wecom", agent_id="1000003")
        + '[[workspace]]\nkey = "two"\n'
        + connection("two-feishu", "feishu")
    )
    one, two = read({}, tmp_path, toml).companies
    assert (one.key, one.name, one.locale, one.timezone) == ("one", "One", "en", "Asia/Singapore")
    assert [each.name for each in one.connections] == ["one-wecom", "one-wecom-2"]
    assert (two.key, two.name, [each.name for each in two.connections]) == ("two", "two", ["two-feishu"])


def test_faults_of_the_long_form_say_where(tmp_path: Path) -> None:
    toml = (
        '[[workspace]]\nkey = "one"\n'
        + connection("x", "wecom")
        + connection("x", "feishu")
        + connection("", "wecom")
        + connection("y", "telegram")
        + '[[workspace.connection]]\nname = "half"\nmessenger = "wecom"\ncorp_id = "ww1"\ncolour = "red"\n'
        + '[[workspace]]\nkey = "one"\n'
    )
    found = faults({}, tmp_path, toml)
    assert "workspace one is declared twice" in found
    assert "connection x is declared twice" in found
    assert "workspace one, connection half: secret is missing" in found
    assert "workspace one, connection half: colour is not a setting" in found
    assert len([line for line in found if "needs a name and a messenger" in line]) == 2


@pytest.mark.parametrize("toml", ['[[workspace]]\nkey = "Bad Key"', "workspace = 1", '[[workspace]]\nname = "no key"'])
def test_a_wrong_workspace(tmp_path: Path, toml: str) -> None:
    assert all(line.startswith("BIDA_WORKSPACE") for line in faults({}, tmp_path, toml))


def test_a_connection_name_is_usable_in_a_path(tmp_path: Path) -> None:
    toml = '[[workspace]]\nkey = "one"\n' + connection("a/b c", "wecom")
    assert [line for line in faults({}, tmp_path, toml) if "a/b c" in line]
