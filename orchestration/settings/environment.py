"""What the environment says: `EMBUDO_…` variables, over `embudo.yml`; and the file that adds to it.

Secrets of sources belong in the environment too, and are read where they are used, never here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.core.errors import SettingsInvalid

ENVIRONMENT_FILE = "embudo.env"
"""Secrets of one company, `NAME=value` a line; git-ignored, readable by its owner alone."""

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")


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
    """Add what the file says to the environment; variables that are set stay as they are.

    Raises `SettingsInvalid` with the line (never its value) where one is no `NAME=value`.
    """
    path = environment_file(config, home)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{path} cannot be read: {type(error).__name__}.") from None
    for number, line in enumerate(lines, start=1):
        stated = line.strip()
        if not stated or stated.startswith("#"):
            continue
        match = _LINE.fullmatch(stated)
        if match is None:
            raise SettingsInvalid(f"{path}, line {number}: expected NAME=value.")
        name, value = match[1], match[2].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if not os.environ.get(name):
            os.environ[name] = value


def add_to_environment_file(path: Path, name: str, value: str) -> None:
    """Write a secret into the file, made with mode 600, and into this process's environment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{name}={value}\n")
    os.environ[name] = value
