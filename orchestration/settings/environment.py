"""Settings from the environment: `EMBUDO_…` variables, over `embudo.yml`; and the file that adds to it.

Secrets of sources belong in the environment too, and are read where they are used, never here.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from dotenv.parser import Original, parse_stream
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.core.errors import SettingsInvalid

ENVIRONMENT_FILE = "embudo.env"
"""Secrets of one company, one `NAME=value` per line; git-ignored, readable by its owner alone."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNQUOTED = re.compile(r"[\w.,:;/+=@%~^!?*&()-]*", re.ASCII)
"""Values that mean the same without quotes."""


class Environment(BaseSettings):
    """`EMBUDO_HOME`, `EMBUDO_CONFIG`, `EMBUDO_INBOX` …; empty variables count as unset."""

    model_config = SettingsConfigDict(
        env_prefix="EMBUDO_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Path(".embudo")
    config: Path = Path("embudo.yml")
    inbox: Path | None = None
    company: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    country: str | None = None
    as_of: str | None = None
    keep_releases: str | None = None
    schedule: str | None = None

    def overrides(self) -> dict[str, str]:
        """The keys of `embudo.yml` that the environment sets, as text."""
        names = (
            "company",
            "time_zone",
            "currency",
            "country",
            "as_of",
            "keep_releases",
            "schedule",
        )
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def environment_file(config: Path, home: Path) -> Path:
    """Where a company's secrets are kept: beside `config`, or beside the home where `config` is in it.

    Never inside the home, so that a copy of the data holds no key to it.
    """
    folder, home = config.expanduser().resolve().parent, home.expanduser().resolve()
    return (home.parent if folder.is_relative_to(home) else folder) / ENVIRONMENT_FILE


def load_environment_file(config: Path, home: Path) -> None:
    """Add the variables of the file to the environment; variables that are set stay as they are.

    Raises `SettingsInvalid` with the line (never its value) where one is not `NAME=value`.
    """
    path = environment_file(config, home)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{path} cannot be read: {type(error).__name__}.") from None
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is None and not binding.error:
            continue  # blank, or a comment
        name, value = binding.key, binding.value
        if name is None or value is None or not _NAME.fullmatch(name):
            raise SettingsInvalid(f"{path}, line {_line(binding.original)}: expected NAME=value.")
        if not os.environ.get(name):
            os.environ[name] = value


def _line(original: Original) -> int:
    """The line of a binding, which begins after the blank lines before it."""
    stated = original.string.lstrip()
    return original.line + original.string[: len(original.string) - len(stated)].count("\n")


def add_to_environment_file(path: Path, name: str, value: str) -> None:
    """Write a secret into the file, created with mode 600, and into this process's environment."""
    quoted = value
    if not _UNQUOTED.fullmatch(value):
        quoted = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{name}={quoted}\n")
    os.environ[name] = value
