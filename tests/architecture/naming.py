"""What documents and deploy files may name: settings and commands as the code has them."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from adapters.registry import MESSENGERS
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
TEST_VARIABLE = "BIDA_TEST_DATABASE_URL"
VARIABLE = re.compile(r"\bBIDA_[A-Z][A-Z0-9_]*[A-Z0-9]\b")


def settings() -> dict[str, str]:
    """Every variable an operator can set → its default as the README writes it ("required" when there is none)."""
    found = {
        f"BIDA_{name.upper()}": _default(field.default)
        for name, field in Settings.model_fields.items()
        if name != "workspace"
    }
    for messenger in MESSENGERS.values():
        for name, field in messenger.settings().model_fields.items():
            found[f"BIDA_{messenger.name.upper()}__{name.upper()}"] = _default(field.default)
    return found


def required() -> set[str]:
    return {name for name, default in settings().items() if default == "required"}


def unknown_variables(text: str) -> set[str]:
    """`BIDA_` variables in a text that mean nothing to the bot."""
    known = set(settings()) | {TEST_VARIABLE}
    return {name for name in VARIABLE.findall(text) if name not in known and name.removesuffix("_FILE") not in known}


def _default(value: object) -> str:
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def commands_in(text: str) -> set[tuple[str, ...]]:
    """`bida migrate`, /opt/bida/bin/bida run, ["bida", "run"]… as ("people", "import") or ("replay", "--dead")."""
    spoken = re.findall(r"(?:^|`|/bin/)bida((?: (?:--)?[a-z]+(?![\w./-]))+)", text, re.MULTILINE)
    listed = re.findall(r'\["bida", ("[a-z]+"(?:, "[a-z-]+")*)\]', text)
    return {tuple(words.replace('"', "").replace(",", "").split()) for words in [*spoken, *listed]}


@cache
def is_command(words: tuple[str, ...]) -> bool:
    """Whether the command line knows these words; options are looked for in the command's help."""
    path = [word for word in words if not word.startswith("--")]
    done = subprocess.run(
        [sys.executable, "-m", "bot", *path, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    )  # fmt: skip
    return done.returncode == 0 and all(word in done.stdout for word in words if word.startswith("--"))
