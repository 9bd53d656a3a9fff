"""Small companies after one refresh: one whose machine is cut off, for tests that examine the result, and
a tiny one, of which tests get a copy to corrupt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import sandbox
from tests.conftest import ROOT
from tests.faults.tiny_company import TinyCompany, embudo_of
from tests.unit.ingestion.factories import Company

CANARIES = {
    "EMBUDO_PRIVACY_KEY": "canary-privacy-0f4b1c9e7a5d3e2f8b6a",
    "CRM_TOKEN": "canary-token-77ab3c",
    "SHOP_DATABASE_URL": "postgresql://embudo:canary-password-51d2@db.example/shop",
}
"""Secrets as a company has them in its environment."""

HOSTILE = {
    "DO_NOT_TRACK": "0",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "true",
    "DBT_ENGINE_SEND_ANONYMOUS_USAGE_STATS": "true",
    "DAGSTER_DISABLE_TELEMETRY": "",
    "GX_ANALYTICS_ENABLED": "true",
    "GE_USAGE_STATS": "true",
    "RUNTIME__DLTHUB_TELEMETRY": "true",
}
"""Telemetry switched on by whoever set the machine up."""

_HOSTILE_FILES = {
    ".dbt/profiles.yml": "config:\n  send_anonymous_usage_stats: true\n",
    ".great_expectations/great_expectations.conf": "[anonymous_usage_statistics]\nenabled = true\n",
    ".dlt/config.toml": "[runtime]\ndlthub_telemetry = true\n",
    ".dagster/dagster.yaml": "telemetry:\n  enabled: true\n",
}


@dataclass(frozen=True)
class CutOff:
    """A company whose machine has no network and whose telemetry is switched on."""

    folder: Path
    home: Path
    attempts: Path
    """Where the guard writes who tried to call another machine."""
    environment: dict[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str, home: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """`embudo` without any network interface where the machine allows it, guarded in any case."""
        command = [
            str(Path(sys.executable).with_name("embudo")), *arguments,
            "--home", str(home or self.home), "--config", str(self.folder / "embudo.yml"),
        ]  # fmt: skip
        return subprocess.run(
            [*without_network(), *command],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | self.environment | more,
            timeout=900,
        )


def without_network() -> list[str]:
    """What to put before a command so that it has no network interface; nothing where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    for options in (["-n"], ["-r", "-n"]):
        tried = subprocess.run([unshare, *options, "true"], capture_output=True)
        if tried.returncode == 0:
            return [unshare, *options]
    return []


@pytest.fixture(scope="session")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> CutOff:
    """The company after one refresh. Tests do not change it."""
    folder = tmp_path_factory.mktemp("cut-off")
    sandbox.generate(folder, scale=0.02, months=6)
    user = folder / "user"
    for name, text in _HOSTILE_FILES.items():
        (user / name).parent.mkdir(parents=True)
        (user / name).write_text(text)
    attempts = folder / "attempts.log"
    attempts.touch()
    company = CutOff(
        folder=folder,
        home=folder / "home",
        attempts=attempts,
        environment=CANARIES
        | HOSTILE
        | {"HOME": str(user), "EMBUDO_GUARD_LOG": str(attempts), "COLUMNS": "160"},
    )
    done = company.run("refresh")
    assert done.returncode == 0, done.stderr[-4000:]
    return company


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company without files."""
    for name in ("EMBUDO_INBOX", "EMBUDO_HOME", "EMBUDO_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return Company(tmp_path)


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> TinyCompany:
    """The tiny company's first day, released. Tests do not change it."""
    company = TinyCompany.make(tmp_path_factory.mktemp("refreshed") / "tiny", days=1)
    embudo_of(company)("refresh")
    return company


@pytest.fixture
def tiny(refreshed: TinyCompany, tmp_path: Path) -> TinyCompany:
    """A copy of the refreshed tiny company, to be corrupted."""
    shutil.copytree(refreshed.folder, tmp_path / "tiny", symlinks=True)
    return TinyCompany(tmp_path / "tiny")
